"""The counted way to a partner's sign-up page."""

from datetime import UTC, datetime, timedelta

import pytest

from participation.models import PartnerVisit
from participation.selectors import partner_visits
from participation.services.partner import count_partner_visit
from tests.factories.content import make_session
from tests.participation.visits import coming_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

THERE = "https://partner.example.org/kom?a=1&b=2"


def _url(session):
    return f"/sessions/{session.slug}/partner/"


def test_session_of_a_partner_leads_there_and_counts_without_knowing_who(client):
    session = coming_session(host_url=THERE, host_name="Partner")
    for _number in range(2):
        response = client.get(_url(session), {"next": "https://kwaad.example.com/"})
        assert (response.status_code, response["Location"]) == (302, THERE)
        assert not response.cookies
        assert "no-store" in response["Cache-Control"]
    assert partner_visits(session) == 2
    fields = {field.name for field in PartnerVisit._meta.get_fields()}
    assert fields == {"id", "session", "day", "count"}


@pytest.mark.parametrize(
    "header",
    [
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "prefetch"},
        {"REQUEST_METHOD": "HEAD"},
    ],
)
def test_looking_ahead_is_no_visit(client, header):
    session = coming_session(host_url=THERE, host_name="Partner")
    assert client.get(_url(session), **header).status_code == 302
    assert partner_visits(session) == 0


def test_no_way_leads_to_a_partner_that_is_not_there(client):
    session = coming_session()
    assert client.get(_url(session)).status_code == 404
    assert client.get("/sessions/bestaat-niet/partner/").status_code == 404
    assert client.post(_url(coming_session(host_url=THERE))).status_code == 405
    assert PartnerVisit.objects.count() == 0


def test_visits_are_counted_by_the_day_of_the_site():
    session, other = make_session(), make_session()
    midnight = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    for moment in (midnight - timedelta(minutes=1), midnight, midnight):
        count_partner_visit(session=session, now=moment)
    count_partner_visit(session=other, now=midnight)
    rows = PartnerVisit.objects.filter(session=session).order_by("day")
    assert [(row.day.day, row.count) for row in rows] == [(2, 1), (3, 2)]
