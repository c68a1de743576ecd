"""The audience: reading its JSON, whom it matches, why somebody is left out, and how it is said."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import audience
from campaigns.checks import audience_problems
from campaigns.errors import AudienceInvalid
from campaigns.models import Delivery
from campaigns.selectors import dry_run, exclusions_now, explain, list_considered
from campaigns.selectors.terms import terms_of
from campaigns.services.planning import start_mailing
from contacts.models import Contact
from participation.models import Interest, Invitation, Registration
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


def _member(organisation=None, **values):
    return make_representation(make_contact(**values), organisation or make_member()).contact


def _register(session, contact, state="registered", **values):
    row = {
        "session": session,
        "contact": contact,
        "state": state,
        "source": "organiser",
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Registration.objects.create(**row | values)


def _invite(session, contact, answer="none"):
    return Invitation.objects.create(
        session=session, contact=contact, answer=answer, invited_at=NOW
    )


def _matching(data):
    condition = audience.parse(data)
    found = Contact.objects.filter(audience.matching(condition, audience.Moment(day=TODAY)))
    return set(found.values_list("pk", flat=True))


def _reasons(**values):
    mailing = make_mailing(**values)
    return dict(list_considered(terms_of(mailing, NOW), limit=100))


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
        ({"community": "x", "tier": ["core"]}, "community"),
        ({"all": [{"answered": {"poll": 1}}]}, "all[0].answered"),
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
        ]
    }

    assert len(audience_problems(data)) == 4
    assert "nergens" in audience_problems(data)[0]


# --- whom it matches --------------------------------------------------------------------


@pytest.mark.capability("C9")
def test_conditions_on_people_and_their_organisations():
    migration = make_theme(slug="migratie")
    part = make_theme(slug="remigratie", parent=migration)
    member = _member(make_member(kind="ngo", country="NL"), language="nl", tags=["kern"])
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

    assert _matching({"everyone": True}) == everyone
    assert _matching({"member": True}) == {member.pk}
    assert _matching({"member": False}) == {guest.pk, gone.pk}
    assert _matching({"theme": "migratie"}) == {guest.pk}
    assert _matching({"theme": "remigratie"}) == {guest.pk}
    assert _matching({"organisation_kind": ["ngo", "media"]}) == {member.pk}
    assert _matching({"country": ["BE"]}) == {guest.pk}
    assert _matching({"role": ["facilitator"]}) == {guest.pk}
    assert _matching({"language": "en"}) == {guest.pk}
    assert _matching({"tag": "kern"}) == {member.pk}
    assert _matching({"contacts": [gone.pk]}) == {gone.pk}
    assert _matching({"consent": "announcements"}) == {guest.pk}


def test_conditions_join_and_nest():
    dutch, english = _member(language="nl"), _member(language="en")
    stranger = make_contact(language="en")
    member, reads = {"member": True}, {"language": "en"}

    assert _matching({"all": [member, reads]}) == {english.pk}
    assert _matching({"any": [member, reads]}) == {dutch.pk, english.pk, stranger.pk}
    assert _matching({"not": member}) == {stranger.pk}
    assert _matching({"all": [reads, {"not": member}]}) == {stranger.pk}
    assert _matching({"not": {"not": member}}) == {dutch.pk, english.pk}
    assert _matching({"not": {"any": [{"not": member}, reads]}}) == {dutch.pk}


def test_conditions_on_answers():
    session, other = make_session(), make_session()
    people = {
        state: make_contact()
        for state in ("pending", "registered", "waiting", "cancelled", "rejected", "lapsed")
    }
    for state, contact in people.items():
        _register(session, contact, state)
    silent, declined, elsewhere = make_contact(), make_contact(), make_contact()
    unconfirmed, sent_colleague = make_contact(), make_contact()
    _register(session, None, "unconfirmed", address_key=unconfirmed.address_key)
    _invite(session, silent)
    _invite(session, declined, "declined")
    _invite(session, sent_colleague, "colleague")
    _register(other, elsewhere)
    Interest.objects.create(session=session, contact=elsewhere, since=NOW)

    def answer(*states):
        return _matching({"registration": {"session": session.slug, "states": list(states)}})

    for state, contact in people.items():
        assert answer(state) == {contact.pk}
    assert answer("unconfirmed") == {unconfirmed.pk}
    assert answer("declined") == {declined.pk}
    assert answer("registered", "declined") == {people["registered"].pk, declined.pk}
    assert answer("none") == {silent.pk, elsewhere.pk, people["lapsed"].pk}
    invited = {silent.pk, declined.pk, sent_colleague.pk}
    assert _matching({"invited": {"session": session.slug}}) == invited
    assert _matching({"interested": {"session": session.slug}}) == {elsewhere.pk}


def test_conditions_on_attendance_colleagues_and_earlier_mail():
    session = make_session()
    organisation = make_member()
    there, colleague = _member(organisation), _member(organisation)
    ill, unmarked, quit_ = make_contact(), make_contact(), make_contact()
    _register(session, there, organisation=organisation, attendance="present")
    _register(session, ill, attendance="excused")
    _register(session, unmarked)
    _register(session, quit_, "cancelled")
    mailing = make_mailing(state="sending")
    make_delivery(mailing=mailing, contact=there, state="sent")
    make_delivery(mailing=mailing, contact=ill, state="refused")

    def attended(*values):
        return _matching({"attendance": {"session": session.slug, "values": list(values)}})

    assert attended("present", "excused") == {there.pk, ill.pk}
    assert attended("unmarked") == {unmarked.pk}
    assert _matching({"organisation_registered": {"session": session.slug}}) == {
        there.pk,
        colleague.pk,
    }
    assert _matching({"received": {"mailing": mailing.pk}}) == {there.pk}


def test_somebody_of_two_organisations_is_matched_once():
    contact = _member()
    make_representation(contact, make_member())
    mailing = make_mailing(audience={"member": True})

    assert list_considered(terms_of(mailing, NOW), limit=10) == [(contact.pk, "")]


# --- who is left out, and why -----------------------------------------------------------


def test_reasons_stand_in_the_order_of_the_rules():
    session = make_session()
    signed_up, declined, left_out = _member(), _member(), _member(language="en")
    _register(session, signed_up)
    _invite(session, declined, "declined")
    erased = make_contact(email="", erased_at=NOW)
    without, blocked, bounced, objecting = make_contact(email=""), _member(), _member(), _member()
    make_suppression(blocked, scope="purpose", purpose="invitations")
    make_suppression(bounced, reason="hard_bounce")
    make_suppression(objecting, reason="objection")
    other_purpose = _member()
    make_suppression(other_purpose, scope="purpose", purpose="announcements")
    stranger, consenting = make_contact(), make_contact()
    make_consent(consenting)
    states = ["registered", "declined"]

    found = _reasons(
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
    dutch, english = _member(language="nl"), _member(language="en")

    assert _reasons(audience={"not": {"language": "en"}}) == {
        dutch.pk: "",
        english.pk: "not_in_audience",
    }


def test_colleague_who_registered_is_told_apart():
    session, organisation = make_session(), make_member()
    there, colleague, other = _member(organisation), _member(organisation), _member()
    _register(session, there, organisation=organisation)

    assert _reasons(
        audience={
            "all": [
                {"member": True},
                {"not": {"organisation_registered": {"session": session.slug}}},
            ]
        }
    ) == {there.pk: "colleague_registered", colleague.pk: "colleague_registered", other.pk: ""}


def test_mail_to_participants_goes_to_registered_people_only():
    session = make_session()
    registered, waiting, stranger = make_contact(), make_contact(), _member()
    quiet, present = make_contact(), make_contact()
    _register(session, registered)
    _register(session, waiting, "waiting")
    _register(session, quiet, no_reminders=True)
    _register(session, present, "cancelled", attendance="present")
    values = {"purpose": "participation", "session": session}
    interested = make_contact()
    Interest.objects.create(session=session, contact=interested, since=NOW)

    assert _reasons(kind="reminder", **values) == {
        registered.pk: "",
        waiting.pk: "not_registered",
        stranger.pk: "not_registered",
        quiet.pk: "no_reminders",
        present.pk: "",
        interested.pk: "not_registered",
    }
    assert _reasons(kind="change", **values) == {
        registered.pk: "",
        waiting.pk: "",
        stranger.pk: "not_registered",
        quiet.pk: "",
        present.pk: "not_registered",
        interested.pk: "",
    }


def test_session_that_has_begun_or_was_cancelled_stops_invitations():
    contact = _member()
    over = make_session(starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=1))
    cancelled = make_session(status="cancelled")

    for session in (over, cancelled):
        assert _reasons(session=session) == {contact.pk: "session_over"}
        assert _reasons(session=session, kind="announcement") == {contact.pk: ""}


@pytest.mark.capability("C28")
def test_one_person_per_organisation_is_the_first_contact():
    organisation = make_member()
    second = make_representation(make_contact(), organisation, role="alternate").contact
    first = make_representation(make_contact(), organisation, role="primary").contact
    alone, free = _member(), make_contact()
    make_consent(free)
    also_free = make_contact()
    make_consent(also_free)

    assert _reasons(per="organisation") == {
        second.pk: "colleague_chosen",
        first.pk: "",
        alone.pk: "",
        free.pk: "",
        also_free.pk: "",
    }
    make_suppression(first)
    assert _reasons(per="organisation") == {
        second.pk: "",
        first.pk: "suppressed",
        alone.pk: "",
        free.pk: "",
        also_free.pk: "",
    }


def test_dry_run_counts_what_the_start_writes():
    session = make_session()
    organisation = make_member()
    _member(organisation)
    _member(organisation, language="en")
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


# --- explaining -------------------------------------------------------------------------


def test_explain_answers_for_everybody_considered_or_not():
    session = make_session()
    gets_it, signed_up, stranger = _member(), _member(), make_contact()
    mailing = make_mailing(
        session=session,
        audience={
            "all": [
                {"member": True},
                {"registration": {"session": session.slug, "states": ["none"]}},
            ]
        },
    )
    _register(session, signed_up)

    def why(contact):
        found = explain(mailing, contact, NOW)
        return found.gets_it, found.reason, found.state

    assert why(gets_it) == (True, "", "")
    assert why(signed_up) == (False, "already_registered", "")
    assert why(stranger) == (False, "not_in_audience", "")
    row = make_delivery(mailing=mailing, contact=signed_up, state="excluded", reason="declined")
    assert why(signed_up) == (False, "declined", "excluded")
    Delivery.objects.filter(pk=row.pk).update(state="sent", reason="")
    assert why(signed_up) == (True, "", "sent")


# --- just before the wire ---------------------------------------------------------------


def _started(**values):
    mailing = make_mailing(state="planned", due_at=NOW, **values)
    start_mailing(mailing_id=mailing.pk, now=NOW)
    return mailing


def _now(mailing, at=NOW):
    rows = dict(Delivery.objects.filter(mailing=mailing).values_list("pk", "contact_id"))
    found = exclusions_now(delivery_ids=list(rows), now=at)
    return {rows[row]: str(reason) for row, reason in found.items()}


def test_recheck_sees_what_people_did_since_the_start():
    session = make_session()
    stays, signed_up, declined, unsubscribed = _member(), _member(), _member(), _member()
    mailing = _started(
        session=session,
        audience={
            "all": [
                {"member": True},
                {"not": {"registration": {"session": session.slug, "states": ["registered"]}}},
                {"registration": {"session": session.slug, "states": ["none", "registered"]}},
            ]
        },
    )
    assert _now(mailing) == {}

    _register(session, signed_up)
    Invitation.objects.filter(contact=declined).update(answer="declined")
    make_suppression(unsubscribed)

    assert _now(mailing) == {
        signed_up.pk: "already_registered",
        declined.pk: "declined",
        unsubscribed.pk: "suppressed",
    }
    assert stays.pk not in _now(mailing)


def test_recheck_does_not_ask_again_what_the_start_settled():
    session = make_session()
    contact = _member(language="nl")
    mailing = _started(
        session=session,
        audience={
            "all": [
                {"member": True},
                {"language": "nl"},
                {"not": {"invited": {"session": session.slug}}},
            ]
        },
    )
    # The start itself invited; and now the person reads English.
    assert Invitation.objects.filter(contact=contact).count() == 1
    Contact.objects.filter(pk=contact.pk).update(language="en")

    assert _now(mailing) == {}


def test_recheck_of_a_reminder_sees_a_cancellation_and_the_begin():
    session = make_session()
    stays, leaves = make_contact(), make_contact()
    _register(session, stays)
    row = _register(session, leaves)
    mailing = _started(
        kind="reminder",
        purpose="participation",
        session=session,
        audience={"registration": {"session": session.slug, "states": ["registered"]}},
    )

    Registration.objects.filter(pk=row.pk).update(state="cancelled")

    assert _now(mailing) == {leaves.pk: "not_registered"}
    assert _now(mailing, at=session.starts_at)[stays.pk] == "session_over"


def test_recheck_takes_as_many_queries_for_one_as_for_three():
    mailing = make_mailing(state="sending", session=make_session())
    one = [make_delivery(mailing=mailing, contact=_member()).pk]
    three = [make_delivery(mailing=mailing, contact=_member()).pk for _ in range(3)]

    with CaptureQueriesContext(connection) as first:
        exclusions_now(delivery_ids=one, now=NOW)
    with CaptureQueriesContext(connection) as second:
        exclusions_now(delivery_ids=three, now=NOW)

    assert len(first) == len(second)


# --- saying it --------------------------------------------------------------------------

SENTENCES = [
    ({"everyone": True}, "Everyone", "Iedereen"),
    (
        {"any": [{"member": True}, {"theme": "migratie"}]},
        "Members or people working on “Migration”",
        "Leden of mensen die werken aan “Migratie”",
    ),
    (
        {
            "all": [
                {"any": [{"member": True}, {"language": "en"}]},
                {"country": ["NL", "BE"]},
                {"not": {"registration": {"session": "werksessie-2", "states": ["registered"]}}},
            ]
        },
        (
            "(members or people who read English) and people of organisations in NL or BE, "
            "but not: signed up for “Session 2”"
        ),
        (
            "(leden of mensen die Engels lezen) en mensen van organisaties in NL of BE, "
            "maar niet: aangemeld voor “Werksessie 2”"
        ),
    ),
    (
        {"not": {"attendance": {"session": "werksessie-2", "values": ["no_show"]}}},
        "Everyone, but not: did not appear at “Session 2”",
        "Iedereen, maar niet: niet verschenen bij “Werksessie 2”",
    ),
]


@pytest.mark.parametrize(("data", "english", "dutch"), SENTENCES)
def test_audience_is_said_aloud(data, english, dutch):
    make_theme(slug="migratie", name_nl="Migratie", name_en="Migration")
    make_session(slug="werksessie-2", titles={"nl": "Werksessie 2", "en": "Session 2"})
    condition = audience.parse(data)

    assert audience.sentence(condition, "en") == english
    assert audience.sentence(condition, "nl") == dutch
