"""What every schema of the HTTP API shares."""

from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

#: The id of a row in a body. A larger number does not fit in the database's own.
RowId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class StrictSchema(Schema):
    """A body in which an unknown field is an error (422), never ignored; texts are trimmed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
