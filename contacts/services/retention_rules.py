"""What this room, and the floor below it, keeps for how long. The periods stand here alone."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session as WebSession
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry

from base.models import AccessToken, FormHit, OutboxEvent
from contacts.enums import MAIL_DUE, MAIL_OPEN, ContactAct, ImportState, MailState, NoticeKind
from contacts.holdings import RetentionRule, registered
from contacts.models import (
    CommunityRepresentative,
    ConsentRecord,
    Contact,
    ContactImport,
    ContactMoment,
    ImportPart,
    Merge,
    Notice,
    Representation,
)
from contacts.models.imports import UNDO_KINDS
from contacts.selectors.erasure import waiting_files
from contacts.selectors.merges import UNDO_WITHIN, merge_logs_before
from contacts.services.erasure import forget_contact
from contacts.services.forgetting import drop_waiting_files, without_values
from contacts.services.merging import forget_merge_log

_DAY = timedelta(days=1)
_YEAR = timedelta(days=365)


def delete(rows: QuerySet[Any], now: datetime) -> None:
    """Remove the rows altogether."""
    rows.delete()


# --- imports and merges -----------------------------------------------------------------------


def _waiting_files(before: datetime) -> QuerySet[ContactImport]:
    return waiting_files().filter(created_at__lt=before)


def _drop_files(imports: QuerySet[ContactImport], now: datetime) -> None:
    why = _("The file was kept for a week and not imported. Upload it again.")
    drop_waiting_files(imports, why=str(why), now=now)


def _undoable_parts(before: datetime) -> QuerySet[ImportPart]:
    parts = ImportPart.objects.filter(undo__has_any_keys=list(UNDO_KINDS))
    return parts.filter(contact_import__finished_at__lt=before).exclude(
        contact_import__state=ImportState.UNDOING
    )


def _end_undoing(parts: QuerySet[ImportPart], now: datetime) -> None:
    """What could not be undone is told by id; that stays with the report."""
    told = parts.filter(undo__has_key="kept")
    kept = {part.pk: {"kept": part.undo["kept"]} for part in told}
    parts.exclude(pk__in=kept).update(undo={})
    for pk, undo in kept.items():
        parts.filter(pk=pk).update(undo=undo)


def _old_reports(before: datetime) -> QuerySet[ImportPart]:
    return ImportPart.objects.filter(contact_import__finished_at__lt=before).exclude(
        contact_import__state=ImportState.UNDOING
    )


def _forget_merges(merges: QuerySet[Merge], now: datetime) -> None:
    forget_merge_log(merges)


# --- mail and the log -------------------------------------------------------------------------


def _old_notices(before: datetime) -> QuerySet[Notice]:
    settled = Notice.objects.filter(created_at__lt=before).exclude(state__in=MAIL_OPEN)
    return settled.exclude(address="", reply_text="")


def _empty_notices(notices: QuerySet[Notice], now: datetime) -> None:
    """Texts go; ids stay, by which the next notice knows what the person was told before."""
    notices.filter(kind=NoticeKind.SYSTEM).update(context={})
    notices.update(address="", reply_text="")


def _notices_to_erased(before: datetime) -> QuerySet[Notice]:
    written = Notice.objects.filter(contact__erased_at__lt=before).exclude(address="")
    return written.exclude(state=MailState.CLAIMED)


def _silence(notices: QuerySet[Notice], now: datetime) -> None:
    notices.filter(state__in=MAIL_DUE).update(state=MailState.EXPIRED)
    notices.update(address="", context={}, reply_text="")


def _told_changes(before: datetime) -> QuerySet[ModelLogEntry]:
    ours = ModelLogEntry.objects.filter(action__in=ContactAct.values, timestamp__lt=before)
    return ours.filter(data__has_any_keys=["changes", "detail"])


def _empty_changes(entries: QuerySet[ModelLogEntry], now: datetime) -> None:
    """Who did what to whom stays, and to which fields; not from what to what."""
    for entry in entries:
        entries.filter(pk=entry.pk).update(data=without_values(entry.data))


# --- people -----------------------------------------------------------------------------------


def heard_of_here(since: datetime) -> list[QuerySet[Any]]:
    """Ids of people of whom this room has a sign of life since then, or something that is live."""
    day = since.date()
    places = Representation.objects.filter(Q(valid_until=None) | Q(valid_until__gte=day))
    consents = ConsentRecord.objects.filter(
        Q(withdrawn_at=None) | Q(withdrawn_at__gte=since) | Q(given_at__gte=since)
    )
    moments = ContactMoment.objects.filter(happened_on__gte=day, contact__isnull=False)
    notices = Notice.objects.filter(created_at__gte=since, contact__isnull=False)
    found = (places, consents, CommunityRepresentative.objects.all(), moments, notices)
    return [rows.values("contact") for rows in found]


def quiet_people(before: datetime) -> QuerySet[Contact]:
    """People who are there, and of whom no room has had a sign of life since then."""
    people = Contact.objects.present().filter(created_at__lt=before)
    for holding in registered():
        for ids in holding.heard_of(before):
            people = people.exclude(pk__in=ids)
    written = ModelLogEntry.objects.filter(
        content_type__app_label="contacts",
        content_type__model="contact",
        timestamp__gte=before,
        object_id=Cast(OuterRef("pk"), CharField()),
    )
    return people.exclude(Exists(written))


def _forget_people(people: QuerySet[Contact], now: datetime) -> None:
    for contact_id in people.values_list("pk", flat=True):
        forget_contact(contact_id=contact_id, now=now)


# --- the floor --------------------------------------------------------------------------------


def _form_hits(before: datetime) -> QuerySet[FormHit]:
    return FormHit.objects.filter(at__lt=before)


def _handled_events(before: datetime) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(handled_at__lt=before)


def _expired_tokens(before: datetime) -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(expires_at__lt=before)


def _web_sessions(before: datetime) -> QuerySet[WebSession]:
    return WebSession.objects.filter(expire_date__lt=before)


RULES = (
    RetentionRule(
        code="import_files",
        label=_("files of people that were not imported"),
        reason=_("time to look at the dry run and to ask about it"),
        kept=7 * _DAY,
        rows=_waiting_files,
        remove=_drop_files,
    ),
    RetentionRule(
        code="import_undo",
        label=_("what an import changed, to undo it"),
        reason=_("an import can be undone for a day"),
        kept=_DAY,
        rows=_undoable_parts,
        remove=_end_undoing,
    ),
    RetentionRule(
        code="import_reports",
        label=_("reports of imports, row by row"),
        reason=_("questions about a file come soon; the totals stay"),
        kept=90 * _DAY,
        rows=_old_reports,
        remove=delete,
    ),
    RetentionRule(
        code="merge_logs",
        label=_("what a merge changed, to undo it"),
        reason=_("a merge can be undone for a day"),
        kept=UNDO_WITHIN,
        rows=merge_logs_before,
        remove=_forget_merges,
    ),
    RetentionRule(
        code="notices",
        label=_("address and text of mails about a person's own act"),
        reason=_("to answer “I got no mail”; that it was sent stays"),
        kept=90 * _DAY,
        rows=_old_notices,
        remove=_empty_notices,
    ),
    RetentionRule(
        code="notices_to_erased",
        label=_("mail to somebody who was erased"),
        reason=_("it was written while their data were being erased"),
        kept=timedelta(0),
        rows=_notices_to_erased,
        remove=_silence,
        is_about_people=False,
    ),
    RetentionRule(
        code="changes",
        label=_("old and new values in the audit log"),
        reason=_("to correct mistakes; who changed what, and when, stays"),
        kept=2 * _YEAR,
        rows=_told_changes,
        remove=_empty_changes,
    ),
    RetentionRule(
        code="quiet_people",
        label=_("people of whom nothing was heard"),
        reason=_("their part in the past stays, counted for their organisation, without a name"),
        kept=5 * _YEAR,
        rows=quiet_people,
        remove=_forget_people,
    ),
    RetentionRule(
        code="form_hits",
        label=_("counted attempts on public forms"),
        reason=_("limits are counted per day"),
        kept=_DAY,
        rows=_form_hits,
        remove=delete,
    ),
    RetentionRule(
        code="outbox",
        label=_("events that were passed on to other systems"),
        reason=_("to pass them on again after a failure on the other side"),
        kept=30 * _DAY,
        rows=_handled_events,
        remove=delete,
        is_about_people=False,
    ),
    RetentionRule(
        code="access_tokens",
        label=_("access tokens of the API that have expired"),
        reason=_("to see which program lost its access"),
        kept=30 * _DAY,
        rows=_expired_tokens,
        remove=delete,
        is_about_people=False,
    ),
    RetentionRule(
        code="web_sessions",
        label=_("log-ins of colleagues that have expired"),
        reason=_("nothing can be done with them any more"),
        kept=timedelta(0),
        rows=_web_sessions,
        remove=delete,
        is_about_people=False,
    ),
)
