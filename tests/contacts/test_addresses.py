"""E-mail addresses: one key for one mailbox, and a clear word about what is wrong."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contacts.addresses import address_hash, address_key, checked_key, masked
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


#: What addresses are made of, and what they go wrong by, near the edges of what is plain.
_LOCAL = st.text(string.ascii_letters + string.digits + "._+-!'\"", min_size=1, max_size=66)
_LABEL = st.text(string.ascii_letters + string.digits + "-", max_size=12)
_DOMAIN = st.lists(
    st.one_of(_LABEL, st.sampled_from(["org", "test", "local", "onion", "xn--bcher-kva", "ab--c"])),
    min_size=1,
    max_size=6,
).map(".".join)
_ADDRESS = st.builds(
    "{}{}@{}{}".format, st.sampled_from(["", " "]), _LOCAL, _DOMAIN, st.text(max_size=1)
)


def _key_or_refusal(make_key, text):
    try:
        return make_key(text)
    except AddressInvalid as error:
        return error.code, str(error)


@given(st.one_of(_ADDRESS, st.text(max_size=30)))
@example("a@b.test")
@example("a@B.LOCAL")
@example("a@example.org\n")
@example("a@" + "b." * 30 + "org")
@example("a@" + "b" * 63 + ".org")
@example("a" * 64 + "@example.org")
@example("a@xn--bcher-kva.example.org")
@example("a@example.0rg")
@example("\u212a@example.org")
@example("a\x1f@example.org")
def test_quick_key_is_the_careful_key(text):
    assert _key_or_refusal(address_key, text) == _key_or_refusal(checked_key, text)


def test_address_hash_is_keyed(settings):
    before = address_hash("amina@example.org")
    settings.SUPPRESSION_KEY = "another"
    assert len(before) == 64
    assert address_hash("amina@example.org") != before


def test_masked_address_shows_only_its_first_letter_and_domain():
    assert masked("amina@example.org") == "a•••@example.org"
