"""The inventory of learning questions: what visitors read of it, and what organisers take away."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import connection
from django.test.client import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from base.models import OutboxEvent
from contacts.models import Organisation
from content.models import SeriesPage
from participation.models import LearningQuestion
from participation.services import update_answers
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_home, make_series, make_session
from tests.factories.participation import make_question, make_registration

pytestmark = pytest.mark.django_db

LIST = "wagtailsnippets_participation_learningquestion:list"


@pytest.fixture
def series() -> SeriesPage:
    return make_series(slug="beeldvorming", title="Beeldvorming")


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("beheer", "beheer@example.org", "x"))
    return client


def _asked(series: SeriesPage | None, text: str, *names: str, **values: Any) -> LearningQuestion:
    """A public question of organisations, asked at a session of the series."""
    session = values.pop("session", None) or make_session(series=series)
    question = make_question(text=text, session=session, **{"is_public": True} | values)
    question.organisations.set(
        Organisation.objects.filter(name=name).first() or make_organisation(name=name)
        for name in names
    )
    return question


def _url(series: SeriesPage) -> str:
    return f"/api/series/{series.slug}/learning-questions"


def _leaky(series: SeriesPage) -> None:
    """All that must stay inside: each has a word by which it would be seen."""
    contact = make_contact(
        given_name="Geheimina", family_name="Zonneveld", email="geheim@example.org"
    )
    _asked(series, "VERBORGEN vraag?", "Stichting Stil", is_public=False)
    _asked(make_series(), "ELDERS gevraagd?", "Stichting Elders")
    _asked(None, "NERGENS bij?", "Stichting Los", session=make_session())
    _asked(series, "SAMENGEVOEGD?", "Stichting Vlecht", state="merged")
    _asked(series, "", "Stichting Nog Niet", state="asked")
    _asked(
        series,
        "Hoe houd je vol?",
        "Stichting Wilg",
        contact=contact,
        remark="OPMERKING over Geheimina",
        registration=make_registration(contact=contact, answers={"need": "BEHOEFTE"}),
    )


LEAKS = [
    "VERBORGEN", "Stil", "ELDERS", "Elders", "NERGENS", "Los", "SAMENGEVOEGD", "Vlecht",
    "Nog Niet", "Geheimina", "Zonneveld", "geheim@", "OPMERKING", "BEHOEFTE",
]  # fmt: skip


def test_api_gives_the_public_questions_and_never_who_asked(client, series):
    _leaky(series)
    joint = _asked(
        series, "How do small groups last?", "Vereniging Zeven", "Buurthuis Aan", language="en"
    )
    answer = client.get(_url(series))
    text = answer.content.decode()

    assert [leak for leak in LEAKS if leak in text] == []
    first, second = answer.json()["items"]
    assert (first["text"], first["organisations"]) == ("Hoe houd je vol?", ["Stichting Wilg"])
    assert joint.session is not None
    assert second == {
        "text": "How do small groups last?",
        "language": "en",
        "organisations": ["Buurthuis Aan", "Vereniging Zeven"],
        "session": joint.session.slug,
        "state": "stated",
    }
    assert (answer.json()["count"], answer.json()["next"]) == (2, None)


def test_api_gives_questions_of_the_series_itself_and_of_its_translation(client, series):
    english = series.copy_for_translation(make_home("en").locale, copy_parents=True)
    english.slug, english.live = "public-image", True
    english.save()
    make_question(text="Van het traject?", series=series, is_public=True)
    _asked(english, "Van een sessie?")
    moved = _asked(make_series(), "Verhuisd?")
    LearningQuestion.objects.filter(pk=moved.pk).update(series=series)

    for page in (series, english):
        items = client.get(_url(page)).json()["items"]
        assert [item["text"] for item in items] == ["Van het traject?", "Van een sessie?"]
    assert items[0]["session"] is None


def test_api_goes_page_by_page_and_answers_304(client, series):
    for number in range(3):
        _asked(series, f"Vraag {number}?")
    first = client.get(_url(series), {"limit": 2})
    assert first["Cache-Control"] == "public, max-age=60"
    rest = client.get(_url(series), {"limit": 2, "cursor": first.json()["next"]}).json()
    texts = [item["text"] for item in [*first.json()["items"], *rest["items"]]]
    assert texts == ["Vraag 0?", "Vraag 1?", "Vraag 2?"]
    assert rest["next"] is None
    again = client.get(_url(series), {"limit": 2}, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("query", ["geheim=1", "lang=nl", "limit=0", "limit=x", "cursor=-1"])
def test_api_refuses_what_it_does_not_know(client, series, query):
    answer = client.get(f"{_url(series)}?{query}")
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"


def test_api_knows_no_series_that_is_not_live(client):
    draft = make_series(live=False)
    _asked(draft, "Te vroeg?")
    assert client.get(_url(draft)).status_code == 404
    assert client.get("/api/series/nergens/learning-questions").status_code == 404


@pytest.mark.parametrize("path", ["api", "page"])
def test_number_of_queries_does_not_grow(client, series, path):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(_url(series) if path == "api" else series.get_url())
        return len(queries)

    session = make_session(series=series)
    _asked(series, "Vraag 1?", "Stichting Een", session=session)
    asked()
    one = asked()
    for number in (2, 3):
        _asked(series, f"Vraag {number}?", f"Stichting {number}", "Stichting Een", session=session)
    assert asked() == one


# --- the page ---------------------------------------------------------------------------------


def test_page_shows_the_public_questions_and_their_language(client, series):
    _leaky(series)
    _asked(series, "How do <b>small</b> groups last?", "Vereniging Zeven", language="en")
    page = client.get(series.get_url()).content.decode()

    assert [leak for leak in LEAKS if leak in page] == []
    assert "Wat organisaties willen leren" in page
    assert '<p class="wishes__text">Hoe houd je vol?</p>' in page
    assert 'lang="en">How do &lt;b&gt;small&lt;/b&gt; groups last?</p>' in page
    assert "Stichting Wilg" in page


def test_page_without_public_questions_has_no_such_part(client, series):
    _asked(series, "Verborgen?", is_public=False)
    assert "learning-questions" not in client.get(series.get_url()).content.decode()


# --- publishing and withdrawing -----------------------------------------------------------------


@pytest.fixture
def memory(settings: Any) -> None:
    """Public pages stay in memory, as they do in production."""
    kept = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "inventory"}
    settings.CACHES = settings.CACHES | {"pages": kept}
    caches["pages"].clear()


def _form(question: LearningQuestion, **values: Any) -> dict[str, Any]:
    return {
        "text": question.text,
        "language": question.language,
        "organisations": [each.pk for each in question.organisations.all()],
        "session": question.session_id or "",
        "series": "",
        "state": question.state,
        "remark": "",
    } | values


@pytest.mark.usefixtures("memory")
def test_question_is_seen_and_gone_at_once(client, admin, series):
    question = _asked(series, "Hoe houd je vol?", "Stichting Wilg", is_public=False)
    edit = reverse("wagtailsnippets_participation_learningquestion:edit", args=[question.pk])

    def seen() -> list[bool]:
        paths = (series.get_url(), _url(series))
        return [question.text in client.get(path).content.decode() for path in paths]

    assert seen() == [False, False]
    assert admin.post(edit, _form(question, is_public="on")).status_code == 302
    assert seen() == [True, True]
    assert admin.post(edit, _form(question)).status_code == 302
    assert seen() == [False, False]


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("at_once", [False, True])
def test_deleted_question_is_gone_at_once(client, admin, series, at_once):
    question = _asked(series, "Hoe houd je vol?")
    assert question.text in client.get(_url(series)).content.decode()
    if at_once:
        path = reverse("wagtail_bulk_action", args=["participation", "learningquestion", "delete"])
        admin.post(f"{path}?id={question.pk}")
    else:
        name = "wagtailsnippets_participation_learningquestion:delete"
        admin.post(reverse(name, args=[question.pk]))
    assert LearningQuestion.objects.count() == 0
    assert question.text not in client.get(_url(series)).content.decode()


def test_private_question_is_nobody_elses_news(admin):
    question = _asked(None, "Hoe?", session=make_session(), is_public=False)
    edit = reverse("wagtailsnippets_participation_learningquestion:edit", args=[question.pk])
    add = reverse("wagtailsnippets_participation_learningquestion:add")
    admin.post(edit, _form(question, text="Wat?"))
    assert OutboxEvent.objects.count() == 0
    assert admin.post(add, _form(question, is_public="on")).status_code == 302
    assert list(OutboxEvent.objects.values_list("kind", flat=True)) == ["learning_question.changed"]


def test_public_question_is_withdrawn_when_whoever_asked_changes_its_words():
    row = make_registration(organisation=make_organisation())
    update_answers(registration=row, answers={"learning_question": "Hoe?"}, now=NOW)
    LearningQuestion.objects.update(is_public=True)
    update_answers(registration=row, answers={"learning_question": "Hoe?", "need": "x"}, now=NOW)
    assert LearningQuestion.objects.get().is_public
    assert OutboxEvent.objects.count() == 0

    update_answers(registration=row, answers={"learning_question": "Wat?"}, now=NOW)
    question = LearningQuestion.objects.get()
    assert (question.text, question.is_public) == ("Wat?", False)
    assert OutboxEvent.objects.count() == 1

    LearningQuestion.objects.update(is_public=True)
    update_answers(registration=row, answers={}, now=NOW)
    assert LearningQuestion.objects.count() == 0
    assert OutboxEvent.objects.count() == 2


def test_correction_by_an_organiser_outlives_another_answer():
    row = make_registration()
    update_answers(registration=row, answers={"learning_question": "Hoe dan"}, now=NOW)
    LearningQuestion.objects.update(text="Hoe dan?", is_public=True)
    update_answers(registration=row, answers={"learning_question": "Hoe dan", "need": "x"}, now=NOW)
    assert LearningQuestion.objects.get(is_public=True).text == "Hoe dan?"


def test_question_mark_is_a_question_not_formulated_yet():
    row = make_registration()
    update_answers(registration=row, answers={"learning_question": " ? "}, now=NOW)
    assert LearningQuestion.objects.values_list("text", "state").get() == ("", "asked")
    update_answers(registration=row, answers={"learning_question": "Hoe?"}, now=NOW)
    assert LearningQuestion.objects.values_list("text", "state").get() == ("Hoe?", "stated")
    update_answers(registration=row, answers={"learning_question": "?"}, now=NOW)
    update_answers(registration=row, answers={}, now=NOW)
    assert LearningQuestion.objects.count() == 0


# --- the export, and the whole line -------------------------------------------------------------


def _exported(admin: Client, form: str = "csv", **query: Any) -> list[str]:
    answer = admin.get(reverse(LIST), {"export": form} | query)
    assert answer.status_code == 200
    return answer.getvalue().decode("utf-8", "replace").splitlines()


@pytest.mark.capability("C40")
def test_inventory_is_per_organisation_public_if_agreed_and_exported(client, admin, series):
    kept = _asked(series, "Wat blijft binnen?", "Stichting Stil", is_public=False)
    joint = _asked(series, "Wat delen we?", "Vereniging Zeven", "=Buurthuis Aan")

    rows = _exported(admin)
    assert rows[0].split(",")[:2] == ["Organisaties", "Vraag"]
    assert sorted(row.split(",")[:2] for row in rows[1:]) == [
        ["'=Buurthuis Aan / Vereniging Zeven", "Wat delen we?"],
        ["Stichting Stil", "Wat blijft binnen?"],
    ]
    assert _exported(admin, "xlsx")
    stil = kept.organisations.get()
    assert ["Stichting Stil" in row for row in _exported(admin, organisations=stil.pk)[1:]] == [
        True
    ]

    for path in (_url(series), series.get_url()):
        shown = client.get(path).content.decode()
        assert joint.text in shown
        assert "Vereniging Zeven" in shown
        assert "blijft binnen" not in shown
        assert "Stil" not in shown
