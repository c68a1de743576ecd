"""Forms, links and calls of this room against what nobody should send."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from base import tokens
from participation.links import (
    colleague_token,
    confirm_token,
    invitation_token,
    join_token,
    poll_token,
    registration_token,
)
from participation.models import OrganisationInvitation, Registration
from tests.contacts.logins import log_in
from tests.factories.base import make_token
from tests.factories.content import make_home, make_series, make_session_page
from tests.factories.participation import (
    make_agreement,
    make_date_poll,
    make_invitation,
    make_poll,
    make_registration,
)
from tests.factories.questions import EVERY_KIND
from tests.participation.test_api import BODY, _patch, _post
from tests.participation.visits import (
    coming_session,
    everything,
    invitation_url,
    member_contact,
    registration_url,
    sign_up_url,
    stamped,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

#: Larger than the database's own numbers, and no id of anything.
HUGE = 2**70

TEXTS = ["", "x" * 10_000, "a\x00b", "\U0001f600" * 300, "'; DROP TABLE x; --", "\u202e", "-1",
         str(HUGE), "2026-13-40"]  # fmt: skip
VALUES = [*TEXTS, "\ud800", None, True, -1, HUGE, 1e308, [], [None], ["x"] * 1001, {}, {"a": 1}]


@pytest.fixture
def session():
    series = make_series(parent=make_home(), slug="reeks")
    session = coming_session(
        eligibility="everyone", questions={"nl": EVERY_KIND}, series=series, slug="een"
    )
    make_session_page(parent=series, session=session, live=True, slug="een")
    return session


@pytest.fixture
def organiser():
    return {"authorization": f"Bearer {make_token('participation:read', 'participation:write')}"}


def _calls(session, row):
    """Each call with a good body; the names of what may be spoilt are those of the body."""
    mark = {"registration": row.pk, "attendance": "present", "reason": "x"}
    mine = registration_token(row)
    return {
        f"/api/sessions/{session.slug}/registrations": (_post, BODY),
        "/api/series/reeks/registrations": (_post, BODY | {"sessions": ["een"]}),
        f"/api/my/registrations/{mine}": (_patch, {"answers": {"bus": "no"}}),
        f"/api/registrations/{row.pk}": (_patch, {"state": "registered", "attendance": "present"}),
        f"/api/sessions/{session.slug}/attendance": (_post, {"marks": [mark], "closed": False}),
    }


def _calls_of_agreements(session, agreement):
    """Each call about agreements with a good body, as above."""
    made = {
        "text": "Een rooster delen",
        "session": session.slug,
        "organisation": agreement.organisation_id,
        "contact": member_contact().pk,
        "due": "2026-05-01",
        "is_public": False,
    }
    changed = made | {
        "state": "done",
        "carried_to": coming_session(slug="twee").slug,
        "seen": agreement.changed_at.isoformat(),
    }
    return {
        "/api/agreements": (_post, made),
        f"/api/agreements/{agreement.pk}": (_patch, changed),
    }


def _calls_of_polls(session, poll):
    """Each call about polls with a good body, as above."""
    made = {
        "kind": "one",
        "question": {"nl": "Waarheen?"},
        "explanation": {"nl": "Voor het najaar."},
        "session": session.slug,
        "series": "reeks",
        "closes_at": "2100-01-01T12:00:00Z",
        "options": [{"text": {"nl": "Zwolle"}}, {"text": {"nl": "Breda"}}],
    }
    mine = poll_token(poll_id=poll.pk, contact=member_contact())
    choices = list(poll.options.values_list("pk", flat=True)[:1])
    return {
        "/api/polls": (_post, made),
        f"/api/polls/{poll.pk}": (_patch, made | {"options": None}),
        f"/api/my/polls/{mine}": (_post, {"choices": choices, "remark": "Graag"}),
    }


@pytest.mark.parametrize("place", range(5))
def test_no_value_of_a_field_breaks_a_call(client, session, organiser, place):
    row = make_registration(session=session)
    path, (send, body) = list(_calls(session, row).items())[place]
    headers = organiser if place > 2 else {}
    for name in [*body, "unknown"]:
        for value in VALUES:
            answer = send(client, path, body | {name: value}, **headers)
            assert answer.status_code < 500
    for inner in ("need", "bus", "dagdeel", "eten", "unknown", "a\x00b", ""):
        for value in VALUES if "answers" in body else ():
            assert send(client, path, body | {"answers": {inner: value}}).status_code < 500
    for name in ("registration", "attendance", "reason"):
        for value in VALUES if "marks" in body else ():
            marks = [body["marks"][0] | {name: value}]
            assert send(client, path, {"marks": marks}, **headers).status_code < 500


@pytest.mark.parametrize("place", range(5))
def test_no_value_of_a_field_breaks_a_call_about_agreements_or_polls(
    client, session, organiser, place
):
    calls = _calls_of_agreements(session, make_agreement(session=session))
    calls |= _calls_of_polls(session, make_poll("Zwolle", "Breda"))
    path, (send, body) = list(calls.items())[place]
    headers = {} if "/my/" in path else organiser
    for name in [*body, "unknown"]:
        for value in VALUES:
            answer = send(client, path, body | {name: value}, **headers)
            assert answer.status_code < 500
            if answer.status_code == 422:
                assert {each["field"].split(".")[0] for each in answer.json()["errors"]} == {name}
    for inner in ("id", "text", "day", "starts", "unknown"):
        for value in VALUES if "options" in body else ():
            options = [{"text": {"nl": "Een"}, inner: value}, {"text": {"nl": "Twee"}}]
            answer = send(client, path, body | {"options": options}, **headers)
            assert answer.status_code < 500
    assert send(client, path, body, **headers).status_code in (200, 201, 409)


def test_no_number_in_an_address_breaks_a_call(client, organiser):
    for number in (0, 999_999, HUGE, 10**500):
        answer = _patch(client, f"/api/registrations/{number}", {"state": "cancelled"}, **organiser)
        assert answer.status_code in (404, 422)
        for path in ("agreements", "polls"):
            url = f"/api/{path}/{number}"
            assert client.get(url, headers=organiser).status_code == 404
            assert _patch(client, url, {}, **organiser).status_code == 404


def test_no_value_of_a_parameter_breaks_a_list_of_an_organiser(client, organiser):
    for path in ("agreements", "polls"):
        for name in ("session", "state", "organisation", "overdue", "cursor", "limit", "unknown"):
            for text in TEXTS:
                answer = client.get(f"/api/{path}", {name: text}, headers=organiser)
                assert answer.status_code < 500


def test_no_value_of_a_parameter_breaks_a_public_read(client, session):
    paths = [
        "/api/sessions",
        "/api/sessions/een",
        "/api/sessions/een/form",
        "/api/invitations/x",
        "/api/my/registrations/x",
        "/api/my/polls/x",
        "/agenda.ics",
        "/series/reeks/agenda.atom",
    ]
    for path in paths:
        for name in ("series", "theme", "upcoming", "lang", "unknown"):
            for text in TEXTS:
                assert client.get(path, {name: text}).status_code < 500


@pytest.mark.parametrize("value", TEXTS)
def test_no_value_of_a_field_breaks_a_form(client, session, value):
    contact = member_contact()
    row = make_registration(session=session)
    forms = {
        sign_up_url(session): [*stamped(), "q_bus", "q_zaal", "q_dagdeel", "q_eten", "consent"],
        "/nl/traject/reeks/aanmelden/": [*stamped(), "sessions"],
        "/nl/sessie/een/aanmelden/gelukt/": ["email", "stamp", "website"],
        f"/t/{colleague_token(row)}/": [*stamped(), "q_bus"],
        invitation_url(session, contact): ["others", "act", "need", "q_dagdeel", "q_eten"],
        registration_url(row): ["act", "need", "q_bus", "q_dagdeel", "q_eten"],
    }
    for poll in (make_poll("Zwolle", "Breda"), make_date_poll(session.day())):
        forms[f"/q/{poll_token(poll_id=poll.pk, contact=contact)}/"] = ["choices", "remark"]
    for url, names in forms.items():
        for name in names:
            values = stamped(q_bus="no", sessions=["een"]) | {name: value}
            assert client.post(url, values).status_code < 500
            assert client.get(url, {"lang": value, "colleague": value}).status_code < 500


def test_token_of_another_purpose_or_person_opens_nothing(client, session):
    contact = member_contact()
    row = make_registration(session=session, contact=contact)
    waiting = make_registration(session=session, state="unconfirmed")
    made = {
        "i": invitation_token(session_id=session.pk, contact=contact),
        "r": registration_token(row),
        "t": colleague_token(row),
        "j": join_token(row),
        "c": confirm_token(waiting.pk),
        "q": poll_token(poll_id=make_poll("Zwolle", "Breda").pk, contact=contact),
    }
    before = everything()
    for letter in made:
        for purpose, token in made.items():
            if letter == purpose:
                continue
            url = f"/{letter}/{token}/"
            assert client.get(url).status_code == 404
            assert client.post(url, stamped()).status_code in (404, 405)
            assert str(contact.email) not in client.get(url).content.decode()
    for numbers in ((HUGE, 0), (0, 0), (row.pk, HUGE)):
        token = tokens.make("registration", *numbers)
        assert client.get(f"/r/{token}/").status_code in (404, 410)
        assert client.get(f"/api/my/registrations/{token}").status_code in (404, 410)
    for letter, purpose in (("i", "invitation"), ("q", "poll")):
        assert client.get(f"/{letter}/{tokens.make(purpose, HUGE, HUGE, 0)}/").status_code == 404
    assert client.get(f"/c/{tokens.make_timed('confirm', HUGE)}/").status_code == 404
    assert everything() == before


def test_links_outlive_the_series_and_the_page_of_their_session(client, session):
    row = make_registration(session=session)
    waiting = make_registration(session=session, state="unconfirmed", typed=BODY)
    urls = [
        registration_url(row),
        f"{registration_url(row)}series/",
        f"/t/{colleague_token(row)}/",
        f"/c/{confirm_token(waiting.pk)}/",
        invitation_url(session, member_contact()),
        sign_up_url(session),
    ]
    session.series.unpublish()
    for url in urls:
        assert client.get(url).status_code < 500
    session.series = None
    session.save(update_fields=["series"])
    for url in urls:
        assert client.get(url).status_code < 500
    session.delete()
    for url in urls:
        assert client.get(url).status_code == 404
        assert client.post(url, stamped()).status_code == 404


@pytest.mark.parametrize("value", TEXTS)
def test_no_value_of_a_field_breaks_a_form_of_the_desk(client, session, value):
    log_in(client, "Organisator")
    row = make_registration(session=session)
    make_invitation(session)
    start = timezone.now() - timedelta(hours=1)
    session.starts_at, session.first_day = start, start.date()
    session.save()
    forms = {
        "register": [*stamped(), "contact", "mail_language", "q_dagdeel", "more"],
        "walk_in": [*stamped(), "contact", "mail_language", "q_dagdeel", "more"],
        "attendance": [f"mark-{row.pk}", f"was-{row.pk}", f"reason-{row.pk}", "mark-x"],
        "invite": ["organisations", "source"],
        "import_attendance": ["file", "host"],
    }
    for name, fields in forms.items():
        url = reverse(f"session_desk:{name}", args=[session.pk])
        good = stamped(mail_language="nl", source="brief")
        for field in fields:
            assert client.post(url, good | {field: value}).status_code < 500
    for name in ("desk", "invited", "agenda", "attendance"):
        url = reverse(f"session_desk:{name}", args=[session.pk])
        for field in ("state", "p", "export"):
            assert client.get(url, {field: value}).status_code < 500
    move = reverse("wagtail_bulk_action", args=["participation", "registration", "move"])
    for query in ({"id": row.pk}, {"id": value}):
        url = f"{move}?{json.dumps(query)}"
        assert client.post(move, {"session": value}, QUERY_STRING=url).status_code < 500
    assert OrganisationInvitation.objects.count() == 0
    assert Registration.objects.filter(pk=row.pk, session=session).exists()
