"""A report takes over at its publication what is known of its session; erasure reaches it there."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from contacts.models import Contact
from contacts.services.traces import traces_of
from content.models import ReportPage
from content.services import note_taken
from participation.selectors.reports import report_facts


@transaction.atomic
def freeze_report(*, page: ReportPage, revision_id: int | None, now: datetime) -> None:
    """Freeze who was there and what was asked, in the page and the aliases that follow it.

    May run twice; published again it is taken over anew.
    """
    page.frozen = report_facts(page.session, now=now) if page.session else {}
    follows = Q(pk=page.pk) | Q(alias_of=page.pk)
    ReportPage.objects.filter(follows).update(frozen=page.frozen)
    note_taken(page=page, revision_id=revision_id)


def forget_in_reports(contact: Contact) -> None:
    """Take out of frozen reports the organisation that stood for the person, and their traces.

    The figures stay. Call it while the row of the person still has its name and address.
    """
    traces = traces_of(contact)
    for page in ReportPage.objects.exclude(frozen={}).only("frozen"):
        facts = page.frozen
        named = [one for one in facts["organisations"] if one["by_consent_of"] != contact.pk]
        left_out = facts["unnamed"] + len(facts["organisations"]) - len(named)
        questions = [one | {"text": traces.removed_from(one["text"])} for one in facts["questions"]]
        cleaned = facts | {"organisations": named, "unnamed": left_out, "questions": questions}
        if cleaned != facts:
            ReportPage.objects.filter(pk=page.pk).update(frozen=cleaned)
