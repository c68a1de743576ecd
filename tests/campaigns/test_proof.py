"""Proofreading: what keeps a mailing from being sent, and what would make it better."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from campaigns import proof
from campaigns.checks import SIZE_MAX, send_hints, send_problems
from campaigns.errors import MailingNotReady
from campaigns.field_names import UNNAMED, named_fields
from campaigns.fields import Slot, read_fields
from campaigns.message import open_composer
from campaigns.models import Delivery
from campaigns.proof.readability import read, syllables_of
from campaigns.services.mailings import plan_mailing
from campaigns.services.planning import start_due_mailings
from content.models import SiteSettings
from tests.campaigns.people import make_delegate
from tests.campaigns.test_blocks import make_picture
from tests.factories.campaigns import make_far_session, make_mailing
from tests.factories.contacts import NOW, make_contact
from tests.factories.content import make_document, make_session_page, set_site

PLAIN = "<p>Jij kent dit onderwerp uit de praktijk. We horen graag jouw verhaal.</p>"


@pytest.fixture
def mailing():
    """Builds a mailing in Dutch alone that nothing can be said of, but for what is given."""

    def build(text: str = PLAIN, **values):
        given = {
            "subject_nl": "Denk je mee?",
            "subject_en": "",
            "preheader_nl": "Jouw verhaal telt.",
            "body_nl": [{"type": "text", "value": text}],
            "body_en": [],
        }
        return make_mailing(**given | values)

    return build


def _without_language(sentences):
    return [each.removeprefix("Nederlands: ") for each in sentences]


def _hints(mailing):
    return _without_language(proof.text_hints(mailing))


def _problems(mailing):
    return _without_language(proof.text_problems(mailing))


# --- lines ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_plain_text_gives_no_remark(mailing):
    found = mailing()
    assert (proof.text_problems(found), proof.text_hints(found)) == ([], [])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("subject", "begin"),
    [
        ("x" * 51, "Het onderwerp heeft 51 tekens. Een telefoon"),
        ("x" * 79, "Het onderwerp heeft 79 tekens: de meeste"),
        ("KOM DONDERDAG", "Het onderwerp staat in hoofdletters"),
        ("🎉🎉", "Het onderwerp heeft geen woorden"),
        ("Kom je ook?!", "Het onderwerp heeft meer uitroeptekens"),
    ],
)
def test_subject_that_works_less_well_gives_a_hint_and_no_problem(mailing, subject, begin):
    found = mailing(subject_nl=subject)

    (hint,) = _hints(found)
    assert hint.startswith(begin)
    assert proof.text_problems(found) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "subject", ["x" * 50, "Tot donderdag! Neem NS en EHBO mee", "{{ session.title }}", "OK!"]
)
def test_ordinary_subject_gives_no_hint(mailing, subject):
    assert _hints(mailing(subject_nl=subject)) == []


@pytest.mark.django_db
def test_missing_and_repeated_preheader_give_a_hint(mailing):
    assert "geen voorproefje" in _hints(mailing(preheader_nl=""))[0]
    assert "hetzelfde als het onderwerp" in _hints(mailing(preheader_nl="denk je MEE?"))[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "left", ["[naam]", "[vul in …]", "XX" + "X", "TO" + "DO", "Lorem ipsum", "[...]"]
)
def test_what_was_left_to_fill_in_is_named(mailing, left):
    (hint,) = _hints(mailing(f"<p>Kom naar {left} toe.</p>"))
    assert f"“{left}”" in hint


@pytest.mark.django_db
def test_hints_name_the_language_when_there_are_two(mailing):
    found = mailing(subject_en="HURRY UP NOW", body_en=[{"type": "text", "value": "<p>Hi.</p>"}])

    assert [hint.split(":")[0] for hint in proof.text_hints(found)] == ["Engels", "Engels"]


# --- links ---------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("label", ["hier", "Klik hier!", "Lees meer", "here", "read more »"])
def test_link_that_says_nothing_gives_a_hint(mailing, label):
    (hint,) = _hints(mailing(f'<p>Ga <a href="https://example.org/a">{label}</a>.</p>'))
    assert f"“{label}”" in hint


@pytest.mark.django_db
def test_bare_long_address_and_long_address_behind_a_name_give_a_hint(mailing):
    bare = "https://example.org/" + "a" * 60
    long = "https://example.org/" + "a" * 480

    (first,) = _hints(mailing(f'<p><a href="{bare}">{bare}</a></p>'))
    (second,) = _hints(mailing(f'<p><a href="{long}">Het programma</a></p>'))
    assert "geef de link een naam" in first
    assert "500 tekens" in second
    assert _problems(mailing(f'<p><a href="{long}">Het programma</a></p>')) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "",
        "www.example.org",
        "https:/example.org",
        "https://",
        "https://voorbeeld",
        "https://https://example.org",
        "https://exa mple.org/",
        "mailto:nergens",
        "javascript:alert(1)",
        "https://example.org/" + "a" * 2_000,
        "http://[::1",
    ],
)
def test_address_that_leads_nowhere_keeps_a_mailing_from_being_sent(mailing, address):
    make_delegate()
    found = mailing(f'<p><a href="{address}">Het programma</a></p>', session=make_far_session())

    assert len(_problems(found)) == 1
    assert any("“Het programma”" in each for each in send_problems(found, NOW))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "https://www.exämple.org/a?b=c#d",
        "http://192.0.2.1/",
        "mailto:info@example.org?subject=Vraag",
        "tel:+31201234567",
        "{{ link.sign_up }}",
        "https://example.org/?n={{ contact.given_name }}",
    ],
)
def test_address_of_the_right_form_is_let_through(mailing, address):
    found = mailing(f'<p><a href="{address}">Het programma</a></p>')
    assert (_problems(found), _hints(found)) == ([], [])


@pytest.mark.django_db
def test_button_to_an_address_is_checked_as_a_link(mailing):
    button = {"label": "Klik hier", "link": "url", "url": "nergens", "quiet": False}
    found = mailing(body_nl=[{"type": "button", "value": button}])

    assert (len(_problems(found)), len(_hints(found))) == (1, 1)


@pytest.mark.django_db
def test_page_that_was_removed_is_a_problem_and_one_that_is_not_public_a_hint(mailing):
    page = make_session_page(publish=True)
    text = f'<p><a linktype="page" id="{page.pk}">Het programma</a></p>'
    found = mailing(text)
    assert (_problems(found), _hints(found)) == ([], [])

    Page.objects.filter(pk=page.pk).update(live=False)
    assert _problems(found) == []
    assert "zet hem openbaar" in _hints(found)[0]

    Page.objects.get(pk=page.pk).specific.delete()
    assert _problems(found) == ["De pagina achter “Het programma” is weggehaald: kies een andere."]


@pytest.mark.django_db
def test_document_that_was_removed_is_a_problem(mailing):
    document = make_document("verslag.pdf", b"%PDF")
    found = mailing(f'<p><a linktype="document" id="{document.pk}">Verslag</a></p>')
    assert _problems(found) == []

    document.delete()
    assert _problems(found) == ["Het document achter “Verslag” is weggehaald: kies een ander."]


@pytest.mark.django_db
def test_own_address_is_looked_up_without_a_request(mailing, settings):
    page = make_session_page(publish=True)
    good = f"{settings.SITE_URL}{page.get_url()}"

    def about(address):
        return _hints(mailing(f'<p><a href="{address}">Het programma</a></p>'))

    assert about(good) == []
    assert about(f"{settings.SITE_URL}/") == []
    assert "zet hem openbaar" in about(f"{good}bestaat-niet/")[0]
    assert "beheer" in about(f"{settings.SITE_URL}/admin/pages/{page.pk}/edit/")[0]
    assert "localhost" in about("http://localhost:3000/x")[0]


# --- pictures, size, unsubscribing -----------------------------------------------------------


@pytest.mark.django_db
def test_every_mail_can_be_unsubscribed_from_and_a_large_one_is_held(mailing):
    make_delegate()
    session = make_far_session()
    assert send_problems(mailing(session=session), NOW) == []

    large = mailing("<p>" + "Woord. " * (SIZE_MAX // 6) + "</p>", session=session)
    assert any("te groot" in each for each in send_problems(large, NOW))


# --- reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "language", "number"),
    [
        ("aanmelding", "nl", 3),
        ("ideeën", "nl", 3),
        ("reünie", "nl", 3),
        ("make", "en", 1),
        ("table", "en", 2),
        ("rhythm", "en", 1),
    ],
)
def test_syllables_are_counted_by_their_vowels(word, language, number):
    assert syllables_of(word, language) == number


def test_reading_counts_sentences_and_leaves_abbreviations_whole():
    found = read(["We beginnen om 13.30 uur, o.a. met soep. Kom je ook? Ja!"], "nl")

    assert (found.sentences, found.longest_words, found.score) == (3, 8, None)


def test_plain_text_scores_above_a_hard_one_in_both_languages():
    plain = {"nl": "We zien je graag. Kom je ook? " * 8, "en": "We hope you come. Will you? " * 8}
    hard = (
        "Implementatieverantwoordelijkheid vereist interorganisatorische afstemmingsmechanismen "
        "binnen samenwerkingsverbanden, dientengevolge inventariseren beleidsmedewerkers "
    )
    for language in ("nl", "en"):
        easy, difficult = read([plain[language]], language), read([hard * 5], language)
        assert (easy.score or 0) > 60
        assert difficult.score is not None
        assert difficult.score < 45


@pytest.mark.django_db
def test_long_sentences_and_long_words_give_one_hint_each(mailing):
    sentence = (
        "We willen graag dat je met ons mee komt denken over alles wat er dit jaar in de stad " * 2
    )
    found = _hints(mailing(f"<p>{sentence}.</p><p>{sentence}.</p>"))
    assert len(found) == 1
    assert "woorden in een zin" in found[0]

    word = "samenwerkingsverband implementatieplan uitvoeringsagenda"
    found = _hints(mailing(f"<p>{('We maken een ' + word + '. ') * 9}</p>"))
    assert len(found) == 1
    assert "samenwerkingsverband" in found[0]


# --- fields that stay empty ------------------------------------------------------------------


@pytest.mark.django_db
def test_fields_that_stay_empty_are_counted_in_one_statement(mailing):
    make_delegate(given_name="Yara")
    make_delegate(given_name="")
    make_delegate(given_name="")
    make_contact(given_name="")  # nobody may mail this one, so it does not count
    found = mailing("<p>Dag {{ contact.given_name }} van {{ organisation.name }}</p>")

    with CaptureQueriesContext(connection) as queries:
        (hint,) = proof.gap_hints(found, NOW)
    assert hint.startswith("{{ contact.given_name }} is leeg bij 2 mensen")
    assert sum("considered" in query["sql"] for query in queries) == 1


@pytest.mark.django_db
def test_a_default_or_no_such_field_asks_nothing_about_people(mailing):
    make_delegate(given_name="")
    found = mailing('<p>Dag {{ contact.given_name|default:"jij" }}</p>')

    with CaptureQueriesContext(connection) as queries:
        assert proof.gap_hints(found, NOW) == []
    assert not any("considered" in query["sql"] for query in queries)


@pytest.mark.django_db
def test_queries_of_the_hints_do_not_grow_with_the_people(mailing):
    found = mailing("<p>Dag {{ contact.given_name }}</p>")

    def ask():
        SiteSettings.objects.all().exists()
        with CaptureQueriesContext(connection) as queries:
            send_hints(found, NOW)
        return len(queries)

    make_delegate(given_name="")
    ask()
    one = ask()
    make_delegate(given_name="")
    make_delegate(given_name="")
    assert ask() == one


# --- names of fields -------------------------------------------------------------------------


def test_every_field_that_an_author_may_write_has_a_name_and_inserts_itself():
    assert frozenset() == UNNAMED
    for each in named_fields():
        for language in ("nl", "en"):
            (slot,) = read_fields(each.text(language))
            assert isinstance(slot, Slot)
            assert slot.name == each.name


# --- all of it before it goes ------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.capability("C18")
def test_checks_before_sending_find_what_is_wrong_one_by_one(mailing):
    """Links, fields, pictures, a way to unsubscribe, size, and a second person."""
    make_delegate(given_name="")
    session = make_far_session()

    def problems(found) -> list[str]:
        with pytest.raises(MailingNotReady) as refused:
            plan_mailing(mailing_id=found.pk, plan={"now": True}, now=NOW)
        found.refresh_from_db()
        assert (found.state, Delivery.objects.count()) == ("draft", 0)
        return refused.value.problems

    removed = mailing('<p><a linktype="page" id="987654">Programma</a></p>', session=session)
    assert [each for each in problems(removed) if "is weggehaald" in each]
    nowhere = mailing('<p><a href="www.example.org">Programma</a></p>', session=session)
    assert [each for each in problems(nowhere) if "is geen adres" in each]
    unreadable = mailing("<p>Dag {{ contact.givenname }}</p>", session=session)
    assert [each for each in problems(unreadable) if "contact.given_name" in each]
    about_nothing = mailing("<p>{{ session.when }}</p>", purpose="announcements")
    assert [each for each in problems(about_nothing) if "{{ session.when }}" in each]
    image = {"image": make_picture().pk, "alt_text": "", "decorative": False}
    speechless = mailing(body_nl=[{"type": "image", "value": image}], session=session)
    assert problems(speechless)
    large = mailing("<p>" + "Woord. " * (SIZE_MAX // 6) + "</p>", session=session)
    assert [each for each in problems(large) if "te groot" in each]
    nobody = mailing(audience={"contacts": [make_contact().pk]}, session=session)
    assert problems(nobody) == ["Niemand zou deze mailing krijgen: kijk naar de doelgroep."]

    # A field that is empty for somebody is told with the number of people; it holds nothing back.
    found = mailing("<p>Dag {{ contact.given_name }}</p>", session=session)
    assert [each for each in send_hints(found, NOW) if "leeg bij 1 persoon" in each]
    set_site(needs_second_person=True)
    (second_person,) = problems(found)
    assert "tweede" in second_person
    set_site(needs_second_person=False)
    assert plan_mailing(mailing_id=found.pk, plan={"now": True}, now=NOW).state == "planned"
    assert start_due_mailings(now=NOW) == [found.pk]
    content = open_composer(found.pk).compose(Delivery.objects.get(state="queued"), now=NOW).content
    assert b"List-Unsubscribe:" in content
