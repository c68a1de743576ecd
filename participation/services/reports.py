"""A report takes over at its publication what is known of its session; erasure reaches it there."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from contacts.models import Contact
from contacts.services.traces import traces_of
from content.models import ReportPage
from content.services import note_taken
from participation.selectors.reports import report_facts


@transaction.atomic
def freeze_report(*, page: ReportPage, revision_id: int | None, now: datetime) -> None:
    """Freeze who was there, what was asked and what was agreed, in the page and its aliases.

    May run twice; published again it is taken over anew.
    """
    language = page.locale.language_code
    page.frozen = report_facts(page.session, language=language, now=now) if page.session else {}
    follows = Q(pk=page.pk) | Q(alias_of=page.pk)
    ReportPage.objects.filter(follows).update(frozen=page.frozen)
    note_taken(page=page, revision_id=revision_id)


def forget_in_reports(contact: Contact) -> None:
    """Take the person, their traces and the organisation that stood for them out of frozen reports.

    The figures stay. Call it while the row of the person still has its name and address.
    """
    traces = traces_of(contact)
    for page in ReportPage.objects.exclude(frozen={}).only("frozen"):
        facts = page.frozen
        named = _without(contact, facts["organisations"])
        left_out = facts["unnamed"] + len(facts["organisations"]) - len(named)
        questions = [one | {"text": traces.removed_from(one["text"])} for one in facts["questions"]]
        agreements = [
            one
            | {
                "text": traces.removed_from(one["text"]),
                "owners": _without(contact, one["owners"]),
            }
            for one in facts.get("agreements", [])  # what was frozen before has none
        ]
        cleaned = facts | {
            "organisations": named,
            "unnamed": left_out,
            "questions": questions,
            "agreements": agreements,
        }
        if cleaned != facts:
            ReportPage.objects.filter(pk=page.pk).update(frozen=cleaned)


def _without(contact: Contact, named: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return who is named other than by the consent of this person."""
    return [one for one in named if one["by_consent_of"] != contact.pk]
