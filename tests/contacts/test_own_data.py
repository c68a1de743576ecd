"""The mailed link to what is held of a person: opening it, asking for it, erasing oneself."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from base import tokens
from contacts.links import ACCESS_VALID, LinkExpired, LinkUnknown, access_token, read_access
from contacts.models import Contact, Notice, Suppression
from contacts.selectors.access import held_of
from contacts.services.access import LINKS_A_DAY, ask_for_access
from participation.models import Registration
from tests.factories.contacts import NOW, make_contact, make_suppression
from tests.factories.dossiers import make_dossier

pytestmark = pytest.mark.django_db


# --- the link -----------------------------------------------------------------------------------


def page(client, contact: Contact, name: str = "access", token: str = "") -> Any:
    return client.get(reverse(f"contacts:{name}", args=[token or access_token(contact)]))


def test_link_shows_the_person_all_and_leaks_nothing(client):
    found = make_dossier()

    response = page(client, found.contact)

    text = response.content.decode()
    assert response.status_code == 200
    for words in ("merkteken", "geheim merkteken", found.contact.email):
        assert words in text
    assert response["Cache-Control"] == "private, no-store"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Robots-Tag"] == "noindex, nofollow"


def test_link_gives_the_same_as_a_file(client):
    found = make_dossier()

    response = page(client, found.contact, "access_json")

    document = json.loads(response.content)
    assert response["Content-Disposition"] == (
        f'attachment; filename="bijeen-{found.contact.pk}.json"'
    )
    assert response["Cache-Control"] == "private, no-store"
    assert (document["person"], document["left_out"]) == (found.contact.pk, [])
    with translation.override(found.contact.language):
        assert document["held"] == held_of(found.contact, for_person=True)


def test_page_shows_what_somebody_typed_as_text(client):
    contact = make_contact(given_name="<script>alert(1)</script>", tags=["<b>"])

    text = page(client, contact).content.decode()

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("name", ["access", "access_json", "access_erase"])
@pytest.mark.parametrize(
    "make_token",
    [
        lambda contact: tokens.make("preferences", contact.pk),
        lambda contact: tokens.make_timed("confirm", contact.pk, contact.link_version),
        lambda contact: access_token(contact) + "x",
        lambda contact: access_token(Contact(pk=987654, link_version=1)),
        lambda contact: "x",
    ],
)
def test_link_that_was_not_made_for_this_is_unknown(client, name, make_token):
    contact = make_contact(given_name="Amina")

    for send in (client.get, client.post):
        response = send(reverse(f"contacts:{name}", args=[make_token(contact)]))
        assert response.status_code in (404, 405)
        assert "Amina" not in response.content.decode()
    assert Contact.objects.get(pk=contact.pk).erased_at is None


def old_token(contact: Contact, monkeypatch, *, age: timedelta) -> str:
    made_at = (timezone.now() - age).timestamp()
    with monkeypatch.context() as clock:
        clock.setattr("django.core.signing.time.time", lambda: made_at)
        return access_token(contact)


@pytest.mark.parametrize("name", ["access", "access_json", "access_erase"])
def test_link_that_is_too_old_offers_a_new_one(client, monkeypatch, name):
    contact = make_contact(given_name="Amina", email="amina@example.org")
    make_suppression(contact, reason="manual")
    token = old_token(contact, monkeypatch, age=ACCESS_VALID + timedelta(minutes=1))

    response = page(client, contact, name, token)

    assert response.status_code == 410
    assert "a•••@example.org" in response.content.decode()
    assert "Amina" not in response.content.decode()
    assert not Notice.objects.exists()


def test_new_link_is_mailed_from_the_page_of_the_old_one(client, monkeypatch):
    contact = make_contact()
    token = old_token(contact, monkeypatch, age=ACCESS_VALID + timedelta(minutes=1))

    client.post(reverse("contacts:access", args=[token]))

    assert [(each.kind, each.address) for each in Notice.objects.all()] == [
        ("access", contact.email)
    ]


def test_link_is_revoked_with_the_others(monkeypatch):
    contact = make_contact()
    token = access_token(contact)
    assert read_access(token) == contact
    Contact.objects.update(link_version=2)
    with pytest.raises(LinkExpired):
        read_access(token)
    ancient = old_token(contact, monkeypatch, age=timedelta(days=400))
    with pytest.raises(LinkUnknown):
        read_access(ancient)


def test_link_of_a_row_that_was_merged_shows_nobody_but_offers_a_new_one(client):
    kept = make_contact(email="blijft@example.org", given_name="Blijft")
    gone = make_contact(email="weg@example.org")
    token = access_token(gone)
    Contact.objects.filter(pk=gone.pk).update(merged_into=kept)

    response = page(client, gone, token=token)

    assert response.status_code == 410
    assert "Blijft" not in response.content.decode()
    client.post(reverse("contacts:access", args=[token]))
    assert [each.address for each in Notice.objects.all()] == ["blijft@example.org"]


# --- asking for it ------------------------------------------------------------------------------


def ask_url(contact: Contact) -> str:
    return reverse("contacts:access_request", args=[tokens.make("preferences", contact.pk)])


def test_link_to_the_preferences_only_mails_and_shows_nothing(client):
    contact = make_contact(given_name="Amina", email="amina@example.org", phone="0612345678")

    shown = client.get(ask_url(contact))
    assert not Notice.objects.exists()
    asked = client.post(ask_url(contact))

    for response in (shown, asked):
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, no-store"
        text = response.content.decode()
        assert ("a•••@example.org" in text, "0612345678" in text, "amina@" in text) == (
            True,
            False,
            False,
        )
    notice = Notice.objects.get()
    assert (notice.kind, notice.address, notice.contact, notice.context) == (
        "access",
        "amina@example.org",
        contact,
        {},
    )


def test_page_of_the_preferences_has_the_button(client):
    contact = make_contact()

    text = client.get(
        reverse("contacts:preferences", args=[tokens.make("preferences", contact.pk)])
    ).content.decode()

    assert f'action="{ask_url(contact)}"' in text


def test_asking_says_the_same_whether_anything_is_sent(client):
    contact = make_contact()
    for minute in range(LINKS_A_DAY):
        assert ask_for_access(contact=contact, now=timezone.now() - timedelta(minutes=9 - minute))
    before = Notice.objects.count()

    again = client.post(ask_url(contact))

    assert Notice.objects.count() == before == LINKS_A_DAY
    Notice.objects.all().delete()
    other = make_contact(email=contact.email[:1] + "nders@example.org")
    sent = client.post(ask_url(other))
    strip = re.compile(r"csrf\w*|[\w./:-]*nonce[\w=\"'-]*|" + re.escape(ask_url(contact)))
    first, second = (
        strip.sub("", each.content.decode()).replace(ask_url(other), "") for each in (again, sent)
    )
    assert first == second
    assert Notice.objects.count() == 1


def test_pressing_twice_mails_once():
    contact = make_contact()
    assert [ask_for_access(contact=contact, now=NOW) for _press in range(2)] == [True, False]
    assert Notice.objects.count() == 1


def test_nothing_is_mailed_to_who_is_gone_or_has_no_address():
    erased = make_contact(email="", erased_at=NOW)
    nowhere = make_contact(email="")
    assert [ask_for_access(contact=each, now=NOW) for each in (erased, nowhere)] == [False, False]
    assert not Notice.objects.exists()


def test_unknown_link_to_the_preferences_is_404(client):
    url = reverse("contacts:access_request", args=["x"])
    assert [client.get(url).status_code, client.post(url).status_code] == [404, 404]


# --- erasing ------------------------------------------------------------------------------------


def test_person_erases_themselves_after_a_page_that_counts(client):
    found = make_dossier()
    Contact.objects.filter(pk=found.contact.pk).update(language="en")
    url = reverse("contacts:access_erase", args=[access_token(found.contact)])

    asked = client.get(url)
    assert asked.status_code == 200
    assert "1 learning question stays with its organisation" in asked.content.decode()
    found.contact.refresh_from_db()
    assert found.contact.erased_at is None
    done = client.post(url)

    found.contact.refresh_from_db()
    assert done.status_code == 200
    assert (found.contact.erased_at is not None, found.contact.email) == (True, "")
    assert Suppression.objects.filter(reason="erased", source="form").exists()
    assert Registration.objects.filter(contact=found.contact).count() == 1


def test_link_of_somebody_erased_says_so_and_nothing_else(client):
    found = make_dossier()
    token = access_token(found.contact)
    client.post(reverse("contacts:access_erase", args=[token]))

    for name in ("access", "access_json", "access_erase"):
        response = page(client, found.contact, name, token)
        assert response.status_code == 410
        assert "merkteken" not in response.content.decode()
    assert client.post(reverse("contacts:access_erase", args=[token])).status_code == 410
    assert Contact.objects.filter(erased_at=None, pk=found.contact.pk).count() == 0


def test_copy_of_somebody_erased_tells_nothing_of_them(client):
    found = make_dossier()
    client.post(reverse("contacts:access_erase", args=[access_token(found.contact)]))

    found.contact.refresh_from_db()
    text = json.dumps(held_of(found.contact, for_person=True))

    for words in ("Voor-", "Oud-", "geheim", "nodig", "getypt", "tel merkteken", "@example.org"):
        assert words not in text
