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
from content.models import ReportPage, SessionPage
from participation.enums import AgreementState
from participation.models import LearningQuestion, Registration
from participation.selectors.reports import report_facts
from participation.services.agreements import settle_agreement
from participation.services.attendance_lists import close_attendance
from tests.factories.base import make_user
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_organisation,
    make_representation,
)
from tests.factories.content import make_held_session, make_home, make_report, make_series
from tests.factories.participation import make_agreement, make_question, make_registration

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


def _facts(session, language="nl"):
    return report_facts(session, language=language, now=NOW)


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
        "agreements": [],
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
            _facts(session)
        return len(queries)

    def add() -> None:
        number = Registration.objects.count()
        _present(session, _organisation(f"Stichting {number}"), is_host=True)
        _alone(session, f"Eenling {number}")
        make_question(session=session, is_public=True)
        person = _consenting()
        later = make_held_session(title=f"Vervolg {number}")
        _agreed(session, contact=person, carried_to=later)
        _agreed(session, organisation=_organisation(f"Doener {number}"), carried_to=later)

    add()
    one = count()
    add()
    add()
    assert count() == one


# --- what was agreed -----------------------------------------------------------------------------


def _agreed(session, **values):
    return make_agreement(**{"session": session, "is_public": True} | values)


def _consenting(**values):
    contact = make_contact(**values)
    make_consent(contact, purpose="publication")
    return contact


@pytest.mark.capability("C58")
def test_publication_freezes_the_public_agreements_that_were_not_dropped(session):
    wilg = _organisation("Stichting Wilg")
    later = make_held_session(title="Vervolg")
    _agreed(session, text="Zaal regelen", organisation=wilg, state="done")
    _agreed(session, text="Cijfers sturen", organisation=wilg, due=date(2026, 3, 12))
    _agreed(session, text="Gids maken", organisation=wilg, carried_to=later)
    _agreed(session, text="Toch niet", state="dropped")
    _agreed(session, text="Onder ons", is_public=False)
    _agreed(later, text="Van elders", carried_to=session)
    theirs = {"owners": [{"name": "Stichting Wilg", "by_consent_of": None}]}
    plain = theirs | {"due": None, "is_done": False, "carried_to": ""}
    assert make_report(session=session, publish=True).frozen["agreements"] == [
        plain | {"text": "Cijfers sturen", "due": "2026-03-12"},
        plain | {"text": "Gids maken", "carried_to": "Vervolg"},
        plain | {"text": "Zaal regelen", "is_done": True},
    ]


def _page_text(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.capability("C58")
def test_page_tells_what_was_agreed_as_it_was_at_publication(client, session):
    wilg = _organisation("Stichting Wilg")
    later = make_held_session(title="Vervolg")
    amina = _consenting(given_name="Amina", family_name="Vriesema")
    agreement = _agreed(
        session,
        text="Een <gids> maken",
        organisation=wilg,
        contact=amina,
        due=date(2026, 3, 12),
        carried_to=later,
    )
    _agreed(session, text="Zaal regelen", organisation=wilg, state="done")
    report = make_report(session=session, publish=True)
    settle_agreement(agreement=agreement, to=AgreementState.DROPPED, now=NOW)
    assert (
        "Wat er is afgesproken Een &lt;gids&gt; maken Amina Vriesema, Stichting Wilg "
        "Te doen vóór 12 maart 2026 Meegenomen naar Vervolg Zaal regelen gedaan Stichting Wilg"
    ) in _page_text(client.get(report.get_url()).content.decode())
    report.save_revision().publish()
    assert "gids" not in client.get(report.get_url()).content.decode()


def test_report_in_english_tells_what_was_agreed_in_english(client, session):
    later = make_held_session(title="Vervolg")
    later.titles["en"] = "Next step"
    later.save()
    _agreed(session, due=date(2026, 3, 12), carried_to=later, state="done")
    parent = make_series(parent=make_home("en"))
    report = make_report(session=session, parent=parent, publish=True)
    text = _page_text(client.get(report.get_url()).content.decode())
    assert "What was agreed De cijfers opsturen done" in text
    assert "To be done before 12 March 2026 Carried forward to Next step" in text


def test_page_without_public_agreements_says_nothing_of_them(client, session):
    _agreed(session, is_public=False)
    html = client.get(make_report(session=session, publish=True).get_url()).content.decode()
    assert 'id="agreements"' not in html


def test_preview_shows_the_agreements_as_they_are_now(session):
    report = make_report(session=session, publish=True)
    _agreed(session, text="Pas genoteerd", due=date(2026, 3, 12))
    html = report.get_latest_revision_as_object().make_preview_request().render().content.decode()
    assert "Pas genoteerd" in html
    assert ReportPage.objects.get().frozen["agreements"] == []


def test_session_that_was_taken_offline_is_not_named(session):
    later = make_held_session(title="Vervolg")
    _agreed(session, carried_to=later)
    SessionPage.objects.get(session=later).unpublish()
    assert _facts(session)["agreements"][0]["carried_to"] == ""


def _owners(session) -> list[str]:
    (agreement,) = _facts(session)["agreements"]
    return [each["name"] for each in agreement["owners"]]


def test_person_who_does_it_is_named_by_their_consent_alone(session):
    person = make_contact(given_name="Amina", family_name="Vriesema")
    _agreed(session, contact=person, organisation=_organisation("Stichting Wilg"))
    make_consent(person, purpose="announcements")
    assert _owners(session) == ["Stichting Wilg"]
    consent = make_consent(person, purpose="publication")
    assert _owners(session) == ["Amina Vriesema", "Stichting Wilg"]
    withdraw_consent(consent_id=consent.pk, by=make_user(), now=NOW)
    assert _owners(session) == ["Stichting Wilg"]


def test_organisation_of_one_person_that_does_it_is_named_by_their_consent_alone(session):
    organisation = make_organisation(name="De Wit Advies")
    contact = make_representation(make_contact(), organisation).contact
    agreement = _agreed(session, organisation=organisation)
    assert _owners(session) == []
    make_consent(contact, purpose="publication")
    assert _owners(session) == ["De Wit Advies"]
    agreement.contact = make_contact()  # a second one, who does it for the organisation
    agreement.save()
    assert _facts(session)["agreements"][0]["owners"] == [
        {"name": "De Wit Advies", "by_consent_of": None}
    ]


def test_organisation_that_stood_for_one_person_is_not_named_once_they_are_gone(session):
    organisation = make_organisation(name="De Wit Advies")
    gone = make_representation(make_contact(), organisation, valid_until=date(2020, 1, 1)).contact
    _agreed(session, organisation=organisation)
    _erase(gone)
    assert _owners(session) == []


def test_organisation_of_which_we_know_nobody_is_named_as_who_does_it(session):
    _agreed(session, organisation=make_organisation(name="Gemeente Waterland"))
    assert _owners(session) == ["Gemeente Waterland"]


def test_erasure_reaches_the_agreements_of_frozen_reports(client, session):
    amina = _consenting(given_name="Amina", family_name="Vriesema", email="amina@example.org")
    alone = make_organisation(name="De Wit Advies")
    wit = make_representation(_consenting(), alone).contact
    wilg = _organisation("Stichting Wilg")
    _agreed(session, text="Een gids maken", contact=amina, organisation=wilg)
    _agreed(session, text="Mail amina vriesema", organisation=alone)
    report = make_report(session=session, publish=True)
    assert [_names({"organisations": each["owners"]}) for each in report.frozen["agreements"]] == [
        ["Amina Vriesema", "Stichting Wilg"],
        ["De Wit Advies"],
    ]
    _erase(amina)
    _erase(wit)
    report.refresh_from_db()
    plain = {"due": None, "is_done": False, "carried_to": ""}
    assert report.frozen["agreements"] == [
        plain
        | {"text": "Een gids maken", "owners": [{"name": "Stichting Wilg", "by_consent_of": None}]},
        plain | {"text": "Mail …", "owners": []},
    ]
    html = client.get(report.get_url()).content.decode()
    assert "De Wit Advies" not in html
    assert "Vriesema" not in html


def test_erasure_passes_what_was_frozen_before_agreements_were(session):
    contact = _alone(session)
    make_consent(contact, purpose="publication")
    report = make_report(session=session, publish=True)
    report.frozen.pop("agreements")
    ReportPage.objects.filter(pk=report.pk).update(frozen=report.frozen)
    _erase(contact)
    report.refresh_from_db()
    assert report.frozen["organisations"] == []


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
    facts = _facts(session)
    assert facts["organisations"] == [{"name": "De Wit Advies", "by_consent_of": agreed.pk}]
    assert facts["unnamed"] == 1
    withdraw_consent(consent_id=agreed.consents.get().pk, by=make_user(), now=NOW)
    facts = _facts(session)
    assert (facts["organisations"], facts["unnamed"]) == ([], 2)


def test_organisation_with_two_people_there_is_named(session):
    organisation = make_organisation(name="Samen")  # nobody is known to speak for it
    _present(session, organisation)
    assert _names(_facts(session)) == []
    _present(session, organisation)
    assert _names(_facts(session)) == ["Samen"]


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
