"""Our own texts as mails: as approved, small, from our own host, and no spam to a filter."""

import re
import shutil
import subprocess
from datetime import date
from urllib.parse import urlsplit

import pytest

from campaigns.compiling import compile_messages
from campaigns.message import open_composer
from campaigns.models import Mailing
from campaigns.services.beginning import begin_mailing
from campaigns.starters import STARTERS, text_of
from contacts.enums import Purpose
from tests.campaigns.test_message import _decoded, _html, _parsed, _readable, _text
from tests.factories.campaigns import make_delivery
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_home, make_series, make_session, make_session_page
from tests.factories.participation import make_agreement, make_registration

pytestmark = pytest.mark.django_db

EACH = [(key, language) for key in STARTERS for language in ("nl", "en")]
#: To a filter, what is over this begins to look like spam; at 5 it is.
SCORE_MAX = 1.0


def _session():
    session = make_session(
        pk=9001, slug="werksessie-1", titles={"nl": "Werksessie 1", "en": "Working session 1"}
    )
    texts = {
        "nl": ("Wat vertellen we over ons werk, en klopt het?", "Verhalen", "werksessie-1"),
        "en": ("What do we tell people about our work, and is it true?", "Stories", "session-1"),
    }
    for language, (introduction, series, slug) in texts.items():
        parent = make_series(parent=make_home(language), title=series, slug=series.lower())
        make_session_page(
            parent=parent,
            session=session,
            title=session.title(language),
            slug=slug,
            introduction=introduction,
            live=True,
        )
    return session


def _agree(session, contact):
    """What somebody still has to do, and what they need not."""
    is_dutch = contact.language == "nl"
    texts = (
        ("De cijfers van 2025 opsturen", "Een spreker zoeken & uitnodigen", "De zaal boeken")
        if is_dutch
        else ("Send the figures of 2025", "Find & invite a speaker", "Book the room")
    )
    for text, due, state in zip(
        texts, (date(2026, 4, 1), None, None), ("open", "open", "done"), strict=True
    ):
        make_agreement(session=session, contact=contact, text=text, due=due, state=state)


def _octets(key, language, session, place=0):
    """The exact bytes of a text of ours, begun for this session, to one person."""
    starter = STARTERS[key]
    mailing = begin_mailing(starter=starter, session=session, by=None, now=NOW)
    mailing.pk, mailing._state.adding = 9100 + place, True
    mailing.save()
    frozen = {"audience": mailing.audience, "messages": compile_messages(mailing)}
    Mailing.objects.filter(pk=mailing.pk).update(
        state="sending", frozen=frozen, frozen_at=NOW, started_at=NOW
    )
    contact = make_contact(
        pk=9200 + place,
        given_name="Amina",
        family_name_prefix="de",
        family_name="Vries",
        email=f"amina{place or ''}@example.org",
        language=language,
        address_source="ledenlijst" if language == "nl" else "list of members",
    )
    is_taking_part = starter.purpose == Purpose.PARTICIPATION
    if is_taking_part:
        make_registration(pk=9300 + place, session=session, contact=contact, state="registered")
        _agree(session, contact)
    row = make_delivery(
        pk=9400 + place,
        mailing=mailing,
        contact=contact,
        basis="registration" if is_taking_part else "membership",
    )
    return open_composer(mailing.pk).compose(row, now=NOW).content


@pytest.mark.parametrize(("key", "language"), EACH)
def test_text_looks_as_approved(key, language, golden):
    golden(f"starter_{key}.{language}.txt", _readable(_octets(key, language, _session())))


@pytest.mark.parametrize(("key", "language"), EACH)
def test_text_is_small_of_our_own_host_and_can_be_unsubscribed_from(key, language, settings):
    content = _octets(key, language, _session())
    message = _parsed(content)
    html, text = _html(message), _text(message)

    assert not message.defects
    assert max(len(content), len(html.encode())) < 100_000
    addresses = re.findall(r'(?:href|src|background)="([^"]*)"', html)
    addresses += re.findall(r"url\(([^)]*)\)", html) + re.findall(r"https?://[^\s>)]+", text)
    ours = urlsplit(settings.SITE_URL).netloc
    assert {urlsplit(address).netloc for address in addresses} == {ours}
    one_click = message["List-Unsubscribe"].strip("<>")
    assert urlsplit(one_click).netloc == ours
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert one_click in html
    assert one_click in text
    for part in (message["Subject"], _decoded(message.get_body(("plain",))), html):
        assert "{" not in re.sub(r"<style.*?</style>", "", part, flags=re.DOTALL)


@pytest.mark.parametrize(("key", "language"), EACH)
def test_text_has_a_short_subject_and_a_line_behind_it(key, language):
    text = text_of(STARTERS[key], language)
    subject = text.subject.replace("{{ session.day }}", "donderdag 12 maart")
    assert 0 < len(re.sub(r"\{\{.*?\}\}", "", subject)) <= 60
    assert 0 < len(text.preheader) <= 90
    assert text.preheader != text.subject


def test_texts_are_no_spam_to_a_filter(settings, tmp_path):
    program = shutil.which("spamassassin")
    if program is None:
        pytest.skip("No SpamAssassin here: Debian's package spamassassin brings it (.ci/run does).")
    host = "bijeen.samenspel.example.org"
    settings.SITE_HOST = host
    settings.SITE_URL = settings.FRONTEND_URL = f"https://{host}"
    session, mbox = _session(), tmp_path / "mbox"
    # Without a Received of its own: addresses kept for examples count as forged.
    divider = f"From post@samenspel.example.org {NOW:%a %b %d %H:%M:%S %Y}\n"
    with mbox.open("w") as file:
        for place, (key, language) in enumerate(EACH, start=1):
            content = _octets(key, language, session, place).decode("ascii")
            file.write(divider + content.replace("\r\n", "\n").replace("\nFrom ", "\n>From "))
            file.write("\n")

    # One process for all: reading its rules takes longest. -L: no questions to the network.
    done = subprocess.run(
        [program, "-L", "-t", "--mbox", "--nocreate-prefs", str(mbox)],
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        errors="replace",
        check=True,
        timeout=900,
    )

    found = re.findall(
        r"^X-Spam-Status: \w+, score=(-?[\d.]+) .*?tests=(.*?)\s+(?:autolearn|version)",
        done.stdout,
        re.MULTILINE | re.DOTALL,
    )
    assert len(found) == len(EACH), done.stderr
    scores = {
        each: (float(score), "".join(tests.split()))
        for each, (score, tests) in zip(EACH, found, strict=True)
    }
    assert {each: told for each, told in scores.items() if told[0] >= SCORE_MAX} == {}
