"""How the audit log reads in the site history and in the history of a person."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import ModelLogEntry

from contacts.enums import ContactAct, Purpose, SuppressionScope
from contacts.models import Contact
from contacts.services.audit import PERSON

#: What was done, in front of what was changed by it.
_DONE = {
    ContactAct.CREATE: gettext_lazy("Added"),
    ContactAct.CHANGE: gettext_lazy("Changed"),
    ContactAct.IMPORT: gettext_lazy("Imported"),
    ContactAct.UNDO_IMPORT: gettext_lazy("Import undone"),
    ContactAct.MERGE: gettext_lazy("Merged"),
    ContactAct.UNMERGE: gettext_lazy("Merge undone"),
    ContactAct.ERASE: gettext_lazy("Data erased"),
    ContactAct.EXPORT: gettext_lazy("Exported"),
    ContactAct.CONSENT: gettext_lazy("Consent"),
    ContactAct.SUPPRESS: gettext_lazy("Mail stopped"),
    ContactAct.RESUME: gettext_lazy("Mail allowed again"),
    ContactAct.PREFERENCES: gettext_lazy("Preferences changed"),
    ContactAct.COMMUNITY: gettext_lazy("Communities changed"),
}

#: Names of what is no field of a person.
_OTHER_NAMES = {
    "organisations": gettext_lazy("organisations"),
    "consent": gettext_lazy("consent"),
    "suppression": gettext_lazy("not mailed"),
    "communities": gettext_lazy("communities"),
}

_WORDS = dict(Purpose.choices) | dict(SuppressionScope.choices)

_VALUE_MAX = 80


class ActFormatter(LogFormatter):
    """Says what was done, to which fields, from what to what. Wagtail escapes it."""

    act: ContactAct

    def format_message(self, log_entry: ModelLogEntry) -> str:
        data = log_entry.data
        # Of what was kept long enough only the names of the fields are left (retention).
        names = map(_name, data.get("fields", ()))
        parts = [*_changes(data.get("changes", {})), *names, data.get("detail", "")]
        told = "; ".join(filter(None, parts))
        message = f"{_DONE[self.act]}: {told}" if told else str(_DONE[self.act])
        if data.get("by") == PERSON:
            return _("%(message)s (by the person)") % {"message": message}
        return message


def _changes(changes: dict[str, list[Any]]) -> Iterator[str]:
    """Word each change: "phone: – → “0612”"."""
    for name, (before, after) in changes.items():
        yield f"{_name(name)}: {_value(name, before)} → {_value(name, after)}"


def _name(name: str) -> str:
    if name in _OTHER_NAMES:
        return str(_OTHER_NAMES[name])
    try:
        return str(Contact._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    values = value if isinstance(value, list) else [value]
    words = ", ".join(_label(name, each) for each in values if each not in (None, ""))
    return f"“{Truncator(words).chars(_VALUE_MAX)}”" if words else "–"


def _label(name: str, value: Any) -> str:
    """The word for a choice; of a group ("coalition:slug"), of the kind that it is."""
    if name in _OTHER_NAMES:
        kind, colon, topic = str(value).partition(":")
        return f"{_WORDS.get(kind, kind)}{colon}{topic}"
    try:
        return str(dict(Contact._meta.get_field(name).flatchoices).get(value, value))
    except FieldDoesNotExist:
        return str(value)


@hooks.register("register_log_actions")
def register_acts(registry: LogActionRegistry) -> None:
    """Make every act known to Wagtail, which otherwise calls it unknown."""
    for act in ContactAct:
        formatter = type("Formatter", (ActFormatter,), {"label": act.label, "act": act})
        registry.register_action(str(act))(formatter)
