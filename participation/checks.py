"""What the people of a session have against what its page drafts."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content.enums import SessionStatus
from content.models import Session, SessionPage
from content.selectors import draft_session, has_begun, is_source
from participation.enums import LIVE
from participation.models import Registration


def problems_of_page(page: SessionPage, now: datetime) -> dict[str, str]:
    """Return errors by field: a session that people await cannot be moved to the past."""
    session = Session.objects.filter(page_key=page.translation_key).first()
    if session is None or page.pk is None or not is_source(page):
        return {}
    drafted = draft_session(page)
    if drafted.status in (SessionStatus.HELD, SessionStatus.CANCELLED):
        return {}
    if has_begun(session, now) or not has_begun(drafted, now):
        return {}
    number = Registration.objects.filter(session=session, state__in=LIVE).count()
    if not number:
        return {}
    signed_up = ngettext(
        "This lies in the past, and %(number)s person is signed up.",
        "This lies in the past, and %(number)s people are signed up.",
        number,
    )
    remedy = _("Choose a later moment, or the status “held” if it has taken place.")
    return {"first_day": f"{signed_up % {'number': number}} {remedy}"}
