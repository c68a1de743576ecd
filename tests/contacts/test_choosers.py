"""The windows in which a person or an organisation is chosen."""

import pytest
from django.urls import reverse

from contacts.models import Contact, Organisation
from tests.factories.base import make_user
from tests.factories.contacts import (
    NOW,
    make_alias,
    make_contact,
    make_organisation,
    make_representation,
)

pytestmark = pytest.mark.django_db


def offered(client, model, **query):
    """The rows of the window, and of its answer to a search."""
    namespace = model.snippet_viewset.chooser_viewset.name
    found = [
        client.get(reverse(f"{namespace}:{name}"), query).context["results"].object_list
        for name in ("choose", "choose_results")
    ]
    assert list(found[0]) == list(found[1])
    return set(found[0])


@pytest.fixture
def visitor(client):
    client.force_login(make_user(is_superuser=True))
    return client


def test_nobody_who_was_erased_or_merged_can_be_chosen(visitor):
    present = make_contact()
    make_contact(erased_at=NOW)
    make_contact(merged_into=present)
    assert offered(visitor, Contact) == {present}


def test_people_are_found_by_name_address_and_organisation(visitor):
    person = make_contact(given_name="Çigdem", email="cigdem@linde.example.org")
    make_representation(person, make_organisation(name="Stichting Linde"))
    make_contact(given_name="Bilal", email="bilal@wilg.example.org")
    for words in ("cigdem", "linde.example", "Linde", " Stichting  linde "):
        assert offered(visitor, Contact, q=words) == {person}
    assert offered(visitor, Contact, q="esdoorn") == set()


def test_people_with_one_name_are_told_apart(visitor):
    for name in ("een", "twee"):
        make_contact(given_name="Amina", family_name="Berg", email=f"{name}@example.org")
    namespace = Contact.snippet_viewset.chooser_viewset.name
    window = visitor.get(reverse(f"{namespace}:choose")).json()["html"]
    assert [f"{name}@example.org" in window for name in ("een", "twee")] == [True, True]


def test_organisations_are_found_by_any_name(visitor):
    organisation = make_organisation(name="Sociaal Handels Netwerk")
    make_alias(organisation, "SHN")
    make_organisation(name="Wilg")
    for words in ("handels", "shn"):
        assert offered(visitor, Organisation, q=words) == {organisation}
