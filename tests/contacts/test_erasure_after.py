"""After an erasure: seats are given on, links are dead, and only the person can come back."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import links
from contacts.enums import (
    MailState,
    NoticeKind,
    Purpose,
    Source,
)
from contacts.links import access_token
from contacts.models import (
    Contact,
    Notice,
    Suppression,
)
from contacts.selectors.mailability import suppressed
from contacts.services import confirm_contact, resubscribe
from participation.models import Invitation
from tests.contacts.dump import tables_that_hold
from tests.contacts.erasure_scene import EMAIL, erase, imported, make_person
from tests.factories.campaigns import make_delivery, make_far_session
from tests.factories.contacts import (
    NOW,
)
from tests.factories.content import make_home, make_session
from tests.factories.participation import (
    make_invitation,
    make_registration,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


# --- seats ----------------------------------------------------------------------------------------


def test_seat_of_a_session_to_come_goes_to_who_waits() -> None:
    contact = make_person()
    session = make_session(capacity=1, waiting_list=True)
    mine = make_registration(session=session, contact=contact)
    waits = make_registration(session=session, state="waiting")
    past = make_registration(
        contact=contact,
        session=make_session(starts_at=NOW - timedelta(days=9), ends_at=NOW - timedelta(days=8)),
    )
    make_invitation(session, contact)
    erase(contact)
    for row in (mine, waits, past):
        row.refresh_from_db()
    assert (mine.state, waits.state, past.state) == ("cancelled", "offered", "registered")
    (notice,) = Notice.objects.filter(state=MailState.QUEUED)
    assert (notice.kind, notice.contact) == (NoticeKind.OFFERED, waits.contact)
    assert Invitation.objects.get().answer == "none"


# --- coming back ----------------------------------------------------------------------------------


def sign_up_again() -> Contact:
    return confirm_contact(
        email=EMAIL,
        given_name="Quirine",
        family_name_prefix="",
        family_name="Zwaluw",
        language="nl",
        address_source="aanmelding",
        now=NOW,
    )


def test_import_does_not_bring_an_erased_person_back() -> None:
    erase(make_person())
    assert imported(f"{EMAIL},Quirine,Zwaluw\nander@example.org,Karel,Eik\n") == {
        "created": 1,
        "skipped": 1,
    }
    assert Contact.objects.present().get().full_name == "Karel Eik"
    assert tables_that_hold("zwaluw") == {}


def test_person_who_comes_back_is_somebody_new_and_still_gets_no_mailings() -> None:
    contact = make_person()
    erase(contact)
    new = sign_up_again()
    assert (new.pk != contact.pk, new.is_present, new.full_name) == (True, True, "Quirine Zwaluw")
    blocked = Contact.objects.filter(suppressed(Purpose.INVITATIONS))
    assert list(blocked) == [new]
    assert not Contact.objects.filter(suppressed(Purpose.SERVICE)).exists()


def test_person_who_asks_for_mail_again_gets_that_mail() -> None:
    erase(make_person())
    new = sign_up_again()
    resubscribe(
        contact=new,
        purpose=Purpose.INVITATIONS,
        source=Source.FORM,
        wording="Ja, stuur mij uitnodigingen",
        now=NOW,
    )
    assert not Contact.objects.filter(suppressed(Purpose.INVITATIONS)).exists()
    assert Contact.objects.filter(suppressed(Purpose.ANNOUNCEMENTS)).exists()
    assert imported() == {"unchanged": 1}


# --- links ----------------------------------------------------------------------------------------


def test_every_link_of_an_erased_person_is_dead(client: Client) -> None:
    make_home()
    contact, session = make_person(), make_far_session()
    registration = make_registration(contact=contact, session=session)
    delivery = make_delivery(contact=contact, state="sent")
    addresses = [
        links.preferences(contact),
        links.unsubscribe(contact, Purpose.INVITATIONS),
        links.sign_up(session, contact),
        links.decline(session, contact),
        links.registration(registration),
        links.join(registration),
        links.browser(delivery.pk),
        reverse("contacts:access", args=[access_token(contact)]),
    ]
    erase(contact)
    for address in addresses:
        response = client.get(address)
        # Unsubscribing always answers (RFC 8058), whether there is anybody left or not.
        assert response.status_code in ((200,) if "/u/" in address else (404, 410)), address
        assert "zwaluw" not in response.content.decode().casefold()
        client.post(address, {"choice": "again", "purposes": ["invitations"]})
    contact.refresh_from_db()
    assert not contact.consents.filter(withdrawn_at=None).exists()
    assert Suppression.objects.get().reason == "erased"
