"""Organisations and their memberships, as the HTTP API takes and gives them."""

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, StringConstraints

from base.schemas import RowId, StrictSchema
from contacts.enums import MembershipKind, OrganisationKind
from contacts.models import Membership, Organisation
from contacts.schemas.fields import Country, SpokenLanguage, Text60, Text200, Text254


class MembershipIn(StrictSchema):
    """A period; both days are in it, and an empty one is open."""

    kind: MembershipKind = MembershipKind.MEMBER
    valid_from: date | None = None
    valid_until: date | None = None


class OrganisationPatch(StrictSchema):
    """What can be changed; a list that is given takes the place of the whole list."""

    name: Annotated[Text200, StringConstraints(min_length=1)] = ""
    kind: OrganisationKind = OrganisationKind.OTHER
    country: Country = "NL"
    website: Text200 = ""
    languages: list[SpokenLanguage] = Field(default_factory=list, max_length=20)
    reviewed: bool = True
    parent: RowId | None = None
    themes: list[Text60] = Field(default_factory=list, max_length=50)
    aliases: list[Text200] = Field(default_factory=list, max_length=50)
    mail_domains: list[Text254] = Field(default_factory=list, max_length=50)


class OrganisationIn(OrganisationPatch):
    name: Annotated[Text200, StringConstraints(min_length=1)]
    memberships: list[MembershipIn] = Field(default_factory=list, max_length=50)


class OrganisationFilters(StrictSchema):
    """How the list of organisations is narrowed; empty is all of them."""

    q: str = ""
    member: bool | None = None
    kind: OrganisationKind | None = None
    country: str = ""
    theme: str = ""
    community: str = ""
    reviewed: bool | None = None


class MembershipOut(Schema):
    id: int
    kind: str
    valid_from: date | None
    valid_until: date | None


class OneMembershipOut(MembershipOut):
    organisation: int

    @staticmethod
    def resolve_organisation(membership: Membership) -> int:
        return membership.organisation_id


class MembershipPage(Schema):
    items: list[OneMembershipOut]
    next: str | None
    count: int


class OrganisationOut(Schema):
    id: int
    name: str
    slug: str
    kind: str
    country: str
    website: str
    languages: list[str]
    reviewed: bool
    parent: int | None
    themes: list[str]
    aliases: list[str]
    mail_domains: list[str]
    memberships: list[MembershipOut]

    @staticmethod
    def resolve_parent(organisation: Organisation) -> int | None:
        return organisation.parent_id

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
