"""The audience: reading its JSON, whom it matches, why somebody is left out, and how it is said."""

from datetime import date, timedelta
from typing import Any

import pytest

from campaigns import audience
from campaigns.checks import audience_problems
from campaigns.errors import AudienceInvalid
from campaigns.models import Delivery
from campaigns.selectors import dry_run, list_considered
from campaigns.selectors.terms import terms_of
from campaigns.services.planning import start_mailing
from participation.models import Interest
from tests.campaigns.people import invite, make_delegate, matching, reasons, register
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_consent,
    make_contact,
    make_member,
    make_membership,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)
from tests.factories.content import make_session

pytestmark = pytest.mark.django_db


# --- reading ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({}, ""),
        ([], ""),
        ("everyone", ""),
        ({"everyone": False}, "everyone"),
        ({"nonsense": 1}, ""),
        ({"member": "yes"}, "member"),
        ({"member": True, "language": "nl"}, ""),
        ({"all": []}, "all"),
        ({"all": [{"member": True}, {"theme": ""}]}, "all[1].theme"),
        ({"not": {"any": [{"language": "fr"}]}}, "not.any[0].language"),
        ({"registration": {"session": "x"}}, "registration"),
        ({"registration": {"session": "x", "states": ["gone"]}}, "registration.states[0]"),
        ({"contacts": [1, "2"]}, "contacts[1]"),
        ({"country": ["nl"]}, "country"),
        ({"agreement": {"session": "x", "state": "late"}}, "agreement.state"),
        ({"all": [{"answered": {"poll": "1"}}]}, "all[0].answered.poll"),
        ({"answered": {"poll": 1, "state": "open"}}, "answered"),
    ],
)
def test_audience_that_is_wrong_names_the_condition(data, where):
    with pytest.raises(AudienceInvalid) as refused:
        audience.parse(data)

    assert refused.value.path == where


def test_audience_nested_without_end_is_refused():
    data: dict[str, Any] = {"member": True}
    for _ in range(2000):
        data = {"not": data}

    with pytest.raises(AudienceInvalid):
        audience.parse(data)


def test_audience_on_a_session_that_does_not_exist_is_a_problem():
    data = {
        "all": [
            {"registration": {"session": "nergens", "states": ["none"]}},
            {"theme": "niets"},
            {"contacts": [987654]},
            {"received": {"mailing": 987654}},
            {"answered": {"poll": 987654}},
        ]
    }

    assert len(audience_problems(data)) == 5
    assert audience_problems(data)[-2] == "Er is geen peiling 987654."
    assert "nergens" in audience_problems(data)[0]


# --- whom it matches --------------------------------------------------------------------


@pytest.mark.capability("C9")
def test_conditions_on_people_and_their_organisations():
    migration = make_theme(slug="migratie")
    part = make_theme(slug="remigratie", parent=migration)
    member = make_delegate(make_member(kind="ngo", country="NL"), language="nl", tags=["kern"])
    former = make_organisation(kind="research", country="BE", themes=(part,))
    make_membership(former, valid_until=TODAY - timedelta(days=1))
    guest = make_representation(make_contact(language="en"), former, role="facilitator").contact
    gone = make_representation(
        make_contact(tags=["kernel"]),
        make_member(themes=(migration,)),
        valid_until=date(2021, 1, 1),
    ).contact
    make_consent(guest, purpose="announcements")
    make_consent(gone, purpose="announcements", withdrawn_at=NOW)
    everyone = {member.pk, guest.pk, gone.pk}

    assert matching({"everyone": True}) == everyone
    assert matching({"member": True}) == {member.pk}
    assert matching({"member": False}) == {guest.pk, gone.pk}
    assert matching({"theme": "migratie"}) == {guest.pk}
    assert matching({"theme": "remigratie"}) == {guest.pk}
    assert matching({"organisation_kind": ["ngo", "media"]}) == {member.pk}
    assert matching({"country": ["BE"]}) == {guest.pk}
    assert matching({"role": ["facilitator"]}) == {guest.pk}
    assert matching({"language": "en"}) == {guest.pk}
    assert matching({"tag": "kern"}) == {member.pk}
    assert matching({"contacts": [gone.pk]}) == {gone.pk}
    assert matching({"consent": "announcements"}) == {guest.pk}


def test_conditions_join_and_nest():
    dutch, english = make_delegate(language="nl"), make_delegate(language="en")
    stranger = make_contact(language="en")
    member, reads = {"member": True}, {"language": "en"}

    assert matching({"all": [member, reads]}) == {english.pk}
    assert matching({"any": [member, reads]}) == {dutch.pk, english.pk, stranger.pk}
    assert matching({"not": member}) == {stranger.pk}
    assert matching({"all": [reads, {"not": member}]}) == {stranger.pk}
    assert matching({"not": {"not": member}}) == {dutch.pk, english.pk}
    assert matching({"not": {"any": [{"not": member}, reads]}}) == {dutch.pk}


def test_conditions_on_answers():
    session, other = make_session(), make_session()
    people = {
        state: make_contact()
        for state in ("pending", "registered", "waiting", "cancelled", "rejected", "lapsed")
    }
    for state, contact in people.items():
        register(session, contact, state)
    silent, declined, elsewhere = make_contact(), make_contact(), make_contact()
    unconfirmed, sent_colleague = make_contact(), make_contact()
    register(session, None, "unconfirmed", address_key=unconfirmed.address_key)
    invite(session, silent)
    invite(session, declined, "declined")
    invite(session, sent_colleague, "colleague")
    register(other, elsewhere)
    Interest.objects.create(session=session, contact=elsewhere, since=NOW)

    def answer(*states):
        return matching({"registration": {"session": session.slug, "states": list(states)}})

    for state, contact in people.items():
        assert answer(state) == {contact.pk}
    assert answer("unconfirmed") == {unconfirmed.pk}
    assert answer("declined") == {declined.pk}
    assert answer("registered", "declined") == {people["registered"].pk, declined.pk}
    assert answer("none") == {silent.pk, elsewhere.pk, people["lapsed"].pk}
    invited = {silent.pk, declined.pk, sent_colleague.pk}
    assert matching({"invited": {"session": session.slug}}) == invited
    assert matching({"interested": {"session": session.slug}}) == {elsewhere.pk}


def test_conditions_on_attendance_colleagues_and_earlier_mail():
    session = make_session()
    organisation = make_member()
    there, colleague = make_delegate(organisation), make_delegate(organisation)
    ill, unmarked, quit_ = make_contact(), make_contact(), make_contact()
    register(session, there, organisation=organisation, attendance="present")
    register(session, ill, attendance="excused")
    register(session, unmarked)
    register(session, quit_, "cancelled")
    mailing = make_mailing(state="sending")
    make_delivery(mailing=mailing, contact=there, state="sent")
    make_delivery(mailing=mailing, contact=ill, state="refused")

    def attended(*values):
        return matching({"attendance": {"session": session.slug, "values": list(values)}})

    assert attended("present", "excused") == {there.pk, ill.pk}
    assert attended("unmarked") == {unmarked.pk}
    assert matching({"organisation_registered": {"session": session.slug}}) == {
        there.pk,
        colleague.pk,
    }
    assert matching({"received": {"mailing": mailing.pk}}) == {there.pk}


def test_somebody_of_two_organisations_is_matched_once():
    contact = make_delegate()
    make_representation(contact, make_member())
    mailing = make_mailing(audience={"member": True})

    assert list_considered(terms_of(mailing, NOW), limit=10) == [(contact.pk, "")]


# --- who is left out, and why -----------------------------------------------------------


def test_reasons_stand_in_the_order_of_the_rules():
    session = make_session()
    signed_up, declined, left_out = make_delegate(), make_delegate(), make_delegate(language="en")
    register(session, signed_up)
    invite(session, declined, "declined")
    erased = make_contact(email="", erased_at=NOW)
    without, blocked, bounced, objecting = (
        make_contact(email=""),
        make_delegate(),
        make_delegate(),
        make_delegate(),
    )
    make_suppression(blocked, scope="purpose", purpose="invitations")
    make_suppression(bounced, reason="hard_bounce")
    make_suppression(objecting, reason="objection")
    other_purpose = make_delegate()
    make_suppression(other_purpose, scope="purpose", purpose="announcements")
    stranger, consenting = make_contact(), make_contact()
    make_consent(consenting)
    states = ["registered", "declined"]

    found = reasons(
        session=session,
        audience={
            "all": [
                {"everyone": True},
                {"not": {"registration": {"session": session.slug, "states": states}}},
                {"not": {"language": "en"}},
            ]
        },
    )

    assert found == {
        signed_up.pk: "already_registered",
        declined.pk: "declined",
        left_out.pk: "not_in_audience",
        erased.pk: "erased",
        without.pk: "no_address",
        blocked.pk: "suppressed",
        bounced.pk: "suppressed",
        objecting.pk: "suppressed",
        other_purpose.pk: "",
        stranger.pk: "no_basis",
        consenting.pk: "",
    }


def test_a_lone_not_considers_everybody():
    dutch, english = make_delegate(language="nl"), make_delegate(language="en")

    assert reasons(audience={"not": {"language": "en"}}) == {
        dutch.pk: "",
        english.pk: "not_in_audience",
    }


def test_colleague_who_registered_is_told_apart():
    session, organisation = make_session(), make_member()
    there, colleague, other = (
        make_delegate(organisation),
        make_delegate(organisation),
        make_delegate(),
    )
    register(session, there, organisation=organisation)

    assert reasons(
        audience={
            "all": [
                {"member": True},
                {"not": {"organisation_registered": {"session": session.slug}}},
            ]
        }
    ) == {there.pk: "colleague_registered", colleague.pk: "colleague_registered", other.pk: ""}


def test_mail_to_participants_goes_to_registered_people_only():
    session = make_session()
    registered, waiting, stranger = make_contact(), make_contact(), make_delegate()
    quiet, present = make_contact(), make_contact()
    register(session, registered)
    register(session, waiting, "waiting")
    register(session, quiet, no_reminders=True)
    register(session, present, "cancelled", attendance="present")
    values = {"purpose": "participation", "session": session}
    interested = make_contact()
    Interest.objects.create(session=session, contact=interested, since=NOW)

    assert reasons(kind="reminder", **values) == {
        registered.pk: "",
        waiting.pk: "not_registered",
        stranger.pk: "not_registered",
        quiet.pk: "no_reminders",
        present.pk: "",
        interested.pk: "not_registered",
    }
    assert reasons(kind="change", **values) == {
        registered.pk: "",
        waiting.pk: "",
        stranger.pk: "not_registered",
        quiet.pk: "",
        present.pk: "not_registered",
        interested.pk: "",
    }


def test_session_that_has_begun_or_was_cancelled_stops_invitations():
    contact = make_delegate()
    over = make_session(starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    cancelled = make_session(status="cancelled")

    for session in (over, cancelled):
        assert reasons(session=session) == {contact.pk: "session_over"}
        assert reasons(session=session, kind="announcement") == {contact.pk: ""}


@pytest.mark.capability("C28")
def test_one_person_per_organisation_is_the_first_contact():
    organisation = make_member()
    second = make_representation(make_contact(), organisation, role="alternate").contact
    first = make_representation(make_contact(), organisation, role="primary").contact
    alone, free = make_delegate(), make_contact()
    make_consent(free)
    also_free = make_contact()
    make_consent(also_free)

    assert reasons(per="organisation") == {
        second.pk: "colleague_chosen",
        first.pk: "",
        alone.pk: "",
        free.pk: "",
        also_free.pk: "",
    }
    make_suppression(first)
    assert reasons(per="organisation") == {
        second.pk: "",
        first.pk: "suppressed",
        alone.pk: "",
        free.pk: "",
        also_free.pk: "",
    }


def test_dry_run_counts_what_the_start_writes():
    session = make_session()
    organisation = make_member()
    make_delegate(organisation)
    make_delegate(organisation, language="en")
    make_contact()
    values = {"per": "organisation", "session": session}
    mailing = make_mailing(state="planned", due_at=NOW, **values)

    found = dry_run(mailing, NOW)
    start_mailing(mailing_id=mailing.pk, now=NOW)

    assert (found.recipients, found.organisations, found.languages) == (1, 1, {"nl": 1})
    assert found.excluded == {"colleague_chosen": 1, "no_basis": 1}
    assert found.sample == list(
        Delivery.objects.filter(state="queued").values_list("contact_id", flat=True)
    )
