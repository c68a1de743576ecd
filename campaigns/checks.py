"""Whether a mailing can be saved, and whether it can be sent: problems in words, never exceptions.

`save_problems` looks at what was typed, field by field. `send_problems` looks at the mailing as a
whole, with its audience as it is now.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from campaigns import audience, proof
from campaigns.attachments import documents_of, file_problems
from campaigns.audience import conditions as c
from campaigns.bodies import block_problems
from campaigns.compiling import LANGUAGES, written_languages
from campaigns.enums import BEFORE_SESSION, Anchor, MailingKind, Whom
from campaigns.errors import (
    AudienceInvalid,
    CampaignError,
    FieldInvalid,
    FileMissing,
    PlanInvalid,
)
from campaigns.fields import SESSION_FIELDS, read_fields
from campaigns.message import draft_composer
from campaigns.models import Mailing
from campaigns.plan import parse_plan
from campaigns.rendering import sample_recipient
from campaigns.selectors.archive import archive_problem
from campaigns.selectors.moments import due_at
from campaigns.selectors.recipients import count_recipients
from campaigns.selectors.terms import is_past, terms_of
from contacts.enums import GROUP_PURPOSES, MAILING_PURPOSES, Purpose
from contacts.models import LANGUAGES as LANGUAGE_NAMES
from contacts.selectors.groups import group_of
from content.selectors import is_published, reports_public_since

#: A mail program cuts off what is larger; 102 kB at Gmail.
SIZE_MAX = 100_000

#: What a mailing may be for.
PURPOSES = MAILING_PURPOSES | GROUP_PURPOSES

_NAMES = dict(LANGUAGE_NAMES)


def save_problems(mailing: Mailing) -> dict[str, list[str]]:
    """Return what is wrong with the fields of a mailing, by field; empty when it can be saved."""
    found: dict[str, list[str]] = {}
    for code in LANGUAGES:
        for name in (f"subject_{code}", f"preheader_{code}"):
            _note(found, name, _field_problems(getattr(mailing, name)))
        _note(found, f"body_{code}", _body_problems(getattr(mailing, f"body_{code}")))
    _note(found, "attachments", _attachment_problems(mailing))
    if mailing.in_archive and (words := archive_problem(mailing)):
        _note(found, "in_archive", [words])
    _note(found, "audience", audience_problems(mailing.audience))
    if mailing.plan:
        _note(found, "plan", _plan_problems(mailing.plan))
    if mailing.purpose and mailing.purpose not in PURPOSES:
        choices = ", ".join(str(purpose.label) for purpose in Purpose if purpose in PURPOSES)
        _note(found, "purpose", [_("A mailing is for one of: %s.") % choices])
    else:
        _note(found, "topic", _topic_problems(mailing))
    return found


def _topic_problems(mailing: Mailing) -> list[str]:
    """A mailing to a group names it; any other names none."""
    if mailing.purpose not in GROUP_PURPOSES:
        return (
            [_("Only a mailing to a group has a group: leave it empty.")] if mailing.topic else []
        )
    if not mailing.topic:
        return [_("Choose the group that this mailing is to.")]
    if group_of(mailing.purpose, mailing.topic) is None:
        label = Purpose(mailing.purpose).label
        return [_("“%(group)s” is no %(kind)s.") % {"group": mailing.topic, "kind": label}]
    return []


def _note(found: dict[str, list[str]], name: str, problems: Iterable[str]) -> None:
    if problems := list(problems):
        found.setdefault(name, []).extend(problems)


def _field_problems(text: str) -> list[str]:
    try:
        read_fields(text)
    except FieldInvalid as error:
        return error.problems
    return []


def _body_problems(body: Iterable[Any]) -> list[str]:
    """Blocks check themselves in the editor; what a program sent is checked here."""
    problems = []
    for child in body:
        try:
            child.block.clean(child.value)
        except ValidationError as error:
            problems += block_problems(error) or [_("Something is missing in a block.")]
    return problems


def _attachment_problems(mailing: Mailing) -> list[str]:
    try:
        return file_problems(documents_of(mailing.attachments))
    except FileMissing as error:
        return [str(error)]


def audience_problems(data: object) -> list[str]:
    """Return what is wrong with the JSON of an audience; what it names must exist."""
    try:
        condition = audience.parse(data)
    except AudienceInvalid as error:
        return [str(error)]
    leaves = [leaf for leaf, _positive in c.leaves(condition)]
    names = audience.names_of([condition])
    gone = [audience.lost(leaf, names) for leaf in leaves]
    nobody = [_("There is no contact %s.") % number for number in audience.lost_people(leaves)]
    return list(dict.fromkeys([*filter(None, gone), *nobody]))


def _plan_problems(plan: object) -> list[str]:
    try:
        parse_plan(plan)
    except PlanInvalid as error:
        return [str(error)]
    return []


@dataclass(frozen=True, slots=True)
class Readiness:
    """What keeps a mailing from being sent, in words, and how many people would get it now.

    Nobody is counted, so the number is 0, when what was typed is not right as it is.
    """

    problems: list[str]
    recipients: int = 0


def send_problems(mailing: Mailing, now: datetime) -> list[str]:
    """Return what keeps the mailing from being sent, in words; empty when it is ready."""
    return readiness(mailing, now).problems


def readiness(mailing: Mailing, now: datetime) -> Readiness:
    """Look at the mailing as a whole; its audience is counted once."""
    if mailing.is_template:
        return Readiness([_("A template is never sent: begin a mailing from it.")])
    by_field = save_problems(mailing)
    problems = [message for messages in by_field.values() for message in messages]
    if problems:
        return Readiness(problems)
    problems += _session_problems(mailing, now)
    problems += _poll_problems(mailing, now)
    number = count_recipients(terms_of(mailing, now))
    if not number and not _fills_later(mailing):
        problems.append(_("Nobody would get this mailing: look at the audience."))
    problems += _language_problems(mailing)
    problems += proof.text_problems(mailing)
    return Readiness(problems or _message_problems(mailing), number)


def send_hints(mailing: Mailing, now: datetime) -> list[str]:
    """Return what would make the mailing better, in words; none of it keeps it from being sent."""
    if audience_problems(mailing.audience):
        return proof.text_hints(mailing)
    return [*proof.text_hints(mailing), *proof.gap_hints(mailing, now)]


#: What brings people into an audience after it was planned.
_COMES_LATER = (*c.VOLATILE, c.Invited, c.Received)


def _fills_later(mailing: Mailing) -> bool:
    """Whether people may be asked, answer or be there before the moment that it is planned for."""
    if not mailing.plan or parse_plan(mailing.plan).is_now:
        return False
    leaves = c.leaves(audience.parse(mailing.audience))
    return mailing.purpose == Purpose.PARTICIPATION or any(
        is_asked and isinstance(leaf, _COMES_LATER) for leaf, is_asked in leaves
    )


def _session_problems(mailing: Mailing, now: datetime) -> list[str]:
    if mailing.session is None:
        if mailing.kind == MailingKind.CHANGE:
            return [_("A change notice is about a session: choose which.")]
        if mailing.purpose == Purpose.PARTICIPATION and mailing.series_id is None:
            return [_("Mail to participants is about a session: choose which.")]
        return []
    if mailing.kind in BEFORE_SESSION and is_past(mailing.session, now):
        return [_("The session has begun or was cancelled.")]
    return []


def _poll_problems(mailing: Mailing, now: datetime) -> list[str]:
    """A poll that is gone is a problem of its block; one that is closed would be left out."""
    bodies = (getattr(mailing, f"body_{code}") for code in LANGUAGES)
    polls = [child.value["poll"] for body in bodies for child in body if child.block_type == "poll"]
    return list(
        dict.fromkeys(
            _("The poll “%s” is closed: open it again, or take it out of the text.") % poll
            for poll in polls
            if not poll.is_open(now)
        )
    )


def _language_problems(mailing: Mailing) -> list[str]:
    """One language is enough: whoever reads another gets it in that one."""
    problems = []
    for code in LANGUAGES:
        has_subject = bool(getattr(mailing, f"subject_{code}").strip())
        has_text = bool(getattr(mailing, f"body_{code}"))
        name = {"language": _NAMES[code]}
        if has_subject and not has_text:
            problems.append(
                _("There is a subject in %(language)s but no text: write it, or empty the subject.")
                % name
            )
        elif has_text and not has_subject:
            problems.append(
                _("There is a text in %(language)s but no subject: write it, or remove the text.")
                % name
            )
    if not problems and not written_languages(mailing):
        problems.append(_("There is no subject and text yet."))
    return problems


def _message_problems(mailing: Mailing) -> list[str]:
    try:
        composer = draft_composer(mailing)
    except CampaignError as error:
        return [str(error)]
    problems = []
    for code, message in composer.messages.items():
        mail = composer.render(sample_recipient(code, purpose=mailing.purpose))
        size = len(mail.html.encode())
        if size > SIZE_MAX:
            problems.append(
                _("The mail is too large (%(size)s kB of at most %(limit)s): use fewer blocks.")
                % {"size": size // 1000, "limit": SIZE_MAX // 1000}
            )
        parts = message.parts()
        asked = {whom for part in parts for whom in part.whom}
        if not (mailing.session or mailing.series) and asked & Whom.of_session():
            problems.append(
                _("A part is only for people who signed up, came or did not: choose a session.")
            )
        # What is said of each coming session needs none of the mailing's own.
        plain = message.unfolded(lambda part, inside: [] if part.is_list else inside)
        names = {name for name, number in plain.fields() if number is None}
        if "link.unsubscribe" not in names:
            problems.append(_("The mail has no way to unsubscribe."))
        if mailing.session is None and (lost := sorted(names & SESSION_FIELDS)):
            problems.append(
                _("These fields need a session: %s.")
                % ", ".join(f"{{{{ {name} }}}}" for name in lost)
            )
        if "link.report" in names and not (_waits_for_report(mailing) or _has_report(mailing)):
            problems.append(
                _(
                    "This session has no report yet, so {{ link.report }} leads nowhere. Publish "
                    "the report first, or plan the mailing after its publication."
                )
            )
    return list(dict.fromkeys(problems))


def _waits_for_report(mailing: Mailing) -> bool:
    """Whether it goes out by its plan, and so not before the report is there."""
    try:
        return parse_plan(mailing.plan).anchor == Anchor.REPORT_PUBLISHED
    except PlanInvalid:
        return False


def _has_report(mailing: Mailing) -> bool:
    return mailing.session_id in reports_public_since({mailing.session_id})


def plan_problems(mailing: Mailing, now: datetime) -> list[str]:
    """Return why the plan of a mailing cannot be carried out."""
    try:
        plan = parse_plan(mailing.plan)
    except PlanInvalid as error:
        return [str(error)]
    session = mailing.session
    if plan.anchor is not None and session is None:
        return [_("A plan relative to a session needs a session.")]
    problems = []
    if mailing.stops_for_colleague and session is None:
        problems.append(_("“Stop once a colleague has signed up” needs a session."))
    if session and mailing.kind in BEFORE_SESSION and not is_published(session):
        problems.append(_("The session has no public page: publish it first."))
    unplanned = copy(mailing)
    unplanned.due_at = None
    moment = due_at(unplanned, now=now)
    if moment is not None and now - moment > plan.late:
        problems.append(_("That moment has passed."))
    return problems
