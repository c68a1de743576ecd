"""Sessions, people and addresses for tests that visit pages."""

from datetime import timedelta

from django.utils import timezone

from contacts.models import ConsentRecord, Contact, Notice, Organisation
from participation.forms import make_stamp
from participation.links import invitation_token, registration_token
from participation.models import Interest, Registration
from tests.factories.contacts import make_contact, make_member, make_representation
from tests.factories.content import make_session
from tests.factories.participation import form_values

SOON = timedelta(days=10)


def coming_session(**values):
    """A session to come, seen from the real clock that the views read."""
    start = timezone.now() + SOON
    exact = {"starts_at": start, "ends_at": start + timedelta(hours=3)}
    return make_session(**(exact if "precision" not in values else {}) | values)


def member_contact(**values):
    return make_representation(make_contact(**values), make_member()).contact


def stamped(age=timedelta(seconds=10), **values):
    return form_values(**values) | {"stamp": make_stamp(timezone.now() - age)}


def sign_up_url(session, language="nl"):
    return f"/{language}/sessie/{session.slug}/aanmelden/"


def invitation_url(session, contact):
    return f"/i/{invitation_token(session_id=session.pk, contact=contact)}/"


def registration_url(row):
    return f"/r/{registration_token(row)}/"


def everything():
    models = (Registration, Contact, Organisation, Notice, Interest, ConsentRecord)
    return tuple(model.objects.count() for model in models)
