"""Who is in at once: the decision, apart from where its facts come from.

In at once is only a known representative of a member on the session's day, or an address in a
member's mail domain. An organisation that somebody typed is a suggestion, and opens no door.
"""

from dataclasses import dataclass

from content.enums import Eligibility
from participation.enums import Admission


@dataclass(frozen=True, slots=True)
class Applicant:
    """What we know by ourselves (the first two) and what the person declared."""

    speaks_for_member: bool
    is_invited: bool
    works_on_theme: bool


def admission(eligibility: str, applicant: Applicant) -> Admission:
    """Return how the applicant gets in to a session with this eligibility.

    For members only, somebody we do not know may still be a colleague of a member: an organiser
    decides. The same holds for whoever comes to an invited session without an invitation.
    """
    doors = {
        Eligibility.EVERYONE: True,
        Eligibility.MEMBERS: applicant.speaks_for_member,
        Eligibility.THEME: applicant.speaks_for_member,
        Eligibility.INVITED: applicant.is_invited,
    }
    return Admission.AT_ONCE if doors[Eligibility(eligibility)] else Admission.APPROVAL


def lacks_declaration(eligibility: str, applicant: Applicant) -> bool:
    """Whether the applicant has to declare first that the theme is the organisation's field."""
    return (
        eligibility == Eligibility.THEME
        and not applicant.speaks_for_member
        and not applicant.works_on_theme
    )
