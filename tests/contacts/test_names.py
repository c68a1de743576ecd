"""Names: compared, sorted, and in the opening line of a mail."""

import pytest

from contacts.models import Contact
from contacts.names import name_key, salutation, same_name


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Café Één", "cafe een"),
        ("Wilg & Water", "wilg  water"),
        ("STICHTING  Wilg.", "Stichting Wilg"),
        ("Wilg-Water", "Wilg Water"),
    ],
)
def test_name_key_is_equal_for_spellings_of_one_name(left, right):
    assert name_key(left) == name_key(right)


@pytest.mark.parametrize(("left", "right"), [("Wilg", "Wilgen"), ("?", "!"), ("中文", "日本")])
def test_name_key_differs_for_other_names(left, right):
    assert name_key(left) != name_key(right)


def test_name_key_fits_its_column():
    assert len(name_key("ß" * 200)) == 200


@pytest.mark.parametrize(
    ("values", "dutch", "english"),
    [
        ({"given_name": "Amina", "family_name": "Berg"}, "Beste Amina", "Dear Amina"),
        (
            {"initials": "A.", "family_name_prefix": "de", "family_name": "Vries"},
            "Beste A. de Vries",
            "Dear A. de Vries",
        ),
        ({}, "Goedendag", "Hello"),
        ({"family_name": "Vries"}, "Goedendag", "Hello"),
        (
            {
                "given_name": "Amina",
                "family_name_prefix": "de",
                "family_name": "Vries",
                "courtesy_title": "mevrouw",
            },
            "Beste mevrouw De Vries",
            "Dear Ms De Vries",
        ),
        (
            {"family_name": "Berg", "courtesy_title": "de heer"},
            "Beste meneer Berg",
            "Dear Mr Berg",
        ),
    ],
)
def test_salutation_follows_what_is_known_of_the_name(values, dutch, english):
    contact = Contact(**values)
    assert (salutation(contact, "nl"), salutation(contact, "en")) == (dutch, english)


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        (("Amina", "", "Berg"), ("Amina", "", "Berg"), True),
        (("Amina", "", "Berg"), ("", "A.", "Berg"), True),
        (("Amina", "", "Berg"), ("", "", "Berg"), True),
        (("Amina", "", "Berg"), ("", "B.", "Berg"), False),
        (("Amina", "", "Berg"), ("Aysha", "", "Berg"), False),
        (("Amina", "", "Berg"), ("Amina", "", "Wilg"), False),
        (("", "", ""), ("Amina", "", "Wilg"), True),
    ],
)
def test_same_name_lets_a_missing_part_say_nothing(ours, theirs, same):
    fields = ("given_name", "initials", "family_name")
    left = Contact(**dict(zip(fields, ours, strict=True)))
    right = Contact(**dict(zip(fields, theirs, strict=True)))
    assert same_name(left, right) is same
    assert same_name(right, left) is same
