"""What came of a mailing: its funnel, per organisation, and what can be carried off."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from campaigns.enums import Exclusion
from campaigns.errors import MoveForbidden
from campaigns.models import Delivery, LinkCount, Mailing
from campaigns.selectors.domains import DomainCounts, domain_counts
from campaigns.selectors.ledger import counts
from campaigns.selectors.results import (
    OrganisationResult,
    Result,
    organisation_results,
    result,
)
from campaigns.services.groups import ensure_groups
from campaigns.services.rest import add_the_rest
from campaigns.viewsets import viewset
from tests.campaigns.people import invite, make_delegate, register
from tests.concurrency import together
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_organisation
from tests.factories.content import STARTS_AT, make_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MINUTE = timedelta(minutes=1)
AFTER = STARTS_AT + timedelta(days=1)


def _url(name, *args):
    return reverse(viewset.get_url_name(name), args=args)


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("noor", "noor@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


def _done(**values):
    return make_mailing(**{"state": "done", "session": make_session(), "started_at": NOW} | values)


def _got_it(mailing, organisation=None, **values):
    values = {"state": "sent", "sent_at": NOW + MINUTE, "organisation": organisation} | values
    return make_delivery(mailing=mailing, **values).contact


def _signed_up(mailing, organisation=None, after=2 * MINUTE, **values):
    contact = _got_it(mailing, organisation)
    register(mailing.session, contact, created_at=NOW + after, **values)
    return contact


# --- the funnel -------------------------------------------------------------------------------


def test_result_of_an_invitation_counts_who_got_it_signed_up_since_and_came():
    mailing = _done()
    _signed_up(mailing, attendance="present")
    _signed_up(mailing)
    _signed_up(mailing, state="waiting")
    _signed_up(mailing, after=-MINUTE)  # before it went out
    _signed_up(mailing, state="cancelled")
    invite(mailing.session, _got_it(mailing), answer="declined")
    invite(mailing.session, _got_it(mailing, state="complained"))
    # Not by this mail: it came back, was refused, or was not for them.
    for state in ("bounced", "refused", "expired", "excluded"):
        contact = make_delivery(mailing=mailing, state=state).contact
        register(mailing.session, contact, created_at=NOW + MINUTE, attendance="present")
    register(mailing.session, make_contact(), attendance="present")

    assert result(mailing, AFTER) == Result(
        meant_for=10,
        sent=7,
        came_back=1,
        signed_up=3,
        cannot_come=2,
        no_answer=1,
        attended=1,
    )


def test_result_says_nothing_of_attendance_before_the_session():
    mailing = _done()
    _signed_up(mailing)
    assert result(mailing, NOW).attended is None
    assert result(mailing, AFTER).attended == 0


def test_result_of_a_reminder_counts_who_is_still_signed_up():
    mailing = _done(kind="reminder", purpose="participation")
    _signed_up(mailing, after=-MINUTE, attendance="present")
    _signed_up(mailing, after=-MINUTE, state="cancelled")
    found = result(mailing, AFTER)
    assert (found.sent, found.signed_up, found.cannot_come, found.attended) == (2, 1, 1, 1)


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "follow_up", "purpose": "participation"},
        {"kind": "announcement", "session": None},
    ],
)
def test_result_of_a_mailing_that_asks_nothing_ends_with_who_got_it(values):
    mailing = _done(**values)
    contact = _got_it(mailing)
    if mailing.session:
        register(mailing.session, contact, created_at=NOW + MINUTE, attendance="present")
    assert result(mailing, AFTER) == Result(meant_for=1, sent=1, came_back=0)


# --- per organisation -------------------------------------------------------------------------


def _listed(mailing, **asked):
    rows = [OrganisationResult(*row) for row in organisation_results(mailing, **asked)]
    return [
        (row.name, row.mailed, row.signed_up, row.cannot_come, row.no_answer, row.attended)
        for row in rows
    ]


def _three_organisations():
    mailing = _done()
    berk, abeel = make_organisation(name="Berk"), make_member(name="abeel")
    ceder = make_member(name="Ceder")
    _signed_up(mailing, berk, attendance="present")
    _got_it(mailing, berk)
    _signed_up(mailing, ceder, state="cancelled")
    _got_it(mailing, abeel)
    _got_it(mailing)
    make_delivery(mailing=mailing, state="refused", organisation=make_member(name="Den"))
    return mailing


def test_organisations_stand_in_one_list_members_or_not():
    assert _listed(_three_organisations()) == [
        ("abeel", 1, 0, 0, 1, 0),
        ("Berk", 2, 1, 0, 1, 1),
        ("Ceder", 1, 0, 1, 0, 0),
        (None, 1, 0, 0, 1, 0),
    ]


def test_organisations_can_be_narrowed_and_ordered():
    mailing = _three_organisations()
    assert [row[0] for row in _listed(mailing, answer="signed_up")] == ["Berk"]
    assert [row[0] for row in _listed(mailing, answer="cannot_come")] == ["Ceder"]
    assert [row[0] for row in _listed(mailing, name="ABE")] == ["abeel"]
    assert [row[0] for row in _listed(mailing, order="mailed")] == ["Berk", "abeel", "Ceder", None]
    # What nobody offers is no filter.
    assert len(_listed(mailing, answer="pk", order="pk")) == 4


# --- by mail provider -------------------------------------------------------------------------


def test_domains_are_counted_the_largest_first_and_the_others_together():
    mailing = make_mailing(state="sending")
    for number, state in enumerate(("sent", "queued", "deferred", "refused", "bounced")):
        make_delivery(
            mailing=mailing, state=state, contact=make_contact(email=f"p{number}@groot.example.org")
        )
    make_delivery(
        mailing=mailing, state="claimed", contact=make_contact(email="p@klein.example.org")
    )
    make_delivery(mailing=mailing, state="sent", address_key=None)
    make_delivery(mailing=mailing, state="excluded", reason=Exclusion.NO_BASIS)

    numbers = counts(mailing.pk)
    large = DomainCounts("groot.example.org", 5, 1, 1, 1, 2)
    assert domain_counts(mailing.pk, numbers) == [
        large,
        DomainCounts("klein.example.org", 1, 0, 1, 0, 0),
        DomainCounts("", 1, 1, 0, 0, 0),
    ]
    assert domain_counts(mailing.pk, numbers, limit=1) == [
        large,
        DomainCounts("", 2, 1, 1, 0, 0),
    ]


def test_domains_of_an_empty_ledger_are_none():
    mailing = make_mailing(state="done")
    assert domain_counts(mailing.pk, counts(mailing.pk)) == []


# --- the pages --------------------------------------------------------------------------------


def _get(client, url, **data):
    with translation.override("en"):
        return client.get(url, data, HTTP_ACCEPT_LANGUAGE="en")


def test_page_draws_the_funnel_and_says_it_in_a_table(organiser):
    mailing = _done()
    _signed_up(mailing)
    _got_it(mailing)
    page = " ".join(_get(organiser, _url("result", mailing.pk)).content.decode().split())
    assert '<th scope="row">Sent</th><td>2</td><td>100%</td>' in page
    assert '<th scope="row">Signed up</th><td>1</td><td>50%</td>' in page
    assert '<tspan font-weight="600">Signed up: 1</tspan> (50%)' in page
    assert "delivered" not in page.lower()


def test_page_of_a_mailing_to_nobody_says_so(organiser):
    mailing = _done()
    make_delivery(mailing=mailing, state="excluded", reason=Exclusion.NO_BASIS)
    page = _get(organiser, _url("result", mailing.pk)).content.decode()
    assert "This mailing was meant for nobody." in page
    assert "<progress" not in _get(organiser, _url("overview", mailing.pk)).content.decode()


def test_page_before_the_start_leads_back(organiser):
    mailing = make_mailing()
    for name in ("result", "ledger"):
        response = organiser.get(_url(name, mailing.pk))
        assert (response.status_code, response["Location"]) == (302, _url("overview", mailing.pk))


def test_page_shows_counted_links_as_not_per_person(organiser):
    mailing = _done()
    url = "https://elders.example.org/"
    Mailing.objects.filter(pk=mailing.pk).update(frozen=mailing.frozen | {"links": [url]})
    LinkCount.objects.create(mailing=mailing, url=url, day=NOW.date(), number=7)
    page = " ".join(_get(organiser, _url("result", mailing.pk)).content.decode().split())
    assert "Not per person" in page
    assert f'rel="noreferrer">{url}</a></th><td>7</td>' in page


def test_page_takes_as_many_queries_for_one_as_for_three(organiser):
    def ask(mailing):
        with CaptureQueriesContext(connection) as queries:
            assert _get(organiser, _url("result", mailing.pk)).status_code == 200
        return len(queries)

    few, many = _done(), _done()
    for mailing, number in ((few, 1), (many, 3)):
        for _number in range(number):
            _signed_up(mailing, make_member(), attendance="present")
    ask(few)
    assert ask(few) == ask(many)


def test_organisations_are_exported_as_they_are_shown(organiser):
    mailing = _three_organisations()
    response = _get(organiser, _url("result", mailing.pk), export="xlsx", answer="signed_up")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Organisation", "People mailed", "Signed up", "Cannot come", "No answer", "Present"],
        ["Berk", 2, 1, 0, 1, 1],
    ]


def test_ledger_is_exported_with_reasons_in_words_and_without_formulas(organiser):
    mailing = _done()
    _got_it(
        mailing,
        make_member(name="=1+1"),
        contact=make_contact(given_name="@Amina", family_name="Bos", email="amina@example.org"),
    )
    make_delivery(
        mailing=mailing,
        state="refused",
        reply_code=550,
        reply_text="no such user",
        contact=make_contact(given_name="Bram", family_name="Dal", email="bram@example.org"),
    )
    make_delivery(
        mailing=mailing,
        state="excluded",
        reason=Exclusion.NO_BASIS,
        contact=make_contact(given_name="Chris", family_name="Elst", email="chris@example.org"),
    )
    _got_it(_done(), contact=make_contact(email="elders@example.org"))

    response = _get(organiser, _url("ledger", mailing.pk), export="csv")

    assert b"".join(response.streaming_content).decode("utf-8-sig").splitlines() == [
        "Name,E-mail address,Organisation,Language,State,Reason,Sent at",
        "'@Amina Bos,amina@example.org,'=1+1,nl,Sent,,2026-03-02 10:01",
        "Bram Dal,bram@example.org,,nl,Refused,550 no such user,",
        "Chris Elst,chris@example.org,,nl,Not sent,no membership or consent for this kind of mail,",
    ]


def test_ledger_is_for_those_who_may_see_people(client):
    ensure_groups()
    user = User.objects.create_user("kees", "kees@example.org")
    names = ("access_admin", "view_mailing")
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client.force_login(user)
    mailing = _done()
    _got_it(mailing)
    page = client.get(_url("result", mailing.pk))
    assert page.status_code == 200
    assert _url("ledger", mailing.pk) not in page.content.decode()
    assert client.get(_url("ledger", mailing.pk)).status_code in (302, 403)


# --- the rest ---------------------------------------------------------------------------------


def _member_mailing():
    mailing = make_mailing(state="done", started_at=NOW, finished_at=NOW, kind="announcement")
    return mailing, make_delegate()


def test_done_mailing_offers_to_go_to_the_rest_and_does_it_once(organiser):
    mailing, newcomer = _member_mailing()
    overview, rest = _url("overview", mailing.pk), _url("rest", mailing.pk)
    page = _get(organiser, overview).content.decode()
    assert "1 person came into the audience since this mailing was sent." in page
    assert "goes to 1 person who came" in " ".join(_get(organiser, rest).content.decode().split())

    for _number in range(2):
        assert organiser.post(rest).status_code == 302

    row = Delivery.objects.get(mailing=mailing)
    assert (row.contact, row.state) == (newcomer, "queued")
    mailing.refresh_from_db()
    assert mailing.state == "sending"
    assert rest not in _get(organiser, overview).content.decode()
    assert "There is nobody to send it to" in _get(organiser, rest).content.decode()


def test_looking_at_the_rest_changes_nothing(organiser):
    mailing, _newcomer = _member_mailing()
    _get(organiser, _url("rest", mailing.pk))
    assert (Mailing.objects.get().state, Delivery.objects.count()) == ("done", 0)


def test_rest_is_sent_only_by_who_may_send(client):
    ensure_groups()
    user = User.objects.create_user("kees", "kees@example.org")
    names = ("access_admin", "view_mailing", "change_mailing")
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))
    client.force_login(user)
    mailing, _newcomer = _member_mailing()
    assert (
        _url("rest", mailing.pk) not in _get(client, _url("overview", mailing.pk)).content.decode()
    )
    assert client.post(_url("rest", mailing.pk)).status_code in (302, 403)
    assert Delivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_organisers_at_once_send_to_the_rest_once(file_database):
    mailing, newcomer = _member_mailing()

    def send():
        return add_the_rest(mailing_id=mailing.pk, now=NOW + MINUTE)

    answers = together(send, send, expected=MoveForbidden)

    assert sorted(type(each).__name__ for each in answers) == ["MoveForbidden", "int"]
    assert [row.contact_id for row in Delivery.objects.all()] == [newcomer.pk]
