"""What each column of a file is: guessed from its Dutch or English heading, or chosen."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.errors import MappingInvalid
from contacts.names import name_key

#: What a header may say, without spaces, signs and accents, by the field it stands for.
_HEADERS = {
    "email": "email emailadres mail mailadres epost emailaddress mailaddress",
    "name": "naam volledigenaam helenaam name wholename fullname contactpersoon persoon "
    "deelnemer contact person",
    "title": "titel title titulatuur",
    "given_name": "voornaam roepnaam givenname firstname voornamen",
    "initials": "initialen voorletters voorletter initials",
    "family_name_prefix": "tussenvoegsel tussenvoegsels voorvoegsel prefix infix tussenv",
    "family_name": "achternaam familienaam familyname lastname surname",
    "organisation": "organisatie organisatienaam organisation organization instelling bedrijf "
    "company werkgever",
    "function": "functie function rol role jobtitle functietitel position",
    "language": "taal language voorkeurstaal preferredlanguage",
    "phone": "telefoon telefoonnummer tel phone phonenumber telephone mobiel mobile",
    "time_zone": "tijdzone timezone tz",
    "country": "land country landcode countrycode",
    "website": "website web url site homepage",
    "kind": "soort type soortorganisatie kind organisationkind",
    "themes": "thema themas theme themes onderwerp onderwerpen",
    "member": "lid lidmaatschap member membership islid",
    "member_since": "lidsinds lidvanaf membersince",
    "tags": "label labels tag tags trefwoord trefwoorden kenmerk kenmerken",
    "aliases": "anderenamen ookbekendals aliassen alias aliases othernames alsoknownas",
    "basis": "grondslag grondslagomtemailen rechtsgrond toestemming basis basistomail legalbasis "
    "consent",
    "purpose": "doel doelen purpose",
    "source": "bron herkomst bronadres bronvanhetadres source addresssource sourceoftheaddress",
}
#: What a field is called on pages and as a heading of exports.
FIELD_LABELS = {
    "email": gettext_lazy("e-mail address"),
    "name": gettext_lazy("whole name"),
    "title": gettext_lazy("title"),
    "given_name": gettext_lazy("given name"),
    "initials": gettext_lazy("initials"),
    "family_name_prefix": gettext_lazy("prefix"),
    "family_name": gettext_lazy("family name"),
    "organisation": gettext_lazy("organisation"),
    "function": gettext_lazy("function"),
    "language": gettext_lazy("language"),
    "phone": gettext_lazy("phone"),
    "time_zone": gettext_lazy("time zone"),
    "country": gettext_lazy("country"),
    "website": gettext_lazy("website"),
    "kind": gettext_lazy("kind"),
    "themes": gettext_lazy("themes"),
    "member": gettext_lazy("member"),
    "member_since": gettext_lazy("member since"),
    "tags": gettext_lazy("tags"),
    "aliases": gettext_lazy("other names"),
    "basis": gettext_lazy("basis to mail"),
    "purpose": gettext_lazy("purpose"),
    "source": gettext_lazy("source of the address"),
}
#: By these a list is of organisations, unless it has one of those.
_OF_ORGANISATIONS = frozenset({"kind", "website", "member", "member_since", "aliases"})
_OF_PEOPLE = frozenset({"email", "organisation", "given_name", "family_name", "function"})
_FIELDS = {header: field for field, headers in _HEADERS.items() for header in headers.split()}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file and the field it is taken for ("" when it is left out)."""

    header: str
    field: str


def recognised_field(header: str) -> str:
    """Return the field that the heading stands for, "" when it is not known."""
    return _FIELDS.get(name_key(header).replace(" ", ""), "")


def guess_columns(header: Iterable[str]) -> tuple[Column, ...]:
    """Return what each column is by its heading; of two columns for one field the first counts."""
    taken = {""}
    columns = []
    for text in header:
        field = recognised_field(text)
        columns.append(Column(header=text, field="" if field in taken else field))
        taken.add(field)
    if taken & _OF_ORGANISATIONS and not taken & _OF_PEOPLE:
        return tuple(_named_organisation(column) for column in columns)
    return tuple(columns)


def _named_organisation(column: Column) -> Column:
    """The name in a list of organisations is theirs, though it says no more than "name"."""
    return Column(column.header, "organisation" if column.field == "name" else column.field)


def choose_columns(header: Iterable[str], chosen: Mapping[str, str]) -> tuple[Column, ...]:
    """Return what each column is: as `chosen` ({heading: field, "" to leave it out}), else guessed.

    A guess gives way to a choice for the same field. Raises MappingInvalid when a heading is not
    in the file, when a field is unknown or given twice, or when nothing says who a row is about.
    """
    guessed = guess_columns(header)
    left = {name_key(heading): (heading, field) for heading, field in chosen.items()}
    wanted = set(chosen.values())
    columns = []
    for column in guessed:
        _heading, field = left.pop(
            name_key(column.header), ("", "" if column.field in wanted else column.field)
        )
        columns.append(Column(header=column.header, field=field))
    if left:
        heading, _field = next(iter(left.values()))
        text = _("There is no column “%(column)s” in the file. It has: %(columns)s.")
        raise MappingInvalid(
            "column_unknown", text % {"column": heading[:60], "columns": _headings(guessed)}
        )
    check_columns(columns)
    return tuple(columns)


def check_columns(columns: Iterable[Column]) -> None:
    """Raise MappingInvalid unless each field is known and there once, and a row can be about
    somebody: there is a column with addresses or one with organisations.
    """
    columns = tuple(columns)
    counted = Counter(column.field for column in columns if column.field)
    for field, times in counted.items():
        if field not in FIELD_LABELS:
            text = _("There is no field “%(field)s”. Choose from: %(fields)s.")
            raise MappingInvalid(
                "field_unknown", text % {"field": field[:60], "fields": ", ".join(FIELD_LABELS)}
            )
        if times > 1:
            text = _("Two columns are taken for “%(field)s”. Leave one of them out.")
            raise MappingInvalid("field_twice", text % {"field": FIELD_LABELS[field]})
    if not counted.keys() & {"email", "organisation"}:
        text = _(
            "There is no column with e-mail addresses, and none with organisations. The headings "
            "are: %(columns)s. Say which column has the addresses."
        )
        raise MappingInvalid("column_missing", text % {"columns": _headings(columns)})


def _headings(columns: Iterable[Column]) -> str:
    texts = [column.header[:40] for column in columns if column.header]
    return ", ".join(texts[:20]) or "–"


def columns_of(mapping: Iterable[Mapping[str, str]]) -> tuple[Column, ...]:
    """Return the columns that an import keeps as [{"column", "field"}]."""
    return tuple(Column(header=each["column"], field=each["field"]) for each in mapping)
