"""A mailing is begun: from a text of ours, or from a mailing that there is."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.blocks import StreamValue

from campaigns.compiling import LANGUAGES
from campaigns.enums import MailingKind
from campaigns.errors import PlanInvalid, SessionNeeded
from campaigns.markdown import to_blocks
from campaigns.models import RUN_FIELDS, Mailing
from campaigns.plan import parse_plan
from campaigns.presets import Preset, to_audience
from campaigns.services.mailings import save_mailing
from campaigns.starters import Starter, text_of
from contacts.enums import Purpose
from content.enums import Eligibility
from content.models import SeriesPage, Session
from content.selectors import pages_of_sessions, site_settings

_TITLE_MAX = Mailing._meta.get_field("title").max_length or 200


@transaction.atomic
def begin_mailing(
    *,
    starter: Starter,
    session: Session | None = None,
    series: SeriesPage | None = None,
    by: User | None,
    now: datetime,
) -> Mailing:
    """Make a draft of one of our texts, filled in for a session: text, audience and plan.

    Raises SessionNeeded, and ValidationError (by field) as save_mailing does.
    """
    if starter.needs_session and session is None:
        raise SessionNeeded
    mailing = Mailing(
        title=_titled(str(starter.name), session, series),
        kind=starter.kind,
        purpose=starter.purpose,
        session=session,
        series=series,
        audience=_audience(starter, session),
        plan=deepcopy(starter.plan),
        with_calendar=starter.with_calendar,
    )
    association = site_settings().association_name
    for code in LANGUAGES:
        text = text_of(starter, code)
        words = {
            "{association}": association,
            "{sender}": ", ".join(part for part in (_signer(session, by), association) if part),
            "{about}": _introduction(session, code),
        }
        setattr(mailing, f"subject_{code}", _filled(text.subject, words))
        setattr(mailing, f"preheader_{code}", _filled(text.preheader, words))
        setattr(mailing, f"body_{code}", to_blocks(_filled(text.body, words)))
    return save_mailing(mailing=mailing, by=by, now=now)


@transaction.atomic
def begin_for_people(
    *, session: Session, people: list[int], by: User | None, now: datetime
) -> Mailing:
    """Make an empty draft about a session to just these people, by their ids."""
    has_begun = session.starts_at is not None and session.starts_at <= now
    mailing = Mailing(
        title=_titled(_("To chosen people"), session, None),
        kind=MailingKind.FOLLOW_UP if has_begun else MailingKind.REMINDER,
        purpose=Purpose.PARTICIPATION,
        session=session,
        audience={"contacts": people},
    )
    return save_mailing(mailing=mailing, by=by, now=now)


@transaction.atomic
def copy_mailing(
    *,
    mailing_id: int,
    session: Session | None,
    series: SeriesPage | None = None,
    by: User | None,
    now: datetime,
    as_template: bool = False,
) -> Mailing:
    """Make a draft (or a template) with the text, audience and plan of another mailing.

    What was about its session is about `session`; a moment that has passed is not copied. Raises
    ValidationError (by field) when what it names is there no more.
    """
    source = Mailing.objects.select_related("session").get(pk=mailing_id)
    copied = {
        field.name: _copied(getattr(source, field.name))
        for field in Mailing._meta.concrete_fields
        if not field.primary_key and field.name not in RUN_FIELDS | {"session", "series"}
    }
    old = source.session
    if old is not None and session is not None and old.pk != session.pk:
        copied["audience"] = _about(copied["audience"], old.slug, session.slug)
    if as_template:
        title = source.title
    elif source.is_template:
        title = _titled(source.title, session, series)
    else:
        title = (_("Copy of %s") % source.title)[:_TITLE_MAX]
    mailing = Mailing(
        **copied
        | {
            "title": title,
            "session": session,
            "series": series,
            "plan": _plan_ahead(source.plan, now),
            "is_template": as_template,
        }
    )
    return save_mailing(mailing=mailing, by=by, now=now)


def _copied(value: Any) -> Any:
    return value.get_prep_value() if isinstance(value, StreamValue) else deepcopy(value)


def _titled(name: str, session: Session | None, series: SeriesPage | None) -> str:
    about = str(session or series or "")
    return (f"{name} · {about}" if about else name)[:_TITLE_MAX]


def _audience(starter: Starter, session: Session | None) -> dict[str, Any]:
    """Return whom a text is for; also non-members on the theme where the session is for them."""
    preset, theme = starter.preset, None
    if preset == Preset.MEMBERS and session and session.eligibility != Eligibility.MEMBERS:
        theme = session.themes.order_by("pk").first()
    return to_audience(
        Preset.MEMBERS_AND_THEME if theme else preset,
        theme=theme.slug if theme else "",
        session=session.slug if session else "",
        leave_out_answered=starter.kind == MailingKind.INVITATION,
    )


def _introduction(session: Session | None, language: str) -> str:
    """Return what the session's page says first, if it has a page in this language."""
    page = pages_of_sessions([session], language).get(session.pk) if session else None
    if page is None or page.locale.language_code != language:
        return ""
    return " ".join(page.introduction.split())


def _signer(session: Session | None, by: User | None) -> str:
    """Return who writes: the session's contact person, else whoever begins the mailing."""
    return (session.contact_person if session else "") or (by.get_full_name() if by else "")


def _filled(text: str, words: dict[str, str]) -> str:
    for name, value in words.items():
        # What somebody typed elsewhere is no merge field here.
        text = text.replace(name, value.replace("{", "").replace("}", ""))
    return text


def _about(value: Any, old: str, new: str) -> Any:
    """Return the JSON of an audience with one session in the place of another."""
    if isinstance(value, list):
        return [_about(part, old, new) for part in value]
    if isinstance(value, dict):
        return {
            key: new if key in _SESSION_KEYS and part == old else _about(part, old, new)
            for key, part in value.items()
        }
    return value


#: What a session is called by in the JSON of an audience.
_SESSION_KEYS = ("session", "organisation_registered")


def _plan_ahead(plan: dict[str, Any], now: datetime) -> dict[str, Any]:
    try:
        at = parse_plan(plan).at
    except PlanInvalid:
        return {}
    return {} if at is not None and at <= now else deepcopy(plan)
