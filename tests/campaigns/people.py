"""People, answers and reasons for tests about audiences."""

from django.contrib.auth.models import Group

from campaigns import audience
from campaigns.selectors import list_considered
from campaigns.selectors.terms import terms_of
from campaigns.services.groups import ensure_groups
from contacts.models import Contact
from participation.models import Invitation, Registration
from tests.factories.base import make_user
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_contact,
    make_member,
    make_representation,
)
from tests.factories.content import set_site


def make_delegate(organisation=None, **values):
    return make_representation(make_contact(**values), organisation or make_member()).contact


def register(session, contact, state="registered", **values):
    row = {
        "session": session,
        "contact": contact,
        "state": state,
        "source": "organiser",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Registration.objects.create(**row | values)


def invite(session, contact, answer="none"):
    return Invitation.objects.create(
        session=session, contact=contact, answer=answer, invited_at=NOW
    )


def matching(data):
    condition = audience.parse(data)
    found = Contact.objects.filter(audience.matching(condition, audience.Moment(day=TODAY)))
    return set(found.values_list("pk", flat=True))


def reasons(**values):
    mailing = make_mailing(**values)
    return dict(list_considered(terms_of(mailing, NOW), limit=100))


def cap(number):
    """Let the site allow so many mailings a week; None is no limit."""
    set_site(mailings_per_week=number)


def need_second_person():
    """Let the site ask for a second pair of eyes."""
    set_site(needs_second_person=True)


def make_organiser(name, **values):
    """Somebody who works with mailings, called `name`."""
    ensure_groups()
    user = make_user(username=name, email=f"{name}@example.org", **values)
    user.groups.add(Group.objects.get(name="Organisator"))
    return user
