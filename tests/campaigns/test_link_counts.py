"""Links that are counted: only where the site asks for it, never for a person."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from wagtail.models import Site

from campaigns import links
from campaigns.link_counts import URL_MAX, with_counted_links
from campaigns.message import open_composer
from campaigns.models import Delivery, LinkCount, Mailing
from campaigns.selectors.link_counts import CountedLink, counted_links
from campaigns.services.link_counts import count_link
from campaigns.services.planning import start_mailing
from content.models import SiteSettings
from tests.campaigns.people import make_delegate
from tests.concurrency import together
from tests.factories.campaigns import make_mailing
from tests.factories.contacts import NOW
from tests.factories.content import make_session

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PAGE = "https://elders.example.org/kaart?laag=1&jaar=2026"
SHOWN = "https://elders.example.org/leesbaar"


def _site(**values):
    site = Site.objects.get(is_default_site=True)
    SiteSettings.objects.update_or_create(site=site, defaults=values)


def _text(html):
    return {"type": "text", "value": html}


BODY = [
    _text(
        "<p>{{ contact.salutation }},</p>"
        f'<p>Kijk op <a href="{PAGE.replace("&", "&amp;")}">de kaart</a>. '
        f'Of op <a href="{SHOWN}">{SHOWN}</a>. '
        '<a href="https://elders.example.org/{{ contact.given_name }}">Jouw kaart</a> '
        '<a href="mailto:noor@example.org">mail</a></p>'
    ),
    {
        "type": "button",
        "value": {"label": "Naar de kaart", "link": "url", "url": PAGE, "quiet": False},
    },
    {
        "type": "button",
        "value": {"label": "Ik doe mee", "link": "link.sign_up", "url": "", "quiet": False},
    },
]


def _started(**values):
    contact = make_delegate(given_name="Amina", language="nl")
    values = {"session": make_session(), "body_nl": BODY, "body_en": BODY} | values
    mailing = make_mailing(state="planned", plan={"now": True}, due_at=NOW, **values)
    assert start_mailing(mailing_id=mailing.pk, now=NOW)
    mailing.refresh_from_db()
    return mailing, Delivery.objects.get(mailing=mailing, contact=contact)


def _mail(mailing, row):
    composer = open_composer(mailing.pk)
    return composer.render(composer.recipient_of(row))


def _way(mailing, number=0):
    """The path of a link of the mailing."""
    return urlsplit(links.counted(mailing.pk, number)).path


# --- in the mail ------------------------------------------------------------------------------


def test_links_stand_as_they_are_written_where_the_site_does_not_count():
    mailing, row = _started()
    mail = _mail(mailing, row)
    assert f'href="{PAGE.replace("&", "&amp;")}"' in mail.html
    assert PAGE in mail.text
    assert "links" not in mailing.frozen
    assert "tellen" not in mail.text


def test_links_that_are_the_same_for_everybody_are_counted_and_no_others():
    _site(counts_links=True)
    mailing, row = _started()
    mail = _mail(mailing, row)
    assert mailing.frozen["links"] == [PAGE]
    way = links.counted(mailing.pk, 0)
    assert (mail.html.count(way), mail.text.count(way)) == (2, 2)
    assert PAGE not in mail.text
    # What reads as an address leads there; what is somebody's own, and mailto, are left alone.
    assert f'href="{SHOWN}"' in mail.html
    assert SHOWN in mail.text
    assert 'href="https://elders.example.org/Amina"' in mail.html
    assert 'href="mailto:noor@example.org"' in mail.html
    assert mail.html.count("/l/") == 2


def test_mail_says_that_links_are_counted_and_not_by_whom():
    _site(counts_links=True)
    mailing, row = _started()
    mail = _mail(mailing, row)
    sentence = "We tellen hoe vaak links in deze mail worden geopend, niet door wie."
    assert (mail.html.count(sentence), mail.text.count(sentence)) == (1, 1)


def test_address_of_a_counted_link_is_the_same_for_everybody():
    _site(counts_links=True)
    make_delegate(given_name="Bram")
    mailing, row = _started()
    other = Delivery.objects.filter(mailing=mailing).exclude(pk=row.pk).get()
    ways = [
        {word for word in _mail(mailing, each).html.split('"') if "/l/" in word}
        for each in (row, other)
    ]
    assert len(ways[0]) == 1
    assert ways[0] == ways[1]


@pytest.mark.parametrize(
    "piece",
    [
        f'<a href="https://a.example.org/{"x" * URL_MAX}">lang</a>',
        '<a href="https://a.example.org/',
        '<a href="ftp://a.example.org/">oud</a>',
        '<a href="https://a.example.org/&#10;b">regel</a>',
        '<a href="https://a.example.org/"><b>www.example.org</b></a>',
        '<link href="https://a.example.org/stijl.css">',
        '<img src="https://a.example.org/foto.jpg">',
    ],
)
def test_what_is_no_plain_link_is_left_alone(piece):
    messages = {"nl": {"subject": [], "html": [piece], "text": ["tekst"]}}
    assert with_counted_links(mailing_id=1, messages=messages) == {
        "messages": messages,
        "links": [],
    }


def test_address_in_plain_text_ends_before_its_punctuation_and_not_within_a_longer_one():
    html = '<a href="https://a.example.org/b">b</a>'
    text = [
        "<https://a.example.org/b>, https://a.example.org/b.\nhttps://a.example.org/bc ",
        "https://a.example.org/b",
        ["contact.given_name", "", None, "query"],
    ]
    messages = {"nl": {"subject": [], "html": [html], "text": text}}
    found = with_counted_links(mailing_id=1, messages=messages)["messages"]["nl"]["text"]
    assert found[0].count("https://a.example.org/b") == 1
    assert "https://a.example.org/bc " in found[0]
    assert found[1:] == text[1:]


# --- the way ----------------------------------------------------------------------------------


def test_opening_leads_there_and_counts_without_knowing_who(client):
    _site(counts_links=True)
    mailing, _row = _started()
    for _number in range(2):
        response = client.get(_way(mailing), {"next": "https://kwaad.example.com/"})
        assert (response.status_code, response["Location"]) == (302, PAGE)
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"
        assert response["Referrer-Policy"] == "no-referrer"
    assert counted_links(mailing) == [CountedLink(PAGE, 2)]
    fields = {field.name for field in LinkCount._meta.get_fields()}
    assert fields == {"id", "mailing", "url", "day", "number"}


@pytest.mark.parametrize(
    "header",
    [
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
        {"HTTP_PURPOSE": "preview"},
        {"HTTP_X_MOZ": "prefetch"},
        {"REQUEST_METHOD": "HEAD"},
    ],
)
def test_looking_ahead_is_not_counted(client, header):
    _site(counts_links=True)
    mailing, _row = _started()
    assert client.get(_way(mailing), **header)["Location"] == PAGE
    assert counted_links(mailing) == [CountedLink(PAGE, 0)]


def test_links_of_a_mailing_go_on_when_the_site_stops_counting(client):
    _site(counts_links=True)
    mailing, _row = _started()
    _site(counts_links=False)
    assert client.get(_way(mailing))["Location"] == PAGE
    assert LinkCount.objects.count() == 0


def test_no_way_leads_where_no_mailing_leads(client):
    _site(counts_links=True)
    mailing, _row = _started()
    way = _way(mailing)
    for wrong in (_way(mailing, 1), "/l/1.0:onzin/", "/l/onzin/", f"{way[:-5]}aaaa/"):
        assert client.get(wrong).status_code == 404
    assert client.post(way).status_code == 405
    Mailing.objects.filter(pk=mailing.pk).update(frozen={})
    assert client.get(way).status_code == 404
    assert LinkCount.objects.count() == 0


def test_links_are_counted_by_the_day_of_the_site():
    mailing = make_mailing(state="done")
    midnight = datetime(2026, 3, 2, 23, 0, tzinfo=UTC)
    for moment in (midnight - timedelta(minutes=1), midnight, midnight):
        count_link(mailing_id=mailing.pk, url=PAGE, now=moment)
    rows = LinkCount.objects.order_by("day").values_list("day", "number")
    assert [(day.isoformat(), number) for day, number in rows] == [
        ("2026-03-02", 1),
        ("2026-03-03", 2),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_who_open_at_once_are_both_counted(file_database):
    mailing = make_mailing(state="done")

    def opened():
        for _number in range(5):
            count_link(mailing_id=mailing.pk, url=PAGE, now=NOW)
        return True

    assert together(opened, opened, expected=RuntimeError) == [True, True]
    assert LinkCount.objects.get().number == 10
