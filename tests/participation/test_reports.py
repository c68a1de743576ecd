"""What a report tells of its session by itself: frozen when published, live in a preview."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.services.groups import ensure_groups
from contacts.services.consents import withdraw_consent
from contacts.services.erasure import erase_contact
from content.models import ReportPage
from participation.models import LearningQuestion, Registration
from participation.selectors.reports import report_facts
from participation.services.attendance_lists import close_attendance
from tests.factories.base import make_user
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_organisation,
    make_representation,
)
from tests.factories.content import make_held_session, make_report
from tests.factories.participation import make_question, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def _organisation(name: str):
    organisation = make_organisation(name=name)
    for _ in range(2):
        make_representation(make_contact(), organisation)
    return organisation


def _present(session, organisation=None, attendance="present", **values):
    return make_registration(
        session=session, organisation=organisation, attendance=attendance, **values
    )


@pytest.fixture
def session():
    return make_held_session(title="Werkbijeenkomst")


def _names(facts) -> list[str]:
    return [each["name"] for each in facts["organisations"]]


# --- what is frozen ------------------------------------------------------------------------------


@pytest.mark.capability("C58")
def test_publication_freezes_who_was_there_and_what_was_asked(session):
    wilg, brug = _organisation("Stichting Wilg"), _organisation("de Brug")
    for organisation in (wilg, wilg, brug):
        _present(session, organisation)
    _present(session, _organisation("Gastheer"), is_host=True)
    _present(session, _organisation("Afwezig"), "excused")
    _present(session, None, "unmarked", state="cancelled")
    _present(session, _organisation("Weg"), "no_show")
    make_question(session=session, text="Hoe betrek je buren?", is_public=True)
    make_question(session=session, text="Wie betaalt dat?")
    make_question(session=session, text="")
    make_question(session=session, text="Dubbel", state="merged", is_public=True)
    make_question(text="Van elders", is_public=True)
    assert make_report(session=session, publish=True).frozen == {
        "present": 4,
        "guests": 3,
        "hosts": 1,
        "excused": 2,
        "no_show": 1,
        "organisations": [
            {"name": "de Brug", "by_consent_of": None},
            {"name": "Gastheer", "by_consent_of": None},
            {"name": "Stichting Wilg", "by_consent_of": None},
        ],
        "unnamed": 0,
        "question_count": 2,
        "questions": [{"text": "Hoe betrek je buren?", "language": "nl"}],
    }


def test_what_was_frozen_stays_until_it_is_published_again(client, session):
    _present(session, _organisation("Stichting Wilg"))
    report = make_report(session=session, publish=True)
    _present(session, _organisation("Stichting Laat"))
    report.introduction = "Nog niet klaar."
    report.save_revision()
    assert "Stichting Laat" not in client.get(report.get_url()).content.decode()
    report.save_revision().publish()
    report.refresh_from_db()
    assert (report.frozen["present"], _names(report.frozen)) == (
        2,
        ["Stichting Laat", "Stichting Wilg"],
    )
    assert "Stichting Laat" in client.get(report.get_url()).content.decode()


def test_revision_keeps_nothing_of_what_was_frozen(session):
    _present(session, _organisation("Stichting Wilg"))
    report = make_report(session=session, publish=True)
    report.save_revision()
    assert not [each for each in report.revisions.all() if "Wilg" in str(each.content)]


def test_alias_shows_the_same_figures(client, session):
    _present(session)
    report = make_report(session=session, publish=True)
    alias = report.create_alias(update_slug="nog-eens")
    _present(session)
    report.save_revision().publish()
    alias.refresh_from_db()
    assert alias.frozen["present"] == 2


@pytest.mark.capability("C58")
def test_page_tells_numbers_organisations_and_questions(client, session):
    wilg = _organisation("Stichting Wilg & Co")
    for _ in range(2):
        _present(session, wilg)
    _present(session, wilg, is_host=True)
    _present(session, _organisation("Alleen"), "excused")
    _alone(session, "Iemand")
    make_question(session=session, text="Wat <werkt>?", is_public=True, language="en")
    html = client.get(make_report(session=session, publish=True).get_url()).content.decode()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Aanwezig 4 (3 gasten, 1 van de gastheer) Verhinderd 1 Leervragen 1" in text
    assert "Organisaties die erbij waren Stichting Wilg &amp; Co En nog 1 die we niet" in text
    assert '<p class="wishes__text" lang="en">Wat &lt;werkt&gt;?</p>' in html
    assert "Niet verschenen" not in text
    assert "Iemand" not in text


def test_page_without_a_list_claims_nobody_was_there_nor_that_nobody_was(client, session):
    make_registration(session=session)
    html = client.get(make_report(session=session, publish=True).get_url()).content.decode()
    assert "Aanwezig" not in html
    assert 'id="organisations"' not in html


def test_preview_shows_how_it_is_now(session):
    report = make_report(session=session, publish=True)
    _present(session, _organisation("Stichting Wilg"))
    html = report.get_latest_revision_as_object().make_preview_request().render().content.decode()
    assert "Stichting Wilg" in html
    assert ReportPage.objects.get().frozen["present"] == 0


def test_facts_take_as_many_queries_for_one_as_for_three(session):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            report_facts(session, now=NOW)
        return len(queries)

    def add() -> None:
        number = Registration.objects.count()
        _present(session, _organisation(f"Stichting {number}"), is_host=True)
        _alone(session, f"Eenling {number}")
        make_question(session=session, is_public=True)

    add()
    one = count()
    add()
    add()
    assert count() == one


# --- an organisation that stands for one person --------------------------------------------------


def _alone(session, name="De Wit Advies"):
    organisation = make_organisation(name=name)
    contact = make_representation(make_contact(), organisation).contact
    _present(session, organisation, contact=contact)
    return contact


def test_organisation_of_one_person_is_named_by_their_consent_alone(session):
    unasked, agreed = _alone(session, "Ongevraagd"), _alone(session, "De Wit Advies")
    make_consent(agreed, purpose="publication")
    make_consent(unasked, purpose="announcements")
    facts = report_facts(session, now=NOW)
    assert facts["organisations"] == [{"name": "De Wit Advies", "by_consent_of": agreed.pk}]
    assert facts["unnamed"] == 1
    withdraw_consent(consent_id=agreed.consents.get().pk, by=make_user(), now=NOW)
    facts = report_facts(session, now=NOW)
    assert (facts["organisations"], facts["unnamed"]) == ([], 2)


def test_organisation_with_two_people_there_is_named(session):
    organisation = make_organisation(name="Samen")  # nobody is known to speak for it
    _present(session, organisation)
    assert _names(report_facts(session, now=NOW)) == []
    _present(session, organisation)
    assert _names(report_facts(session, now=NOW)) == ["Samen"]


def _erase(contact) -> None:
    erase_contact(contact_id=contact.pk, by=make_user(), source="organiser", now=timezone.now())


def test_erasure_reaches_frozen_reports_and_leaves_the_figures(client, session):
    contact = _alone(session)
    make_consent(contact, purpose="publication")
    wilg = _organisation("Stichting Wilg")
    other = make_representation(
        make_contact(given_name="Amina", family_name="Vriesema"), wilg
    ).contact
    _present(session, wilg, contact=other)
    make_question(
        session=session, contact=other, text="Mail amina vriesema maar.", is_public=True
    ).organisations.add(wilg)
    report = make_report(session=session, publish=True)
    assert _names(report.frozen) == ["De Wit Advies", "Stichting Wilg"]
    _erase(contact)
    _erase(other)
    after = ReportPage.objects.get(pk=report.pk).frozen
    assert (_names(after), after["unnamed"], after["present"]) == (["Stichting Wilg"], 1, 2)
    assert "vriesema" not in str(after).casefold()
    html = client.get(report.get_url()).content.decode()
    assert "De Wit Advies" not in html
    assert LearningQuestion.objects.get().is_public


# --- the admin -----------------------------------------------------------------------------------


def _log_in(client, *groups, **values):
    user = make_user(**values)
    user.groups.add(*(each for each in ensure_groups() if each.name in groups))
    client.force_login(user)
    return client


def test_editor_is_warned_as_long_as_the_list_is_open(client, session):
    report = make_report(session=session)
    edit = reverse("wagtailadmin_pages:edit", args=[report.pk])
    to_list = reverse("session_desk:attendance", args=[session.pk])
    warning = "De aanwezigheid bij “Werkbijeenkomst” is nog niet afgesloten"
    html = _log_in(client, "Redacteur").get(edit).content.decode()
    assert warning in html
    assert to_list not in html
    html = _log_in(client, "Redacteur", "Organisator").get(edit).content.decode()
    assert to_list in html
    close_attendance(session=session, by=None, now=timezone.now())
    assert warning not in client.get(edit).content.decode()


def test_desk_leads_to_the_report_and_makes_it(client, session):
    desk = reverse("session_desk:desk", args=[session.pk])
    make = reverse("content_reports:make", args=[session.pk])
    assert make not in _log_in(client, "Organisator").get(desk).content.decode()
    assert make in _log_in(client, "Beheerder").get(desk).content.decode()
    url = client.post(make).url
    html = client.get(desk).content.decode()
    assert make not in html
    assert f'href="{url}"' in html
    assert "een concept, nog niet gepubliceerd" in html
    ReportPage.objects.get().get_latest_revision().publish()
    assert ReportPage.objects.get().full_url in client.get(desk).content.decode()


def test_desk_of_a_session_to_come_says_nothing_of_a_report(client):
    coming = make_held_session(first_day=date(2100, 3, 4), status="planned")
    html = _log_in(client, "Beheerder").get(reverse("session_desk:desk", args=[coming.pk]))
    assert reverse("content_reports:make", args=[coming.pk]) not in html.content.decode()
