"""Mails put together from octets, held against what the standard library would have built."""

import email
import email.policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from campaigns.markdown import to_blocks
from campaigns.message import Composer, draft_composer
from campaigns.models import Delivery
from campaigns.segments import one_line
from contacts.models import Contact, Organisation
from tests.factories.campaigns import make_mailing
from tests.factories.content import make_session

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=60)
HOSTILE = [
    "",
    'Eve "the" <b>O\'Neill</b> & Co',
    "Eve, Adam; (both) \\ <eve@example.org>",
    "Eve\r\nBcc: all@example.org\r\n\r\n.\r\nRSET",
    "--=_bijeen",
    "=?utf-8?q?Eve?=",
    "{{ contact.given_name }}",
    "\u202eevE\u202c أمينة",
    "🌍🏳️‍🌈 李 ﷽ ə̀",
    "a" * 10_000,
    "é" * 500,
    "woord " * 2_000,
    " . ",
    "." * 300,
    "a" * 75 + "." * 75,
    "=3D=\t ",
]


@pytest.fixture(params=[False, True], ids=["quoted-printable", "8bit"])
def composer(request, db) -> Composer:
    """A composer of a mailing that puts values in every kind of place."""
    body = to_blocks(
        "# Dag {{ contact.given_name }}\n\n{{ contact.salutation }}\n\n"
        ".{{ organisation.name }}. van {{ organisation.name }}{{ contact.given_name }}\n\n"
        "- {{ session.title }} {{ session.when }}\n- [{{ contact.given_name }}]({{ link.sign_up }})"
        "\n\n> {{ organisation.name }}\n\n"
        "[Zoek](https://example.org/?q={{ organisation.name }}&n={{ contact.given_name }})"
    )
    mailing = make_mailing(
        session=make_session(),
        subject_nl="{{ contact.given_name }} – {{ organisation.name }}",
        body_nl=body,
        body_en=[],
    )
    made = draft_composer(mailing)
    made._is_8bit = request.param
    return made


def by_library(composer: Composer, delivery: Delivery) -> EmailMessage:
    """The same mail as the standard library writes and reads it."""
    recipient = composer.recipient_of(delivery)
    rendered = composer.render(recipient)
    message = EmailMessage(policy=email.policy.SMTP)
    message.set_content(rendered.text, cte="base64")
    message.add_alternative(rendered.html, subtype="html", cte="base64")
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


def readable(message: EmailMessage) -> dict[str, str]:
    parts = {}
    for kind in ("plain", "html"):
        part = message.get_body((kind,))
        assert part is not None
        octets = part.get_payload(decode=True)
        assert isinstance(octets, bytes)
        parts[kind] = octets.decode().replace("\r\n", "\n").rstrip("\n")
    return parts


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(given_name=WORDS, organisation=WORDS)
@example(given_name="Amina", organisation="Stichting Wilg")
def test_mail_equals_what_the_library_would_have_built(composer, given_name, organisation):
    check(composer, given_name, organisation)


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_value_stays_a_value(composer, value):
    check(composer, value[:100], "Wilg")  # as long as a name can be
    check(composer, "Amina", value)


def check(composer: Composer, given_name: str, organisation: str) -> None:
    contact = Contact(pk=1, given_name=given_name, family_name="Vries", language="nl")
    contact.live_registrations = []
    delivery = Delivery(
        pk=7,
        mailing=composer.mailing,
        contact=contact,
        organisation=Organisation(name=organisation),
        address_key="amina@example.org",
        language="nl",
        basis="membership",
    )
    mail = composer.compose(delivery, now=timezone.now())
    content = mail.content
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert lines[-1] == b""
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    # The wire looks for dots only where there may be some: one alone would end the mail.
    assert mail.is_dotted or not any(line.startswith(b".") for line in lines)
    assert mail.is_dotted == mail.is_8bit
    head = content.split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert mail.is_8bit or content.isascii()
    ours = email.message_from_bytes(content, policy=email.policy.default)
    theirs = by_library(composer, delivery)
    assert ours.defects == []
    assert [part.get_content_type() for part in ours.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert readable(ours) == readable(theirs)
    # The library would read an encoded word that somebody typed; ours is what they typed.
    subject = composer.render(composer.recipient_of(delivery)).subject
    assert ours["Subject"] == one_line(subject)
    # By the older parser: the newer one keeps the space between two encoded words (RFC 2047, 6.2).
    name, address = parseaddr(email.message_from_bytes(content)["To"])
    assert address == "amina@example.org"
    assert str(make_header(decode_header(name))) == one_line(contact.full_name)
    assert len(ours.get_all("To", [])) == len(ours.get_all("Subject", [])) == 1
    assert ours["Bcc"] is None
