"""The demonstration as a newcomer finds it."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from wagtail.models import Page

from campaigns.checks import send_problems
from campaigns.models import Mailing
from campaigns.selectors import dry_run
from config.demo.errors import HouseNotEmpty
from config.demo.loader import Loaded, load_demonstration
from config.demo.publishing import first_thursday
from contacts.enums import OrganisationKind
from contacts.models import Community, Contact, MailDomain, Notice, OptInGroup, Organisation
from contacts.selectors import is_member
from contacts.selectors.communities import counted
from contacts.selectors.groups import groups_with_counts, members_of
from contacts.selectors.representation import represents_member
from content.models import QAPage, SeriesPage, Session, SessionPage
from content.selectors import agreed_answers, site_settings
from participation.models import LearningQuestion, Registration
from tests.demo.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loaded")]


def _row_counts() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
    }


def test_loader_tells_what_there_is(loaded: Loaded):
    assert loaded == Loaded(
        organisations=44,
        people=65,
        conflicts=1,
        sessions=3,
        answers=7,
        questions=8,
        mailings=3,
    )


def test_loader_refuses_a_house_that_is_not_empty():
    before = _row_counts()

    with pytest.raises(HouseNotEmpty):
        load_demonstration(now=NOW)

    assert _row_counts() == before


def test_demo_command_loads_once_and_says_so():
    before, said = _row_counts(), StringIO()

    call_command("demo", stdout=said)

    assert "nothing was loaded" in said.getvalue()
    assert _row_counts() == before


def test_addresses_are_examples():
    addresses = [
        *Contact.objects.exclude(email="").values_list("email", flat=True),
        *MailDomain.objects.values_list("domain", flat=True),
        *Session.objects.values_list("contact_email", flat=True),
        *Mailing.objects.values_list("reply_to", flat=True),
        site_settings().sender_email,
    ]

    assert [each for each in addresses if not each.endswith(".example.org")] == []


def test_partner_signs_up_under_example_org():
    urls = Session.objects.exclude(host_url="").values_list("host_url", flat=True)

    assert list(urls) == ["https://nieuweverhalen.example.org/ontmoetingsdag"]


def test_organisations_are_of_every_kind():
    kinds = set(Organisation.objects.values_list("kind", flat=True))

    assert kinds == set(OrganisationKind.values) - {OrganisationKind.OTHER}


def test_people_have_names_of_every_kind():
    people = Contact.objects.all()

    assert people.filter(given_name="", initials="", family_name="").count() == 2
    assert people.filter(given_name="").exclude(initials="").count() == 3
    assert people.exclude(family_name_prefix="").count() == 11
    assert people.filter(form_of_address="u").count() == 8
    assert people.filter(language="en").count() == 10
    assert people.filter(address_key=None).count() == 5


@pytest.mark.capability("C25", "C26", "C29")
def test_community_has_tiers_partners_abroad_and_a_log():
    community = counted(Community.objects.all(), NOW.date()).get()

    assert (community.core_count, community.extended_count, community.partner_count) == (5, 5, 4)
    assert (community.country_count, community.people_count) == (5, 14)
    assert community.representatives.count() == 8
    assert community.moments.count() == 6


@pytest.mark.capability("C16", "C17")
def test_groups_are_joined_by_members_and_others():
    counts = groups_with_counts().values_list("purpose", "member_count")
    assert dict(counts) == {"subgroup": 3, "coalition": 4}

    coalition = OptInGroup.objects.get(purpose="coalition")
    assert members_of(coalition).filter(represents_member(NOW.date())).count() == 2


@pytest.mark.parametrize(
    ("name", "today", "in_half_a_year"),
    [
        ("Stichting Verre Oevers", True, True),
        ("Handen Ineen Ontwikkeling", False, False),
        ("Fonds Kleine Stappen", False, True),
        ("Steunpunt Nieuwe Wegen", False, False),
    ],
)
def test_membership_has_a_period(name: str, today: bool, in_half_a_year: bool):
    organisation = Organisation.objects.get(name=name)

    assert is_member(organisation, NOW.date()) == today
    assert is_member(organisation, NOW.date() + timedelta(days=183)) == in_half_a_year


def test_sessions_are_known_to_the_hour_the_month_and_the_season():
    found = Session.objects.order_by("pk").values_list("precision", "first_day", "status")

    assert list(found) == [
        ("exact", date(2026, 3, 26), "confirmed"),
        ("month", date(2026, 5, 1), "planned"),
        ("season", date(2026, 6, 1), "planned"),
    ]


@pytest.mark.parametrize("today", [date(2026, 3, 1) + timedelta(days=n) for n in range(7)])
def test_first_session_is_on_a_thursday_at_least_three_weeks_ahead(today: date):
    day = first_thursday(today)

    assert day.strftime("%A") == "Thursday"
    assert 21 <= (day - today).days <= 27


@pytest.mark.parametrize(("model", "count"), [(SeriesPage, 1), (SessionPage, 3), (QAPage, 7)])
def test_pages_are_public_and_valid_in_both_languages(model: type[Page], count: int):
    pages = model.objects.live()
    dutch = pages.filter(locale__language_code="nl")
    english = pages.filter(locale__language_code="en")

    assert dutch.count() == english.count() == count
    assert set(dutch.values_list("translation_key")) == set(english.values_list("translation_key"))
    for page in pages:
        page.full_clean()


def test_entry_under_discussion_is_not_public():
    assert agreed_answers().filter(locale__language_code="nl").count() == 6
    hidden = QAPage.objects.exclude(pk__in=agreed_answers().values("pk"))
    assert set(hidden.values_list("slug", flat=True)) == {
        "hulp-en-afspraken-over-terugkeer",
        "aid-and-agreements-on-return",
    }


def test_questions_are_read_from_their_table():
    assert LearningQuestion.objects.exclude(text="").count() == 7
    assert LearningQuestion.objects.filter(text="", state="asked").count() == 1


def test_invitation_is_checked_and_not_sent():
    states = Mailing.objects.order_by("pk").values_list("title", "state")

    assert list(states) == [
        ("Uitnodiging werksessie 1", "checked"),
        ("Herinnering: nog geen antwoord", "draft"),
        ("Herinnering: tot ziens", "draft"),
    ]


def test_dry_run_of_the_invitation_adds_up():
    numbers = dry_run(Mailing.objects.get(kind="invitation"), NOW)

    assert numbers.recipients == 48
    assert numbers.languages == {"nl": 41, "en": 7}
    assert numbers.excluded == {
        "already_registered": 2,
        "no_address": 5,
        "no_basis": 4,
        "suppressed": 3,
    }


def test_reminder_to_those_signed_up_may_be_sent_as_it_is():
    mailing = Mailing.objects.get(title="Herinnering: tot ziens")

    assert send_problems(mailing, NOW) == []


def test_two_people_signed_up_by_phone_and_are_told():
    rows = Registration.objects.values_list("state", "source")

    assert list(rows) == [("registered", "organiser")] * 2
    assert set(Notice.objects.values_list("kind", "state")) == {("registered", "queued")}
