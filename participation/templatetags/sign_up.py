"""The sign-up form where a page wants it."""

from dataclasses import replace
from functools import cache, partial
from typing import Any

from django import template
from django.template import Context
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import capfirst

from content.models import SeriesPage, Session
from content.templatetags.agenda import Card
from participation.enums import ACCEPTING, Phase
from participation.forms import Guard, SeriesPageForm, SignUpPageForm
from participation.presentation import series_facts, session_facts
from participation.selectors.sessions import phase_of, phases_of

register = template.Library()

_FULL = (Phase.WAITING_LIST, Phase.FULL)


@register.inclusion_tag("participation/sign_up_form.html", takes_context=True)
def sign_up_form(context: Context, session: Session | None, phase: str = "") -> dict[str, Any]:
    """Show the sign-up form of a session, or in words why there is none now.

    A page that was never published has no session yet (a preview): that is said too.
    """
    if session is None or session.pk is None:
        return {"session": None}
    now = timezone.now()
    language = translation.get_language() or session.source_language
    frame = context.get("frame")
    imprint = frame.imprint if frame else None
    facts = session_facts(session, language, now=now, imprint=imprint, phase=phase)
    if facts["phase"] in ACCEPTING or facts["phase"] == Phase.INTEREST:
        # The fields follow from what is published, so most pages do without making them.
        form = cache(partial(SignUpPageForm, session=session, now=now, language=language))
        facts |= {"form": form, "guard": Guard(now=now)}
    return facts | {"kept_for": session.pk}


@register.simple_tag
def phase_now(session: Session) -> str:
    """Return what a visitor can do about the session, its seats counted; "" in a preview."""
    return "" if session.pk is None else phase_of(session, timezone.now())


@register.simple_tag
def with_seats(cards: list[Card]) -> list[Card]:
    """Return the cards of a list, of which an open one says when it is full; one query for all."""
    phases = phases_of([card.session for card in cards], timezone.now())
    return [
        replace(card, phase=phase, phase_text=capfirst(str(phase.label)))
        if (phase := phases[card.session.pk]) in _FULL
        else card
        for card in cards
    ]


@register.simple_tag
def partner_url(session: Session) -> str:
    """Return the address that leads to the partner; in a preview the partner's own."""
    if session.pk is None:
        return session.host_url
    return reverse("participation:partner", args=[session.slug])


@register.inclusion_tag("participation/series_form.html")
def series_sign_up_form(series: SeriesPage) -> dict[str, Any]:
    """Show the form to sign up for the sessions of a series at once, if there is one to tick."""
    now = timezone.now()
    language = translation.get_language() or "nl"
    facts = series_facts(series, language, now=now)
    sessions = [choice["session"] for choice in facts["choices"] if choice["can_tick"]]
    form = SeriesPageForm(sessions=sessions, now=now, language=language) if sessions else None
    return facts | {"form": form}
