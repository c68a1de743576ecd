"""The conditions that can be chosen in the builder: one entry each, in the order of the list."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.builder import fields
from campaigns.builder.people import PeopleForm


@dataclass(frozen=True, slots=True)
class Kind:
    """A condition of campaigns.audience.parsing, by its `name` in the JSON, with its form."""

    name: str
    heading: str | Promise
    label: str | Promise
    form: type[fields.ConditionForm]


_PEOPLE, _ORGANISATIONS = _("People"), _("Organisations")
_SESSIONS, _MAIL = _("Sessions"), _("Mail")

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("everyone", _PEOPLE, _("everyone"), fields.EverybodyForm),
        Kind("role", _PEOPLE, _("role at an organisation"), fields.RoleForm),
        Kind("language", _PEOPLE, _("language of the mail"), fields.LanguageForm),
        Kind("tag", _PEOPLE, _("tag"), fields.TagForm),
        Kind("contacts", _PEOPLE, _("people chosen one by one"), PeopleForm),
        Kind("member", _ORGANISATIONS, _("member or not"), fields.MemberForm),
        Kind("theme", _ORGANISATIONS, _("works on a theme"), fields.ThemeForm),
        Kind("community", _ORGANISATIONS, _("speaks in a community"), fields.CommunityForm),
        Kind("organisation_kind", _ORGANISATIONS, _("kind of organisation"), fields.KindForm),
        Kind("country", _ORGANISATIONS, _("country"), fields.CountryForm),
        Kind("registration", _SESSIONS, _("answer for a session"), fields.RegistrationForm),
        Kind("invited", _SESSIONS, _("invited for a session"), fields.SessionForm),
        Kind("interested", _SESSIONS, _("wants to hear of a session"), fields.SessionForm),
        Kind(
            "organisation_registered",
            _SESSIONS,
            _("somebody of the organisation has signed up"),
            fields.SessionForm,
        ),
        Kind("attendance", _SESSIONS, _("attendance at a session"), fields.AttendanceForm),
        Kind("learning_question", _SESSIONS, _("gave a learning question"), fields.QuestionForm),
        Kind("agreement", _SESSIONS, _("has an agreement"), fields.AgreementForm),
        Kind("consent", _MAIL, _("agreed to mail, or is in a group"), fields.ConsentForm),
        Kind("answered", _MAIL, _("answered a poll"), fields.PollForm),
        Kind("received", _MAIL, _("got a mailing"), fields.ReceivedForm),
    )
}


def kind_of(data: Any) -> Kind | None:
    """Return the kind of the JSON of a single condition."""
    found = [KINDS[name] for name in data if name in KINDS] if isinstance(data, dict) else []
    return found[0] if found else None


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what can be added: (heading, [(name, label)])."""
    found: dict[str, list[tuple[str, str]]] = {}
    for kind in KINDS.values():
        found.setdefault(str(kind.heading), []).append((kind.name, str(kind.label)))
    return list(found.items())


def open_form(
    kind: Kind, *, condition: dict[str, Any] | None = None, data: Any = None
) -> fields.ConditionForm:
    """Return the fields of a kind: empty, of a condition, or as they were posted."""
    initial = kind.form.initial_of(condition or {}, kind.name)
    return kind.form(data, name=kind.name, initial=initial)
