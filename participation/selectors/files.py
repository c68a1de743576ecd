"""Sign-ups, agreements, and what people want of a session and answered, as rows of a file."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from base.spreadsheets import Cell
from contacts.selectors.exports import Export
from content.models import Session
from content.questions import Question, questions_of
from participation.enums import Attendance, PollKind, RegistrationState
from participation.models import Agreement, Poll, Registration
from participation.selectors.agenda import agenda_of
from participation.selectors.attendance import cancelled_of
from participation.selectors.desk import by_organisation, desk_row, desk_rows
from participation.selectors.polls import results_of


def registrations_file(registrations: QuerySet[Registration]) -> Export:
    """Return sign-ups, one a row, in the active language.

    Answers to private questions and the reason of an absence are not in it. `registrations` come
    with their people: see participation.selectors.desk.with_people.
    """
    language = "en" if (get_language() or "").startswith("en") else "nl"
    sessions = Session.objects.filter(registrations__in=registrations.order_by().values("pk"))
    asked = _questions(sessions.distinct(), language)
    heading: list[Cell] = [
        capfirst(_("session")), capfirst(_("organisation")), capfirst(_("also for")),
        capfirst(_("name")), capfirst(_("function")), capfirst(_("e-mail address")),
        capfirst(_("status")), capfirst(_("attendance")), capfirst(_("of the host")),
        capfirst(_("works on the theme")), capfirst(_("signed up at")), capfirst(_("source")),
        capfirst(_("need")), capfirst(_("learning question")), *(each.text for each in asked),
    ]  # fmt: skip

    def rows() -> Iterator[list[Cell]]:
        yield heading
        for own in registrations:
            row = desk_row(own)
            given = own.answers or own.typed.get("answers", {})
            moment = own.created_at.astimezone(ZoneInfo(own.session.time_zone))
            yield [
                own.session.title(language),
                row.organisation,
                ", ".join(row.also),
                row.name,
                row.function,
                row.email,
                str(own.get_state_display()),
                str(own.get_attendance_display()),
                _("yes") if own.is_host else "",
                _("yes") if own.works_on_theme or own.typed.get("works_on_theme") else "",
                f"{moment:%Y-%m-%d %H:%M}",
                str(own.get_source_display()),
                given.get("need", ""),
                given.get("learning_question", ""),
                *(each.in_words(given.get(each.id, "")) for each in asked),
            ]

    return Export(title=_("Sign-ups"), rows=rows())


def annex_file(session: Session, *, now: datetime) -> Export:
    """Return who came and who did not as the annex of a report has it, by organisation.

    Whoever cancelled beforehand is absent with notice, as in the numbers; whoever is not marked yet
    has an empty cell, to tick on paper. For everybody to read: without addresses and without the
    reason of an absence. An import of attendance reads it back.
    """
    cancelled = set(cancelled_of(session).values_list("pk", flat=True))
    listed = [
        row
        for row in desk_rows(session, now)
        if row.registration.state == RegistrationState.REGISTERED
        or row.registration.attendance != Attendance.UNMARKED
        or row.pk in cancelled
    ]

    def said(own: Registration) -> str:
        if own.pk in cancelled:
            return str(Attendance.EXCUSED.label)
        is_open = own.attendance == Attendance.UNMARKED
        return "" if is_open else str(own.get_attendance_display())

    def rows() -> Iterator[list[Cell]]:
        yield [
            capfirst(_("organisation")), capfirst(_("representative")), capfirst(_("function")),
            capfirst(_("attendance")), capfirst(_("remark")),
        ]  # fmt: skip
        for organisation, people in by_organisation(listed):
            for row in people:
                yield [
                    " / ".join(filter(None, (organisation, *row.also))),
                    row.name,
                    row.function,
                    said(row.registration),
                    _("of the host") if row.registration.is_host else "",
                ]

    return Export(title=_("Attendance"), rows=rows())


def polls_file(polls: QuerySet[Poll], day: date) -> Export:
    """Return polls of `polls_with_counts`, one a row, in the active language."""
    language = "en" if (get_language() or "").startswith("en") else "nl"

    def rows() -> Iterator[list[Cell]]:
        yield [
            capfirst(_("question")), capfirst(_("kind")), capfirst(_("session")),
            capfirst(_("closes at")), capfirst(_("answers")),
        ]  # fmt: skip
        for poll in polls:
            closes = timezone.localtime(poll.closes_at) if poll.closes_at else None
            yield [
                poll.question(language),
                str(poll.get_kind_display()),
                poll.session.title(language) if poll.session else "",
                f"{closes:%Y-%m-%d %H:%M}" if closes else "",
                getattr(poll, "answer_count", 0),
            ]

    return Export(title=_("Polls"), rows=rows())


def poll_file(poll: Poll, language: str) -> Export:
    """Return the answers, one a row, with a column an option; without addresses."""
    found = results_of(poll, language)

    def rows() -> Iterator[list[Cell]]:
        yield [
            capfirst(_("name")),
            capfirst(_("organisation")),
            *(each.label for each in found.options),
            capfirst(_("answer")) if poll.kind == PollKind.OPEN else capfirst(_("remark")),
            capfirst(_("answered at")),
        ]
        for one in found.answers:
            yield [
                one.contact.full_name,
                one.organisation.name if one.organisation else "",
                *(_("yes") if each.option.pk in one.choices else "" for each in found.options),
                one.remark,
                f"{timezone.localtime(one.answered_at):%Y-%m-%d %H:%M}",
            ]

    return Export(title=_("Answers"), rows=rows())


def _questions(sessions: QuerySet[Session], language: str) -> list[Question]:
    """The questions of these sessions' own, but for the private ones, each once."""
    found = {
        each.id: each
        for session in sessions
        for each in questions_of(session, language)
        if not each.private
    }
    return list(found.values())


def agenda_file(session: Session, *, language: str, now: datetime) -> Export:
    """Return needs, learning questions and the counted answers, one a row."""
    agenda = agenda_of(session, language=language, now=now)

    def rows() -> Iterator[list[Cell]]:
        yield [
            capfirst(_("kind")),
            capfirst(_("organisation")),
            capfirst(_("name")),
            capfirst(_("text")),
            capfirst(_("number")),
        ]
        for wants in agenda.wants:
            for person, text in wants.needs:
                yield [_("need"), wants.organisation, person, text, 1]
            for asked in wants.questions:
                names = " / ".join(asked.organisations)
                words = asked.text or _("not formulated yet")
                yield [_("learning question"), names, asked.person, words, 1]
        for tally in agenda.answers:
            for option, number in tally.options:
                yield [tally.question.text, "", "", str(option), number]
            for text in tally.texts:
                yield [tally.question.text, "", "", text, 1]

    return Export(title=_("Needs and questions"), rows=rows())


def agreements_file(agreements: QuerySet[Agreement], today: date) -> Export:
    """Return agreements, one a row. They come from selectors.agreements.listed_agreements."""
    language = "en" if (get_language() or "").startswith("en") else "nl"

    def rows() -> Iterator[list[Cell]]:
        yield [
            capfirst(pgettext("promise", "agreement")), capfirst(_("organisation")),
            capfirst(_("person")), capfirst(_("to be done before")), capfirst(_("status")),
            capfirst(_("overdue")), capfirst(_("session")), capfirst(_("carried forward to")),
            capfirst(_("public")),
        ]  # fmt: skip
        for row in agreements:
            yield [
                row.text,
                row.organisation.name if row.organisation else "",
                row.contact.full_name if row.contact else "",
                row.due or "",
                str(row.get_state_display()),
                _("yes") if row.is_overdue(today) else "",
                row.session.title(language),
                row.carried_to.title(language) if row.carried_to else "",
                _("yes") if row.is_public else "",
            ]

    return Export(title=pgettext("promise", "Agreements"), rows=rows())
