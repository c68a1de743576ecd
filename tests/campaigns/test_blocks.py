"""Blocks that tell of what is there when the mail goes out, columns, and all blocks together."""

import gc
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image as PillowImage
from wagtail.images import get_image_model
from wagtail.models import PageViewRestriction

from campaigns.blocks import MailBodyBlock
from campaigns.bodies import block_problems, leaves
from campaigns.checks import SIZE_MAX
from campaigns.message import draft_composer, open_composer
from campaigns.rendering import sample_recipient
from campaigns.selectors import load_deliveries
from tests.campaigns.test_message import _readable
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member, make_representation
from tests.factories.content import (
    make_answer,
    make_answer_index,
    make_home,
    make_series,
    make_session,
    make_session_page,
)

pytestmark = pytest.mark.django_db


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "value": f"<p>{words}</p>"}


def agenda(**values: Any) -> dict[str, Any]:
    value = {"heading": "Binnenkort", "series": None, "number": 5}
    return {"type": "agenda", "value": value | values}


def answer(page: Any) -> dict[str, Any]:
    return {"type": "answer", "value": {"page": page.pk}}


def said(body: list[dict[str, Any]], now=NOW) -> tuple[str, str]:
    """The HTML and the text of a draft with this body."""
    mailing = make_mailing(body_nl=body, subject_en="", body_en=[])
    mail = draft_composer(mailing, now=now).render(sample_recipient("nl"))
    return mail.html, mail.text


def make_coming(title: str, days: int, **values: Any):
    """A session with a page, so many days from now."""
    day = NOW.date() + timedelta(days=days)
    return make_session_page(title=title, first_day=day, publish=True, **values)


# --- agenda -------------------------------------------------------------------------------------


def test_agenda_tells_what_is_coming_when_the_mail_goes_out():
    mailing = make_mailing(
        state="sending", body_nl=[agenda(), text("Tot dan")], subject_en="", body_en=[]
    )
    row = make_delivery(mailing=mailing)
    later, _past = make_coming("Later", 20), make_coming("Geweest", -3)
    make_coming("Eerder", 6)

    def plain(now):
        composer = open_composer(mailing.pk, now=now)
        mail = composer.render(composer.recipient_of(row))
        for title in ("Later", "Eerder", "Geweest"):
            assert (title in mail.html) == (title in mail.text)
        return mail.text

    assert plain(NOW).startswith("Binnenkort\n\nEerder\nzondag 8 maart 2026")
    assert re.findall("Later|Eerder|Geweest", plain(NOW)) == ["Eerder", "Later"]
    assert f"/{later.slug}/\n" in plain(NOW)
    assert re.findall("Later|Eerder|Geweest", plain(NOW + timedelta(days=10))) == ["Later"]
    nothing = plain(NOW + timedelta(days=40))
    assert nothing.startswith("Tot dan\n\n-- \n")
    assert "Binnenkort" not in nothing


def test_agenda_is_of_one_series_and_no_longer_than_asked():
    series = make_series()
    for number in range(1, 5):
        make_coming(f"Deel {number}", number * 7, parent=series)
    make_coming("Elders", 3)

    html, plain = said([agenda(series=series.pk, number=2)])
    assert re.findall(r"Deel \d|Elders", plain) == ["Deel 1", "Deel 2"]
    assert re.findall(r">(Deel \d|Elders)<", html) == ["Deel 1", "Deel 2"]
    _html, plain = said([agenda(number=20)])
    assert re.findall(r"Deel \d|Elders", plain) == ["Elders", *(f"Deel {n}" for n in range(1, 5))]


def test_agenda_needs_no_session_of_the_mailing_and_is_read_once():
    for days in (3, 9, 12):
        make_coming(f"Sessie over {days}", days)
    mailing = make_mailing(
        state="sending", body_nl=[agenda(), agenda(number=1)], subject_en="", body_en=[]
    )
    first, *rows = load_deliveries([make_delivery(mailing=mailing).pk for _ in range(3)])
    composer = open_composer(mailing.pk, now=NOW)
    composer.compose(first, now=NOW)

    with CaptureQueriesContext(connection) as queries:
        contents = [composer.compose(row, now=NOW).content for row in rows]

    assert len(queries) == 0
    assert all(b"Sessie over 12" in content for content in contents)


# --- questions and answers ----------------------------------------------------------------------


def test_answer_is_left_out_once_it_is_not_public():
    page = make_answer(title="Mag dat <echt>?", short_answer="Ja,\ndat mag & kan.")
    body = [text("Dag"), answer(page), text("Tot dan")]
    mailing = make_mailing(state="sending", body_nl=body, subject_en="", body_en=[])
    row = make_delivery(mailing=mailing)

    def mail():
        composer = open_composer(mailing.pk, now=NOW)
        return composer.render(composer.recipient_of(row))

    assert "Mag dat &lt;echt&gt;?</h2><p>Ja, dat mag &amp; kan.</p>" in mail().html
    assert mail().text.startswith(
        "Dag\n\nMag dat <echt>?\nJa, dat mag & kan.\nLees het hele antwoord: http"
    )
    restriction = PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.LOGIN
    )
    assert mail().text.startswith("Dag\n\nTot dan\n\n-- ")
    restriction.delete()
    assert "Mag dat" in mail().text
    page.state = "discussion"
    page.save()
    assert "Mag dat" not in mail().html
    assert "dat mag" not in mail().html
    page.delete()
    assert mail().text.startswith("Dag\n\nTot dan\n\n-- ")


def test_answer_that_visitors_cannot_read_is_refused_when_saving():
    page = make_answer(state="discussion", short_answer="Niet verder vertellen.")
    block = MailBodyBlock()

    with pytest.raises(ValidationError) as refused:
        block.clean(block.to_python([answer(page)]))
    assert block_problems(refused.value) == [
        "Bezoekers kunnen dit antwoord nog niet lezen: kies er een dat is vastgesteld."
    ]


# --- blocks in blocks ---------------------------------------------------------------------------


def test_problems_inside_a_block_are_told_in_words():
    block = MailBodyBlock()
    wrong = {"type": "button", "value": {"label": "x", "link": "url", "url": "", "quiet": False}}
    body = [
        {"type": "columns", "value": {"left": [wrong], "right": [text("{{ contact.x }}")]}},
        {"type": "only_for", "value": {"whom": ["everybody"], "content": []}},
    ]
    with pytest.raises(ValidationError) as refused:
        block.clean(block.to_python(body))
    problems = block_problems(refused.value)

    assert "Geef het adres waar de knop heen gaat." in problems
    assert any("contact.x" in problem for problem in problems)
    assert any("everybody" in problem for problem in problems)
    assert not any("StructBlock" in problem or "StreamBlock" in problem for problem in problems)


def test_leaves_are_all_that_says_something():
    body = MailBodyBlock().to_python(
        [
            text("een"),
            {"type": "columns", "value": {"left": [text("twee")], "right": [text("drie")]}},
            {"type": "only_for", "value": {"whom": ["member"], "content": [text("vier")]}},
        ]
    )
    sources = [value.source for _block, value in leaves(body)]
    assert sources == [f"<p>{word}</p>" for word in ("een", "twee", "drie", "vier")]


def test_columns_stand_beside_each_other_and_keep_their_order_in_text():
    columns = {"left": [text("links")], "right": [text("rechts")]}
    html, plain = said([text("voor"), {"type": "columns", "value": columns}, text("na")])

    assert plain.startswith("voor\n\nlinks\n\nrechts\n\nna\n\n-- ")
    assert html.count('class="mj-outlook-group-fix mj-column-per-50"') == 2
    assert re.findall("voor|links|rechts|<p>na", html) == ["voor", "links", "rechts", "<p>na"]


# --- all of them --------------------------------------------------------------------------------


def make_picture() -> Any:
    content = BytesIO()
    PillowImage.new("RGB", (1200, 600), "#9a3412").save(content, "PNG")
    picture = get_image_model().objects.create(
        title="Zaal", file=ContentFile(content.getvalue(), "zaal.png")
    )
    picture.file.close()
    return picture


def every_block(language: str, *, picture: Any, page: Any, series: Any) -> list[dict[str, Any]]:
    """A body with each kind of block."""
    is_dutch = language == "nl"
    image = {"image": picture.pk, "alt_text": "De zaal" if is_dutch else "The hall"}
    reserved = (
        ("member", "Als lid mag je twee mensen meenemen.", "As a member you may bring two people."),
        ("non_member", "Nog geen lid? Kom gerust.", "Not a member yet? Do come."),
    )
    return [
        text("{{ contact.salutation }},"),
        {"type": "session", "value": {"session": ""}},
        {
            "type": "button",
            "value": {
                "label": "Ik doe mee" if is_dutch else "I will join",
                "link": "link.sign_up",
                "url": "",
                "quiet": False,
            },
        },
        *(
            {
                "type": "only_for",
                "value": {
                    "whom": [whom],
                    "content": [
                        text(dutch if is_dutch else english),
                        {"type": "divider", "value": None},
                    ],
                },
            }
            for whom, dutch, english in reserved
        ),
        {
            "type": "quotation",
            "value": {
                "text": "Ik ging met een plan naar huis." if is_dutch else "I left with a plan.",
                "attribution": "een deelnemer" if is_dutch else "a participant",
            },
        },
        {
            "type": "columns",
            "value": {
                "left": [{"type": "image", "value": image | {"decorative": False}}],
                "right": [text("Kom ook kijken." if is_dutch else "Come and see.")],
            },
        },
        {"type": "image", "value": image | {"decorative": True}},
        agenda(heading="Binnenkort" if is_dutch else "Coming up", series=series.pk),
        {"type": "divider", "value": None},
        answer(page),
    ]


# Wagtail leaves the temporary file of a rendition to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("variant", ["member", "non_member"])
def test_mail_with_every_block_looks_as_approved(language, variant, golden, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    home = make_home(language)
    session = make_session(
        pk=9001, slug="werksessie-1", titles={"nl": "Werksessie 1", "en": "Working session 1"}
    )
    series = make_series(parent=home, title="Samen sterk", slug="samen-sterk")
    for number, days in ((2, 20), (3, 40)):
        make_coming(f"Deel {number}", days, parent=series, slug=f"deel-{number}")
    index = make_answer_index(parent=home, slug="vragen")
    page = make_answer(
        parent=index,
        title="Waarom praten we over migratie?",
        short_answer="Omdat het over onze buren gaat.",
        slug="waarom",
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
    member = make_member(name="Stichting Wilg") if variant == "member" else None
    if member:
        make_representation(contact, member)
    body = every_block(language, picture=make_picture(), page=page, series=series)
    mailing = make_mailing(pk=9003, state="sending", session=session, **{f"body_{language}": body})
    row = make_delivery(
        pk=9004,
        mailing=mailing,
        contact=contact,
        organisation=member,
        basis="membership" if member else "consent",
    )
    content = open_composer(mailing.pk, now=NOW).compose(row, now=NOW).content

    assert len(content) < SIZE_MAX
    readable = re.sub(r"zaal(_\w+)?\.(\w+\.format-\w+)", r"zaal.\2", _readable(content))
    golden(f"every_block_{variant}.{language}.txt", readable)
    gc.collect()
