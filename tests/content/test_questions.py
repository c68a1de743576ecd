"""Questions of a session's own: what the editor refuses, and what publishing keeps."""

import pytest
from wagtail.blocks.stream_block import StreamBlockValidationError

from content.blocks import QuestionsBlock
from content.questions import questions_of
from tests.factories.content import make_home, make_series, make_session, make_session_page
from tests.factories.questions import asked

#: A question that can be depended on.
BUS = asked("Kom je met de bus?", kind="yes_no")
MENU = asked("Wat eet je?", kind="choice", options=["Vis", "Soep"])


def _errors(*questions):
    """Clean the questions; return the names of the fields with an error, by place."""
    block = QuestionsBlock()
    value = block.to_python([{"type": "question", "value": one} for one in questions])
    try:
        block.clean(value)
    except StreamBlockValidationError as error:
        return {place: sorted(found.block_errors) for place, found in error.block_errors.items()}
    return {}


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        (asked("Wat eet je?", kind="choice"), ["options"]),
        (asked("Wat eet je?", kind="choices", options=["Vis"]), ["options"]),
        (asked("Wat eet je?", kind="choice", options=["Vis", " vis "]), ["options"]),
        (asked("Hoe heet je hond?", kind="line", options=["Bo", "Max"]), ["options"]),
        (asked("Kom je?", kind="yes_no", options=["ja", "nee"]), ["options"]),
        (asked("Waar?", only_if_answer="ja"), ["only_if"]),
        (asked("Waar?", only_if="Kom je?"), ["only_if_answer"]),
        (asked("", kind="line"), ["text"]),
    ],
)
def test_question_that_cannot_be_asked_is_refused_at_its_field(question, wrong):
    assert _errors(question) == {0: wrong}


@pytest.mark.parametrize(
    ("later", "wrong"),
    [
        (asked(" kom je met de BUS? "), ["text"]),
        (asked("Welke?", only_if="Kom je te voet?", only_if_answer="ja"), ["only_if"]),
        (asked("Welke?", only_if="Welke?", only_if_answer="ja"), ["only_if"]),
        (asked("Welke?", only_if="Hoe heet je hond?", only_if_answer="Bo"), ["only_if"]),
        (asked("Welke?", only_if="Kom je met de bus?", only_if_answer="Bo"), ["only_if_answer"]),
        (asked("Welke?", only_if="Wat eet je?", only_if_answer="Rijst"), ["only_if_answer"]),
    ],
)
def test_condition_names_an_earlier_question_with_a_choice_and_one_of_its_answers(later, wrong):
    assert _errors(BUS, MENU, asked("Hoe heet je hond?"), later) == {3: wrong}


def test_condition_in_other_capitals_and_either_language_is_understood():
    assert (
        _errors(
            BUS,
            MENU,
            asked("Welke?", only_if="kom je met de bus?", only_if_answer="Ja"),
            asked("Of niet?", only_if="Kom je met de bus?", only_if_answer="no"),
            asked("Graten?", only_if="Wat eet je?", only_if_answer="vis"),
        )
        == {}
    )


@pytest.mark.django_db
def test_publishing_keeps_the_questions_with_the_condition_by_id():
    page = make_session_page(
        questions=[
            ("question", BUS),
            ("question", asked("Welke?", only_if="kom je met de bus? ", only_if_answer="Ja")),
        ],
        publish=True,
    )
    assert page.session
    bus, which = questions_of(page.session, "nl")
    assert (bus.text, bus.kind, bus.only_if) == ("Kom je met de bus?", "yes_no", "")
    assert bus.id == str(page.questions[0].id)
    assert (which.only_if, which.only_if_answer) == (bus.id, "yes")


@pytest.mark.django_db
def test_translation_says_the_same_questions_in_other_words():
    kept = {
        "id": "eten",
        "kind": "choice",
        "help": "",
        "required": True,
        "private": True,
        "only_if": "",
        "only_if_answer": "",
    }
    session = make_session(
        questions={
            "nl": [kept | {"text": "Wat eet je?", "options": ["Vis", "Soep"]}],
            "en": [
                kept | {"text": "What will you eat?", "options": ["Fish", "Soup"]},
                kept | {"id": "extra", "text": "Nobody asks this", "options": []},
            ],
        }
    )
    (question,) = questions_of(session, "en")
    assert (question.text, question.options) == ("What will you eat?", ("Vis", "Soep"))
    assert question.in_words("Soep") == "Soup"
    assert questions_of(session, "nl")[0].in_words("Soep") == "Soep"
    assert questions_of(make_session(), "nl") == []


@pytest.mark.django_db
def test_editor_sees_the_error_and_nothing_is_stored(admin_client):
    series = make_series(parent=make_home())
    page = make_session_page(parent=series)
    form = admin_client.get(f"/admin/pages/{page.pk}/edit/").context["form"]
    values = {
        name: form[name].value() or "" for name in form.fields if name not in ("body", "roles")
    }
    values |= {
        "body-count": "0",
        "roles-count": "0",
        "questions-count": "1",
        "questions-0-deleted": "",
        "questions-0-order": "0",
        "questions-0-type": "question",
        "questions-0-id": "",
        "questions-0-value-text": "Wat eet je?",
        "questions-0-value-kind": "choice",
        "questions-0-value-options-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    response = admin_client.post(f"/admin/pages/{page.pk}/edit/", values)
    assert "questions" in response.context["form"].errors
    page.refresh_from_db()
    assert (page.latest_revision, len(page.questions)) == (None, 0)
