"""Who may be the same as whom, and why; and who is not."""

import sys
from collections import Counter

import pytest

from contacts.lookalikes import (
    OrganisationRow,
    PersonRow,
    alike_organisations,
    alike_people,
)


def reason_of(*rows, **values):
    """The strength of the likeness of two rows, 0 when there is none."""
    alike = alike_people(rows, values.get("domains", {})) if values else alike_organisations(rows)
    return {pair: found.strength for pair, found in alike.found.items()}.get((1, 2), 0)


# --- organisations ------------------------------------------------------------------------------


def organisation(number, name, *aliases, **values):
    return OrganisationRow(id=number, name=name, aliases=aliases, **values)


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ("Mira Netwerk", "MIRA NETWERK", 100),
        ("Mira Netwerk", "MiraNetwerk", 95),
        ("Mira-netwerk", "MiraNetwerk", 95),
        ("OeverWerk Nederland", "Oever Werk", 85),
        ("Stichting Dalmar", "Dalmar", 85),
        ("TQO", "TQO-bureau", 85),
        ("Linde Foundation", "Vereniging Linde", 85),
        ("Sociaal Handels Netwerk (SHN)", "SHN", 90),
        ("SHN (Sociaal Handels Netwerk)", "Shn", 88),
        ("Sociaal Handels Netwerk (SHN)", "Stichting Sociaal Handels Netwerk", 88),
        ("Sociaal Handels Netwerk", "SHN", 70),
        ("Stichting Hulp voor Alle Kinderen", "HAK", 70),
        ("NDKH", "Delta Kennis Huis", 40),
        ("Delta Kenniscentrum", "Delta Kenniscenter", 50),
        ("Vrienden van Wilgendam", "Vrieden van Wilgendam", 50),
        # The names say nothing of these.
        ("Linde", "Wilg", 0),
        ("Linde / Wilg", "Linde", 0),
        ("LW/Universiteit Laagland", "LW", 0),
        ("Wilg (Utrecht)", "Utrecht", 0),
        ("Zorg voor Ouderen Noord", "Zorg voor Ouderen Oost", 0),
        ("Wereldwinkel Laagland 12", "Wereldwinkel Laagland 13", 0),
        ("Sociaal Handels Netwerk", "Samen Helpen Nu", 0),
        ("Stichting Nederland", "Vereniging Nederland", 0),
        ("Hulp Nu", "HN", 0),
    ],
)
def test_names_of_organisations(one, other, strength):
    assert reason_of(organisation(1, one), organisation(2, other)) == strength
    assert reason_of(organisation(1, other), organisation(2, one)) == strength


def test_other_names_count():
    assert reason_of(organisation(1, "Linde", "De Boom"), organisation(2, "de boom")) == 100


def test_host_is_shared_by_two_and_not_by_everybody():
    def hosted(host, count):
        names = ["Linde", "Wilg", "Esdoorn", "Kastanje", "Populier"]
        rows = [
            organisation(number, names[number - 1], hosts=frozenset({host}))
            for number in range(1, count + 1)
        ]
        return reason_of(*rows)

    assert hosted("linde.example.org", 2) == 80
    assert hosted("linde.example.org", 5) == 0
    assert hosted("facebook.com", 2) == 0


def test_part_of_an_organisation_is_not_that_organisation():
    whole, part = organisation(1, "Linde"), organisation(2, "Linde Nederland", parent_id=1)
    assert reason_of(whole, part) == 0


def test_reason_is_in_words():
    rows = organisation(1, "Sociaal Handels Netwerk (SHN)"), organisation(2, "SHN")
    likeness = alike_organisations(rows).found[1, 2]
    assert "“Sociaal Handels Netwerk (SHN)”" in likeness.words


# --- people -------------------------------------------------------------------------------------


def person(number, given="Amina", family="Berg", address="", phone="", at=(), initials=""):
    return PersonRow(number, given, initials, family, address, phone, frozenset(at))


def strength_of(one, other, domains=None):
    return reason_of(one, other, domains=domains or {})


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ({}, {}, 100),
        ({"family": "de Berg"}, {"family": "Berg"}, 100),
        ({"given": "", "initials": "A."}, {}, 80),
        ({"given": ""}, {}, 60),
        ({"given": "Anna"}, {}, 0),
        ({"family": "Dam"}, {}, 0),
        ({"family": ""}, {"family": ""}, 0),
    ],
)
def test_same_name_at_the_same_organisation(one, other, strength):
    assert strength_of(person(1, at=[7], **one), person(2, at=[7, 8], **other)) == strength
    assert strength_of(person(1, at=[7], **one), person(2, at=[8], **other)) == 0


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ("amina+nieuws@example.org", "amina@example.org", 95),
        ("a.berg@gmail.com", "aberg+x@googlemail.com", 95),
        ("a.berg@example.org", "aberg@example.org", 0),
        ("amina@linde.example.org", "amina@wilg.example.org", 90),
        ("info@linde.example.org", "info@wilg.example.org", 0),
        ("amina@linde.example.org", "amina@elders.example.org", 0),
    ],
)
def test_addresses_that_are_alike(one, other, strength):
    domains = {"linde.example.org": 7, "wilg.example.org": 7}
    assert strength_of(person(1, address=one), person(2, address=other), domains) == strength
    of_another = person(2, given="Bilal", address=other)
    assert strength_of(person(1, address=one), of_another, domains) == 0


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        ({"phone": "030 123 45 67"}, {"phone": "+31 (0)30-1234567"}, 75),
        ({"phone": "030 1234567"}, {"phone": "030 1234567", "family": "Dam"}, 0),
        ({"phone": "030 1234567"}, {"phone": "030 1234567", "given": "Bilal"}, 0),
        ({"phone": "112"}, {"phone": "112"}, 0),
    ],
)
def test_phone_with_family_name(one, other, strength):
    assert strength_of(person(1, **one), person(2, **other)) == strength


def test_crowd_says_nothing_of_any_two():
    rows = [person(number, at=[7]) for number in range(1, 200)]
    assert alike_people(rows, {}).found == {}


def test_ten_times_the_rows_take_some_ten_times_as_many_steps():
    def steps(count):
        rows = [
            person(n, family=f"Berg{n // 2}", address=f"a{n}@example.org", at=[n // 2 % 100])
            for n in range(count)
        ]
        names = [
            organisation(n, f"Stichting Linde {chr(97 + n % 26)}{n // 2}") for n in range(count)
        ]
        taken: Counter[str] = Counter()
        before = sys.getprofile()
        sys.setprofile(lambda _frame, event, _arg: taken.update([event]))
        try:
            found = len(alike_people(rows, {}).found), len(alike_organisations(names).found)
        finally:
            sys.setprofile(before)
        assert found[0] == count // 2
        return taken.total()

    small, large = steps(400), steps(4000)
    assert large < 20 * small  # all against all would be a hundred times as many
