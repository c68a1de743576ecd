"""The audiences that most mailings have, as a choice in a form instead of JSON."""

from collections.abc import Sequence
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Preset(TextChoices):
    """Whom a mailing is for, as an organiser says it."""

    MEMBERS = "members", _("members")
    MEMBERS_AND_THEME = "members_and_theme", _("members, and non-members working on the theme")
    THEME = "theme", _("everyone working on the theme, member or not")
    EVERYONE = "everyone", _("everyone we may mail")
    GROUP = "group", _("everyone in the group")
    COMMUNITY = "community", _("who speaks in a community")
    NO_ANSWER = "no_answer", _("who was invited and has not answered")
    REGISTERED = "registered", _("who is signed up")
    NO_QUESTION = "no_question", _("who is signed up and has not given a learning question")
    INVOLVED = "involved", _("who is signed up, waits for a seat or is to be approved")
    PRESENT = "present", _("who was present")
    EXCUSED = "excused", _("who was absent with notice")
    NO_SHOW = "no_show", _("who did not appear")
    OPEN_AGREEMENT = "open_agreement", _("who has an open agreement")
    OWN = "own", _("something else: put it together yourself")


_ANSWERED = ["unconfirmed", "pending", "registered", "waiting", "offered", "declined"]
_INVOLVED = ["registered", "pending", "waiting", "offered"]
_ATTENDED = (Preset.PRESENT, Preset.EXCUSED, Preset.NO_SHOW)
NEEDS_THEME = (Preset.MEMBERS_AND_THEME, Preset.THEME)
NEEDS_SESSION = (
    Preset.NO_ANSWER,
    Preset.REGISTERED,
    Preset.NO_QUESTION,
    Preset.INVOLVED,
    *_ATTENDED,
    Preset.OPEN_AGREEMENT,
)
#: For these, people who answered already can be left out.
CAN_LEAVE_OUT = (
    Preset.MEMBERS,
    Preset.MEMBERS_AND_THEME,
    Preset.THEME,
    Preset.EVERYONE,
    Preset.GROUP,
    Preset.COMMUNITY,
)


def to_audience(
    preset: str,
    *,
    theme: str = "",
    session: str = "",
    group: str = "",
    community: str = "",
    tiers: Sequence[str] = (),
    leave_out_answered: bool = False,
) -> dict[str, Any]:
    """Return the JSON of an audience for a preset; `theme`, `session` and `community` are slugs.

    `group` is the purpose and the slug of the mailing's group: "coalition:zichtbaar".
    """
    audience = _base(preset, theme, session)
    if preset == Preset.GROUP:
        audience = {"consent": group}
    if preset == Preset.COMMUNITY:
        audience = {"community": community} | ({"tier": list(tiers)} if tiers else {})
    if leave_out_answered and session and preset in CAN_LEAVE_OUT:
        answered = {"not": {"registration": {"session": session, "states": _ANSWERED}}}
        return {"all": [audience, answered]}
    return audience


def _base(preset: str, theme: str, session: str) -> dict[str, Any]:
    match preset:
        case Preset.MEMBERS:
            return {"member": True}
        case Preset.MEMBERS_AND_THEME:
            return {"any": [{"member": True}, {"theme": theme}]}
        case Preset.THEME:
            return {"theme": theme}
        case Preset.NO_ANSWER:
            no_answer = {"registration": {"session": session, "states": ["none"]}}
            return {"all": [{"invited": {"session": session}}, no_answer]}
        case Preset.REGISTERED:
            return {"registration": {"session": session, "states": ["registered"]}}
        case Preset.NO_QUESTION:
            # Under a "not", so that whoever gave one is counted, with that for a reason.
            given = {"not": {"learning_question": {"session": session, "given": True}}}
            return {"all": [_base(Preset.REGISTERED, theme, session), given]}
        case Preset.INVOLVED:
            return {"registration": {"session": session, "states": _INVOLVED}}
        case Preset.PRESENT | Preset.EXCUSED | Preset.NO_SHOW:
            return {"attendance": {"session": session, "values": [str(preset)]}}
        case Preset.OPEN_AGREEMENT:
            return {"agreement": {"session": session, "state": "open"}}
    return {"everyone": True}


def recognise(audience: Any, *, session: str, group: str = "") -> dict[str, Any]:
    """Return the preset that an audience is, with what was chosen for it.

    That is the theme, the community and its tiers, and whether answers are left out.
    """
    community, tiers = _community(audience)
    for theme in {"", *_themes(audience)}:
        for preset in Preset:
            for leave_out in (False, True):
                made = to_audience(
                    preset,
                    theme=theme,
                    session=session,
                    group=group,
                    community=community,
                    tiers=tiers,
                    leave_out_answered=leave_out,
                )
                is_whole = bool(theme) == (preset in NEEDS_THEME)
                if preset != Preset.OWN and is_whole and made == audience:
                    found = {"preset": preset, "theme": theme, "leave_out_answered": leave_out}
                    return found | {"community": community, "tiers": tiers}
    own = {"preset": Preset.OWN, "theme": "", "leave_out_answered": False}
    return own | {"community": "", "tiers": []}


def _community(audience: Any) -> tuple[str, list[str]]:
    """Return the community that the JSON asks for, alone or before what it leaves out."""
    part = audience
    if isinstance(part, dict) and isinstance(part.get("all"), list) and part["all"]:
        part = part["all"][0]
    if not isinstance(part, dict) or not isinstance(part.get("community"), str):
        return "", []
    tiers = part.get("tier", [])
    return part["community"], tiers if isinstance(tiers, list) else []


def _themes(audience: Any) -> set[str]:
    """Return every theme that is named anywhere in the JSON."""
    if isinstance(audience, list):
        return {theme for part in audience for theme in _themes(part)}
    if not isinstance(audience, dict):
        return set()
    own = {audience["theme"]} if isinstance(audience.get("theme"), str) else set()
    return own | {theme for value in audience.values() for theme in _themes(value)}
