"""Two tabs, a double click, the back button, a page that stood open, what is gone meanwhile."""

from datetime import timedelta

import pytest

from contacts.models import Notice
from participation.links import confirm_token, invitation_token, registration_token
from participation.models import Registration
from tests.factories.content import make_home, make_series, make_session_page
from tests.factories.participation import make_registration
from tests.participation.visits import (
    coming_session,
    everything,
    invitation_url,
    member_contact,
    registration_url,
    sign_up_url,
    stamped,
)

pytestmark = pytest.mark.django_db


def _open(**values):
    return coming_session(eligibility="everyone", **values)


def test_two_tabs_of_the_public_form_are_one_sign_up_with_what_was_sent_last(client):
    session = _open()
    first, second = stamped(need="thee"), stamped(need="koffie")
    for values in (first, second, first):
        assert client.post(sign_up_url(session), values).status_code == 303
    row = Registration.objects.get()
    assert row.typed["answers"] == {"need": "thee"}
    assert Notice.objects.count() == 2


def test_back_button_after_confirming_leads_to_the_sign_up(client):
    session, values = _open(), stamped()
    client.post(sign_up_url(session), values)
    link = f"/c/{confirm_token(Registration.objects.get().pk)}/"
    first = client.post(link)
    own = registration_url(Registration.objects.get())
    assert (first.status_code, first["Location"]) == (303, own)
    for again in (client.post(link), client.get(link)):
        assert (again.status_code, again["Location"]) == (303, own)
    # The form sent once more from the browser's history: the same page, one link to the sign-up.
    assert client.post(sign_up_url(session), values).status_code == 303
    assert Registration.objects.count() == 1
    kinds = Notice.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["confirm", "registered", "link"]


def test_two_tabs_of_the_personal_link_join_once_and_cancelling_in_one_holds_in_the_other(client):
    session, contact = _open(), member_contact()
    url = invitation_url(session, contact)
    assert [client.post(url).status_code for _ in range(2)] == [303, 303]
    row = Registration.objects.get()
    for _ in range(2):
        assert client.post(registration_url(row), {"act": "cancel"}).status_code == 303
    assert client.post(registration_url(row), {"act": "answers", "need": "thee"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.answers) == ("cancelled", {})
    assert Notice.objects.filter(kind="cancelled").count() == 1
    assert client.get(registration_url(row)).status_code == 200


def test_page_that_stood_open_a_day_is_sent_once_more_without_typing_again(client):
    session = _open()
    response = client.post(sign_up_url(session), stamped(age=timedelta(days=2), need="thee"))
    assert response.status_code == 422
    content = response.content.decode()
    assert "thee" in content
    assert "bilal@example.org" in content
    fresh = response.context["form"]["stamp"].value()
    assert fresh != stamped()["stamp"]
    assert Registration.objects.count() == 0


def test_session_or_page_that_is_gone_is_a_clear_page_and_nothing_is_stored(client):
    session, contact = _open(), member_contact()
    row = make_registration(session=session, state="unconfirmed")
    links = [
        sign_up_url(session),
        f"/i/{invitation_token(session_id=session.pk, contact=contact)}/",
        f"/c/{confirm_token(row.pk)}/",
        "/nl/traject/weg/aanmelden/",
    ]
    page = make_session_page(parent=make_series(parent=make_home()), session=session, live=True)
    page.delete()
    for link in links[:3]:
        assert client.get(link).status_code == 200, link
    session.delete()
    before = everything()
    for link in links:
        for method in ("get", "post"):
            assert getattr(client, method)(link, stamped()).status_code == 404
    assert everything() == before


def test_token_of_another_purpose_person_or_session_opens_nothing_else(client):
    mine, other = make_registration(session=_open()), make_registration(session=_open())
    assert mine.contact
    tokens = {
        "i": invitation_token(session_id=mine.session.pk, contact=mine.contact),
        "r": registration_token(mine),
        "c": confirm_token(mine.pk),
    }
    before = everything()
    for place in tokens:
        for made_for, token in tokens.items():
            for url in (f"/{place}/{token}/", f"/r/{token}/series/"):
                if place == made_for and "series" not in url:
                    continue
                assert client.post(url).status_code == 404, url
    # A number of somebody else in a token of one's own breaks its signature.
    forged = tokens["r"].replace(f"{mine.pk}.", f"{other.pk}.", 1)
    assert client.post(f"/r/{forged}/", {"act": "cancel"}).status_code == 404
    several = tokens["c"].replace(str(mine.pk), f"{mine.pk}.{other.pk}", 1)
    assert client.post(f"/c/{several}/").status_code == 404
    assert everything() == before


# --- the mail once more


def test_mail_is_sent_again_to_whoever_waits_and_the_answer_is_the_same_for_everybody(client):
    session = _open()
    client.post(sign_up_url(session), stamped())
    make_registration(session=session, contact=member_contact(email="lid@example.org"))
    url = f"{sign_up_url(session)}gelukt/"
    answers = set()
    for address in ("bilal@example.org", "lid@example.org", "niemand@example.org"):
        response = client.post(url, stamped(email=address))
        answers.add((response.status_code, response["Location"], response.content))
    assert answers == {(303, f"{url}?again=1", b"")}
    kinds = Notice.objects.order_by("pk").values_list("address", "kind")
    assert list(kinds) == [
        ("bilal@example.org", "confirm"),
        ("bilal@example.org", "confirm"),
        ("lid@example.org", "link"),
    ]
    assert "opnieuw onderweg" in client.get(f"{url}?again=1").content.decode()


def test_mail_is_sent_again_three_times_a_day_at_most_and_once_for_a_double_click(client):
    session = _open()
    client.post(sign_up_url(session), stamped())
    url, values = f"{sign_up_url(session)}gelukt/", stamped(email="bilal@example.org")
    for _ in range(2):
        client.post(url, values)
    assert Notice.objects.count() == 2
    for _ in range(4):
        assert client.post(url, stamped(email="bilal@example.org")).status_code == 303
    assert Notice.objects.count() == 3


def test_form_for_the_mail_again_is_guarded(client):
    session = _open()
    client.post(sign_up_url(session), stamped())
    url = f"{sign_up_url(session)}gelukt/"
    for wrong in ({"email": "geen adres"}, {"email": ""}, {"stamp": ""}):
        assert client.post(url, stamped() | wrong).status_code == 422
    assert client.post(url, stamped(website="x")).status_code == 303
    assert Notice.objects.count() == 1
