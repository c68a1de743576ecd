"""Texts and choices that the bodies of the HTTP API share."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

Language = Literal["nl", "en"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]

#: A text on one line, without control characters (PostgreSQL stores no NUL).
_LINE = r"^[^\x00-\x1f\x7f]*$"
Text30 = Annotated[str, StringConstraints(max_length=30, pattern=_LINE)]
Text40 = Annotated[str, StringConstraints(max_length=40, pattern=_LINE)]
Text60 = Annotated[str, StringConstraints(max_length=60, pattern=_LINE)]
Text100 = Annotated[str, StringConstraints(max_length=100, pattern=_LINE)]
Text120 = Annotated[str, StringConstraints(max_length=120, pattern=_LINE)]
Text160 = Annotated[str, StringConstraints(max_length=160, pattern=_LINE)]
Text200 = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
Text254 = Annotated[str, StringConstraints(max_length=254, pattern=_LINE)]

#: Tags are typed with commas between them, so there is none in one; twice the same is once.
Tag = Annotated[
    str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f,]*$")
]
Tags = Annotated[
    list[Tag], Field(max_length=50), AfterValidator(lambda tags: list(dict.fromkeys(tags)))
]

#: A language by its code (ISO 639): nl, en, ar, kab.
SpokenLanguage = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
