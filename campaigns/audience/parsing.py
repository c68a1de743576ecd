"""Reading the JSON of an audience. Every error names the condition and what is allowed there."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from campaigns.audience import conditions as c
from campaigns.errors import AudienceInvalid
from contacts.enums import GROUP_PURPOSES, OrganisationKind, Purpose, RepresentationRole, Tier
from contacts.models import LANGUAGES
from participation.enums import AgreementState, Attendance, RegistrationState

DEPTH_MAX = 8
CONTACTS_MAX = 10_000
#: All conditions together; databases take only so long a question.
LEAVES_MAX = 100
#: What a key can be.
_ID_MAX = 2**63 - 1

#: The answers that are not a state of a registration.
NO_ANSWER, DECLINED = "none", "declined"
ANSWERS = (NO_ANSWER, DECLINED, *RegistrationState.values)

#: Of these a consent may be about one theme, or about one group.
_WITH_TOPIC = GROUP_PURPOSES | {Purpose.INVITATIONS}

#: In the contract, but not of this version.


def parse(data: Any, path: str = "") -> c.Condition:
    """Return the condition that `data` (decoded JSON) spells. Raises AudienceInvalid."""
    condition = _condition(data, path, depth=0)
    if sum(1 for _leaf in c.leaves(condition)) > LEAVES_MAX:
        raise AudienceInvalid(path, _("At most %s conditions.") % LEAVES_MAX)
    return condition


def _condition(data: Any, path: str, *, depth: int) -> c.Condition:
    if depth > DEPTH_MAX:
        raise AudienceInvalid(path, _("Nested too deeply."))
    if not isinstance(data, dict) or not data:
        raise AudienceInvalid(
            path, _("A condition is an object such as {“member”: true}. Known: %s.") % _known()
        )
    if data.keys() == {"community", "tier"}:
        return _community(data["community"], data["tier"], path)
    if len(data) != 1:
        raise AudienceInvalid(
            path, _("One condition at a time; put several in {“all”: […]} or {“any”: […]}.")
        )
    name, value = next(iter(data.items()))
    if name in ("all", "any"):
        parts = _parts(value, _at(path, name), depth=depth)
        return c.All(parts) if name == "all" else c.AnyOf(parts)
    if name == "not":
        return c.Not(_condition(value, _at(path, name), depth=depth + 1))
    reader = _READERS.get(name)
    if reader is None:
        raise AudienceInvalid(
            path,
            _("Unknown condition “%(name)s”. Known: %(known)s.")
            % {"name": name, "known": _known()},
        )
    return reader(value, _at(path, name))


def _parts(value: Any, path: str, *, depth: int) -> tuple[c.Condition, ...]:
    if not isinstance(value, list) or not value:
        raise AudienceInvalid(path, _("Give a list of at least one condition."))
    return tuple(
        _condition(part, f"{path}[{place}]", depth=depth + 1) for place, part in enumerate(value)
    )


def _known() -> str:
    return ", ".join((*_READERS, "all", "any", "not"))


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _true(value: Any, path: str) -> None:
    if value is not True:
        raise AudienceInvalid(path, _("This must be true."))


def _flag(value: Any, path: str) -> bool:
    if not isinstance(value, bool):
        raise AudienceInvalid(path, _("This must be true or false."))
    return value


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise AudienceInvalid(path, _("Give a text."))
    return value


def _choice(value: Any, path: str, allowed: Iterable[str]) -> str:
    if value not in (known := list(allowed)):
        raise AudienceInvalid(path, _("Choose one of: %s.") % ", ".join(known))
    return str(value)


def _choices(value: Any, path: str, allowed: Iterable[str]) -> tuple[str, ...]:
    known = list(allowed)
    if not isinstance(value, list) or not value:
        raise AudienceInvalid(path, _("Give a list with one or more of: %s.") % ", ".join(known))
    return tuple(_choice(each, f"{path}[{place}]", known) for place, each in enumerate(value))


def _number(value: Any, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _ID_MAX:
        raise AudienceInvalid(path, _("Give a number (an id)."))
    return value


def _object(value: Any, path: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys):
        raise AudienceInvalid(path, _("Give an object with exactly: %s.") % ", ".join(keys))
    return value


def _session(value: Any, path: str) -> str:
    return _text(_object(value, path, ("session",))["session"], _at(path, "session"))


def _everyone(value: Any, path: str) -> c.Condition:
    _true(value, path)
    return c.Everyone()


def _registration(value: Any, path: str) -> c.Condition:
    parts = _object(value, path, ("session", "states"))
    return c.Answered(
        session=_text(parts["session"], _at(path, "session")),
        states=_choices(parts["states"], _at(path, "states"), ANSWERS),
    )


def _attendance(value: Any, path: str) -> c.Condition:
    parts = _object(value, path, ("session", "values"))
    return c.Attended(
        session=_text(parts["session"], _at(path, "session")),
        values=_choices(parts["values"], _at(path, "values"), Attendance.values),
    )


def _learning_question(value: Any, path: str) -> c.Condition:
    parts = _object(value, path, ("session", "given"))
    return c.GaveQuestion(
        session=_text(parts["session"], _at(path, "session")),
        is_given=_flag(parts["given"], _at(path, "given")),
    )


def _agreement(value: Any, path: str) -> c.Condition:
    parts = _object(value, path, ("session", "state"))
    return c.HasAgreement(
        session=_text(parts["session"], _at(path, "session")),
        state=_choice(parts["state"], _at(path, "state"), AgreementState.values),
    )


def _contacts(value: Any, path: str) -> c.Condition:
    if not isinstance(value, list) or not value or len(value) > CONTACTS_MAX:
        raise AudienceInvalid(path, _("Give a list of 1 to %s ids.") % CONTACTS_MAX)
    return c.Named(tuple(_number(each, f"{path}[{place}]") for place, each in enumerate(value)))


def _countries(value: Any, path: str) -> c.Condition:
    known = value if isinstance(value, list) and value else None
    if known is None or not all(
        isinstance(each, str) and len(each) == 2 and each.isascii() and each.isupper()
        for each in known
    ):
        raise AudienceInvalid(path, _("Give a list of country codes such as “NL”."))
    return c.InCountry(tuple(known))


def _consent(value: Any, path: str) -> c.Condition:
    """Read `purpose`, or `purpose:topic`: a group by its slug, invitations about a theme."""
    purpose, colon, topic = value.partition(":") if isinstance(value, str) else (value, "", "")
    purpose = _choice(purpose, path, Purpose.values)
    if colon and purpose not in _WITH_TOPIC:
        known = ", ".join(sorted(map(str, _WITH_TOPIC)))
        raise AudienceInvalid(path, _("Only of these a part can be named: %s.") % known)
    return c.Consented(purpose, _text(topic, path) if colon else "")


def _community(value: Any, tiers: Any, path: str) -> c.Condition:
    """Read the only condition of two keys; without `tier` it is about all of them."""
    slug = _text(value, _at(path, "community"))
    return c.InCommunity(slug, _choices(tiers, _at(path, "tier"), Tier.values))


def _answered(value: Any, path: str) -> c.Condition:
    parts = _object(value, path, ("poll",))
    return c.AnsweredPoll(_number(parts["poll"], _at(path, "poll")))


def _received(value: Any, path: str) -> c.Condition:
    parts = _object(value, path, ("mailing",))
    return c.Received(_number(parts["mailing"], _at(path, "mailing")))


_READERS: dict[str, Callable[[Any, str], c.Condition]] = {
    "everyone": _everyone,
    "member": lambda value, path: c.Member(_flag(value, path)),
    "theme": lambda value, path: c.OfTheme(_text(value, path)),
    "community": lambda value, path: c.InCommunity(_text(value, path)),
    "organisation_kind": lambda value, path: c.OfKind(
        _choices(value, path, OrganisationKind.values)
    ),
    "language": lambda value, path: c.Reads(
        _choice(value, path, [code for code, _name in LANGUAGES])
    ),
    "country": _countries,
    "role": lambda value, path: c.InRole(_choices(value, path, RepresentationRole.values)),
    "tag": lambda value, path: c.Tagged(_text(value, path)),
    "contacts": _contacts,
    "consent": _consent,
    "registration": _registration,
    "invited": lambda value, path: c.Invited(_session(value, path)),
    "interested": lambda value, path: c.Interested(_session(value, path)),
    "organisation_registered": lambda value, path: c.ColleagueRegistered(_session(value, path)),
    "attendance": _attendance,
    "learning_question": _learning_question,
    "agreement": _agreement,
    "answered": _answered,
    "received": _received,
}
