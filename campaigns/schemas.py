"""What the HTTP API takes and gives of mailings."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from base.schemas import StrictSchema
from campaigns.enums import MailingKind, Per

Language = Literal["nl", "en"]
Line = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Name = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00-\x1f\x7f]*$")]
Email = Annotated[str, StringConstraints(max_length=254)]
#: A list of blocks (`{"type", "value"}`), or Markdown.
Body = list[dict[str, Any]] | Annotated[str, StringConstraints(max_length=100_000)]
Purpose = Literal["invitations", "announcements", "participation", "subgroup", "coalition"]
DocumentId = Annotated[int, Field(ge=1, le=2_147_483_647)]
Slug = Annotated[str, StringConstraints(max_length=60, pattern=r"^[-\w]*$")]


Revision = Annotated[int, Field(ge=1, le=9_223_372_036_854_775_807)]


class SeenIn(StrictSchema):
    revision: Revision | None = Field(
        None, description="The revision that was looked at: 409 when it is another by now."
    )


class MailingFields(StrictSchema):
    """What may be written of a mailing."""

    kind: MailingKind | None = None
    title: Line | None = None
    session: str | None = Field(None, description="Slug of the session it is about.")
    series: str | None = Field(None, description="Slug of the series it is about.")
    purpose: Purpose | None = None
    topic: Slug | None = Field(
        None, description="Slug of the group, for the purposes subgroup and coalition."
    )
    audience: dict[str, Any] | None = None
    per: Per | None = None
    subject: dict[Language, Line] | None = None
    preheader: dict[Language, Line] | None = None
    body: dict[Language, Body] | None = None
    languages: list[Language] | None = Field(
        None, description="The languages it must have: each needs a subject and a body."
    )
    sender: Name | None = Field(None, alias="from", description="The sender's name.")
    reply_to: Email | None = None
    calendar: bool | None = None
    attachments: list[DocumentId] | None = Field(
        None, max_length=20, description="Ids of documents that go with the mail."
    )
    plan: dict[str, Any] | None = None
    in_their_zone: bool | None = Field(
        None, description="At that time of day where each person lives."
    )
    stops_for_colleague: bool | None = Field(
        None, description="Leaves out everybody whose organisation has a seat already."
    )
    waits_for: str | None = Field(
        None,
        max_length=200,
        description="What has to be settled first: it does not go out before `settle`.",
    )
    in_archive: bool | None = Field(
        None, description="For everybody to read once it has started, without anybody's name."
    )
    is_template: bool | None = Field(None, description="Is never sent: others are begun from it.")


class MailingPatch(MailingFields, SeenIn):
    """What is changed of a mailing; what is left out stays as it is."""


class MailingIn(MailingFields):
    """A new draft."""

    kind: MailingKind
    title: Line
    audience: dict[str, Any]
    purpose: Purpose


class MailingOut(Schema):
    id: int
    kind: str
    title: str
    session: str | None
    series: str | None
    purpose: str
    topic: str
    audience: dict[str, Any]
    per: str
    subject: dict[str, str]
    preheader: dict[str, str]
    body: dict[str, list[dict[str, Any]]]
    languages: list[str]
    sender: str = Field(serialization_alias="from")
    reply_to: str
    calendar: bool
    attachments: list[int]
    plan: dict[str, Any]
    in_their_zone: bool
    stops_for_colleague: bool
    waits_for: str
    settled_at: datetime | None = Field(description="Since when what it waits for is settled.")
    is_template: bool
    in_archive: bool
    revision: int | None = Field(description="The latest: give it with what you do next.")
    asked_at: datetime | None = Field(description="Since when approval is asked for.")
    approved_at: datetime | None = Field(description="When a second person agreed to this text.")
    repetition: int = Field(description="The how-manieth of a recurring mailing; 0 is the first.")
    repeats: int | None = Field(description="The first of the recurring mailing that it is one of.")
    state: str
    problem: str
    counts: dict[str, int]
    due_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None


class MailingsOut(Schema):
    items: list[MailingOut]
    next: str | None
    count: int


class SampleOut(Schema):
    id: int
    name: str
    email: str
    language: str


class PartOut(Schema):
    """A part of the text that is for some people only."""

    language: str = Field(description="Of which version.")
    place: int = Field(description="The how-manieth block it is, from 0.")
    whom: list[str]
    shown: int = Field(description="How many get it …")
    of: int = Field(description="… of those who get that version.")


class DryRunOut(Schema):
    recipients: int
    organisations: int
    languages: dict[str, int] = Field(description="What the recipients read.")
    versions: dict[str, int] = Field(description="How many get it in which language.")
    fallback: dict[str, int] = Field(
        description="How many read a language that is not written, and get the first that is."
    )
    parts: list[PartOut]
    excluded: dict[str, int]
    sample: list[SampleOut]
    sentence: dict[str, str]
    problems: list[str]
    hints: list[str] = Field(
        description="What would make it better; about the moment: outside the hours, a holiday."
    )


class PlannedOut(MailingOut):
    hints: list[str] = Field(description="About the moment: outside the hours, on a holiday.")


class ExplanationOut(Schema):
    gets_it: bool
    reason: str
    words: str
    state: str


class TestIn(StrictSchema):
    to: list[Email] = Field(min_length=1, max_length=10)


class TestOut(Schema):
    queued: int


class ApproveIn(SeenIn):
    pass


class ConfirmIn(StrictSchema):
    confirm: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = Field(
        None, description="The number of people, of a mailing to so many that it is asked for."
    )


class StartIn(ConfirmIn, SeenIn):
    pass


class SendBackIn(StrictSchema):
    remark: Annotated[str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True)]


class ArchiveIn(StrictSchema):
    in_archive: bool


class PlanIn(StartIn):
    """A plan as in the contract; without one, the plan that the mailing has."""

    now: Literal[True] | None = None
    at: str | None = None
    relative: dict[str, Any] | None = None
    late: str | None = None
    repeat: dict[str, Any] | None = Field(
        None, description="every_days (1 to 60) and times (1 to 10 after the first)."
    )


class PauseIn(StrictSchema):
    reason: Line = ""


class DeliveryOut(Schema):
    id: int
    contact: int
    address: str | None
    language: str
    organisation: str | None
    state: str
    reason: str
    attempt: int
    next_attempt_at: datetime | None
    message_id: str
    reply_code: int | None
    reply_text: str
    sent_at: datetime | None


class DeliveriesOut(Schema):
    items: list[DeliveryOut]
    next: str | None
    count: int


class ResolveIn(StrictSchema):
    as_state: Literal["sent", "queued"] = Field(alias="as")


class ReplyOut(Schema):
    key: str
    state: str
    code: int | None
    text: str
    number: int
    next_attempt_at: datetime | None


class DomainOut(Schema):
    name: str = Field(description="Empty for all other domains together.")
    total: int
    sent: int
    waiting: int
    deferred: int
    refused: int


class RestOut(Schema):
    words: str
    until: datetime


class AbsentHostOut(Schema):
    name: str
    rows: int
    since: datetime


class ProgressOut(Schema):
    state: str
    problem: str
    counts: dict[str, int]
    excluded: dict[str, int]
    to_send: int
    settled: int
    rate: float | None = Field(description="Mails a second; null while nothing goes out.")
    ends_at: datetime | None
    deferred_until: datetime | None
    replies: list[ReplyOut]
    domains: list[DomainOut] = Field(description="The ten with most rows, then the others.")
    rest: RestOut | None = Field(description="Why and until when the relay is left alone.")
    absent: list[AbsentHostOut] = Field(description="Hosts that keep what they claimed.")


class RetryIn(StrictSchema):
    reply: str = Field(description="The key of one of the replies of the progress.")


class RetryOut(Schema):
    queued: int
