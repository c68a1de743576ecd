"""Who was invited and never said anything: a filter of the list of people."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from contacts.holdings import PeopleFilter
from contacts.models import Contact
from participation.enums import InvitationAnswer, RegistrationState
from participation.models import Interest, Invitation, Registration


def narrow_by_answers(people: QuerySet[Contact], value: str, now: datetime) -> QuerySet[Contact]:
    """People who were invited, and who answered no invitation ever, or did answer one.

    Signing up for a session for which they were invited, however, and asking to be kept informed
    are answers too. A sign-up that was never confirmed is none.
    """
    invited = Invitation.objects.filter(contact=OuterRef("pk"))
    asked_for = Invitation.objects.filter(contact=OuterRef("contact"), session=OuterRef("session"))
    said = invited.exclude(answer=InvitationAnswer.NONE)
    signed_up = Registration.objects.filter(Exists(asked_for), contact=OuterRef("pk")).exclude(
        state=RegistrationState.LAPSED
    )
    interested = Interest.objects.filter(Exists(asked_for), contact=OuterRef("pk"))
    answered = Exists(said) | Exists(signed_up) | Exists(interested)
    if value == "never":
        return people.filter(Exists(invited), ~answered)
    return people.filter(answered)


PEOPLE_FILTERS = (
    PeopleFilter(
        name="answers",
        label=_("invitations"),
        choices=(("never", _("never answered one")), ("ever", _("answered one"))),
        narrow=narrow_by_answers,
    ),
)
