"""Copies what a session page drafts to the session that everything else refers to."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from content.models import ReportPage, SeriesPage, Session, SessionPage
from content.questions import questions_of_page
from content.selectors.sessions import facts

#: Room for a suffix within the 120 characters of a slug.
LONGEST_STEM = 110


@transaction.atomic
def publish_session(*, page: SessionPage, now: datetime) -> Session:
    """Record that `page` was published, and return its session.

    The page in the source language (the oldest of its translations) sets the facts; any other page
    only adds its title. `schedule_version` rises when start, end, place or status differ from what
    was published last, so going back to an earlier date counts as a change as well.
    """
    if page.alias_of_id:
        page = page.alias_of.specific
    source = _source_page(page)
    session, created = Session.objects.select_for_update().get_or_create(
        page_key=page.translation_key, defaults={"slug": _free_slug(source.slug)}
    )
    if created or source.pk == page.pk:
        _copy_facts(page, session)
    session.source_language = source.locale.language_code
    language = page.locale.language_code
    session.titles = session.titles | {language: page.title}
    session.questions = session.questions | {language: questions_of_page(page)}
    session.published_at = now
    session.save()
    if created or source.pk == page.pk:
        session.themes.set(page.themes.all())
    _link_pages(page, session)
    return session


def note_taken(*, page: SessionPage | ReportPage, revision_id: int | None) -> None:
    """Note that all that follows from publishing this revision of the page was done."""
    pages = type(page)._default_manager.filter(pk=page.pk)
    pages.update(taken_revision=revision_id)
    page.taken_revision = revision_id


def _copy_facts(page: SessionPage, session: Session) -> None:
    before = session.schedule()
    for name, value in facts(page).items():
        setattr(session, name, value)
    session.series = _series_of(page)
    session.roles = [
        {name: str(block.value.get(name) or "") for name in ("role", "name", "organisation")}
        for block in page.roles
    ]
    if session.schedule_version == 0 or session.schedule() != before:
        session.schedule_version += 1


def _source_page(page: SessionPage) -> SessionPage:
    """Return the oldest page of the same key: when it is deleted, the next one takes over."""
    pages = SessionPage.objects.filter(translation_key=page.translation_key, alias_of=None)
    return pages.select_related("locale").order_by("pk").first() or page


def _series_of(page: SessionPage) -> SeriesPage | None:
    """Return the series above `page`, in the language in which that series began."""
    parent = page.get_parent()
    series = SeriesPage.objects.filter(translation_key=parent.translation_key, alias_of=None)
    return series.order_by("pk").first()


def _free_slug(wanted: str) -> str:
    """Return `wanted`, with a number behind it when another session has it."""
    stem = slugify(wanted)[:LONGEST_STEM].strip("-") or "session"
    taken = set(Session.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in range(2, len(taken) + 3))
    return next(slug for slug in (stem, *numbered) if slug not in taken)


def _link_pages(page: SessionPage, session: Session) -> None:
    """Let the page, its translations and the aliases that follow them know their session."""
    SessionPage.objects.filter(
        Q(translation_key=page.translation_key) | Q(alias_of__translation_key=page.translation_key)
    ).update(session=session)
    page.session = session
