"""Who was asked for the sessions of a series, by organisation, and what that comes to."""

from collections.abc import Sequence
from dataclasses import dataclass

from contacts.models import Organisation
from content.models import SeriesPage, Session
from participation.enums import InvitationAnswer
from participation.selectors.invited import InvitedOrganisation, invited_to

_A = InvitationAnswer


@dataclass(frozen=True, slots=True)
class InvitedToSeries:
    """An organisation that was asked for one session or more; None: people who spoke for none.

    `answers` has one for each session of the series, None where nobody of it was asked.
    """

    organisation: Organisation | None
    answers: Sequence[InvitedOrganisation | None]

    @property
    def state(self) -> InvitationAnswer:
        """Registered for one session is registered; it cannot come only if it said so of all."""
        found = {answer.state for answer in self.answers if answer is not None}
        for state in (_A.REGISTERED, _A.COLLEAGUE):
            if state in found:
                return state
        return _A.DECLINED if found == {_A.DECLINED} else _A.NONE


def sessions_of(series: SeriesPage) -> list[Session]:
    """Return all sessions of the series, in whichever language its page is, the earliest first."""
    found = Session.objects.filter(series__translation_key=series.translation_key)
    return sorted(found, key=lambda one: (one.first_day is None, one.first_day, one.pk))


def invited_to_series(sessions: Sequence[Session]) -> list[InvitedToSeries]:
    """Return every organisation that was asked for one of these sessions, by name; people without
    one stand last. Four queries, however many there are."""
    found = invited_to(*sessions)
    rows: dict[int | None, dict[int, InvitedOrganisation]] = {}
    organisations: dict[int | None, Organisation | None] = {}
    for session_id, asked in found.items():
        for each in asked:
            key = each.organisation.pk if each.organisation else None
            organisations[key] = each.organisation
            rows.setdefault(key, {})[session_id] = each
    by_name = sorted(
        organisations.items(), key=lambda pair: (pair[1] is None, str(pair[1]).casefold())
    )
    return [
        InvitedToSeries(organisation, [rows[key].get(session.pk) for session in sessions])
        for key, organisation in by_name
    ]
