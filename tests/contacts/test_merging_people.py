"""What a merged person keeps, how they are found, and that nothing brings back their mail."""

from datetime import date, timedelta

import pytest

from contacts.enums import Purpose
from contacts.errors import AddressTaken
from contacts.models import Contact, Representation, Suppression
from contacts.selectors.mailability import has_basis, suppressed
from contacts.selectors.merges import preview_merge
from contacts.selectors.people import contact_of_address
from contacts.services import confirm_contact, update_contact
from contacts.services.merging import merge_contacts, undo_merge
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_consent,
    make_contact,
    make_organisation,
    make_representation,
    make_suppression,
)

# Again on PostgreSQL: unique addresses that change places.
pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY = timedelta(days=1)


def merge(kept, gone, *take):
    merged = merge_contacts(kept_id=kept.pk, gone_id=gone.pk, take=take, by=None, now=NOW)
    kept.refresh_from_db()
    gone.refresh_from_db()
    return merged


def address_of(contact):
    return contact.email, contact.address_key, bool(contact.address_hash)


# --- fields -------------------------------------------------------------------------------------


def test_empty_fields_are_filled_and_chosen_ones_taken():
    kept = make_contact(given_name="Amina", family_name="Berg", phone="", title="dr.")
    gone = make_contact(
        given_name="Mina", family_name="Berg", phone="030 1234567", title="", language="en"
    )
    merge(kept, gone, "language", "title")
    assert (kept.given_name, kept.phone, kept.title, kept.language) == (
        "Amina",
        "030 1234567",
        "dr.",  # an empty value is never taken
        "en",
    )


def test_own_choices_and_tags_of_both_hold():
    earlier = NOW - 5 * DAY
    kept = make_contact(tags=["pers", "bestuur"], paused_until=date(2026, 4, 1), link_version=2)
    gone = make_contact(
        tags=["bestuur", "gast"],
        paused_until=date(2026, 6, 1),
        wants_less_mail=True,
        created_at=earlier,
        link_version=3,
    )
    merge(kept, gone)
    assert (kept.tags, kept.paused_until, kept.wants_less_mail) == (
        ["pers", "bestuur", "gast"],
        date(2026, 6, 1),
        True,
    )
    assert (kept.created_at, kept.link_version) == (earlier, 3)


def test_preview_tells_which_value_stays():
    kept = make_contact(given_name="Amina", phone="", email="amina@example.org")
    gone = make_contact(
        given_name="Mina",
        phone="030 1234567",
        email="mina@example.org",
        family_name=kept.family_name,
    )
    values = {"kin": "contact", "kept_id": kept.pk, "gone_id": gone.pk}
    told = preview_merge(**values, take=["given_name"])
    assert {
        each.name: (each.kept, each.gone, each.is_taken, each.is_open) for each in told.fields
    } == {
        "email": ("amina@example.org", "mina@example.org", False, True),
        "given_name": ("Amina", "Mina", True, True),
        "phone": ("", "030 1234567", True, False),
    }


def test_people_with_one_name_are_told_apart_in_the_preview():
    names = {"given_name": "Amina", "family_name": "Berg"}
    kept, gone = make_contact(email="", **names), make_contact(email="a@example.org", **names)
    told = preview_merge(kin="contact", kept_id=kept.pk, gone_id=gone.pk)
    assert (told.kept, told.gone) == (f"Amina Berg (#{kept.pk})", "Amina Berg (a@example.org)")


# --- addresses ----------------------------------------------------------------------------------


def test_one_who_goes_keeps_the_address_by_which_the_one_who_stays_is_found():
    kept, gone = make_contact(email="nieuw@example.org"), make_contact(email="Oud@Example.org")
    merge(kept, gone)
    assert address_of(kept) == ("nieuw@example.org", "nieuw@example.org", True)
    assert address_of(gone) == ("Oud@Example.org", "oud@example.org", True)
    assert [contact_of_address(each) for each in ("OUD@example.org", "nieuw@example.org")] == [
        kept,
        kept,
    ]


def test_address_goes_to_one_who_has_none():
    kept, gone = make_contact(email=""), make_contact(email="oud@example.org")
    gone.address_source = "ledenlijst"
    gone.save()
    merge(kept, gone)
    assert address_of(kept) == ("oud@example.org", "oud@example.org", True)
    assert (address_of(gone), kept.address_source) == (("", None, False), "ledenlijst")


def test_chosen_address_changes_places():
    kept, gone = make_contact(email="oud@example.org"), make_contact(email="nieuw@example.org")
    merged = merge(kept, gone, "email")
    assert (address_of(kept)[1], address_of(gone)[1]) == ("nieuw@example.org", "oud@example.org")
    undo_merge(merge_id=merged.pk, by=None, now=NOW)
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (address_of(kept)[1], address_of(gone)[1]) == ("oud@example.org", "nieuw@example.org")


def test_signing_up_under_the_old_address_is_the_one_who_stayed():
    kept, gone = make_contact(), make_contact(email="oud@example.org")
    merge(kept, gone)
    found = confirm_contact(
        email="oud@example.org",
        given_name="Iemand",
        family_name_prefix="",
        family_name="Anders",
        language="nl",
        address_source="formulier",
        now=NOW,
    )
    assert (found, Contact.objects.count()) == (kept, 2)


def test_one_who_stays_may_get_the_old_address_and_nobody_else():
    kept, gone, other = make_contact(), make_contact(email="oud@example.org"), make_contact()
    merge(kept, gone)
    with pytest.raises(AddressTaken):
        update_contact(contact=other, email="oud@example.org", now=NOW)
    update_contact(contact=kept, email="oud@example.org", now=NOW)
    gone.refresh_from_db()
    assert (address_of(kept)[1], address_of(gone)) == ("oud@example.org", ("", None, False))


# --- mail ---------------------------------------------------------------------------------------


def stops_of(contact):
    rows = Suppression.objects.filter(address_hash=contact.address_hash)
    return sorted(rows.values_list("scope", "purpose", "reason"))


def test_what_stops_mail_to_either_stops_it_to_the_one_who_stays():
    kept, gone = make_contact(), make_contact()
    make_suppression(kept, scope="purpose", purpose="invitations")
    make_suppression(gone, scope="purpose", purpose="invitations")
    make_suppression(gone, reason="complaint")
    make_suppression(gone, reason="hard_bounce")
    merge(kept, gone)
    assert stops_of(kept) == [
        ("all", "", "complaint"),
        ("purpose", "invitations", "unsubscribed"),
    ]
    assert len(stops_of(gone)) == 3  # the address itself stays stopped


def test_address_that_is_taken_over_is_stopped_as_the_former_one_was():
    kept, gone = make_contact(email="oud@example.org"), make_contact(email="nieuw@example.org")
    make_suppression(kept)
    merge(kept, gone, "email")
    assert kept.address_key == "nieuw@example.org"
    assert stops_of(kept) == [("all", "", "unsubscribed")]
    assert Contact.objects.filter(suppressed(Purpose.INVITATIONS), pk=kept.pk).exists()


def test_consent_that_was_withdrawn_under_the_other_row_since_is_not_alive():
    kept, gone = make_contact(email=""), make_contact()
    make_consent(gone, given_at=NOW - 3 * DAY)
    make_consent(kept, given_at=NOW - 9 * DAY, withdrawn_at=NOW - 2 * DAY)
    make_consent(gone, purpose="announcements", given_at=NOW - DAY)
    make_consent(kept, purpose="announcements", given_at=NOW - 9 * DAY, withdrawn_at=NOW - 2 * DAY)
    merge(kept, gone)
    mailed = {
        purpose
        for purpose in (Purpose.INVITATIONS, Purpose.ANNOUNCEMENTS)
        if Contact.objects.filter(has_basis(purpose, TODAY, []), pk=kept.pk).exists()
    }
    # For the announcements the person consented anew after withdrawing.
    assert (mailed, kept.consents.count()) == ({Purpose.ANNOUNCEMENTS}, 4)


# --- rows ---------------------------------------------------------------------------------------


def test_who_speaks_for_one_organisation_twice_speaks_for_it_once():
    organisation = make_organisation()
    kept, gone = make_contact(), make_contact()
    make_representation(kept, organisation, role="observer", valid_from=date(2022, 1, 1))
    make_representation(
        gone, organisation, role="primary", function="voorzitter", valid_from=date(2019, 1, 1)
    )
    make_representation(gone, organisation, valid_until=date(2018, 1, 1))
    merge(kept, gone)
    places = Representation.objects.filter(organisation=organisation).order_by("pk")
    assert [
        (row.contact, row.role, row.function, row.valid_from, row.valid_until) for row in places
    ] == [
        (kept, "primary", "voorzitter", date(2019, 1, 1), None),
        (kept, "primary", "", date(2020, 1, 1), date(2018, 1, 1)),
    ]


def test_who_was_merged_before_is_merged_into_the_one_who_stays_now():
    first, second, third = make_contact(email="a@example.org"), make_contact(), make_contact()
    merge(second, first)
    merge(third, second)
    first.refresh_from_db()
    assert (first.merged_into, contact_of_address("a@example.org")) == (third, third)
