"""What everybody may read: the archive, its feeds, and one's own mail as a page."""

import json
import re
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from base.models import OutboxEvent
from campaigns import links
from campaigns.enums import MailingState
from campaigns.errors import MailingNotReady
from campaigns.models import Mailing
from campaigns.selectors.archive import archived_mailings
from campaigns.services import mailings
from campaigns.services.archive import show_in_archive
from campaigns.services.groups import ensure_groups
from campaigns.services.planning import start_due_mailings
from campaigns.viewsets import viewset
from contacts.enums import Source
from contacts.services.erasure import erase_contact
from contacts.services.merging import merge_contacts
from tests.campaigns.people import make_delegate, register
from tests.factories.base import make_user
from tests.factories.campaigns import BODY, make_delivery, make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact, make_member
from tests.factories.content import make_home, make_session

pytestmark = pytest.mark.django_db

#: Everything personal that an author can write.
PERSONAL = [
    *BODY,
    {
        "type": "text",
        "value": "<p>{{ contact.given_name|default:“jij” }} van {{ organisation.name }}: "
        '<a href="{{ link.sign_up }}">aanmelden</a>, <a href="{{ link.decline }}">niet</a>, '
        '<a href="{{ link.registration }}">mijn aanmelding</a>, '
        '<a href="{{ link.unsubscribe }}">uit</a>, <a href="{{ link.browser }}">browser</a>, '
        '<a href="{{ link.join }}">zaal</a>. {{ contact.why }}</p>',
    },
    {
        "type": "button",
        "value": {
            "label": "Mijn voorkeuren",
            "link": "link.preferences",
            "url": "",
            "quiet": False,
        },
    },
]


@pytest.fixture(autouse=True)
def _home():
    make_home()


def _archived(**values):
    return make_mailing(**{"in_archive": True, "state": "done", "started_at": NOW} | values)


def _organiser(client):
    ensure_groups()
    user = make_user()
    user.groups.add(Group.objects.get(name="Organisator"))
    client.force_login(user)
    return user


def test_archive_lists_what_is_for_everybody_and_nothing_else(client):
    shown = _archived(subject_nl="Op {{ session.day }}", session=make_far_session())
    for state in set(MailingState) - {"sending", "paused", "done"}:
        _archived(state=state, subject_nl="Geheim")
    for purpose in ("participation", "subgroup", "coalition"):
        _archived(purpose=purpose, subject_nl="Geheim")
    _archived(in_archive=False, subject_nl="Geheim")
    _archived(is_template=True, subject_nl="Geheim")

    page = client.get("/nl/archief/").content.decode()
    assert "Op donderdag 4 maart" in page
    assert f"/nl/archief/{shown.pk}/" in page
    assert "Geheim" not in page
    for mailing in Mailing.objects.exclude(pk=shown.pk):
        assert client.get(f"/nl/archief/{mailing.pk}/").status_code == 404


def test_archive_is_there_in_both_languages(client):
    _archived(subject_nl="Denk je mee?", subject_en="Will you join us?")
    dutch = client.get("/nl/archief/").content.decode()
    english = client.get("/en/archive/").content.decode()
    assert ("Denk je mee?" in dutch, "Will you join us?" in english) == (True, True)
    for page in (dutch, english):
        for path in ("/nl/archief/", "/en/archive/"):
            assert re.search(f'hreflang="..?" href="[^"]*{path}"', page), path
    assert '<a href="/en/archive/"' in dutch


def test_empty_archive_says_so_and_has_no_link_in_the_foot(client):
    page = client.get("/nl/archief/").content.decode()
    assert "Hier staat nog niets" in page
    assert 'href="/nl/archief/">Mail om terug te lezen' not in page
    _archived()
    page = client.get("/nl/archief/").content.decode()
    assert 'href="/nl/archief/">Mail om terug te lezen' in page


def test_archive_has_pages(client):
    for number in range(21):
        _archived(subject_nl=f"Nummer {number:02}")
    first = client.get("/nl/archief/").content.decode()
    second = client.get("/nl/archief/?page=2").content.decode()
    assert (first.count("<h2"), second.count("<h2")) == (20, 1)
    assert "Nummer 00" in second
    assert client.get("/nl/archief/?page=nonsens").status_code == 200


def test_mail_in_the_archive_holds_nothing_of_anybody(client):
    session = make_far_session(slug="zomer")
    organisation = make_member(name="Stichting Geheimhouding")
    person = make_delegate(
        organisation, given_name="Xanthippe", family_name="Zwijgzaam", email="xz@example.org"
    )
    register(session, person)
    mailing = _archived(session=session, body_nl=PERSONAL, body_en=PERSONAL)
    row = make_delivery(mailing=mailing, contact=person, state="sent", organisation=organisation)

    for path, dear in (("/nl/archief", "Beste lezer"), ("/en/archive", "Dear reader")):
        page = client.get(f"{path}/{mailing.pk}/").content.decode()
        assert dear in page
        for secret in ("Xanthippe", "Zwijgzaam", "xz@example", "Geheimhouding", "Amina"):
            assert secret not in page
        assert "Mijn voorkeuren" not in page
        for personal in (
            links.sign_up(session, person),
            links.unsubscribe(person, mailing.purpose),
            links.preferences(person),
            links.browser(row.pk),
        ):
            assert personal not in page
        # No personal address of any kind: they all have a token.
        assert not re.search(r'href="[^"]*/(i|c|t|r|j|m|u|p)/', page)
        assert "{{" not in page


def test_mail_in_the_archive_is_that_which_was_sent(client):
    make_delegate()
    mailing = make_mailing(session=make_far_session(), in_archive=True)
    before = OutboxEvent.objects.count()
    mailings.start(mailing_id=mailing.pk, now=NOW)
    start_due_mailings(now=NOW)
    assert OutboxEvent.objects.count() == before + 1
    answer = client.get(f"/nl/archief/{mailing.pk}/")
    page = answer.content.decode()
    assert "Jij kent dit onderwerp." in page
    assert "Deze mail is verstuurd op" in page
    assert '<html lang="nl"' in page
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "noindex" not in answer.headers.get("X-Robots-Tag", "")
    assert "'unsafe-inline'" in answer.headers["Content-Security-Policy"]


def test_mail_without_a_language_leads_to_the_one_it_has(client):
    mailing = _archived(subject_en="", body_en=[])
    answer = client.get(f"/en/archive/{mailing.pk}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/nl/archief/{mailing.pk}/")
    assert 'lang="nl"' in client.get("/en/archive/").content.decode()


@pytest.mark.parametrize("number", [10**30, 0, 4711])
def test_mail_that_is_not_there_is_not_found(client, number):
    assert client.get(f"/nl/archief/{number}/").status_code == 404


def test_archive_takes_as_many_queries_for_one_as_for_three(client):
    def ask(path):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    _archived(session=make_session(), subject_nl="Op {{ session.when }}")
    paths = ("/nl/archief/?x=1", "/archive.atom?x=1")
    for path in paths:
        ask(path)
    one = [ask(path.replace("1", "2")) for path in paths]
    for _ in range(2):
        _archived(session=make_session(), subject_nl="Op {{ session.when }}")
    assert [ask(path.replace("1", "3")) for path in paths] == one


def test_feeds_hold_the_latest_without_anybody(client):
    mailing = _archived(preheader_nl="Kom je, {{ contact.given_name }}?", subject_en="", body_en=[])
    make_delivery(mailing=mailing, contact=make_contact(given_name="Xanthippe"), state="sent")
    atom = client.get("/archive.atom")
    assert atom.headers["Content-Type"].startswith("application/atom+xml")
    root = ET.fromstring(atom.content)  # noqa: S314 -- our own
    space = "{http://www.w3.org/2005/Atom}"
    (found,) = root.findall(f"{space}entry")
    assert found.findtext(f"{space}title") == "Denk je mee?"
    hrefs = [link.get("href", "") for link in found.findall(f"{space}link")]
    assert [href.endswith(f"/nl/archief/{mailing.pk}/") for href in hrefs] == [True]
    answer = client.get("/archive.json?lang=en")
    data = json.loads(answer.content)
    assert (data["language"], data["items"][0]["language"]) == ("en", "nl")
    assert data["home_page_url"].endswith("/en/archive/")
    assert "Xanthippe" not in atom.content.decode() + answer.content.decode()
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert client.get("/archive.json?lang=xx").status_code == 200


def test_organiser_takes_a_mailing_out_and_puts_it_back(client):
    mailing = _archived()
    _organiser(client)
    url = reverse(viewset.get_url_name("archive"), args=[mailing.pk])
    overview = reverse(viewset.get_url_name("overview"), args=[mailing.pk])
    assert url in client.get(overview).content.decode()
    for shown, there in (("no", []), ("yes", [mailing])):
        events = OutboxEvent.objects.count()
        client.post(url, {"shown": shown})
        assert list(archived_mailings()) == there
        assert OutboxEvent.objects.count() == events + 1
    client.force_login(
        make_user(permissions=["wagtailadmin.access_admin", "campaigns.view_mailing"])
    )
    assert url not in client.get(overview).content.decode()
    client.post(url, {"shown": "no"})
    assert list(archived_mailings()) == [mailing]


def test_mail_to_participants_never_stands_in_the_archive():
    mailing = make_mailing(purpose="participation", session=make_far_session())
    with pytest.raises(MailingNotReady):
        show_in_archive(mailing_id=mailing.pk, in_archive=True, now=NOW)
    mailing.in_archive = True
    with pytest.raises(ValidationError) as refused:
        mailings.save_mailing(mailing=mailing, by=None, now=NOW)
    assert list(refused.value.message_dict) == ["in_archive"]


# --- one's own mail -------------------------------------------------------------------------


def test_own_mail_is_read_without_an_account_and_is_not_found_by_others(client):
    person = make_delegate(given_name="Xanthippe")
    session = make_far_session()
    mailing = make_mailing(session=session, state="sending")
    row = make_delivery(mailing=mailing, contact=person)
    Mailing.objects.filter(pk=mailing.pk).update(subject_nl="Niet wat verstuurd is", body_nl=[])

    answer = client.get(links.browser(row.pk))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Denk je mee?" in page
    assert "Niet wat verstuurd is" not in page
    assert "Xanthippe" in page
    assert links.sign_up(session, person) in page
    assert links.unsubscribe(person, mailing.purpose) in page


def test_own_mail_is_still_there_after_its_person_was_merged(client):
    kept, gone = make_delegate(given_name="Xanthippe"), make_contact(given_name="X.")
    row = make_delivery(contact=gone, state="sent")
    merge_contacts(kept_id=kept.pk, gone_id=gone.pk, by=None, now=NOW)
    answer = client.get(links.browser(row.pk))
    assert answer.status_code == 200
    assert links.preferences(kept) in answer.content.decode()


def test_own_mail_is_gone_after_erasure_with_a_friendly_page(client):
    person = make_delegate(given_name="Xanthippe")
    row = make_delivery(contact=person, state="sent")
    url = links.browser(row.pk)
    erase_contact(contact_id=person.pk, by=None, source=Source.FORM, now=NOW)
    for language, words in (("nl", "Deze mail is er niet meer"), ("en", "no longer here")):
        answer = client.get(f"{url}?lang={language}")
        page = answer.content.decode()
        assert answer.status_code == 410
        assert words in page
        assert "Xanthippe" not in page
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_broken_link_to_a_mail_gets_a_friendly_page(client):
    answer = client.get("/m/nonsens/", headers={"accept-language": "nl"})
    assert answer.status_code == 404
    assert "Kopieer hem helemaal uit de mail" in answer.content.decode()
