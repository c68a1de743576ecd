"""Reads: who gets a mailing and who does not, and how far the ledger is."""

from campaigns.selectors.ledger import counts, load_deliveries, sending_mailing_ids
from campaigns.selectors.recipients import (
    DryRun,
    Explanation,
    dry_run,
    exclusions_now,
    explain,
    list_considered,
)

__all__ = [
    "DryRun",
    "Explanation",
    "counts",
    "dry_run",
    "exclusions_now",
    "explain",
    "list_considered",
    "load_deliveries",
    "sending_mailing_ids",
]
