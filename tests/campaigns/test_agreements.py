"""Mail to those who have an open agreement: who they are, what it says, and when it stops."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import audience
from campaigns.audience import sentence
from campaigns.checks import audience_problems, send_hints, send_problems
from campaigns.enums import MailingState
from campaigns.errors import AudienceInvalid
from campaigns.message import draft_composer, open_composer
from campaigns.models import Delivery, Mailing
from campaigns.presets import Preset, recognise, to_audience
from campaigns.selectors import explain, load_deliveries
from campaigns.selectors.attention import attention
from campaigns.selectors.recipients import dry_run, exclusions_now
from campaigns.services.beginning import begin_mailing
from campaigns.services.planning import start_mailing
from campaigns.starters import STARTERS
from participation.enums import AgreementState
from participation.services.agreements import carry_agreement, settle_agreement
from tests.campaigns.people import make_delegate, matching, reasons, register
from tests.campaigns.test_message import _decoded, _parsed
from tests.contacts.logins import log_in
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_contact,
    make_organisation,
    make_representation,
)
from tests.factories.content import make_session
from tests.factories.participation import make_agreement

pytestmark = pytest.mark.django_db


def _asked(session, state="open"):
    return {"agreement": {"session": session.slug, "state": state}}


# --- the audience ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"agreement": "s"}, "agreement"),
        ({"agreement": {"session": "s"}}, "agreement"),
        ({"agreement": {"session": "s", "state": "late"}}, "agreement.state"),
        ({"agreement": {"session": "s", "state": ["open"]}}, "agreement.state"),
        ({"agreement": {"session": "", "state": "open"}}, "agreement.session"),
    ],
)
def test_condition_that_is_wrong_names_its_part(data, where):
    with pytest.raises(AudienceInvalid) as refused:
        audience.parse(data)

    assert refused.value.path == where


def test_condition_on_a_session_that_does_not_exist_is_a_problem():
    data = {"agreement": {"session": "nergens", "state": "open"}}
    assert audience_problems(data) == ["Er is geen bijeenkomst “nergens”."]


@pytest.mark.database
def test_condition_matches_owners_by_state_and_where_it_was_carried():
    session, later, organisation = make_session(), make_session(), make_organisation()
    has_open, has_done, dropped, primary, nobody = (make_contact() for _ in range(5))
    make_representation(primary, organisation, role="primary")
    make_agreement(session=session, contact=has_open, carried_to=later)
    make_agreement(session=session, contact=has_done, state="done")
    make_agreement(session=session, contact=dropped, state="dropped")
    make_agreement(session=session, organisation=organisation)

    assert matching(_asked(session)) == {has_open.pk, primary.pk}
    assert matching(_asked(session, "done")) == {has_done.pk}
    assert matching(_asked(session, "dropped")) == {dropped.pk}
    assert matching(_asked(later)) == {has_open.pk}
    assert matching({"not": _asked(session)}) == {has_done.pk, dropped.pk, nobody.pk}


def test_audience_is_said_in_words():
    session = make_session(titles={"nl": "Werksessie 2", "en": "Working session 2"})
    found = audience.parse(to_audience(Preset.OPEN_AGREEMENT, session=session.slug))

    assert sentence(found, "nl") == "Wie een open afspraak heeft van “Werksessie 2”"
    assert sentence(found, "en") == "With an open agreement of “Working session 2”"


def test_preset_is_recognised():
    made = to_audience(Preset.OPEN_AGREEMENT, session="s")
    assert recognise(made, session="s")["preset"] == Preset.OPEN_AGREEMENT


def test_who_has_none_hears_that_as_the_reason():
    session = make_session()
    owner, other = make_contact(), make_contact()
    for contact in (owner, other):
        register(session, contact)
    make_agreement(session=session, contact=owner)
    values = {"purpose": "participation", "session": session, "kind": "follow_up"}

    assert reasons(audience=_asked(session), **values) == {owner.pk: ""}
    explained = explain(Mailing.objects.get(), other, NOW)
    assert explained.words == "heeft geen open afspraak van de bijeenkomst"


@pytest.mark.database
def test_recheck_of_three_asks_as_many_queries_as_of_one():
    session = make_session()
    mailing = make_mailing(
        state=MailingState.SENDING,
        purpose="participation",
        session=session,
        kind="follow_up",
        audience=_asked(session),
    )
    rows, asked = [], []
    for _ in range(3):
        contact = make_contact()
        register(session, contact)
        make_agreement(session=session, contact=contact)
        rows.append(make_delivery(mailing=mailing, contact=contact))
        with CaptureQueriesContext(connection) as queries:
            assert exclusions_now(delivery_ids=[row.pk for row in rows], now=NOW) == {}
        asked.append(len(queries))
    assert asked[2] == asked[0]


# --- the starter, from beginning to wire ----------------------------------------------------------


def _begin(session, now):
    mailing = begin_mailing(starter=STARTERS["agreement"], session=session, by=None, now=now)
    Mailing.objects.filter(pk=mailing.pk).update(plan={"now": True})
    return Mailing.objects.get(pk=mailing.pk)


def _start(mailing, now):
    assert send_problems(mailing, now) == []
    Mailing.objects.filter(pk=mailing.pk).update(state=MailingState.PLANNED, due_at=now)
    assert start_mailing(mailing_id=mailing.pk, now=now)
    return Mailing.objects.get(pk=mailing.pk)


def _past_session(now, **values):
    start = now - timedelta(days=28)
    return make_session(starts_at=start, ends_at=start + timedelta(hours=2), **values)


@pytest.mark.capability("C61")
@pytest.mark.capability("C66")
@pytest.mark.database
def test_reminder_goes_to_who_has_an_open_agreement_until_it_is_settled():
    now = timezone.now()
    session = _past_session(now)
    owner, settles, has_none = (make_contact() for _ in range(3))
    for contact in (owner, settles, has_none):
        register(session, contact)
    make_agreement(session=session, contact=owner)
    meanwhile = make_agreement(session=session, contact=settles)

    mailing = _start(_begin(session, now), now)
    rows = Delivery.objects.filter(mailing=mailing, state="queued")
    due = {row.pk: row.contact_id for row in rows}
    assert set(due.values()) == {owner.pk, settles.pk}
    assert exclusions_now(delivery_ids=due, now=now) == {}

    settle_agreement(agreement=meanwhile, to=AgreementState.DONE, now=now)
    left_out = exclusions_now(delivery_ids=due, now=now + timedelta(minutes=1))
    assert {due[pk]: reason for pk, reason in left_out.items()} == {settles.pk: "no_agreement"}


def test_reminder_of_an_organisation_reaches_its_representative_who_took_part():
    now = timezone.now()
    session, organisation = _past_session(now), make_organisation()
    took_part, stayed_away = make_contact(), make_contact()
    for contact in (took_part, stayed_away):
        make_representation(contact, organisation, role="primary")
    register(session, took_part)
    make_agreement(session=session, organisation=organisation, text="Onze cijfers sturen")

    mailing = _begin(session, now)
    found = dry_run(mailing, now)
    assert (found.sample, found.excluded) == ([took_part.pk], {"not_registered": 1})
    assert "– Onze cijfers sturen" in _text(mailing, took_part)


# --- the merge field ------------------------------------------------------------------------------


def _text(mailing, contact, language="nl"):
    composer = draft_composer(mailing)
    delivery = Delivery(
        pk=0, mailing=mailing, contact=contact, address_key=contact.address_key, language=language
    )
    return composer.render(composer.recipient_of(delivery)).text


def _body(text="{{ contact.agreements }}"):
    return [{"type": "text", "value": f"<p>{text}</p>"}]


def _mailing(session, **values):
    text = values.pop("text", "{{ contact.agreements }}")
    given = {"session": session, "body_nl": _body(text), "body_en": _body(text)}
    return make_mailing(**given | values)


def test_field_names_what_is_open_of_this_session_line_by_line():
    session, owner = make_session(), make_contact()
    make_agreement(session=session, contact=owner, text="Zonder\ndag <b>")
    make_agreement(session=session, contact=owner, text="Eerst", due=date(2026, 4, 1))
    make_agreement(session=session, contact=owner, text="Al gedaan", state="done")
    make_agreement(contact=owner, text="Van elders")
    mailing = _mailing(session)
    composer = draft_composer(mailing)
    mail = composer.render(composer.recipient_of(make_delivery(mailing=mailing, contact=owner)))

    assert "– Eerst (vóór 1 april 2026)\n– Zonder dag <b>\n" in mail.text
    assert "<p>– Eerst (vóór 1 april 2026)<br>– Zonder dag &lt;b&gt;</p>" in mail.html
    assert "– Eerst (before 1 April 2026)\n" in _text(mailing, owner, "en")
    assert ("Al gedaan" in mail.text, "Van elders" in mail.text) == (False, False)


def test_field_without_any_says_its_default():
    mailing = _mailing(make_session(), text='{{ contact.agreements|default:"niets" }}')
    assert "\nniets\n" in f"\n{_text(mailing, make_contact())}"


def test_field_in_a_subject_or_a_label_stays_on_one_line():
    session, owner = make_session(), make_contact()
    for text in ("Een", "Twee"):
        make_agreement(session=session, contact=owner, text=text)
    mailing = _mailing(session, subject_nl="Nog open: {{ contact.agreements }}")
    composer = draft_composer(mailing)
    mail = composer.render(composer.recipient_of(make_delivery(mailing=mailing, contact=owner)))
    assert mail.subject == "Nog open: – Een – Twee"
    assert "<title>Nog open: – Een – Twee</title>" in mail.html


@pytest.mark.parametrize("is_8bit", [True, False])
def test_field_is_well_formed_on_the_wire(is_8bit):
    session, owner = make_session(), make_contact()
    for number in range(3):
        make_agreement(session=session, contact=owner, text=f".{number} " + "woord " * 30)
    mailing = _mailing(session, state=MailingState.SENDING)
    row = make_delivery(mailing=mailing, contact=owner)
    content = open_composer(mailing.pk, is_8bit=is_8bit).compose(row, now=NOW).content
    assert b"\n" not in content.replace(b"\r\n", b"")
    plain = _decoded(_parsed(content).get_body(("plain",)))
    lines = [line for line in plain.splitlines() if line.startswith("– .")]
    assert lines == [f"– .{number} {('woord ' * 30).strip()}" for number in range(3)]


def test_batch_reads_agreements_once_and_only_when_the_text_names_them():
    session = make_session()

    def queries(text, number):
        mailing = _mailing(session, text=text, state=MailingState.SENDING)
        rows = [make_delivery(mailing=mailing) for _ in range(number)]
        for row in rows:
            make_agreement(session=session, contact=row.contact)
        composer = open_composer(mailing.pk)
        loaded = load_deliveries([row.pk for row in rows])
        with CaptureQueriesContext(connection) as found:
            composer.look_at(loaded)
            for each in loaded:
                composer.compose(each, now=NOW)
        return sum("participation_agreement" in each["sql"] for each in found.captured_queries)

    assert queries("Dag", 3) == 0
    assert queries("{{ contact.agreements }}", 1) == 1
    assert queries("{{ contact.agreements }}", 3) == 1


def test_next_batch_reads_anew():
    session = make_session()
    mailing = _mailing(session, state=MailingState.SENDING)
    rows = [make_delivery(mailing=mailing) for _ in range(2)]
    agreed = [make_agreement(session=session, contact=row.contact, text="Bellen") for row in rows]
    composer = open_composer(mailing.pk)
    for place, expected in ((0, True), (1, False)):
        (loaded,) = load_deliveries([rows[place].pk])
        composer.look_at([loaded])
        content = composer.compose(loaded, now=NOW).content
        assert (b"Bellen" in content) is expected
        settle_agreement(
            agreement=agreed[1], to=AgreementState.DONE, now=NOW
        ) if not place else None


def test_field_needs_a_session():
    mailing = _mailing(None, audience={"everyone": True})
    make_delegate()
    assert "{{ contact.agreements }}" in " ".join(send_problems(mailing, NOW))


@pytest.mark.database
def test_hint_counts_for_how_many_it_is_empty():
    session = make_session()
    owner, other = make_delegate(), make_delegate()
    make_agreement(session=session, contact=owner)
    mailing = _mailing(session)
    better = '{{ contact.agreements|default:"geen open afspraken" }}'
    assert [hint for hint in send_hints(mailing, NOW) if "contact.agreements" in hint] == [
        f"{{{{ contact.agreements }}}} is leeg bij 1 persoon: schrijf {better}, of laat het weg."
    ]
    make_agreement(session=session, contact=other)
    assert not [hint for hint in send_hints(mailing, NOW) if "contact.agreements" in hint]


@pytest.mark.capability("C61")
def test_invitation_to_the_next_session_names_what_was_carried_there():
    here, there, owner = make_session(), make_session(), make_contact()
    agreement = make_agreement(session=here, contact=owner, text="Spreker zoeken")
    invitation = _mailing(there, kind="invitation")
    assert "Spreker zoeken" not in _text(invitation, owner)
    carry_agreement(agreement=agreement, to=there, now=NOW)
    assert "– Spreker zoeken" in _text(invitation, owner)


# --- the first page -------------------------------------------------------------------------------


@pytest.mark.capability("C66")
def test_overdue_agreements_ask_for_attention(client):
    make_agreement(due=TODAY)
    make_agreement(due=TODAY - timedelta(days=1), state="done")
    assert attention(NOW).overdue == 0
    make_agreement(due=TODAY - timedelta(days=1))
    assert attention(NOW).overdue == 1

    log_in(client, "Organisator")
    content = client.get("/admin/").content.decode()
    assert "snippets/participation/agreement/?overdue=yes" in content
