"""The moves of a mailing, each a conditional update on the state it comes from."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from base import bell
from campaigns.attachments import document_ids, documents_of, file_problems
from campaigns.checks import plan_problems, readiness, save_problems, send_problems
from campaigns.enums import EDITABLE, MAILING_MOVES, MailingState
from campaigns.errors import MailingNotReady, MoveForbidden
from campaigns.message import Composer, draft_composer
from campaigns.models import Mailing
from campaigns.plan import parse_plan
from campaigns.rendering import Recipient, sample_recipient
from campaigns.selectors.approval import approval_problems
from campaigns.selectors.moments import due_at
from campaigns.services.confirming import confirmed_number
from campaigns.services.revisions import check_revision
from campaigns.wording import WORDS
from contacts.addresses import address_key
from contacts.enums import NoticeKind
from contacts.selectors.people import contact_of_address
from contacts.selectors.representation import primary_representation
from contacts.services.notices import create_notice
from participation.selectors.registrations import live_registration

_S = MailingState

#: What a person may do with a mailing, and from which states.
ACTS: dict[str, tuple[MailingState, ...]] = {
    "plan": (_S.DRAFT, _S.CHECKED, _S.PLANNED, _S.MISSED),
    "start": (_S.DRAFT, _S.CHECKED, _S.PLANNED, _S.MISSED),
    "withdraw": (_S.PLANNED,),
    "pause": (_S.SENDING,),
    "resume": (_S.PAUSED,),
    "cancel": (_S.PLANNED, _S.SENDING, _S.PAUSED),
}


def legal_acts(state: str) -> list[str]:
    """Return what a person may do with a mailing in this state."""
    return [act for act, sources in ACTS.items() if state in sources]


# --- text, audience and plan --------------------------------------------------------------------


#: What returning to draft changes, as far as somebody still looks at it.
_MOVED = [
    "state", "due_at", "due_for_version", "frozen_revision",
    "asked_at", "asked_by", "approved_at", "approved_by", "latest_revision",
    "settled_at", "settled_by",
]  # fmt: skip


@transaction.atomic
def save_mailing(
    *, mailing: Mailing, by: User | None, now: datetime, revision: int | None = None
) -> Mailing:
    """Write a new or edited mailing with a revision; an edited one is a draft again.

    `revision` is the one that was edited. Raises ValidationError (by field), MoveForbidden once it
    is being sent, and MailingChanged when somebody saved another meanwhile.
    """
    if mailing._state.adding:
        mailing.created_at, mailing.created_by = now, by
    else:
        return_to_draft(mailing_id=mailing.pk)
        others = Mailing.objects.filter(pk=mailing.pk).exclude(waits_for=mailing.waits_for)
        others.update(settled_at=None, settled_by=None)
        mailing.refresh_from_db(fields=_MOVED)
        check_revision(mailing, revision, by)
    problems = save_problems(mailing)
    try:
        mailing.full_clean()
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            problems[name] = [*problems.get(name, []), *messages]
    if problems:
        raise ValidationError(problems)
    mailing.save()
    mailing.save_revision(user=by, clean=False)
    return mailing


def return_to_draft(*, mailing_id: int) -> bool:
    """Make a mailing a draft again because it was edited; say whether it was something else.

    Nobody has approved what it says now. Raises MoveForbidden once it is being sent, done or
    cancelled.
    """
    editable = Mailing.objects.filter(pk=mailing_id, state__in=EDITABLE)
    editable.update(asked_at=None, asked_by=None, approved_at=None, approved_by=None)
    others = [state for state in EDITABLE if state != _S.DRAFT]
    rows = Mailing.objects.filter(pk=mailing_id, state__in=others)
    if rows.update(state=_S.DRAFT, due_at=None, due_for_version=None, pause_reason=""):
        return True
    state = _state(mailing_id)
    if state != _S.DRAFT:
        raise _forbidden("edit", state)
    return False


def check_mailing(*, mailing_id: int, now: datetime) -> list[str]:
    """Check a draft before sending; without problems it becomes `checked`. Returns the problems."""
    mailing = Mailing.objects.select_related("session").get(pk=mailing_id)
    problems = send_problems(mailing, now)
    if not problems:
        Mailing.objects.filter(pk=mailing_id, state=_S.DRAFT).update(state=_S.CHECKED)
    return problems


@transaction.atomic
def plan_mailing(
    *,
    mailing_id: int,
    now: datetime,
    by: User | None = None,
    plan: dict[str, Any] | None = None,
    wait: timedelta = timedelta(0),
    confirmed: int | None = None,
    revision: int | None = None,
) -> Mailing:
    """Plan a mailing: by `plan`, else by the plan that it has. Nothing is sent before the tick.

    A plan that is `now` waits for `wait`, in which it can be withdrawn.

    The text as it stands is kept as a named revision, and that is what will be sent. `revision` is
    the one that was looked at. Raises MailingNotReady with every problem, MailingChanged when it is
    another text by now, MoveForbidden once it is being sent, NumberUnconfirmed when it goes to so
    many people that `confirmed`, their number, has to be given.
    """
    # Held: what is checked, and approved, is what is planned.
    rows = Mailing.objects.select_for_update(of=("self",))
    mailing = rows.select_related("session", "latest_revision__user").get(pk=mailing_id)
    if mailing.state not in ACTS["plan"]:
        raise _forbidden("plan", mailing.state)
    check_revision(mailing, revision, by)
    if plan is not None:
        mailing.plan = plan
    found = readiness(mailing, now)
    problems = [*found.problems, *(plan_problems(mailing, now) if mailing.plan else [])]
    if not mailing.plan:
        problems.append(_("Say when: now, at a moment, or relative to the session."))
    problems += approval_problems(mailing)
    if mailing.is_unsettled and mailing.plan == {"now": True}:
        problems.append(
            _("“%s” is not settled yet: say so first, or plan the mailing for later.")
            % mailing.waits_for
        )
    if problems:
        raise MailingNotReady(list(dict.fromkeys(problems)))
    number = confirmed_number(found.recipients, confirmed=confirmed)
    mailing.save(update_fields=["plan"])
    kept = mailing.save_revision(user=by, clean=False)
    mailing.due_at = None
    moment = due_at(mailing, now=now)
    if moment is not None and parse_plan(mailing.plan).is_now:
        moment = max(moment, now + wait)
    version = mailing.session.schedule_version if mailing.session else None
    rows = Mailing.objects.filter(pk=mailing_id, state__in=ACTS["plan"], is_template=False)
    moved = rows.update(
        state=_S.PLANNED,
        due_at=moment,
        due_for_version=version,
        frozen_revision=kept,
        confirmed_recipients=number,
        pause_reason="",
    )
    if not moved:
        raise _forbidden("plan", _state(mailing_id))
    log(instance=mailing, action="campaigns.plan", user=by)
    mailing.refresh_from_db()
    return mailing


def start(
    *,
    mailing_id: int,
    now: datetime,
    by: User | None = None,
    wait: timedelta = timedelta(0),
    confirmed: int | None = None,
    revision: int | None = None,
) -> Mailing:
    """Send as soon as possible: the first tick after `wait` starts it. Raises as plan_mailing."""
    state = _state(mailing_id)
    if state not in ACTS["start"]:
        raise _forbidden("start", state)
    return plan_mailing(
        mailing_id=mailing_id,
        plan={"now": True},
        by=by,
        now=now,
        wait=wait,
        confirmed=confirmed,
        revision=revision,
    )


def withdraw_mailing(*, mailing_id: int, now: datetime, by: User | None = None) -> Mailing:
    """Take a plan back: the mailing is a draft again. Raises MoveForbidden once it has started."""
    return _move(mailing_id, "withdraw", to=_S.DRAFT, by=by, due_at=None, due_for_version=None)


# --- while it runs ------------------------------------------------------------------------------


def pause_mailing(
    *, mailing_id: int, now: datetime, reason: str = "", by: User | None = None
) -> Mailing:
    """Stop within one message per connection; the rows wait. Raises MoveForbidden."""
    return _move(mailing_id, "pause", to=_S.PAUSED, by=by, pause_reason=reason[:300])


def resume_mailing(*, mailing_id: int, now: datetime, by: User | None = None) -> Mailing:
    """Go on with the rows that wait. Raises MoveForbidden."""
    return _move(mailing_id, "resume", to=_S.SENDING, by=by, pause_reason="")


def cancel_mailing(*, mailing_id: int, now: datetime, by: User | None = None) -> Mailing:
    """Send no more, for good; the next tick expires the rows that wait. Raises MoveForbidden."""
    return _move(mailing_id, "cancel", to=_S.CANCELLED, by=by, finished_at=now)


def _move(
    mailing_id: int, act: str, *, to: MailingState, by: User | None, **values: Any
) -> Mailing:
    sources = [state for state in ACTS[act] if to in MAILING_MOVES[state]]
    with transaction.atomic():
        rows = Mailing.objects.filter(pk=mailing_id, state__in=sources)
        if not rows.update(state=to, **values):
            raise _forbidden(act, _state(mailing_id))
        mailing = Mailing.objects.get(pk=mailing_id)
        log(instance=mailing, action=f"campaigns.{act}", user=by)
        bell.ring()
    return mailing


def send_test(
    *,
    mailing: Mailing,
    address: str,
    now: datetime,
    by: User | None = None,
    languages: tuple[str, ...] = (),
) -> int:
    """Queue the mail as it stands now to one address, in every language it has; return how many.

    Somebody we know sees their own name and links; anybody else those of an invented person.
    Raises AddressInvalid, FieldInvalid, CompileFailed, FileMissing, MailingNotReady (nothing is
    written yet, or the attachments are too large).
    """
    key = address_key(address)
    composer = draft_composer(mailing)
    if not composer.messages:
        raise MailingNotReady([_("There is no subject and text yet.")])
    if problems := file_problems(documents_of(mailing.attachments)):
        raise MailingNotReady(problems)
    chosen = [code for code in composer.messages if not languages or code in languages]
    for code in chosen:
        mail = composer.render(_test_recipient(composer, key, code, now))
        create_notice(
            kind=NoticeKind.SYSTEM,
            address=key,
            contact=None,
            language=code,
            context={
                "subject": f"[{WORDS[code].test}] {mail.subject}",
                "body": mail.text,
                "html": mail.html,
                "documents": document_ids(mailing.attachments),
            },
            key=f"test:{mailing.pk}:{code}:{now.timestamp()}:{key}"[:120],
            now=now,
        )
    return len(chosen)


def _test_recipient(composer: Composer, key: str, language: str, now: datetime) -> Recipient:
    mailing = composer.mailing
    sample = sample_recipient(language, purpose=mailing.purpose)
    contact = contact_of_address(key)
    if contact is None:
        return sample
    spoken = primary_representation(contact, now.date())
    own = live_registration(mailing.session, contact) if mailing.session else None
    return Recipient(
        contact=contact,
        language=language,
        organisation_name=spoken.organisation.name if spoken else "",
        basis=sample.basis,
        registration=own,
        holds=composer.true_of(contact.pk, contact.language, language),
    )


# --- refusals -----------------------------------------------------------------------------------


def _state(mailing_id: int) -> str:
    return str(Mailing.objects.values_list("state", flat=True).get(pk=mailing_id))


def _forbidden(act: str, state: str) -> MoveForbidden:
    message = _("A mailing that is “%(state)s” does not allow this.") % {
        "state": MailingState(state).label
    }
    return MoveForbidden(state, legal_acts(state), message)
