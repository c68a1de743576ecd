"""E-mail addresses: one key for one mailbox, and a clear word about what is wrong."""

import pytest

from contacts.addresses import address_hash, address_key, masked
from contacts.errors import AddressInvalid


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("amina@example.org", "amina@example.org"),
        ("  Amina.Berg@Example.ORG ", "amina.berg@example.org"),
        ("amina+lijst@example.org", "amina+lijst@example.org"),
        ("info@bücher.example.org", "info@xn--bcher-kva.example.org"),
        ("info@bu\u0308cher.example.org", "info@xn--bcher-kva.example.org"),
        ("INFO@XN--BCHER-KVA.example.org", "info@xn--bcher-kva.example.org"),
    ],
)
def test_address_key_is_one_for_every_spelling(email, key):
    assert address_key(email) == key


@pytest.mark.parametrize(
    "email",
    [
        "",
        "amina",
        "amina@",
        "@example.org",
        "amina@example",
        "amina@@example.org",
        "a@example.org;b@example.org",
        "a@example.org, b@example.org",
        "renée@example.org",
        "amina berg@example.org",
        "amina@exa mple.org",
        "amina@example.org\r\nBcc: all@example.org",
        "amina\x00@example.org",
        "=HYPERLINK@example.org(",
        "a" * 65 + "@example.org",
        "amina@" + "a" * 250 + ".org",
        "amina@127.0.0.1",
        "amina@[127.0.0.1]",
    ],
)
def test_address_key_refuses_what_cannot_be_mailed(email):
    with pytest.raises(AddressInvalid) as raised:
        address_key(email)
    assert str(raised.value)


def test_address_hash_is_keyed(settings):
    before = address_hash("amina@example.org")
    settings.SUPPRESSION_KEY = "another"
    assert len(before) == 64
    assert address_hash("amina@example.org") != before


def test_masked_address_shows_only_its_first_letter_and_domain():
    assert masked("amina@example.org") == "a•••@example.org"
