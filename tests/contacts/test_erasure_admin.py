"""Erasing a person from the admin and from the command line; the page about retention."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from base.models import FormHit
from contacts.models import Contact, RetentionRun, Suppression
from contacts.services.merging import merge_contacts
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_home
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db

LIST = reverse("wagtailsnippets_contacts_contact:list")


def make_colleague(client: Client, *codes: str) -> User:
    user = make_user()
    names = ("access_admin", *codes)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return user


def page_of(contact: Contact) -> str:
    return reverse("contact_forget:confirm", args=[contact.pk])


def make_person() -> Contact:
    contact = make_contact(given_name="Quirine", family_name="Zwaluw")
    make_registration(contact=contact, session=make_far_session())
    for _ in range(2):
        make_registration(contact=contact, state="cancelled")
    for _ in range(3):
        make_delivery(
            contact=contact, mailing=make_mailing(state="done"), state="sent", sent_at=NOW
        )
    make_delivery(contact=contact)
    return contact


def test_page_says_in_numbers_what_happens_and_changes_nothing(client: Client) -> None:
    make_home()
    contact = make_person()
    make_colleague(client, "view_contact", "change_contact", "delete_contact")
    response = client.get(page_of(contact))
    assert response.status_code == 200
    with translation.override("en"):
        context = client.get(page_of(contact)).context
    assert len(context["consequences"]) == 4
    numbers = [line.split(" ")[0] for line in context["consequences"]]
    assert numbers == ["1", "3", "1", "2"]
    assert "Zwaluw" in response.content.decode()
    contact.refresh_from_db()
    assert contact.erased_at is None


def test_button_erases_and_says_so(client: Client) -> None:
    make_home()
    contact = make_person()
    make_colleague(client, "view_contact", "delete_contact")
    response = client.post(page_of(contact), {"source": "mail"}, follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert len(response.context["messages"]) == 1
    assert "Zwaluw" not in response.content.decode()
    contact.refresh_from_db()
    assert contact.erased_at is not None
    assert Suppression.objects.get().source == "mail"


@pytest.mark.parametrize("sent", [{}, {"source": ""}, {"source": "import"}])
def test_form_asks_how_the_person_asked(client: Client, sent: dict[str, str]) -> None:
    make_home()
    contact = make_person()
    make_colleague(client, "delete_contact")
    response = client.post(page_of(contact), sent)
    assert (response.status_code, list(response.context["form"].errors)) == (422, ["source"])
    contact.refresh_from_db()
    assert contact.erased_at is None


def test_erasing_twice_says_that_it_is_done(client: Client) -> None:
    make_home()
    contact = make_person()
    make_colleague(client, "view_contact", "delete_contact")
    for _ in range(2):
        response = client.post(page_of(contact), {"source": "mail"}, follow=True)
        assert response.status_code == 200
    assert client.get(page_of(contact)).status_code == 302
    assert Suppression.objects.count() == 1


def test_page_of_a_merged_row_is_that_of_who_stayed(client: Client) -> None:
    make_home()
    kept, gone = make_contact(family_name="Zwaluw"), make_contact(family_name="Spreeuw")
    merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)
    make_colleague(client, "delete_contact")
    response = client.get(page_of(gone))
    assert response.context["contact"] == kept
    assert len(response.context["consequences"]) == 1


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_who_may_delete_people_erases(client: Client, method: str) -> None:
    make_home()
    contact = make_person()
    make_colleague(client, "view_contact", "change_contact", "add_contact")
    response = getattr(client, method)(page_of(contact), {"source": "mail"})
    assert response.status_code == 302
    assert response.headers["Location"] == reverse("wagtailadmin_home")
    contact.refresh_from_db()
    assert contact.erased_at is None
    assert page_of(contact) not in client.get(LIST).content.decode()


def test_list_and_form_offer_it_to_who_may(client: Client) -> None:
    make_home()
    contact = make_person()
    make_colleague(client, "view_contact", "change_contact", "delete_contact")
    form = reverse("wagtailsnippets_contacts_contact:edit", args=[contact.pk])
    person = reverse("wagtailsnippets_contacts_contact:inspect", args=[contact.pk])
    for address in (LIST, form, person):
        assert page_of(contact) in client.get(address).content.decode(), address


def test_unknown_person_is_not_found(client: Client) -> None:
    make_home()
    make_colleague(client, "delete_contact")
    assert client.get(reverse("contact_forget:confirm", args=[99])).status_code == 404


# --- the commands ---------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("by", ["email", "pk"])
def test_command_erases_by_address_or_id(by: str) -> None:
    contact, other = make_person(), make_contact()
    assert f"#{contact.pk} was erased." in run("erase_contact", str(getattr(contact, by)), "--yes")
    assert list(Contact.objects.present().exclude(deliveries__isnull=False)) == [other]
    with pytest.raises(CommandError):
        run("erase_contact", str(contact.pk), "--yes")


def test_command_asks_first(monkeypatch: pytest.MonkeyPatch) -> None:
    contact = make_person()
    monkeypatch.setattr("builtins.input", lambda prompt: "n")
    with pytest.raises(CommandError, match="Nothing was erased"):
        run("erase_contact", contact.email)
    contact.refresh_from_db()
    assert contact.erased_at is None


@pytest.mark.parametrize("who", ["niemand@example.org", "999999", "Zwaluw", ""])
def test_command_names_who_is_not_there(who: str) -> None:
    make_person()
    with pytest.raises(CommandError, match="There is no person"):
        run("erase_contact", who, "--yes")


def test_retention_command_counts_first_and_then_removes() -> None:
    FormHit.objects.create(form="a", key="b", at=timezone.now() - timedelta(days=2))
    counted = json.loads(run("retention", "--dry-run", "--json"))
    assert (counted["dry_run"], FormHit.objects.count()) == (True, 1)
    assert {"rule": "form_hits", "count": 1} in counted["rules"]
    assert not RetentionRun.objects.exists()
    done = json.loads(run("retention", "--json"))
    assert done["rules"] == counted["rules"]
    assert not FormHit.objects.exists()
    assert "0  " in run("retention")


# --- the page about retention ---------------------------------------------------------------------


def test_retention_page_shows_periods_what_is_due_and_the_nights(client: Client) -> None:
    make_home()
    FormHit.objects.create(form="a", key="b", at=timezone.now() - timedelta(days=2))
    RetentionRun.objects.create(
        ran_at=NOW,
        finished_at=NOW,
        report=[
            {"rule": "form_hits", "count": 7},
            {"rule": "outbox", "count": 0},
            {"rule": "notices", "count": 0, "error": "ValueError"},
            {"rule": "of-an-older-version", "count": 3},
        ],
    )
    make_colleague(client, "view_retentionrun")
    response = client.get(reverse("contact_retention:index"))
    assert response.status_code == 200
    counts = {each.rule.code: each.count for each in response.context["rules"]}
    assert counts["form_hits"] == 1
    ((_run, lines),) = response.context["nights"]
    assert [(line["rule"], line["count"]) for line in lines] == [
        ("form_hits", 7),
        ("notices", 0),
        ("of-an-older-version", 3),
    ]
    assert FormHit.objects.count() == 1
    assert "ValueError" in response.content.decode()


def test_retention_page_without_a_night_says_when_it_comes(client: Client) -> None:
    make_home()
    make_colleague(client, "view_retentionrun")
    assert client.get(reverse("contact_retention:index")).context["nights"] == []


def test_retention_page_is_for_who_may_see_it(client: Client) -> None:
    make_home()
    make_colleague(client, "view_contact")
    response = client.get(reverse("contact_retention:index"))
    assert (response.status_code, response.headers["Location"]) == (
        302,
        reverse("wagtailadmin_home"),
    )


def test_retention_page_asks_the_same_for_one_night_and_three(client: Client) -> None:
    make_home()
    make_colleague(client, "view_retentionrun")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            client.get(reverse("contact_retention:index"))
        return len(found)

    RetentionRun.objects.create(ran_at=NOW)
    queries()
    first = queries()
    for _ in range(2):
        RetentionRun.objects.create(ran_at=NOW)
    assert queries() == first
