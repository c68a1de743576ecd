"""Why somebody gets a mailing or not, as a sentence: past, running and planned; by person."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Delivery, Mailing
from campaigns.selectors.explaining import explanation
from campaigns.viewsets import viewset
from contacts.enums import MailState
from contacts.models import Contact
from tests.campaigns.people import make_delegate, register
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_suppression

pytestmark = pytest.mark.django_db

URL = "explain"


def _ask(client, contact, mailing=None):
    query = f"?contact={contact.pk}" + (f"&mailing={mailing.pk}" if mailing else "")
    return client.get(reverse(viewset.get_url_name(URL)) + query)


def _named(**values):
    return {"given_name": "Yara", "family_name": ""} | values


def test_planned_mailing_is_explained_by_its_rules():
    session = make_far_session()
    gone = {"registration": {"session": session.slug, "states": ["registered"]}}
    mailing = make_mailing(session=session, audience={"all": [{"member": True}, {"not": gone}]})
    yara, stranger = make_delegate(**_named()), make_contact(**_named())

    assert explanation(mailing, yara, NOW) == "Yara krijgt deze mail."
    assert explanation(mailing, stranger, NOW) == (
        "Yara krijgt deze mail niet: de doelgroep vraagt om “Leden”."
    )
    make_suppression(yara)
    assert explanation(mailing, yara, NOW) == (
        "Yara krijgt deze mail niet: uitgeschreven of geblokkeerd."
    )
    register(session, yara)
    assert explanation(mailing, yara, NOW) == "Yara krijgt deze mail niet: is al aangemeld."


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"state": "sent"}, "Yara heeft deze mail gekregen."),
        ({"state": "queued"}, "Yara krijgt deze mail: hij wacht op zijn beurt."),
        ({"state": "unknown"}, "Misschien kreeg Yara deze mail: iemand moet daarover beslissen."),
        ({"state": "refused"}, "De mailserver weigerde de mail aan Yara."),
        ({"state": "bounced"}, "De mail aan Yara kwam terug."),
        (
            {"state": "excluded", "reason": "declined"},
            "Yara kreeg deze mail niet: kan niet komen.",
        ),
    ],
)
def test_started_mailing_is_explained_by_the_ledger(row, words):
    mailing, yara = make_mailing(state="done"), make_delegate(**_named())
    make_delivery(mailing=mailing, contact=yara, **row)
    assert explanation(mailing, yara, NOW) == words


def test_every_state_of_the_ledger_has_its_sentence():
    mailing, yara = make_mailing(state="sending"), make_delegate(**_named())
    row = make_delivery(mailing=mailing, contact=yara)
    for state in MailState:
        Delivery.objects.filter(pk=row.pk).update(state=state)
        assert "Yara" in explanation(mailing, yara, NOW)


def test_whoever_came_since_or_stayed_out_is_told_so():
    mailing = make_mailing(state="done", audience={"member": True})
    assert explanation(mailing, make_delegate(**_named()), NOW) == (
        "Yara hoort nu bij de doelgroep, maar nog niet toen de mailing begon."
    )
    assert explanation(mailing, make_contact(**_named()), NOW) == (
        "Yara kreeg deze mail niet: de doelgroep vraagt om “Leden”."
    )


def test_audience_that_cannot_be_read_is_said_in_words():
    mailing = make_mailing()
    Mailing.objects.update(audience={"vroeger": 1})
    mailing.refresh_from_db()
    assert "vroeger" in explanation(mailing, make_contact(), NOW)


def test_person_page_leads_to_the_mailings_and_why(client):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    yara = make_delegate(**_named())
    done, planned = make_mailing(state="done"), make_mailing(session=make_far_session())
    make_delivery(mailing=done, contact=yara, state="excluded", reason="declined")
    person = reverse("wagtailsnippets_contacts_contact:inspect", args=[yara.pk])
    link = f"{reverse(viewset.get_url_name(URL))}?contact={yara.pk}"

    assert link in client.get(person).content.decode()
    rows = {row["mailing"].pk: row["said"] for row in _ask(client, yara).context["rows"]}
    assert rows == {done.pk: "niet verstuurd: kan niet komen", planned.pk: "komt nog"}
    assert _ask(client, yara, planned).context["answer"] == "Yara krijgt deze mail."
    merged = make_contact()
    Contact.objects.filter(pk=merged.pk).update(merged_into=yara)
    assert _ask(client, merged).context["contact"] == yara
    for query in ("", "?contact=x", "?contact=0", f"?contact={'9' * 40}", "?contact=%00"):
        assert client.get(reverse(viewset.get_url_name(URL)) + query).status_code == 404
    wrong = client.get(f"{link}&mailing=99999999")
    assert (wrong.status_code, wrong.context["answer"]) == (200, "")


def test_list_takes_as_many_queries_for_one_as_for_three(client):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    yara = make_delegate()

    def ask():
        with CaptureQueriesContext(connection) as queries:
            assert _ask(client, yara).status_code == 200
        return len(queries)

    make_delivery(mailing=make_mailing(state="done"), contact=yara)
    ask()
    one = ask()
    for _ in range(2):
        make_delivery(mailing=make_mailing(state="done"), contact=yara)
    assert ask() == one


@pytest.mark.parametrize("permission", ["campaigns.view_mailing", "contacts.view_contact"])
def test_who_may_not_see_both_is_refused(client, permission):
    client.force_login(make_user(permissions=["wagtailadmin.access_admin", permission]))
    assert _ask(client, make_contact()).status_code in (302, 403)
