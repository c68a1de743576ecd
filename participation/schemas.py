"""What the HTTP API of this room takes and gives."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from base.schemas import RowId, StrictSchema
from content.questions import Answer

#: Of what is always asked by its name (`need`, `learning_question`), of the session's own questions
#: by their ids. The form of the session (`GET /api/sessions/{slug}/form`) names them, and any other
#: is refused.
AnswersIn = dict[str, Answer]


class SignUpIn(StrictSchema):
    """A sign-up as the form takes it; the form checks it too."""

    email: str = ""
    given_name: str = ""
    family_name_prefix: str = ""
    family_name: str = ""
    organisation: str = ""
    function: str = ""
    language: Literal["nl", "en"] = "nl"
    answers: AnswersIn = Field(default_factory=dict)
    works_on_theme: bool = False
    consent: list[str] = Field(default_factory=list)


class SeriesSignUpIn(SignUpIn):
    """One sign-up for several sessions of a series, by their slugs. `session_answers` has by slug
    what one of them asks of its own, as `answers` of that session has it."""

    sessions: list[str] = Field(default_factory=list, max_length=100)
    session_answers: dict[str, AnswersIn] = Field(default_factory=dict)


class StateOut(Schema):
    state: str


class ConfirmedOut(Schema):
    """What became of one sign-up of the mail; `problem` says why it could not be confirmed."""

    session: str
    state: str
    problem: str


class ConfirmOut(StateOut):
    """`state` is that of the first that could be confirmed."""

    registrations: list[ConfirmedOut]


class SessionOut(Schema):
    slug: str
    title: str
    languages: list[str]
    series: str | None
    themes: list[str]
    precision: str
    starts_at: datetime | None
    ends_at: datetime | None
    first_day: str | None
    time_zone: str
    when: str
    where: str
    venue: str
    address: str
    accessibility: str
    online: bool
    status: str
    eligibility: str
    registration: str
    seats_left: int | None
    waiting_list: bool
    registration_opens_at: datetime | None
    registration_closes_at: datetime | None
    host: dict[str, str] | None
    #: [{"role": "speaker", "name": …, "organisation": …}]; a name or an organisation may be empty.
    roles: list[dict[str, str]]
    url: str
    #: Of the published report; null as long as there is none.
    report_url: str | None
    calendar_url: str


class SessionsOut(Schema):
    items: list[SessionOut]
    next: str | None
    count: int


class LearningQuestionOut(Schema):
    """A public learning question, in the language in which it was asked. `session` is a slug."""

    text: str
    language: str
    organisations: list[str]
    session: str | None
    state: str


class LearningQuestionsOut(Schema):
    items: list[LearningQuestionOut]
    next: str | None
    count: int


class InvitationOut(Schema):
    session: SessionOut
    given_name: str
    address: str
    language: str
    answer: str
    needs_declaration: bool


class MyRegistrationOut(Schema):
    session: SessionOut
    state: str
    offered_until: datetime | None
    given_name: str
    address: str
    organisation: str
    answers: dict[str, Answer]
    reason: str


class ColleagueLinkOut(Schema):
    """The link to forward to a colleague, which ends with the token of `/api/transfers/{token}`."""

    url: str


class TransferOut(Schema):
    """A seat that a colleague gives; `form` is the JSON Schema of what claims it."""

    session: SessionOut
    given_name: str
    state: str
    form: dict[str, Any]


class RegistrationOut(Schema):
    id: int
    session: str
    state: str
    source: str
    name: str
    email: str
    organisation: str
    function: str
    answers: dict[str, Answer]
    works_on_theme: bool
    is_host: bool
    attendance: str
    created_at: datetime
    changed_at: datetime


class RegistrationsOut(Schema):
    items: list[RegistrationOut]
    next: str | None
    count: int


class RegistrationPatch(StrictSchema):
    """A decision (`state`), an attendance mark, or both. `reason` goes with a rejection (told to
    the person) or with an attendance mark (private)."""

    state: Literal["registered", "rejected", "cancelled"] | None = None
    attendance: Literal["present", "excused", "no_show", "unmarked"] | None = None
    reason: str = Field(default="", max_length=1000)


class MyAnswersPatch(StrictSchema):
    answers: AnswersIn


class AttendanceMark(StrictSchema):
    registration: RowId
    attendance: Literal["present", "excused", "no_show", "unmarked"]
    reason: str = Field(default="", max_length=300)


class AttendanceIn(StrictSchema):
    """Marks, and whether the list is closed with them (`true`), opened again (`false`) or left."""

    marks: list[AttendanceMark] = Field(default_factory=list, max_length=2000)
    closed: bool | None = None


class AttendanceOut(Schema):
    marked: int = 0
    present: int = 0
    guests: int = 0
    hosts: int = 0
    excused: int = 0
    no_show: int = 0
    created: int = 0
    closed: bool = False
    skipped: list[dict[str, Any]] = []
