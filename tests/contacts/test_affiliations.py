"""People of several organisations, organisations of several people, functions that are unknown."""

from typing import Any

import pytest
from django.urls import reverse

from contacts.models import Contact
from tests.contacts.logins import log_in
from tests.factories.contacts import make_member, make_organisation, make_representation

pytestmark = pytest.mark.django_db

PEOPLE = "wagtailsnippets_contacts_contact"
ORGANISATIONS = "wagtailsnippets_contacts_organisation"


def person_data(*places: dict[str, Any]) -> dict[str, Any]:
    data = {
        "given_name": "Christa",
        "family_name": "Berg",
        "email": "christa@example.org",
        "language": "nl",
        "form_of_address": "je",
        "representations-TOTAL_FORMS": len(places),
        "representations-INITIAL_FORMS": 0,
    }
    for number, place in enumerate(places):
        row = {"role": "primary"} | place
        data |= {f"representations-{number}-{name}": value for name, value in row.items()}
    return data


@pytest.mark.capability("C29", "C31")
def test_person_speaks_for_two_organisations_with_a_function_that_is_unknown(client):
    log_in(client, "Relatiebeheerder")
    first, second = make_organisation(name="Wilg"), make_member(name="Eik")

    client.post(
        reverse(f"{PEOPLE}:add"),
        person_data(
            {"organisation": first.pk, "function": "programmamaker"},
            {"organisation": second.pk, "function": ""},
        ),
    )

    person = Contact.objects.get()
    places = person.representations.order_by("id").values_list("organisation", "function")
    assert list(places) == [(first.pk, "programmamaker"), (second.pk, "")]
    page = client.get(reverse(f"{PEOPLE}:inspect", args=[person.pk])).content.decode()
    assert page.index("Wilg") < page.index("programmamaker") < page.index("Eik")
    assert page.count("function unknown") == 1
    row = client.get(reverse(f"{PEOPLE}:list")).content.decode()
    assert ("Wilg" in row, "Eik" in row) == (True, True)


@pytest.mark.capability("C28", "C31")
def test_organisation_shows_all_who_speak_for_it_and_not_who_did(client):
    log_in(client, "Organisator")
    organisation = make_organisation()
    first = make_representation(organisation=organisation, function="directeur").contact
    second = make_representation(organisation=organisation, function="").contact
    left = make_representation(organisation=organisation, valid_until="2021-01-01").contact

    page = client.get(reverse(f"{ORGANISATIONS}:inspect", args=[organisation.pk]))

    spoken = [place.contact for place in page.context["people"]]
    assert set(spoken) == {first, second}
    assert left not in spoken
    text = page.content.decode()
    assert "directeur" in text
    assert text.count("function unknown") == 1
