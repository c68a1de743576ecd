"""What the HTTP API of the contact base takes and gives."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints

from base.schemas import RowId, StrictSchema
from contacts.enums import FormOfAddress, MembershipKind, OrganisationKind
from contacts.models import Contact, Organisation

Language = Literal["nl", "en"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


#: A text on one line, without control characters (PostgreSQL stores no NUL).
_LINE = r"^[^\x00-\x1f\x7f]*$"
Text30 = Annotated[str, StringConstraints(max_length=30, pattern=_LINE)]
Text40 = Annotated[str, StringConstraints(max_length=40, pattern=_LINE)]
Text60 = Annotated[str, StringConstraints(max_length=60, pattern=_LINE)]
Text100 = Annotated[str, StringConstraints(max_length=100, pattern=_LINE)]
Text160 = Annotated[str, StringConstraints(max_length=160, pattern=_LINE)]
Text200 = Annotated[str, StringConstraints(max_length=200, pattern=_LINE)]
Text254 = Annotated[str, StringConstraints(max_length=254, pattern=_LINE)]


class AffiliationIn(StrictSchema):
    """An organisation, by its id, that the person speaks for."""

    organisation: RowId
    function: Text160 = ""


class ContactIn(StrictSchema):
    email: Text254 = ""
    title: Text40 = ""
    given_name: Text100 = ""
    initials: Text30 = ""
    family_name_prefix: Text30 = ""
    family_name: Text100 = ""
    language: Language = "nl"
    phone: Text40 = ""
    form_of_address: FormOfAddress = FormOfAddress.JE
    address_source: Text200 = ""
    tags: list[Text60] = Field(default_factory=list, max_length=50)
    organisations: list[AffiliationIn] = Field(default_factory=list, max_length=20)


class AffiliationOut(Schema):
    organisation: int
    name: str
    function: str
    role: str


class ContactOut(Schema):
    id: int
    email: str
    title: str
    given_name: str
    initials: str
    family_name_prefix: str
    family_name: str
    language: str
    phone: str
    form_of_address: str
    address_source: str
    tags: list[str]
    created_at: datetime
    organisations: list[AffiliationOut]

    @staticmethod
    def resolve_organisations(contact: Contact) -> list[dict[str, Any]]:
        return [
            {
                "organisation": each.organisation_id,
                "name": each.organisation.name,
                "function": each.function,
                "role": each.role,
            }
            for each in contact.current
        ]


class ContactPage(Schema):
    items: list[ContactOut]
    next: str | None
    count: int


class MembershipIn(StrictSchema):
    kind: MembershipKind = MembershipKind.MEMBER
    valid_from: date | None = None
    valid_until: date | None = None


class OrganisationIn(StrictSchema):
    name: Annotated[Text200, StringConstraints(min_length=1)]
    kind: OrganisationKind = OrganisationKind.OTHER
    country: Country = "NL"
    website: Text200 = ""
    themes: list[Text60] = Field(default_factory=list, max_length=50)
    aliases: list[Text200] = Field(default_factory=list, max_length=50)
    mail_domains: list[Text254] = Field(default_factory=list, max_length=50)
    memberships: list[MembershipIn] = Field(default_factory=list, max_length=50)


class MembershipOut(Schema):
    kind: str
    valid_from: date | None
    valid_until: date | None


class OrganisationOut(Schema):
    id: int
    name: str
    slug: str
    kind: str
    country: str
    website: str
    reviewed: bool
    themes: list[str]
    aliases: list[str]
    mail_domains: list[str]
    memberships: list[MembershipOut]

    @staticmethod
    def resolve_themes(organisation: Organisation) -> list[str]:
        return sorted(theme.slug for theme in organisation.themes.all())

    @staticmethod
    def resolve_aliases(organisation: Organisation) -> list[str]:
        return sorted(alias.name for alias in organisation.aliases.all())

    @staticmethod
    def resolve_mail_domains(organisation: Organisation) -> list[str]:
        return sorted(row.domain for row in organisation.mail_domains.all())

    @staticmethod
    def resolve_memberships(organisation: Organisation) -> list[Any]:
        return list(organisation.memberships.all())


class OrganisationPage(Schema):
    items: list[OrganisationOut]
    next: str | None
    count: int


class ImportStaged(Schema):
    id: int


class ImportRow(Schema):
    row: int
    outcome: str
    code: str
    reason: str


class ImportColumn(Schema):
    column: str
    field: str


class ImportOut(Schema):
    id: int
    state: str
    dry_run: bool
    file_name: str
    mapping: list[ImportColumn]
    row_count: int
    done_count: int
    counts: dict[str, int]
    rows: list[ImportRow]
    error: str
