"""A mailing that is repeated until people answer: when one is done, the next is planned.

The next one is a mailing of its own, with the text as it was sent and the audience asked anew, so
that whoever answered is left out. A mailing that is cancelled or back in draft has no next one.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from wagtail.log_actions import log

from campaigns.enums import Exclusion, MailingState
from campaigns.errors import PlanInvalid
from campaigns.models import RUN_FIELDS, Delivery, Mailing
from campaigns.plan import EVERY_DAYS_MAX, parse_plan
from campaigns.selectors.moments import repetition_due_at, site_window
from contacts.enums import MailState

#: What keeps somebody from this mailing may be gone by the next.
_FOR_NOW = (
    Exclusion.FATIGUE,
    Exclusion.LESS_MAIL,
    Exclusion.PAUSED,
    Exclusion.COLLEAGUE_CHOSEN,
)
#: Read only when the next one is made.
_HEAVY = ("frozen", "body_nl", "body_en")

#: What is done for longer is not repeated any more, whatever moved since.
_LOOKS_BACK = timedelta(days=EVERY_DAYS_MAX)


def plan_repetitions(*, now: datetime) -> list[int]:
    """Plan the next of every recurring mailing that is done; return the ids of those made.

    Each is made once: the first of them is held meanwhile, and the database takes no second.
    """
    window = None
    made = []
    for mailing in _to_repeat(now).select_related("session").defer(*_HEAVY):
        try:
            plan = parse_plan(mailing.plan)
        except PlanInvalid:
            continue
        if mailing.repetition >= plan.times or not _is_wanted(mailing):
            continue
        window = window or site_window()
        moment = repetition_due_at(mailing, window=window)
        if moment is None:
            continue
        if made_id := _repeat(mailing, moment, now):
            made.append(made_id)
    return made


def _to_repeat(now: datetime) -> QuerySet[Mailing]:
    done = Mailing.objects.filter(
        state=MailingState.DONE, plan__has_key="repeat", finished_at__gt=now - _LOOKS_BACK
    ).annotate(first=Coalesce("repeats", "pk"))
    following = Mailing.objects.filter(
        repeats=OuterRef("first"), repetition=OuterRef("repetition") + 1
    )
    return done.filter(~Exists(following)).order_by("pk")


def _is_wanted(mailing: Mailing) -> bool:
    """Whether anybody was left who had not answered."""
    left = ~Q(state=MailState.EXCLUDED) | Q(reason__in=_FOR_NOW)
    return Delivery.objects.filter(left, mailing=mailing).exists()


@transaction.atomic
def _repeat(mailing: Mailing, moment: datetime, now: datetime) -> int | None:
    first_id = mailing.repeats_id or mailing.pk
    # Two ticks at once: the second waits here, and finds it made.
    list(Mailing.objects.select_for_update().filter(pk=first_id).values("pk"))
    number = mailing.repetition + 1
    if Mailing.objects.filter(repeats=first_id, repetition=number).exists():
        return None
    if not Mailing.objects.filter(pk=mailing.pk, state=MailingState.DONE).exists():
        return None
    made = _copy(mailing)
    made.plan = {"at": moment.isoformat(), "repeat": mailing.plan["repeat"]}
    if "late" in mailing.plan:
        made.plan["late"] = mailing.plan["late"]
    made.repeats_id, made.repetition = first_id, number
    made.created_at = now
    made.save()
    by = mailing.frozen_revision.user if mailing.frozen_revision else None
    revision = made.save_revision(user=by, clean=False, log_action=False)
    version = made.session.schedule_version if made.session else None
    Mailing.objects.filter(pk=made.pk).update(
        state=MailingState.PLANNED,
        due_at=moment,
        due_for_version=version,
        frozen_revision=revision,
    )
    log(instance=made, action="campaigns.repeat", user=None, data={"after": mailing.pk})
    return int(made.pk)


#: What a repetition has of the mailing before it; the run of each is its own.
_OF_THE_ONE_BEFORE = (
    "created_by",
    "asked_at",
    "asked_by",
    "approved_at",
    "approved_by",
    "settled_at",
    "settled_by",
    "confirmed_recipients",
)


def _copy(mailing: Mailing) -> Mailing:
    """Return an unsaved mailing with what was sent: the text of the revision that was frozen."""
    sent = mailing.frozen_revision.as_object() if mailing.frozen_revision else mailing
    made = Mailing()
    for field in Mailing._meta.concrete_fields:
        if not field.primary_key and field.name not in RUN_FIELDS:
            setattr(made, field.attname, getattr(sent, field.attname))
    for name in _OF_THE_ONE_BEFORE:
        setattr(made, name, getattr(mailing, name))
    made.in_archive = False
    return made
