"""The Q&A: what visitors find, and what they must not."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from wagtail.models import PageViewRestriction

from content.enums import AnswerState
from content.models import QAIndexPage
from content.selectors import agreed_answers, answers_to_review, find_answers
from tests.factories.base import make_user
from tests.factories.contacts import make_theme
from tests.factories.content import make_answer, make_answer_index

pytestmark = pytest.mark.django_db
SECRET = "Zeg dit tegen journalisten"


def found(index: QAIndexPage, words: str) -> list[int]:
    """What a visitor finds."""
    return find_answers(words=words, among=[answer.pk for answer in agreed_answers(index)])


def wording() -> list[tuple[str, dict[str, str]]]:
    return [("wording", {"audience": "journalist", "say": SECRET, "avoid": "Vermijdwoord"})]


@pytest.mark.capability("C19")
@pytest.mark.parametrize("state", [AnswerState.DRAFT, AnswerState.DISCUSSION])
def test_an_entry_that_is_not_agreed_is_nowhere(client, state):
    index = make_answer_index(slug="vragen")
    make_answer(parent=index, title="Openbare vraag?")
    hidden = make_answer(parent=index, title="Geheime vraag?", slug="geheim", state=state)
    assert client.get("/nl/vragen/geheim/").status_code == 404
    for address in ("/nl/vragen/", "/nl/vragen/?q=geheime", "/nl/vragen/?q=vraag"):
        html = client.get(address).content.decode()
        assert "Geheime vraag?" not in html
    assert found(index, "geheime") == []
    hidden.state = AnswerState.AGREED
    hidden.save()
    assert client.get("/nl/vragen/geheim/").status_code == 200


@pytest.mark.capability("C20")
def test_the_wording_per_audience_stays_off_the_public_page_and_out_of_the_search(client):
    index = make_answer_index(slug="vragen")
    answer = make_answer(parent=index, slug="vraag", wording=wording())
    html = client.get("/nl/vragen/vraag/").content.decode()
    assert "Zo zit het." in html
    assert [word for word in (SECRET, "Vermijdwoord") if word in html] == []
    assert answer.wording[0].value["say"] == SECRET
    assert found(index, "Vermijdwoord") == []
    assert found(index, "journalisten") == []


@pytest.mark.capability("C21")
def test_the_page_shows_the_evidence_with_its_date(client):
    evidence = {
        "source": "Instituut Voorbeeld",
        "year": 2024,
        "url": "https://instituut.example.org/rapport",
        "quotation": "Het staat er.",
        "checked_on": date(2026, 2, 1),
    }
    index = make_answer_index(slug="vragen")
    make_answer(parent=index, slug="vraag", evidence=[("source", evidence)])
    html = client.get("/nl/vragen/vraag/").content.decode()
    for part in ("Instituut Voorbeeld", "(2024)", "instituut.example.org", "1 februari 2026"):
        assert part in html


def test_search_finds_words_and_beginnings_of_words(client):
    index = make_answer_index(slug="vragen")
    first = make_answer(parent=index, title="Wat doet migratie?", short_answer="Van alles.")
    second = make_answer(parent=index, title="Wie betaalt dat?", narrative="<p>De belastingen.</p>")
    elsewhere = make_answer(title="Wat doet migratie elders?")
    assert found(index, "migratie") == [first.pk]
    assert found(index, "migra") == [first.pk]
    assert found(index, "belastingen") == [second.pk]
    assert found(index, "olifant") == []
    assert list(agreed_answers(index)) == [first, second]
    assert elsewhere.pk not in found(index, "migratie")


def test_whole_words_come_before_beginnings_of_words(client):
    index = make_answer_index(slug="vragen")
    begins, whole, too = (
        make_answer(parent=index, title=title)
        for title in ("Wat is migratiebeleid?", "Wat is migratie?", "Wat zijn migratiecijfers?")
    )
    assert found(index, "migratie") == [whole.pk, begins.pk, too.pk]
    html = client.get("/nl/vragen/?q=migratie").content.decode()
    assert html.index(whole.title) < html.index(begins.title) < html.index(too.title)


def test_theme_filters_the_list_and_an_unknown_theme_is_said(client):
    theme, other = make_theme(slug="klimaat"), make_theme(slug="ongebruikt", name_nl="Ongebruikt")
    index = make_answer_index(slug="vragen")
    make_answer(parent=index, title="Over klimaat?", themes=[theme])
    make_answer(parent=index, title="Over iets anders?")
    make_answer(parent=index, title="Concept?", state=AnswerState.DRAFT, themes=[other])
    html = client.get("/nl/vragen/?theme=klimaat").content.decode()
    assert "Over klimaat?" in html
    assert "Over iets anders?" not in html
    assert "Ongebruikt" not in html
    response = client.get("/nl/vragen/?theme=bestaat-niet&q=%00")
    assert response.status_code == 200
    assert "Over klimaat?" not in response.content.decode()


def test_a_long_short_answer_is_refused_with_its_length():
    answer = make_answer()
    answer.short_answer = "woord " * 60
    answer.full_clean()
    answer.short_answer = "woord " * 61
    with pytest.raises(ValidationError) as refused:
        answer.full_clean()
    assert list(refused.value.error_dict) == ["short_answer"]


def test_the_list_asks_the_same_number_of_queries_for_one_and_three(
    client, django_assert_max_num_queries
):
    theme = make_theme()
    index = make_answer_index(slug="vragen")
    make_answer(parent=index, themes=[theme])
    client.get("/nl/vragen/")
    with django_assert_max_num_queries(18) as one:
        client.get("/nl/vragen/")
    make_answer(parent=index, themes=[theme])
    make_answer(parent=index, themes=[theme])
    with django_assert_max_num_queries(18) as three:
        client.get("/nl/vragen/")
    assert len(three) == len(one)


@pytest.mark.database
@pytest.mark.parametrize("signs", ['"', '"a', "';--", "(", "*", "&|!<->:", "a'b", "NEAR(", "🙂"])
def test_signs_in_a_search_are_no_syntax(client, signs):
    make_answer(parent=make_answer_index(slug="vragen"), title="Wat doet migratie?")
    assert client.get("/nl/vragen/", {"q": signs}).status_code == 200
    html = client.get("/nl/vragen/", {"q": '"migratie"?'}).content.decode()
    assert "Wat doet migratie?" in html


def test_an_entry_behind_a_password_is_not_in_the_list_or_the_search():
    index = make_answer_index()
    shown, hidden = (
        make_answer(parent=index, title="Een?"),
        make_answer(parent=index, title="Twee?"),
    )
    PageViewRestriction.objects.create(page=hidden, restriction_type="password", password="x")
    assert list(agreed_answers(index)) == [shown]
    assert found(index, "twee") == []


def test_first_page_of_an_editor_names_answers_past_their_review(client):
    today = timezone.localdate()
    make_answer(title="Al lang niet bekeken", review_by=today - timedelta(days=9))
    make_answer(title="Kort niet bekeken", review_by=today - timedelta(days=1))
    make_answer(title="Vandaag pas", review_by=today)
    make_answer(title="Nog een concept", review_by=today - timedelta(days=9), live=False)
    make_answer(title="Zonder datum")

    due = [page.title for page in answers_to_review(today)]
    assert due == ["Al lang niet bekeken", "Kort niet bekeken"]
    client.force_login(make_user(is_superuser=True, is_staff=True))
    assert "Al lang niet bekeken" in client.get("/admin/").content.decode()
    client.force_login(make_user(permissions=["wagtailadmin.access_admin"]))
    assert "Al lang niet bekeken" not in client.get("/admin/").content.decode()
