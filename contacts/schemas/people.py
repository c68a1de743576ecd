"""People and whom they speak for, as the HTTP API takes and gives them."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from base.schemas import RowId, StrictSchema
from contacts.enums import FormOfAddress, RepresentationRole
from contacts.models import Contact, Representation
from contacts.schemas.fields import (
    Language,
    Tags,
    Text30,
    Text40,
    Text60,
    Text100,
    Text160,
    Text200,
    Text254,
)


class AffiliationIn(StrictSchema):
    """An organisation, by its id, that the person speaks for."""

    organisation: RowId
    function: Text160 = ""


class ContactPatch(StrictSchema):
    """What can be changed of a person; the person's own choices are left to the person."""

    email: Text254 = ""
    title: Text40 = ""
    given_name: Text100 = ""
    initials: Text30 = ""
    family_name_prefix: Text30 = ""
    family_name: Text100 = ""
    language: Language = "nl"
    phone: Text40 = ""
    form_of_address: FormOfAddress = FormOfAddress.JE
    courtesy_title: Text30 = ""
    time_zone: Text60 = Field("", description="A name such as Europe/Amsterdam; empty: the site's.")
    address_source: Text200 = ""
    tags: Tags = Field(default_factory=list)


class ContactIn(ContactPatch):
    organisations: list[AffiliationIn] = Field(default_factory=list, max_length=20)


class ContactFilters(StrictSchema):
    """How the list of people is narrowed; empty is everybody."""

    q: str = ""
    email: str = ""
    tag: str = ""
    language: Language | None = None
    member: bool | None = None
    theme: str = ""
    community: str = ""
    organisation: RowId | None = None


class AffiliationOut(Schema):
    id: int
    organisation: int
    name: str
    function: str
    role: str
    valid_from: date | None
    valid_until: date | None


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
    courtesy_title: str
    time_zone: str
    address_source: str
    tags: list[str]
    created_at: datetime
    organisations: list[AffiliationOut]

    @staticmethod
    def resolve_organisations(contact: Contact) -> list[dict[str, Any]]:
        return [_affiliation(each) for each in contact.current]


class ContactPage(Schema):
    items: list[ContactOut]
    next: str | None
    count: int


class RepresentationPatch(StrictSchema):
    function: Text160 = ""
    role: RepresentationRole = RepresentationRole.PRIMARY
    valid_from: date | None = None
    valid_until: date | None = None


class RepresentationIn(RepresentationPatch):
    organisation: RowId


class RepresentationOut(AffiliationOut):
    contact: int

    @staticmethod
    def resolve_contact(place: Representation) -> int:
        return place.contact_id

    @staticmethod
    def resolve_organisation(place: Representation) -> int:
        return place.organisation_id

    @staticmethod
    def resolve_name(place: Representation) -> str:
        return place.organisation.name


class RepresentationPage(Schema):
    items: list[RepresentationOut]
    next: str | None
    count: int


def _affiliation(place: Representation) -> dict[str, Any]:
    names = ("id", "function", "role", "valid_from", "valid_until")
    return {name: getattr(place, name) for name in names} | {
        "organisation": place.organisation_id,
        "name": place.organisation.name,
    }
