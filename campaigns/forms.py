"""Forms of the admin: the mailing with its audience and plan in fields, and the test address."""

from datetime import time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput, AdminTimeInput

from campaigns.checks import PURPOSES, save_problems
from campaigns.enums import Anchor
from campaigns.errors import PlanInvalid
from campaigns.plan import EVERY_DAYS_MAX, LATE, TIMES_MAX, parse_plan
from campaigns.presets import NEEDS_SESSION, NEEDS_THEME, Preset, recognise, to_audience
from contacts.addresses import address_key
from contacts.enums import Purpose, Tier
from contacts.errors import AddressInvalid
from contacts.models import Community, OptInGroup, Theme

WHENS = [
    ("", gettext_lazy("not decided yet")),
    ("now", gettext_lazy("as soon as it is started")),
    ("at", gettext_lazy("at a moment")),
    ("relative", gettext_lazy("counted from the session")),
]

LATE_UNITS = [("hours", gettext_lazy("hours")), ("days", gettext_lazy("days"))]

#: Fields whose blocks or words have checked themselves already.
_CHECKED = ("body_nl", "body_en", "purpose")


class PlanFields(forms.Form):
    """When a mailing goes out, in fields."""

    when = forms.ChoiceField(label=gettext_lazy("When"), choices=WHENS, required=False)
    at = forms.DateTimeField(
        label=gettext_lazy("Moment"), required=False, widget=AdminDateTimeInput()
    )
    anchor = forms.ChoiceField(
        label=gettext_lazy("Counted from"), choices=[("", "–"), *Anchor.choices], required=False
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        required=False,
        min_value=-730,
        max_value=730,
        help_text=gettext_lazy("Negative for before: -7 is a week before."),
    )
    clock = forms.TimeField(
        label=gettext_lazy("Time"),
        required=False,
        widget=AdminTimeInput(),
        help_text=gettext_lazy("In the time zone of the session."),
    )
    late_number = forms.IntegerField(
        label=gettext_lazy("Not any more when it is later than"),
        required=False,
        min_value=1,
        max_value=999,
        initial=12,
        help_text=gettext_lazy(
            "After a power cut, say. What is later than that is not sent, and you decide."
        ),
    )
    late_unit = forms.ChoiceField(
        label=gettext_lazy("hours or days"), choices=LATE_UNITS, required=False, initial="hours"
    )
    repeat_times = forms.IntegerField(
        label=gettext_lazy("Repeat at most"),
        required=False,
        min_value=1,
        max_value=TIMES_MAX,
        help_text=gettext_lazy(
            "So many times after the first; whoever has answered is left out. Empty: not at all."
        ),
    )
    repeat_days = forms.IntegerField(
        label=gettext_lazy("Days between two of them"),
        required=False,
        min_value=1,
        max_value=EVERY_DAYS_MAX,
    )


class PlanForm(PlanFields):
    """When a mailing goes out, asked apart from its text; `plan` is the JSON of it."""

    plan: dict[str, Any]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors:
            self.plan = plan_of_fields(data)
        return data


def plan_of_fields(data: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a plan from the cleaned PlanFields. Raises ValidationError by field."""
    when = data.get("when")
    if not when:
        return {}
    return _when(when, data) | _late(when, data) | _repeat(data)


def _when(when: str, data: dict[str, Any]) -> dict[str, Any]:
    if when == "now":
        return {"now": True}
    if when == "at":
        if not data.get("at"):
            raise forms.ValidationError({"at": _("Give the moment.")})
        return {"at": data["at"].isoformat()}
    _ask_for(data, "anchor", "days")
    clock = data.get("clock") or time(9, 0)
    relative = {"anchor": data["anchor"], "days": data["days"], "time": f"{clock:%H:%M}"}
    return {"relative": relative}


def _late(when: str, data: dict[str, Any]) -> dict[str, Any]:
    """What differs from the default is written down."""
    number = data.get("late_number")
    if when == "now" or not number:
        return {}
    is_days = data.get("late_unit") == "days"
    late = timedelta(days=number) if is_days else timedelta(hours=number)
    return {"late": f"skip:P{number}D" if is_days else f"skip:PT{number}H"} if late != LATE else {}


def _repeat(data: dict[str, Any]) -> dict[str, Any]:
    names = ("repeat_times", "repeat_days")
    if all(data.get(name) is None for name in names):
        return {}
    _ask_for(data, *names)
    return {"repeat": {"every_days": data["repeat_days"], "times": data["repeat_times"]}}


def _ask_for(data: dict[str, Any], *names: str) -> None:
    missing = {name: _("Give this too.") for name in names if data.get(name) in (None, "")}
    if missing:
        raise forms.ValidationError(missing)


def fields_of_plan(plan: dict[str, Any]) -> dict[str, Any]:
    """Return initial values of PlanFields for a plan."""
    try:
        parsed = parse_plan(plan)
    except PlanInvalid:
        return {}
    hours = int(parsed.late.total_seconds()) // 3600
    is_days = hours % 24 == 0
    found: dict[str, Any] = {
        "late_number": hours // 24 if is_days else hours,
        "late_unit": "days" if is_days else "hours",
    }
    if parsed.times:
        found |= {"repeat_times": parsed.times, "repeat_days": parsed.every_days}
    if parsed.is_now:
        return found | {"when": "now"}
    if parsed.at:
        return found | {"when": "at", "at": parsed.at}
    return found | {
        "when": "relative",
        "anchor": parsed.anchor,
        "days": parsed.days,
        "clock": parsed.clock,
    }


class MailingForm(WagtailAdminModelForm):
    """The editor of a mailing. The JSON of audience and plan is written from plain fields."""

    preset = forms.ChoiceField(
        label=gettext_lazy("Who gets this mail"), choices=Preset.choices, initial=Preset.MEMBERS
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("Group"),
        required=False,
        help_text=gettext_lazy("Only for the purposes subgroup and coalition."),
    )
    theme = forms.ModelChoiceField(
        label=gettext_lazy("Theme"), queryset=Theme.objects.order_by("name_nl"), required=False
    )
    community = forms.ModelChoiceField(
        label=gettext_lazy("Community"),
        queryset=Community.objects.order_by("name"),
        required=False,
        help_text=gettext_lazy(
            "Who is named there for an organisation; where nobody is named, everybody who speaks "
            "for it."
        ),
    )
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Of which tiers"),
        choices=Tier.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("Choose none for all of them."),
    )
    leave_out_answered = forms.BooleanField(
        label=gettext_lazy("Leave out who has answered for the session"),
        required=False,
        initial=True,
    )
    when = PlanFields.base_fields["when"]
    at = PlanFields.base_fields["at"]
    anchor = PlanFields.base_fields["anchor"]
    days = PlanFields.base_fields["days"]
    clock = PlanFields.base_fields["clock"]
    late_number = PlanFields.base_fields["late_number"]
    late_unit = PlanFields.base_fields["late_unit"]
    repeat_times = PlanFields.base_fields["repeat_times"]
    repeat_days = PlanFields.base_fields["repeat_days"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "purpose" in self.fields:
            self.fields["purpose"].choices = [
                (purpose.value, purpose.label) for purpose in Purpose if purpose in PURPOSES
            ]
        if "topic" in self.fields:
            self.fields["topic"].choices = _group_choices()
        if self.instance.pk or self.instance.session:
            self.initial |= self._initial_of_audience() | fields_of_plan(self.instance.plan)

    def _initial_of_audience(self) -> dict[str, Any]:
        session = self.instance.session
        found = recognise(
            self.instance.audience,
            session=session.slug if session else "",
            group=f"{self.instance.purpose}:{self.instance.topic}",
        )
        return found | {
            "theme": Theme.objects.filter(slug=found["theme"]).first(),
            "community": Community.objects.filter(slug=found["community"]).first(),
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        preset = data.get("preset")
        if preset and preset != Preset.OWN:
            data["audience"] = self._audience(data, preset)
        try:
            data["plan"] = plan_of_fields(data)
        except forms.ValidationError as error:
            for name, messages in error.message_dict.items():
                self.add_error(name, messages)
        return data

    @property
    def opens_builder(self) -> bool:
        """Whether "something else" was just chosen: the audience is put together after saving."""
        return (
            self.is_bound
            and "preset" in self.changed_data
            and (self.cleaned_data.get("preset") == Preset.OWN)
        )

    def _audience(self, data: dict[str, Any], preset: str) -> dict[str, Any]:
        theme, session, community = (data.get(name) for name in ("theme", "session", "community"))
        if preset in NEEDS_THEME and theme is None:
            self.add_error("theme", _("Choose the theme."))
        if preset == Preset.COMMUNITY and community is None:
            self.add_error("community", _("Choose the community."))
        if preset == Preset.GROUP and not data.get("topic"):
            self.add_error("topic", _("Choose the group."))
        if preset in NEEDS_SESSION and session is None:
            self.add_error("session", _("Choose the session that this is about."))
        return to_audience(
            preset,
            theme=theme.slug if theme else "",
            session=session.slug if session else "",
            group=f"{data.get('purpose')}:{data.get('topic')}",
            community=community.slug if community else "",
            tiers=data.get("tiers") or (),
            leave_out_answered=bool(data.get("leave_out_answered")),
        )

    def _post_clean(self) -> None:
        super()._post_clean()
        # Until somebody puts another one together, a new mailing is for members.
        chosen = self.cleaned_data.get("audience") or self.instance.audience
        self.instance.audience = chosen or to_audience(Preset.MEMBERS)
        self.instance.plan = self.cleaned_data.get("plan", self.instance.plan)
        if self.errors:
            return
        for name, messages in save_problems(self.instance).items():
            if name not in _CHECKED:
                self.add_error(name if name in self.fields else None, messages)


def _group_choices() -> list[tuple[str, str]]:
    """Return every opt-in group, with what it is behind its name."""
    groups = OptInGroup.objects.order_by("name_nl")
    named = [(group.slug, f"{group.name_nl} ({group.get_purpose_display()})") for group in groups]
    return [("", "–"), *named]


class AddressForm(forms.Form):
    """Where a test mail goes."""

    address = forms.EmailField(label=gettext_lazy("E-mail address"))

    def clean_address(self) -> str:
        try:
            return address_key(self.cleaned_data["address"])
        except AddressInvalid as error:
            raise forms.ValidationError(str(error)) from error


class ReleaseForm(forms.Form):
    """What becomes of the mail that was waiting when it was held. Nothing goes twice by default."""

    KEEP, SEND = "keep", "send"

    waiting = forms.ChoiceField(
        label=gettext_lazy("What should become of what was already waiting?"),
        choices=[
            (
                KEEP,
                gettext_lazy(
                    "Do not send it: it may have been sent. The mails become “unknown” and the "
                    "mailings “missed”, and you decide about them. Choose this after restoring a "
                    "backup."
                ),
            ),
            (
                SEND,
                gettext_lazy(
                    "Send it: nothing was sent since this database was last in use. Choose this "
                    "after moving to another machine with everything stopped."
                ),
            ),
        ],
        initial=KEEP,
        widget=forms.RadioSelect,
    )
    is_alone = forms.BooleanField(
        label=gettext_lazy("This is the only copy of this installation that sends mail"),
        error_messages={
            "required": gettext_lazy(
                "Make sure that no other copy is running, and say so. Otherwise people get their "
                "mail twice."
            )
        },
    )

    @property
    def sends_waiting(self) -> bool:
        return bool(self.cleaned_data["waiting"] == self.SEND)
