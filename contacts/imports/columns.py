"""What each column of a file is, guessed from its Dutch or English header."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.errors import FileUnreadable
from contacts.names import name_key

#: What a header may say, without spaces, signs and accents, by the field it stands for.
_HEADERS = {
    "email": "email emailadres mail mailadres epost emailaddress mailaddress",
    "name": "naam volledigenaam name fullname contactpersoon persoon deelnemer contact person",
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
    "country": "land country landcode countrycode",
    "website": "website web url site homepage",
    "kind": "soort type soortorganisatie kind organisationkind",
    "themes": "thema themas theme themes onderwerp onderwerpen",
    "member": "lid lidmaatschap member membership islid",
    "member_since": "lidsinds lidvanaf membersince",
    "basis": "grondslag rechtsgrond basis legalbasis toestemming consent",
    "purpose": "doel doelen purpose",
    "source": "bron herkomst source bronadres addresssource",
}
#: What a field is called on the report.
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
    "country": gettext_lazy("country"),
    "website": gettext_lazy("website"),
    "kind": gettext_lazy("kind"),
    "themes": gettext_lazy("themes"),
    "member": gettext_lazy("member"),
    "member_since": gettext_lazy("member since"),
    "basis": gettext_lazy("basis to mail"),
    "purpose": gettext_lazy("purpose"),
    "source": gettext_lazy("source of the address"),
}
_FIELDS = {header: field for field, headers in _HEADERS.items() for header in headers.split()}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file and the field it was taken for ("" when it is ignored)."""

    header: str
    field: str


def guess_columns(header: tuple[str, ...]) -> tuple[Column, ...]:
    """Return what each column is; of two columns for one field the first counts.

    Raises FileUnreadable when there is no column with e-mail addresses, naming it.
    """
    taken: set[str] = set()
    columns = []
    for text in header:
        field = _FIELDS.get(name_key(text).replace(" ", ""), "")
        columns.append(Column(header=text, field="" if field in taken else field))
        taken.add(field)
    if "email" not in taken:
        raise FileUnreadable(
            "column_missing",
            _(
                "The column “e-mail” is missing. The first line has: %(columns)s. Give the column "
                "with addresses the heading “e-mail”."
            )
            % {"columns": ", ".join(text[:40] for text in header[:20] if text) or "–"},
        )
    return tuple(columns)
