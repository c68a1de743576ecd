"""One recipient's mail: exact bytes that the standard library reads back as they were meant."""

import email
import email.policy
import gc
import re
from email.message import EmailMessage
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image as PillowImage
from wagtail.images import get_image_model

from campaigns import mime
from campaigns.errors import FieldInvalid
from campaigns.fields import Slot, read_fields
from campaigns.markdown import to_blocks
from campaigns.message import open_composer
from campaigns.richtext import mail_html, plain
from campaigns.segments import Markers, fill, one_line, whole
from campaigns.selectors import load_deliveries
from campaigns.wording import why
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation
from tests.factories.content import make_session
from tests.factories.groups import make_group
from tests.factories.participation import make_registration

HOSTILE = [
    "Eve\r\nBcc: all@example.org",
    'Eve "the" <b>O\'Neill</b> & Co',
    "{{ contact.why }}",
    "\u202eevE\u202c Müller",
    "أمينة 🌍 李",
    "x" * 300,
    "=?utf-8?q?Eve?=",
    'a\\b"c',
    "Eve, Adam; (both)",
]


def _parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def _sent(**values):
    """The parsed mail of one delivery; values for the contact begin with an underscore."""
    person = {name[1:]: values.pop(name) for name in list(values) if name.startswith("_")}
    contact = make_contact(**person)
    mailing = make_mailing(state="sending", **values)
    row = make_delivery(mailing=mailing, contact=contact)
    return _parsed(open_composer(mailing.pk).compose(row, now=NOW).content)


def _body(message: EmailMessage, kind: str) -> Any:
    return message.get_body((kind,))


def _decoded(part: Any) -> str:
    return part.get_payload(decode=True).decode()


def _html(message: EmailMessage) -> str:
    return _body(message, "html").get_content()


def _text(message: EmailMessage) -> str:
    return _body(message, "plain").get_content()


# --- fields -----------------------------------------------------------------------------


def test_fields_are_read_with_their_defaults_and_entities():
    assert read_fields("Hoi {{ contact.given_name|default:&quot;jij&quot; }}!") == [
        "Hoi ",
        Slot("contact.given_name", "jij"),
        "!",
    ]
    assert read_fields("{{contact.given_name | default: “vriend”}}") == [
        Slot("contact.given_name", "vriend")
    ]
    assert read_fields("niets") == ["niets"]


@pytest.mark.parametrize(
    "text",
    [
        "{{ contact.password }}",
        "{{ settings.SECRET_KEY }}",
        "{{ contact.given_name.upper }}",
        "{{ contact.given_name|safe }}",
        "{{ contact.<b>given_name</b> }}",
        "{{ contact.given_name }",
        "{{ link.confirm }}",
        "{{ session.title@5 }}",
        "{{ }}",
        "}}",
    ],
)
def test_anything_else_between_braces_is_an_error_when_saving(text):
    with pytest.raises(FieldInvalid):
        read_fields(text)


def test_values_are_escaped_for_where_they_stand():
    markers = Markers(["source"])
    marker = markers.put(Slot("contact.given_name"))
    html = (
        f'<a href="https://example.org/?q={marker}" title="{marker}">{marker}</a>'
        f'<a href="{marker}">'
    )
    value: dict[tuple[str, int | None], str] = {("contact.given_name", None): 'a"b <c> & d'}

    assert fill(whole(markers.cut(html, "html")), value) == (
        '<a href="https://example.org/?q=a%22b%20%3Cc%3E%20%26%20d"'
        ' title="a&quot;b &lt;c&gt; &amp; d">a&quot;b &lt;c&gt; &amp; d</a>'
        '<a href="a%22b%20%3Cc%3E%20%26%20d">'
    )
    text = f"{marker} https://example.org/?q={marker} <https://example.org> {marker}"
    assert fill(whole(markers.cut(text, "text")), value) == (
        'a"b <c> & d https://example.org/?q=a%22b%20%3Cc%3E%20%26%20d'
        ' <https://example.org> a"b <c> & d'
    )


def test_empty_value_gives_its_default():
    markers = Markers(["source"])
    text = markers.mark('Hoi {{ contact.given_name|default:"jij <3" }}')

    assert (
        fill(whole(markers.cut(text, "html")), {("contact.given_name", None): ""})
        == "Hoi jij &lt;3"
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_value_becomes_one_line_that_turns_nothing(value):
    line = one_line(value)

    assert not re.search("[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", line)


def test_only_our_own_links_may_be_a_whole_address():
    markers = Markers(["source"])
    name, link = markers.put(Slot("contact.given_name")), markers.put(Slot("link.sign_up"))
    html = f'<a href="{name}">x</a><a href="{link}">y</a>'
    values: dict[tuple[str, int | None], str] = {
        ("contact.given_name", None): "javascript:alert(1)",
        ("link.sign_up", None): "https://example.org/i/1:x/",
    }

    assert fill(whole(markers.cut(html, "html")), values) == (
        '<a href="javascript%3Aalert%281%29">x</a><a href="https://example.org/i/1:x/">y</a>'
    )


# --- rich text --------------------------------------------------------------------------


def test_rich_text_keeps_little_and_links_absolutely():
    source = (
        '<h2 style="x">Kop</h2><script>alert(1)</script><p onclick="x">Dag <b>jij</b>'
        '<img src="https://elders.example.com/p.png"> <a href="/agenda/">agenda</a>'
        '<a href="javascript:alert(1)">x</a></p>'
    )

    assert mail_html(source) == (
        '<h2>Kop</h2><p>Dag <b>jij</b> <a href="http://127.0.0.1:8000/agenda/">agenda</a><a>x</a></p>'
    )


def test_rich_text_as_plain_text():
    source = (
        "<h2>Kop</h2><p>Dag <b>jij</b>, lees <a href='https://example.org/a'>dit verslag</a>.<br>"
        "Of mail <a href='mailto:noor@example.org'>noor@example.org</a>.</p>"
        "<ul><li>een</li><li>twee<ol><li>diep</li></ol></li></ul><p>Einde</p>"
    )

    assert plain(source) == (
        "Kop\n\nDag jij, lees dit verslag <https://example.org/a>.\n"
        "Of mail noor@example.org.\n\n- een\n- twee\n  1. diep\n\nEinde"
    )


def test_markdown_becomes_blocks():
    source = (
        "## Kop\n\nDag **jij** & *jullie* {{ contact.given_name }}\nverder\n\n- een\n- twee\n\n"
        "[Ik doe mee]({{ link.sign_up }})\n\n~[Nee]({{link.decline}})\n\n---\n\n{session}\n\n"
        "Lees [dit](https://example.org/?a=1&b=2) of [dat](javascript:x) <b>\n\n1. een"
    )

    assert to_blocks(source) == [
        {
            "type": "text",
            "value": (
                "<h2>Kop</h2><p>Dag <b>jij</b> &amp; <i>jullie</i>"
                " {{ contact.given_name }} verder</p>"
                "<ul><li>een</li><li>twee</li></ul>"
            ),
        },
        {
            "type": "button",
            "value": {"label": "Ik doe mee", "link": "link.sign_up", "url": "", "quiet": False},
        },
        {
            "type": "button",
            "value": {"label": "Nee", "link": "link.decline", "url": "", "quiet": True},
        },
        {"type": "divider", "value": None},
        {"type": "session", "value": {"session": ""}},
        {
            "type": "text",
            "value": (
                '<p>Lees <a href="https://example.org/?a=1&amp;b=2">dit</a>'
                " of [dat](javascript:x) &lt;b&gt;</p><ol><li>een</li></ol>"
            ),
        },
    ]


# --- header fields and body -------------------------------------------------------------


@pytest.mark.parametrize("value", HOSTILE)
def test_header_fields_are_read_back_as_they_were_meant(value):
    content = mime.address_field("To", value, "eve@example.org") + mime.text_field("Subject", value)
    message = _parsed(content + b"\r\n")

    assert message.keys() == ["To", "Subject"]
    assert message["To"].addresses[0].display_name == one_line(value)
    assert message["To"].addresses[0].addr_spec == "eve@example.org"
    assert message["Subject"] == one_line(value)
    assert not message.defects
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.django_db
def test_hostile_names_harm_nothing(value):
    session = make_session(titles={"nl": value})
    message = _sent(
        session=session,
        subject_nl="{{ contact.given_name }}: {{ session.title }}",
        _given_name=value[:100],
    )

    name = one_line(value[:100])
    assert not message.defects
    assert "Bcc" not in message
    assert message["To"].addresses[0].display_name.startswith(name)
    assert message["Subject"] == f"{name}: {one_line(value)}"
    assert name in _text(message)
    assert "<b>O'Neill</b>" not in _html(message)
    assert _body(message, "html").get_content_charset() == "utf-8"


@pytest.mark.django_db
def test_mail_carries_what_the_law_and_the_standards_ask():
    session = make_session()
    contact = make_contact(family_name="de Vries", address_source="ledenlijst")
    member = make_representation(contact, make_member(name="Stichting Wilg")).organisation
    mailing = make_mailing(state="sending", session=session, sender_name="Team, Samenspel")
    row = make_delivery(mailing=mailing, contact=contact, organisation=member)
    mail = open_composer(mailing.pk).compose(row, now=NOW)
    message = _parsed(mail.content)

    assert (mail.recipient, "@" in mail.sender) == (contact.address_key, True)
    assert message["From"].addresses[0].display_name == "Team, Samenspel"
    assert message["Reply-To"].addresses[0].addr_spec == session.contact_email
    assert message["Date"].datetime == NOW
    assert message["Message-ID"].startswith(f"<d{row.pk}.")
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Auto-Submitted" not in message
    one_click = message["List-Unsubscribe"].strip("<>")
    for part in (_html(message), _text(message)):
        assert one_click in part
        assert "Postbus 100" in part
        assert "omdat Stichting Wilg lid is van Vereniging Samenspel" in part
        assert "Je adres hebben we van: ledenlijst." in part
        assert "/p/" in part
        assert "/m/" in part
    assert len(mail.content) < 60_000
    assert mail.content.endswith(b"\r\n")
    assert b"\n" not in mail.content.replace(b"\r\n", b"")
    assert max(len(line) for line in mail.content.split(b"\r\n")) <= 998
    assert mail.content.isascii()


@pytest.mark.django_db
def test_no_foreign_host_is_in_any_mail():
    message = _sent(session=make_session())

    hosts = {
        urlsplit(url).hostname for url in re.findall(r"""https?://[^\s"'<>)]+""", _html(message))
    }
    assert hosts == {
        "127.0.0.1",
        "www.w3.org",
    }  # the second names the XHTML dialect: nothing is fetched
    assert "@import" not in _html(message)


# Wagtail leaves the temporary file of a rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.django_db
def test_picture_is_sent_as_jpeg_or_png_with_its_alternative_text(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    content = BytesIO()
    PillowImage.new("RGB", (40, 20)).save(content, "WEBP")
    picture = get_image_model().objects.create(
        title="Zaal", file=ContentFile(content.getvalue(), "zaal.webp")
    )
    picture.file.close()
    value = {"image": picture.pk, "alt_text": 'De "zaal" <vol>', "decorative": False}

    message = _sent(body_nl=[{"type": "image", "value": value}])

    assert re.search(r'src="http://127\.0\.0\.1:8000/media/[^"]+\.jpg"', _html(message))
    assert "De &quot;zaal&quot; &lt;vol&gt;" in _html(message)
    assert '[De "zaal" <vol>]' in _text(message)
    gc.collect()


@pytest.mark.django_db
def test_message_id_is_the_same_on_a_resend():
    mailing = make_mailing(state="sending")
    row = make_delivery(mailing=mailing)
    first = _parsed(open_composer(mailing.pk).compose(row, now=NOW).content)
    again = _parsed(open_composer(mailing.pk).compose(row).content)

    assert first["Message-ID"] == again["Message-ID"]


@pytest.mark.django_db
def test_facts_of_the_session_are_those_of_the_moment_of_sending():
    session = make_session(titles={"nl": "Oud"})
    mailing = make_mailing(state="sending", session=session)
    row = make_delivery(mailing=mailing)
    session.titles, session.venue = {"nl": "Nieuw"}, "Zaal Zuid"
    session.save()

    message = _parsed(open_composer(mailing.pk).compose(row, now=NOW).content)

    assert "Nieuw" in _text(message)
    assert "Zaal Zuid" in _html(message)
    assert "Oud" not in _html(message)


@pytest.mark.capability("C10")
@pytest.mark.django_db
def test_links_are_the_recipients_own():
    session = make_session()
    mailing = make_mailing(state="sending", session=session)
    one, other = make_delivery(mailing=mailing), make_delivery(mailing=mailing)
    registered = make_registration(session=session, contact=other.contact)
    composer = open_composer(mailing.pk)

    first = _text(_parsed(composer.compose(one, now=NOW).content))
    second = _text(_parsed(composer.compose(other, now=NOW).content))

    assert re.search(rf"/i/{session.pk}\.{one.contact_id}\.1:", first)
    assert re.search(rf"/r/{registered.pk}\.1:", second)
    assert "/i/" not in second


@pytest.mark.django_db
def test_calendar_goes_to_the_registered_and_to_nobody_else():
    session = make_session()
    mailing = make_mailing(state="sending", session=session, with_calendar=True)
    stranger, waiting, registered = (make_delivery(mailing=mailing) for _ in range(3))
    make_registration(session=session, contact=waiting.contact, state="waiting")
    make_registration(session=session, contact=registered.contact)
    composer = open_composer(mailing.pk)

    def kinds(row):
        message = _parsed(composer.compose(row, now=NOW).content)
        return [part.get_content_type() for part in message.iter_parts()]

    assert kinds(stranger) == kinds(waiting) == ["text/plain", "text/html"]
    assert kinds(registered) == ["text/plain", "text/html", "text/calendar"]
    message = _parsed(composer.compose(registered, now=NOW).content)
    *_others, calendar = message.iter_parts()
    assert calendar.get_param("method") == "REQUEST"
    assert "METHOD:REQUEST\r\n" in _decoded(calendar)


@pytest.mark.django_db
def test_loaded_rows_are_composed_without_a_query():
    session = make_session()
    mailing = make_mailing(state="sending", session=session)
    ids = [make_delivery(mailing=mailing).pk for _ in range(3)]
    composer = open_composer(mailing.pk)
    rows = load_deliveries(ids)
    composer.compose(rows[0], now=NOW)

    with CaptureQueriesContext(connection) as queries:
        for row in rows:
            composer.compose(row, now=NOW)

    assert len(queries) == 0


@pytest.mark.django_db
def test_english_reader_gets_english_and_a_missing_language_the_other():
    assert "I will join" in _text(_sent(session=make_session(), _language="en"))
    only_dutch = _sent(session=make_session(), _language="en", subject_en="", body_en=[])
    assert "Ik doe mee" in _text(only_dutch)


def _readable(content: bytes) -> str:
    """A mail for human eyes: its header, then its parts decoded, HTML with a line per tag."""
    message = _parsed(content)
    header = content.split(b"\r\n\r\n", 1)[0].decode().replace("\r\n", "\n")
    parts = [header]
    for part in message.iter_parts():
        text = _decoded(part).replace("\r\n", "\n")
        if part.get_content_type() == "text/html":
            text = text.replace("><", ">\n<")
        parts.append(f"\n######## {part.get_content_type()}\n{text.rstrip()}")
    return "\n".join(parts) + "\n"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.django_db
def test_invitation_looks_as_approved(language, golden):
    session = make_session(
        pk=9001, slug="werksessie-1", titles={"nl": "Werksessie 1", "en": "Working session 1"}
    )
    contact = make_contact(
        pk=9002,
        given_name="Amina",
        family_name_prefix="de",
        family_name="Vries",
        email="amina@example.org",
        language=language,
        address_source="website",
    )
    member = make_representation(contact, make_member(name="Stichting Wilg")).organisation
    mailing = make_mailing(pk=9003, state="sending", session=session)
    row = make_delivery(pk=9004, mailing=mailing, contact=contact, organisation=member)

    golden(
        f"invitation.{language}.txt",
        _readable(open_composer(mailing.pk).compose(row, now=NOW).content),
    )


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.django_db
def test_mail_of_a_group_looks_as_approved(language, golden):
    group = make_group(
        purpose="coalition", slug="zichtbaar", name_nl="Zichtbaar", name_en="Visible"
    )
    contact = make_contact(
        pk=9002,
        given_name="Amina",
        family_name="Berg",
        email="amina@example.org",
        language=language,
        address_source="website",
    )
    text = [{"type": "text", "value": "<p>{{ contact.salutation }}</p>"}]
    mailing = make_mailing(
        pk=9003,
        kind="announcement",
        purpose=group.purpose,
        topic=group.slug,
        state="sending",
        body_nl=text,
        body_en=text,
    )
    row = make_delivery(pk=9004, mailing=mailing, contact=contact, basis="consent")
    golden(
        f"group.{language}.txt",
        _readable(open_composer(mailing.pk).compose(row, now=NOW).content),
    )


@pytest.mark.parametrize(("title", "end"), [("Werksessie 1", " 1."), ("Klopt het?", " het?")])
def test_reason_of_a_mail_ends_with_one_mark(title, end):
    assert why("nl", "registration", association="Samenspel", session=title).endswith(end)
