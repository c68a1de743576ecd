"""Documents that go with a mail: chosen, checked, kept when the mailing starts, and on the wire."""

import email
import email.policy
import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st
from wagtail.models import Collection, GroupCollectionPermission

from base.services import create_access_token
from campaigns import mime
from campaigns.attachments import file_name
from campaigns.checks import save_problems, send_problems
from campaigns.errors import MailingNotReady
from campaigns.message import open_composer
from campaigns.models import Delivery, Mailing, MailingFile
from campaigns.notices import compose_notice
from campaigns.rendering import preview_page
from campaigns.segments import one_line
from campaigns.selectors import load_deliveries
from campaigns.services import mailings
from campaigns.services.groups import ensure_groups
from campaigns.services.planning import start_due_mailings
from campaigns.viewsets import viewset
from contacts.models import Notice
from tests.factories.campaigns import make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation
from tests.factories.content import make_document

WORDS = st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=80)
TYPES = ["application/pdf", "text/csv", "image/png", "message/rfc822", "multipart/mixed", "pdf"]


@pytest.fixture
def media(settings, tmp_path) -> Path:
    """An empty folder for the files of documents."""
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def _attached(*documents):
    return [{"type": "document", "value": document.pk} for document in documents]


def _parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def _files(message: EmailMessage) -> list[tuple[str | None, str, Any]]:
    return [
        (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
        for part in message.iter_attachments()
    ]


def _planned(**values):
    """A mailing of whose start the moment has come, to one member."""
    make_representation(make_contact(), make_member())
    mailing = make_mailing(session=make_far_session(), **values)
    mailings.start(mailing_id=mailing.pk, now=NOW)
    return mailing


# --- on the wire ----------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(name=WORDS, content_type=st.sampled_from(TYPES), octets=st.binary(max_size=400))
@example(name="jaarverslag 2026 – één & 'twee'.pdf", content_type="application/pdf", octets=b"%PDF")
@example(name='"aan halen" \\ é;x=1.pdf', content_type="application/pdf", octets=b"\r\n.\r\n")
@example(name="regel\r\nBcc: all@example.org", content_type="text/csv", octets=b"")
@example(name="é" * 80, content_type="text/csv", octets=b"a\n.b\r\n--=_bijeen\r\n")
@example(name="x" * 80, content_type="image/png", octets=bytes(range(256)) * 4)
def test_file_equals_what_the_library_would_have_attached(name, content_type, octets):
    body = mime.body([mime.Part("text/plain; charset=utf-8", "Dag\n")], "=_een")
    enclosure = mime.enclose([mime.File(name, content_type, octets)] * 2, "=_twee")
    content = b"".join((mime.plain_field("Subject", "x"), *enclosure.around(body)))

    main, _, sub = content_type.partition("/")
    if main in ("message", "multipart") or not sub:
        main, sub = "application", "octet-stream"
    library = EmailMessage(policy=email.policy.SMTP)
    library.set_content("Dag\n")
    for _number in range(2):
        library.add_attachment(octets, main, sub, filename=one_line(name))

    ours, theirs = _parsed(content), _parsed(library.as_bytes())
    assert ours.defects == []
    assert _files(ours) == _files(theirs)
    assert [octets] * 2 == [found for _name, _type, found in _files(ours)]
    assert [part.get_content_type() for part in ours.walk()] == [
        part.get_content_type() for part in theirs.walk()
    ]
    assert [part.get_content_disposition() for part in ours.walk()] == [
        part.get_content_disposition() for part in theirs.walk()
    ]
    text = ours.get_body(("plain",))
    assert text is not None
    assert text.get_content().rstrip() == "Dag"
    assert ours.keys() == ["Subject", "MIME-Version", "Content-Type"]
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert lines[-1] == b""
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("name", ["één – twee.pdf", 'een "twee".pdf', "a'b;c=d.pdf", "x" * 200])
def test_name_of_a_file_is_read_back(name):
    enclosure = mime.enclose([mime.File(name, "application/pdf", b"x")], "=_b")
    message = _parsed(b"".join(enclosure.around(mime.MIME_VERSION + b"\r\n")))
    assert [found for found, _type, _octets in _files(message)] == [name]


def test_body_without_files_stays_as_it_is():
    body = mime.body([mime.Part("text/plain", "Dag\n")], "=_een")
    assert mime.enclose([], "=_twee").around(body) == (body,)


@pytest.mark.django_db
def test_mail_carries_the_files_behind_its_text_the_same_for_everybody():
    mailing = make_mailing(state="sending", session=make_far_session())
    for position, name in enumerate(("één.pdf", "twee.csv")):
        MailingFile.objects.create(
            mailing=mailing,
            position=position,
            name=name,
            content_type="application/pdf" if position == 0 else "text/csv",
            octets=bytes([position]) * 1000,
        )
    rows = [make_delivery(mailing=mailing).pk for _ in range(3)]
    composer = open_composer(mailing.pk)
    first, *others = load_deliveries(rows)
    mail = composer.compose(first, now=NOW)

    message = _parsed(mail.content)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
        "text/csv",
    ]
    assert _files(message) == [
        ("één.pdf", "application/pdf", bytes([0]) * 1000),
        ("twee.csv", "text/csv", bytes([1]) * 1000),
    ]
    assert message.get_all("MIME-Version") == ["1.0"]
    assert message.defects == []
    with CaptureQueriesContext(connection) as queries:
        mails = [composer.compose(row, now=NOW) for row in others]
    assert len(queries) == 0
    assert (
        len({bytes(each.content.partition(b"application/pdf")[2]) for each in [mail, *mails]}) == 1
    )


# --- kept at the start ------------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.django_db
def test_files_are_kept_as_they_are_when_the_mailing_starts(media):
    document = make_document("programma.pdf", b"%PDF eerste")
    other = make_document("lijst.csv", b"a;b\n")
    mailing = _planned(attachments=_attached(document, other))

    assert start_due_mailings(now=NOW) == [mailing.pk]
    (media / "documents" / "programma.pdf").write_bytes(b"%PDF tweede")
    other.delete()

    row = Delivery.objects.get()
    message = _parsed(open_composer(mailing.pk).compose(row, now=NOW).content)
    assert _files(message) == [
        ("programma.pdf", "application/pdf", b"%PDF eerste"),
        ("lijst.csv", "text/csv", b"a;b\n"),
    ]


@pytest.mark.django_db
def test_mailing_whose_file_is_gone_is_missed_and_sends_nothing(media):
    document = make_document("programma.pdf", b"%PDF")
    mailing = _planned(attachments=_attached(make_document("ander.pdf", b"x"), document))
    (media / "documents" / "programma.pdf").unlink()

    assert start_due_mailings(now=NOW) == []

    mailing.refresh_from_db()
    assert (mailing.state, mailing.frozen) == ("missed", {})
    assert "programma.pdf" in mailing.pause_reason
    assert (Delivery.objects.count(), MailingFile.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_mailing_whose_document_was_removed_is_missed(media):
    document = make_document("programma.pdf", b"%PDF")
    mailing = _planned(attachments=_attached(document))
    document.delete()

    assert start_due_mailings(now=NOW) == []
    mailing.refresh_from_db()
    assert (mailing.state, Delivery.objects.count()) == ("missed", 0)


@pytest.mark.django_db
def test_mailing_whose_file_has_grown_is_missed(media, settings):
    settings.MAIL_ATTACHMENTS_MAX = 100
    mailing = _planned(attachments=_attached(make_document("programma.pdf", b"%PDF")))
    (media / "documents" / "programma.pdf").write_bytes(b"x" * 101)

    assert start_due_mailings(now=NOW) == []
    mailing.refresh_from_db()
    assert mailing.state == "missed"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Programma – één", "Programma – één.pdf"),
        ("programma.PDF", "programma.PDF"),
        ("2026/03 \\ agenda", "2026-03 - agenda.pdf"),
        ("regel\r\nBcc: x", "regel Bcc: x.pdf"),
        ("x" * 255, "x" * 200 + ".pdf"),
    ],
)
@pytest.mark.django_db
def test_file_is_called_by_the_title_of_its_document(media, title, name):
    document = make_document("met_streepjes_x7Yz.pdf", b"%PDF", title=title)
    assert file_name(document) == name


# --- checks -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_too_large_a_file_is_named_with_its_size_and_the_remedy(media, settings):
    settings.MAIL_ATTACHMENTS_MAX = 2048
    small, large = make_document("klein.pdf", b"x" * 1024), make_document("groot.pdf", b"x" * 4096)
    fits = make_mailing(attachments=_attached(small, small))
    too_much = make_mailing(attachments=_attached(small, small, small))
    too_large = make_mailing(attachments=_attached(small, large))

    assert save_problems(fits) == {}
    (together,) = save_problems(too_much)["attachments"]
    (alone,) = save_problems(too_large)["attachments"]
    assert ("klein.pdf" in together, "3,0" in together, "2,0" in together) == (True, True, True)
    assert ("groot.pdf" in alone, "4,0" in alone, "2,0" in alone) == (True, True, True)
    assert ("link" in together, "link" in alone) == (True, True)


@pytest.mark.django_db
def test_lost_file_is_a_problem_before_sending(media):
    make_representation(make_contact(), make_member())
    document = make_document("programma.pdf", b"%PDF")
    mailing = make_mailing(session=make_far_session(), attachments=_attached(document))
    assert send_problems(mailing, NOW) == []

    (media / "documents" / "programma.pdf").unlink()
    (problem,) = send_problems(mailing, NOW)
    assert "programma.pdf" in problem
    document.delete()
    mailing = Mailing.objects.get()
    assert len(send_problems(mailing, NOW)) == 1


# --- test mail and preview --------------------------------------------------------------------


@pytest.mark.django_db
def test_test_mail_carries_the_files(media):
    document = make_document("programma.pdf", b"%PDF")
    mailing = make_mailing(session=make_far_session(), attachments=_attached(document))

    sent = mailings.send_test(mailing=mailing, address="noor@example.org", now=NOW)

    assert sent == 2
    for notice in Notice.objects.all():
        message = _parsed(compose_notice(notice, NOW).content)
        assert _files(message) == [("programma.pdf", "application/pdf", b"%PDF")]
        assert message.get_body(("html",)) is not None


@pytest.mark.django_db
def test_test_mail_with_a_lost_file_is_not_sent(media):
    document = make_document("programma.pdf", b"%PDF")
    mailing = make_mailing(session=make_far_session(), attachments=_attached(document))
    (media / "documents" / "programma.pdf").unlink()

    with pytest.raises(MailingNotReady, match=r"programma\.pdf"):
        mailings.send_test(mailing=mailing, address="noor@example.org", now=NOW)
    assert Notice.objects.count() == 0


@pytest.mark.django_db
def test_preview_names_the_files(media):
    document = make_document("programma.pdf", b"%PDF", title="Programma <maart>")
    mailing = make_mailing(session=make_far_session(), attachments=_attached(document))
    name = "Programma &lt;maart&gt;.pdf"

    assert name in preview_page(mailing, "html-nl")
    assert f"[{name}]" in preview_page(mailing, "text-en")
    assert "</body>" in preview_page(mailing, "html-nl")


# --- the editor and the API -------------------------------------------------------------------


@pytest.fixture
def organiser(client):
    ensure_groups()
    user = User.objects.create_user("noor", "noor@example.org")
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_files_of_a_started_mailing_can_be_fetched_as_they_went_out(organiser, client):
    mailing = make_mailing(state="done")
    MailingFile.objects.create(
        mailing=mailing, position=0, name="één.html", content_type="text/html", octets=b"<script>"
    )
    url = reverse(viewset.get_url_name("file"), args=[mailing.pk, 0])

    page = organiser.get(reverse(viewset.get_url_name("overview"), args=[mailing.pk]))
    assert url in page.content.decode()
    response = organiser.get(url)
    assert (response.content, response["Content-Type"]) == (b"<script>", "application/octet-stream")
    assert response["Content-Disposition"].startswith("attachment;")
    assert organiser.get(url.replace("/0/", "/1/")).status_code == 404
    client.logout()
    assert client.get(url).status_code == 302


@pytest.mark.django_db
def test_editor_keeps_documents_and_refuses_too_many_octets(organiser, media, settings):
    settings.MAIL_ATTACHMENTS_MAX = 2048
    small, large = make_document("klein.pdf", b"x" * 1024), make_document("groot.pdf", b"x" * 4096)
    mailing = make_mailing(session=make_far_session())
    url = reverse(viewset.get_url_name("edit"), args=[mailing.pk])

    def post(document):
        form = {
            "title": "Met bijlage",
            "kind": "invitation",
            "purpose": "invitations",
            "preset": "members",
            "per": "person",
            "subject_nl": "Dag",
            "body_nl-count": "0",
            "body_en-count": "0",
            "attachments-count": "1",
            "attachments-0-deleted": "",
            "attachments-0-order": "0",
            "attachments-0-type": "document",
            "attachments-0-value": str(document.pk),
            "attachments-0-id": "",
        }
        return organiser.post(url, form)

    refused = post(large)
    assert refused.status_code == 200
    assert "groot.pdf" in str(refused.context["form"].errors["attachments"])
    assert post(small).status_code == 302
    mailing.refresh_from_db()
    assert [child.value for child in mailing.attachments] == [small]


@pytest.mark.django_db
def test_api_attaches_documents_that_its_user_may_choose(client, media):
    group = next(group for group in ensure_groups() if group.name == "Organisator")
    user = User.objects.create_user("noor", "noor@example.org")
    user.groups.add(group)
    token = create_access_token(user=user, scopes=["*"], days=None, now=NOW)
    document = make_document("programma.pdf", b"%PDF")

    def patch(mailing, attachments):
        return client.generic(
            "PATCH",
            f"/api/mailings/{mailing.pk}",
            json.dumps({"attachments": attachments}),
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )

    mailing = make_mailing(session=make_far_session())
    answer = patch(mailing, [document.pk])
    assert (answer.status_code, answer.json()["attachments"]) == (200, [document.pk])
    refused = patch(mailing, [document.pk, 99999])
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["attachments[1]"]
    film = make_document("film.pdf", b"x" * 30_000_000)
    refused = patch(mailing, [film.pk])
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["field"]) == (422, "attachments")
    assert "film.pdf" in error["message"]
    mailing.refresh_from_db()
    assert [child.value for child in mailing.attachments] == [document]

    GroupCollectionPermission.objects.filter(group=group).delete()
    private = Collection.get_first_root_node().add_child(name="Bestuur")
    hidden = make_document("notulen.pdf", b"%PDF")
    hidden.collection = private
    hidden.save()
    assert patch(mailing, [hidden.pk]).status_code == 422
    assert patch(mailing, []).json()["attachments"] == []
