"""Links that are not right, and pages that must not leak or change anything by GET."""

from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from participation.links import (
    confirm_token,
    invitation_token,
    join_token,
    registration_token,
)
from participation.models import Invitation, Registration
from tests.factories.contacts import make_contact
from tests.factories.participation import make_invitation, make_registration
from tests.participation.visits import (
    coming_session,
    everything,
    invitation_url,
    member_contact,
    registration_url,
    sign_up_url,
)

pytestmark = pytest.mark.django_db

# --- links that are not right


def _tampered(token):
    return token[:-2] + ("AA" if not token.endswith("AA") else "BB")


def _links(session, contact, row, open_row):
    return {
        "i": invitation_token(session_id=session.pk, contact=contact),
        "r": registration_token(row),
        "j": join_token(row),
        "c": confirm_token(open_row.pk),
    }


@pytest.mark.parametrize("method", ["get", "post"])
def test_links_misused_are_404_and_disclose_nothing(client, method):
    session = coming_session()
    row = make_registration(session=session, contact=make_contact(family_name="Zonneveld"))
    open_row = make_registration(session=session, state="unconfirmed")
    before = everything()
    links = _links(session, row.contact, row, open_row)
    for place in links:
        wrong = [_tampered(links[place]), "x", "1.1.1", links[place].rsplit(":", 1)[0]]
        wrong += [token for name, token in links.items() if name != place]
        for token in wrong:
            response = getattr(client, method)(f"/{place}/{token}/")
            if place == "j" and method == "post":
                assert response.status_code == 405
                continue
            assert (place, token, response.status_code) == (place, token, 404)
            content = response.content.decode()
            assert session.title("nl") not in content
            assert "Zonneveld" not in content
            assert response["Cache-Control"] == "private, no-store"
    assert everything() == before
    row.refresh_from_db()
    assert row.state == "registered"


@pytest.mark.parametrize("method", ["get", "post"])
def test_links_revoked_are_410(client, method):
    session = coming_session()
    row = make_registration(session=session)
    links = _links(session, row.contact, row, row)
    Contact.objects.update(link_version=2)
    for place in ("i", "r"):
        assert getattr(client, method)(f"/{place}/{links[place]}/").status_code == 410
    assert client.get(f"/j/{links['j']}/").status_code == 410
    row.refresh_from_db()
    assert row.state == "registered"


def test_links_of_an_erased_person_or_a_deleted_row_are_404(client):
    session = coming_session()
    contact = make_contact()
    row = make_registration(session=session, contact=contact)
    gone = make_registration(session=session)
    links, lost = _links(session, contact, row, row), registration_token(gone)
    gone.delete()
    Contact.objects.filter(pk=contact.pk).update(erased_at=timezone.now())
    for place, token in links.items():
        assert client.get(f"/{place}/{token}/").status_code == 404
    assert client.get(f"/r/{lost}/").status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_confirm_link_expires(client, method):
    row = make_registration(session=coming_session(), state="unconfirmed")
    with patch("django.core.signing.time.time", return_value=0):
        token = confirm_token(row.pk)
    assert getattr(client, method)(f"/c/{token}/").status_code == 410
    row.refresh_from_db()
    assert row.state == "unconfirmed"


def test_get_changes_nothing_anywhere(client):
    session, contact = coming_session(), member_contact()
    make_invitation(session, contact)
    row = make_registration(session=session)
    open_row = make_registration(session=session, state="unconfirmed")
    links = _links(session, contact, row, open_row)
    before = (everything(), list(Registration.objects.order_by("pk").values()))
    for path in (
        sign_up_url(session),
        f"/i/{links['i']}/",
        f"/i/{links['i']}/decline/",
        f"/r/{links['r']}/?cancel=1",
        f"/c/{links['c']}/",
        f"/j/{links['j']}/",
    ):
        for method in ("get", "head"):
            assert getattr(client, method)(path).status_code in (200, 409)
    assert (everything(), list(Registration.objects.order_by("pk").values())) == before
    assert Invitation.objects.get().answer == "none"


def test_personal_pages_stay_out_of_caches_and_other_sites(client):
    session, contact = coming_session(), member_contact()
    row = make_registration(session=session)
    for path in (invitation_url(session, contact), registration_url(row)):
        response = client.get(path)
        assert response["Cache-Control"] == "private, no-store"
        assert response["Referrer-Policy"] == "same-origin"
        assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_personal_pages_refuse_cross_site_posts():
    strict = Client(enforce_csrf_checks=True)
    row = make_registration(session=coming_session())
    assert strict.post(registration_url(row), {"act": "cancel"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "registered"
