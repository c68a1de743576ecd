"""How far an import is, in words and figures."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from base.figures import figure
from contacts.enums import ImportState, RowOutcome
from contacts.models import ContactImport
from contacts.services.imports import UNDO_FOR

_BUSY = (ImportState.STAGED, ImportState.RUNNING, ImportState.UNDOING)
_OVER = (ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Standing:
    """`total` is 0 as long as nobody knows it."""

    label: str
    done: int
    total: int
    text: str
    is_busy: bool


def standing(found: ContactImport) -> Standing:
    """Return where the import stands."""
    done, total = found.done_count, found.row_count
    if found.state == ImportState.UNDOING:
        done = sum(found.counts.get(name, 0) for name in ("removed", "restored", "kept"))
        total = 0
        text = _("%(done)s taken back") % {"done": figure(done)}
    elif total:
        text = _("%(done)s of %(total)s rows") % {"done": figure(done), "total": figure(total)}
    else:
        text = _("the file is being read")
    return Standing(
        label=_label(found), done=done, total=total, text=text, is_busy=found.state in _BUSY
    )


def _label(found: ContactImport) -> str:
    if found.dry_run and found.state == ImportState.DONE:
        return _("looked at, nothing written")
    if found.dry_run and found.state == ImportState.RUNNING:
        return _("being looked at")
    if found.state == ImportState.DONE:
        return _("imported")
    return str(found.get_state_display())


def change_count(found: ContactImport) -> int:
    """How many rows write something, or would."""
    return sum(found.counts.get(each, 0) for each in (RowOutcome.CREATED, RowOutcome.UPDATED))


def may_stop(found: ContactImport, now: datetime) -> bool:
    """Whether the worker is at it, or will be, to write or to look."""
    return found.state in (ImportState.STAGED, ImportState.RUNNING)


def may_undo(found: ContactImport, now: datetime) -> bool:
    """Whether something was written that can still be taken back."""
    if found.dry_run or found.state not in _OVER or found.finished_at is None:
        return False
    return change_count(found) > 0 and now <= found.finished_at + UNDO_FOR
