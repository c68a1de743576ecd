"""Suggestions from the database, and names that end as one organisation each."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.errors import AmbiguousName
from contacts.models import Organisation
from contacts.selectors import find_organisation
from contacts.selectors.duplicates import described, suggested_organisations, suggested_people
from contacts.services.merging import merge_contacts, merge_organisations, note_distinct
from participation.services.organisations import organisations_named
from tests.factories.contacts import (
    NOW,
    TODAY,
    make_alias,
    make_contact,
    make_mail_domain,
    make_organisation,
    make_representation,
)

# Again on PostgreSQL: names compared without their spaces.
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def pairs(suggestions):
    return [(each.first_id, each.second_id) for each in suggestions]


def two_colleagues(**values):
    organisation = make_organisation()
    people = [make_contact(given_name="Amina", family_name="Berg", **values) for _n in range(2)]
    for person in people:
        make_representation(person, organisation)
    return people


def test_people_are_suggested_the_likeliest_first():
    phone = {"phone": "030 1234567", "family_name": "Dam"}
    by_phone = [make_contact(**phone), make_contact(given_name="", initials="A.", **phone)]
    colleagues = two_colleagues()
    found = suggested_people()
    assert pairs(found) == [
        tuple(each.pk for each in colleagues),
        tuple(each.pk for each in by_phone),
    ]


def test_whoever_was_told_apart_erased_or_merged_is_not_suggested():
    told_apart = two_colleagues()
    two_colleagues(erased_at=NOW)
    kept, gone = two_colleagues()
    asked = two_colleagues()
    note_distinct(
        kin="contact", first_id=told_apart[1].pk, second_id=told_apart[0].pk, by=None, now=NOW
    )
    merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)
    assert pairs(suggested_people()) == [tuple(each.pk for each in asked)]


def test_organisations_that_share_a_website_or_mail_domain_are_suggested():
    one = make_organisation(name="Linde", website="https://www.linde.example.org/over-ons")
    other = make_organisation(name="Wilg")
    make_mail_domain(other, "linde.example.org")
    make_organisation(name="Esdoorn", website="https://esdoorn.example.org/")
    assert pairs(suggested_organisations()) == [(one.pk, other.pk)]


@pytest.mark.parametrize("kin", ["contact", "organisation"])
def test_suggesting_asks_as_many_queries_for_one_pair_as_for_three(kin):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found = suggested_people() if kin == "contact" else suggested_organisations()
            ids = {pk for pair in pairs(found) for pk in pair}
            assert len(described(kin, ids, TODAY)) == len(ids)
        return len(captured), len(found)

    def add():
        number = Organisation.objects.count()
        two_colleagues()
        make_alias(make_organisation(name=f"Kastanje {number}"), f"Populier {number}")
        make_organisation(name=f"Populier {number}")

    add()
    asked, found = queries()
    for _n in range(2):
        add()
    assert queries() == (asked, found * 3)


# --- spellings ----------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["MiraNetwerk", "Mira-netwerk", "mira netwerk", "MIRA  NETWERK"])
def test_name_is_found_whatever_its_spaces_hyphens_and_capitals(typed):
    organisation = make_organisation(name="Mira Netwerk")
    make_organisation(name="Mira")
    assert find_organisation(typed) == organisation


def test_alias_is_found_whatever_its_spaces_too_and_an_exact_name_goes_first():
    by_alias, exact = make_organisation(name="Linde"), make_organisation(name="OeverWerk")
    make_alias(by_alias, "Oever Werk")
    assert find_organisation("Oever-Werk") == by_alias
    assert find_organisation("oeverwerk") == exact


def test_spelling_of_two_organisations_is_ambiguous():
    make_organisation(name="De Oever Werk")
    make_organisation(name="De OeverWerk")
    with pytest.raises(AmbiguousName):
        find_organisation("Deoeverwerk")


#: Each line is one organisation, in the ways in which people write it.
SPELLINGS = [
    ["Samenspel"],
    ["Wilo", "WILO", "Water In Laagland Overal (WILO)"],
    ["Stichting Dalmar", "Dalmar"],
    ["Mira Netwerk", "MIRA Netwerk", "MIRANetwerk", "Mira-netwerk"],
    ["Oever Werk Nederland", "OeverWerk Nederland"],
    ["Linde Brug", "LINDE BRUG"],
    ["ZBV", "ZBV Nederland"],
    ["Delta Kennis Huis", "NDKH", "Noordelijk Kennis Huis"],
    ["TQO", "TQO-bureau"],
    ["IKO"],
    ["Universiteit Laagland"],
    ["Kern in Actie"],
    ["Kennis Centrum Water en Land", "Kenniscentrum water en land"],
    ["WLS"],
    ["Nedwal"],
    ["KCCO"],
]
JOINT = ["IKO/Universiteit Laagland", "IKO/ Stichting Dalmar", "KCCO/Kern in Actie"]


@pytest.mark.capability("C30")
def test_all_spellings_end_as_one_organisation_each_once_the_suggestions_are_accepted():
    for name in [*JOINT, *(name for names in SPELLINGS for name in names)]:
        organisations_named(name, now=NOW)
    while found := suggested_organisations():
        first = found[0]
        merge_organisations(kept_id=first.first_id, gone_id=first.second_id, by=None, now=NOW)
    ends = [{find_organisation(name) for name in names} for names in SPELLINGS]
    assert [len(each) for each in ends] == [1] * len(SPELLINGS)
    assert Organisation.objects.count() == len(SPELLINGS)
    assert len({organisation for each in ends for organisation in each}) == len(SPELLINGS)
    assert [[each.name for each in organisations_named(name, now=NOW)] for name in JOINT] == [
        ["IKO", "Universiteit Laagland"],
        ["IKO", "Stichting Dalmar"],
        ["KCCO", "Kern in Actie"],
    ]
