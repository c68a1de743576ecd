"""Why somebody gets a mailing or not, as a sentence: past, running and planned; by person."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Delivery, Mailing
from campaigns.selectors.explaining import ASKED_MAX, explanation, explanations
from contacts.enums import MailState
from contacts.models import Contact
from tests.campaigns.people import make_delegate, register
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_suppression

pytestmark = pytest.mark.django_db

URL = "mailing_plans:person"
DAY = timedelta(days=1)


def _url(contact):
    return reverse(URL, args=[contact.pk])


def _ask(client, contact):
    return client.get(_url(contact))


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


def test_person_page_leads_to_every_mailing_and_why(client):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    yara = make_delegate(**_named())
    session = make_far_session()
    done, refused = (make_mailing(state="done", started_at=NOW) for _ in range(2))
    make_delivery(mailing=done, contact=yara, state="excluded", reason="declined")
    make_delivery(
        mailing=refused, contact=yara, state="refused", reply_code=550, reply_text="No such user"
    )
    planned = make_mailing(
        state="planned", session=session, due_at=timezone.now() + DAY, title="komt", plan=_at(DAY)
    )
    later = make_mailing(
        state="planned", session=session, due_at=timezone.now() + 90 * DAY, plan=_at(90 * DAY)
    )
    draft, past = make_mailing(session=session), make_mailing(state="done", session=session)
    make_mailing(is_template=True)
    person = reverse("wagtailsnippets_contacts_contact:inspect", args=[yara.pk])

    assert _url(yara) in client.get(person).content.decode()
    answer = _ask(client, yara)
    assert _told(answer, "coming") == {planned.pk: "Yara krijgt deze mail."}
    assert _told(answer, "waiting") == {}
    assert _told(answer, "drafts") == {
        later.pk: "Yara krijgt deze mail.",
        draft.pk: "Yara krijgt deze mail.",
    }
    assert _told(answer, "earlier") == {
        done.pk: "Yara kreeg deze mail niet: kan niet komen.",
        refused.pk: "De mailserver weigerde de mail aan Yara.",
        past.pk: "Yara hoort nu bij de doelgroep, maar nog niet toen de mailing begon.",
    }
    assert "<q>550 No such user</q>" in answer.content.decode()
    assert f'href="{person}"' in answer.content.decode()


def _told(answer, name):
    return {row["mailing"].pk: row["told"].words for row in answer.context[name]}


def _at(after):
    return {"at": (timezone.now() + after).isoformat()}


def test_person_page_is_that_of_whoever_stayed(client):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    yara, merged = make_delegate(), make_contact()
    Contact.objects.filter(pk=merged.pk).update(merged_into=yara)
    assert _ask(client, merged).context["contact"] == yara
    assert client.get(reverse(URL, args=[99999999])).status_code == 404


def test_person_page_without_mailings_says_so(client):
    client.force_login(make_user(is_superuser=True, is_staff=True))
    answer = _ask(client, make_contact()).content.decode()
    assert "Voor de komende 60 dagen is er geen mailing gepland." in answer
    assert "Er is nog geen mailing begonnen." in answer


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


def test_only_so_many_mailings_are_asked_at_once(monkeypatch):
    assert ASKED_MAX == 30
    monkeypatch.setattr("campaigns.selectors.explaining.ASKED_MAX", 1)
    first, second = make_mailing(), make_mailing()
    assert list(explanations(make_delegate(), [first, second], now=NOW)) == [first.pk]


@pytest.mark.parametrize("permission", ["campaigns.view_mailing", "contacts.view_contact"])
def test_who_may_not_see_both_is_refused(client, permission):
    client.force_login(make_user(permissions=["wagtailadmin.access_admin", permission]))
    assert _ask(client, make_contact()).status_code in (302, 403)
