"""Forms of the admin: the mailing with its audience and plan in fields, and the test address."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.widgets import AdminDateTimeInput, AdminTimeInput

from campaigns.checks import PURPOSES, save_problems
from campaigns.enums import Anchor
from campaigns.errors import PlanInvalid
from campaigns.plan import parse_plan
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


def plan_of_fields(data: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON of a plan from the cleaned PlanFields. Raises ValidationError by field."""
    match data.get("when"):
        case "now":
            return {"now": True}
        case "at":
            if not data.get("at"):
                raise forms.ValidationError({"at": _("Give the moment.")})
            return {"at": data["at"].isoformat()}
        case "relative":
            missing = {
                name: _("Give this too.")
                for name in ("anchor", "days")
                if data.get(name) in (None, "")
            }
            if missing:
                raise forms.ValidationError(missing)
            clock = data.get("clock") or time(9, 0)
            return {
                "relative": {
                    "anchor": data["anchor"],
                    "days": data["days"],
                    "time": f"{clock:%H:%M}",
                }
            }
    return {}


def fields_of_plan(plan: dict[str, Any]) -> dict[str, Any]:
    """Return initial values of PlanFields for a plan."""
    try:
        parsed = parse_plan(plan)
    except PlanInvalid:
        return {}
    if parsed.is_now:
        return {"when": "now"}
    if parsed.at:
        return {"when": "at", "at": parsed.at}
    return {
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
