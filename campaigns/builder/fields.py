"""The fields of single conditions: each form writes, and reads, the JSON of one."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from campaigns.audience.parsing import ANSWERS, DECLINED, NO_ANSWER
from campaigns.models import Mailing
from contacts.countries import country_name
from contacts.enums import (
    GROUP_PURPOSES,
    OrganisationKind,
    Purpose,
    RepresentationRole,
    Tier,
)
from contacts.models import LANGUAGES, Community, OptInGroup, Organisation, Theme
from contacts.selectors.people import tags_in_use
from content.dates import when
from content.models import Session
from participation.enums import AgreementState, Attendance, RegistrationState
from participation.models import Poll

Choices = Sequence[tuple[str, Any]]

_CHOOSE = ("", "–")


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "nl"


class ConditionForm(forms.Form):
    """The fields of one condition; `name` is its key in the JSON."""

    def __init__(self, data: Any = None, *, name: str, initial: Any = None) -> None:
        super().__init__(data, initial=initial, prefix="f")
        self.name = name
        for field in self.fields.values():
            field.widget.attrs.pop("required", None)
        self.use_required_attribute = False

    def choice_field(self, name: str) -> forms.ChoiceField:
        """Return a field of which the choices depend on what exists."""
        return cast("forms.ChoiceField", self.fields[name])

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        """Return what the fields show for the JSON of a condition."""
        return {name: value.get(name)}

    def value(self) -> Any:
        """Return what stands behind the key, of a valid form."""
        return self.cleaned_data[self.name]

    def condition(self) -> dict[str, Any]:
        """Return the JSON of the condition, of a valid form."""
        return {self.name: self.value()}


class _Ticks(forms.MultipleChoiceField):
    """At least one of several, as boxes to tick; what is not offered any more stays possible."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": gettext_lazy("Choose at least one.")})
        super().__init__(**kwargs)


class _Select(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": gettext_lazy("Make a choice.")})
        super().__init__(**kwargs)


def _session_choices() -> Choices:
    language = _language()
    rows = Session.objects.order_by("-first_day", "-pk")
    named = [(row.slug, f"{row.title(language)} ({when(row, language)})") for row in rows]
    return [_CHOOSE, *named]


# --- people and their organisations -------------------------------------------------------------


class EverybodyForm(ConditionForm):
    """Everyone: nothing to fill in."""

    def value(self) -> bool:
        return True


class MemberForm(ConditionForm):
    member = _Select(
        label=gettext_lazy("Who"),
        choices=[("yes", gettext_lazy("members")), ("no", gettext_lazy("non-members"))],
        widget=forms.RadioSelect,
        help_text=gettext_lazy("As it is on the day on which the mailing starts."),
    )

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        return {"member": "yes" if value.get("member", True) else "no"}

    def value(self) -> bool:
        return bool(self.cleaned_data["member"] == "yes")


class ThemeForm(ConditionForm):
    theme = _Select(
        label=gettext_lazy("Theme"),
        help_text=gettext_lazy("Its parts belong to it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice_field("theme").choices = [_CHOOSE, *theme_choices()]


def theme_choices() -> Choices:
    """Return (slug, name) of every theme."""
    language = _language()
    return [(theme.slug, theme.name(language)) for theme in Theme.objects.order_by("name_nl")]


class CommunityForm(ConditionForm):
    community = _Select(
        label=gettext_lazy("Community"),
        help_text=gettext_lazy(
            "Who is named there for an organisation; where nobody is named, everybody who speaks "
            "for it."
        ),
    )
    tiers = _Ticks(
        label=gettext_lazy("Of which tiers"),
        choices=Tier.choices,
        required=False,
        help_text=gettext_lazy("Choose none for all of them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Community.objects.order_by("name").values_list("slug", "name")
        self.choice_field("community").choices = [_CHOOSE, *rows]

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        return {"community": value.get("community"), "tiers": value.get("tier", [])}

    def condition(self) -> dict[str, Any]:
        tiers = self.cleaned_data["tiers"]
        return super().condition() | ({"tier": tiers} if tiers else {})


class _TicksForm(ConditionForm):
    """One list of boxes, under the name of the condition."""

    label: Any = ""
    help_text: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial.get(self.name) or []
        self.fields[self.name] = _Ticks(
            label=self.label, choices=self.choices(chosen), help_text=self.help_text
        )

    def choices(self, chosen: Iterable[str]) -> Choices:
        """Return what can be ticked; `chosen` is in it, also when it is not in use any more."""
        return []


class KindForm(_TicksForm):
    label = gettext_lazy("Kinds of organisation")

    def choices(self, chosen: Iterable[str]) -> Choices:
        return OrganisationKind.choices


class CountryForm(_TicksForm):
    label = gettext_lazy("Countries")
    help_text = gettext_lazy("Countries in which organisations of the contact base are.")

    def choices(self, chosen: Iterable[str]) -> Choices:
        in_use = Organisation.objects.order_by().values_list("country", flat=True).distinct()
        codes = {code for code in in_use if code} | set(chosen)
        return sorted(((code, country_name(code)) for code in codes), key=lambda pair: pair[1])


class RoleForm(_TicksForm):
    label = gettext_lazy("Roles at the organisation")

    def choices(self, chosen: Iterable[str]) -> Choices:
        return RepresentationRole.choices


class LanguageForm(ConditionForm):
    language = _Select(
        label=gettext_lazy("Language of the mail"), choices=LANGUAGES, widget=forms.RadioSelect
    )


class TagForm(ConditionForm):
    tag = _Select(label=gettext_lazy("Tag"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {*tags_in_use(), *filter(None, [self.initial.get("tag")])}
        named = [(tag, tag) for tag in sorted(known, key=str.casefold)]
        self.choice_field("tag").choices = [_CHOOSE, *named]


class ConsentForm(ConditionForm):
    consent = _Select(label=gettext_lazy("Agreed to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = _language()
        groups = [
            (f"{group.purpose}:{group.slug}", group.name(language))
            for group in OptInGroup.objects.order_by("name_nl")
        ]
        about = [
            (f"{Purpose.INVITATIONS}:{slug}", _("invitations about “%s”") % name)
            for slug, name in theme_choices()
        ]
        any_group = {
            Purpose.SUBGROUP: _("any subgroup"),
            Purpose.COALITION: _("any coalition"),
        }
        purposes = [(str(each), any_group.get(each, each.label)) for each in Purpose]
        self.choice_field("consent").choices = [
            _CHOOSE,
            (_("Kinds of mail"), [pair for pair in purposes if pair[0] not in GROUP_PURPOSES]),
            (_("Groups"), [*groups, *(pair for pair in purposes if pair[0] in GROUP_PURPOSES)]),
            (_("Invitations about a theme"), about),
        ]


# --- sessions -----------------------------------------------------------------------------------


class SessionForm(ConditionForm):
    """About one session; `more` reads and writes what stands beside it."""

    session = _Select(label=gettext_lazy("Session"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice_field("session").choices = _session_choices()

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        found = value.get(name)
        return dict(found) if isinstance(found, dict) else {}

    def value(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def _answers() -> Choices:
    own = {NO_ANSWER: _("gave no answer"), DECLINED: _("said they cannot come")}
    return [
        (state, own[state] if state in own else RegistrationState(state).label) for state in ANSWERS
    ]


class RegistrationForm(SessionForm):
    states = _Ticks(label=gettext_lazy("Answer"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice_field("states").choices = _answers()


class AttendanceForm(SessionForm):
    values = _Ticks(label=gettext_lazy("Attendance"), choices=Attendance.choices)


class QuestionForm(SessionForm):
    given = _Select(
        label=gettext_lazy("Learning question"),
        choices=[("yes", gettext_lazy("given")), ("no", gettext_lazy("not given yet"))],
        widget=forms.RadioSelect,
    )

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        found = super().initial_of(value, name)
        given = found.get("given")
        return found | ({"given": "yes" if given else "no"} if isinstance(given, bool) else {})

    def value(self) -> dict[str, Any]:
        return {
            "session": self.cleaned_data["session"],
            "given": self.cleaned_data["given"] == "yes",
        }


class AgreementForm(SessionForm):
    state = _Select(
        label=pgettext_lazy("promise", "Agreement"),
        choices=AgreementState.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "Of the person; of an organisation alone it counts for its first contacts, and where "
            "it has none, for its people who signed up."
        ),
    )


# --- mail -----------------------------------------------------------------------------------------


class PollForm(ConditionForm):
    poll = _Select(
        label=gettext_lazy("Poll"),
        help_text=gettext_lazy("Those who answered it. To remind the others, let this not hold."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = _language()
        rows = Poll.objects.order_by("-created_at", "-pk")
        named = [(str(row.pk), row.question(language)) for row in rows]
        self.choice_field("poll").choices = [_CHOOSE, *named]

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        found = value.get(name)
        return dict(found) if isinstance(found, dict) else {}

    def value(self) -> dict[str, int]:
        return {"poll": int(self.cleaned_data["poll"])}


class ReceivedForm(ConditionForm):
    mailing = _Select(
        label=gettext_lazy("Mailing"),
        help_text=gettext_lazy("Those to whom it was sent. The newest stands first."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Mailing.objects.filter(started_at__isnull=False).order_by("-started_at", "-pk")
        named = [
            (str(number), f"{title} ({started_at:%d-%m-%Y})")
            for number, title, started_at in rows.values_list("pk", "title", "started_at")
        ]
        chosen = self.initial.get("mailing")
        if chosen and str(chosen) not in dict(named):
            later = Mailing.objects.filter(pk=chosen).values_list("pk", "title")
            named += [(str(number), title) for number, title in later]
        self.choice_field("mailing").choices = [_CHOOSE, *named]

    @classmethod
    def initial_of(cls, value: dict[str, Any], name: str) -> dict[str, Any]:
        found = value.get(name)
        return dict(found) if isinstance(found, dict) else {}

    def value(self) -> dict[str, int]:
        return {"mailing": int(self.cleaned_data["mailing"])}
