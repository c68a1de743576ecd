"""What the HTTP API of this room takes and gives."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from base.schemas import RowId, StrictSchema
from content.questions import Answer
from participation.enums import PollKind

#: As long as the database holds them.
PollLine = Annotated[str, Field(max_length=200)]
PollText = Annotated[str, Field(max_length=5000)]

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


class AgreementIn(StrictSchema):
    """What somebody does, and before which day: an organisation, a person, or both, by their ids.
    `session` is a slug."""

    text: str = Field(min_length=1, max_length=1000)
    session: str
    organisation: RowId | None = None
    contact: RowId | None = None
    due: date | None = None
    is_public: bool = False


class AgreementPatch(StrictSchema):
    """What may be changed; what is left out stays."""

    text: str = Field(default="", min_length=1, max_length=1000)
    session: str = ""
    organisation: RowId | None = None
    contact: RowId | None = None
    due: date | None = None
    is_public: bool = False
    state: Literal["open", "done", "dropped"] | None = None
    carried_to: str | None = Field(None, description="Slug of another session, or null for none.")
    seen: AwareDatetime | None = Field(None, description="The `changed_at` of what you read.")


class AgreementOut(Schema):
    """`overdue` is open and past its day. `session` and `carried_to` are slugs."""

    id: int
    text: str
    session: str
    organisation: int | None
    organisation_name: str
    contact: int | None
    name: str
    due: date | None
    state: str
    overdue: bool
    carried_to: str | None
    is_public: bool
    created_at: datetime
    changed_at: datetime


class AgreementsOut(Schema):
    items: list[AgreementOut]
    next: str | None
    count: int


class PollOptionOut(Schema):
    id: int
    label: str


class MyPollAnswerOut(Schema):
    choices: list[int]
    remark: str
    answered_at: datetime


class MyPollOut(Schema):
    """A poll as whoever has the link sees it, in the language of the answer."""

    question: str
    explanation: str
    kind: str
    options: list[PollOptionOut]
    closes_at: datetime | None
    is_open: bool
    given_name: str
    address: str
    answer: MyPollAnswerOut | None


class MyPollAnswerIn(StrictSchema):
    """Ids of options; none of them, for a poll of dates, says that no date suits."""

    choices: list[RowId] = Field(default_factory=list, max_length=100)
    remark: str = ""


class PollOptionIn(StrictSchema):
    """An option with an `id` is one that the poll has; `starts` is local time of the site."""

    id: RowId | None = None
    text: dict[Literal["nl", "en"], PollLine] = Field(default_factory=dict)
    day: date | None = None
    starts: time | None = None


class PollFields(StrictSchema):
    kind: PollKind | None = None
    question: dict[Literal["nl", "en"], PollLine] | None = None
    explanation: dict[Literal["nl", "en"], PollText] | None = None
    session: str | None = Field(None, description="Slug of the session it is about.")
    series: str | None = Field(None, description="Slug of the series it is about.")
    closes_at: AwareDatetime | None = Field(None, description="Null: open until it is closed.")
    options: list[PollOptionIn] | None = Field(
        None, max_length=100, description="All of them, in order; one that is left out is removed."
    )


class PollPatch(PollFields):
    """What is changed; what is left out stays as it is."""


class PollIn(PollFields):
    """A new poll."""

    kind: PollKind
    question: dict[Literal["nl", "en"], PollLine]


class PollOptionCountOut(Schema):
    id: int
    text: dict[str, str]
    day: date | None
    starts: time | None
    count: int


class PollSummaryOut(Schema):
    id: int
    kind: str
    question: dict[str, str]
    explanation: dict[str, str]
    session: str | None
    series: str | None
    closes_at: datetime | None
    is_open: bool
    created_at: datetime
    answers: int


class PollsOut(Schema):
    items: list[PollSummaryOut]
    next: str | None
    count: int


class PollOut(PollSummaryOut):
    """With how many chose each option; `none` chose nothing of them."""

    options: list[PollOptionCountOut]
    none: int
