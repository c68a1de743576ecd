"""The merge fields as an author chooses them: their names, grouped, each with an example."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.fields import PUBLIC_FIELDS, SESSION_FIELDS, URL_FIELDS


@dataclass(frozen=True, slots=True)
class FieldName:
    """One field in the words of an author."""

    name: str
    label: str | Promise
    example: str | Promise

    def text(self, language: str) -> str:
        """Return it as it is written; a value that may be missing gets something in its place."""
        default = DEFAULTS[language].get(self.name)
        return f'{{{{ {self.name}|default:"{default}" }}}}' if default else f"{{{{ {self.name} }}}}"

    @property
    def needs_session(self) -> bool:
        return self.name in SESSION_FIELDS

    @property
    def is_link(self) -> bool:
        return self.name in URL_FIELDS


#: What a mail in a language says of somebody without: many have an address and no first name.
DEFAULTS = {
    "nl": {
        "contact.given_name": "jij",
        "contact.agreements": "geen open afspraken",
        "organisation.name": "je organisatie",
    },
    "en": {
        "contact.given_name": "you",
        "contact.agreements": "no open agreements",
        "organisation.name": "your organisation",
    },
}

GROUPS: tuple[tuple[str | Promise, tuple[FieldName, ...]], ...] = (
    (
        _("Person"),
        (
            FieldName("contact.salutation", _("salutation"), _("Dear Amina")),
            FieldName("contact.given_name", _("first name"), "Amina"),
            FieldName(
                "contact.why",
                _("why they get this mail"),
                _("You get this mail because you asked for it."),
            ),
            FieldName(
                "contact.agreements",
                _("their open agreements of the session"),
                _("– Send the figures (before 12 March 2026)"),
            ),
        ),
    ),
    (
        _("Organisation"),
        (FieldName("organisation.name", _("name of the organisation"), _("Example Foundation")),),
    ),
    (
        _("Session"),
        (
            FieldName("session.title", _("title"), _("Work session on housing")),
            FieldName("session.day", _("day"), _("Thursday 14 March")),
            FieldName("session.when", _("date and time"), _("Thursday 14 March, 13:30 to 15:30")),
            FieldName("session.where", _("place"), _("The Meeting House, Utrecht")),
        ),
    ),
    (
        _("Links"),
        (
            FieldName("link.sign_up", _("sign up"), _("a personal page")),
            FieldName("link.decline", _("cannot come"), _("a personal page")),
            FieldName("link.registration", _("own registration"), _("a personal page")),
            FieldName("link.questions", _("own learning question"), _("a personal page")),
            FieldName("link.join", _("the online room"), _("a personal page")),
            FieldName("link.calendar", _("calendar file"), _("a file for everybody")),
            FieldName("link.report", _("the report"), _("a page for everybody")),
            FieldName("session.url", _("page of the session"), _("a page for everybody")),
            FieldName("link.preferences", _("mail preferences"), _("a personal page")),
            FieldName("link.unsubscribe", _("unsubscribe"), _("a personal page")),
            FieldName("link.browser", _("this mail in the browser"), _("a personal page")),
        ),
    ),
)


def named_fields() -> Iterator[FieldName]:
    """Yield every field that an author may choose."""
    for _heading, fields in GROUPS:
        yield from fields


#: A field without a name could not be chosen.
UNNAMED = PUBLIC_FIELDS - {each.name for each in named_fields()}
