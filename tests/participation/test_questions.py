"""Learning questions: from sign-ups and from tables."""

from pathlib import Path

import pytest
from django.core.management import call_command

from contacts.models import Organisation
from participation.models import LearningQuestion
from participation.services import import_questions, update_answers
from tests.factories.contacts import NOW, make_organisation
from tests.factories.content import make_session
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db

TABLE = (Path(__file__).parents[1] / "data" / "learning_questions.csv").read_bytes()


@pytest.mark.capability("C40")
@pytest.mark.capability("C41")
def test_table_of_nine_rows_holds_nine_questions_and_one_not_formulated():
    session = make_session()
    report = import_questions(TABLE, session=session, now=NOW)
    assert (len(report.rows), report.questions, report.not_formulated) == (9, 9, 1)
    rows = LearningQuestion.objects.filter(session=session)
    assert (rows.exclude(text="").count(), rows.filter(text="").count()) == (9, 1)
    assert rows.get(text="").state == "asked"
    assert rows.get(text="").organisations.get().name == "NARA Netwerk"


@pytest.mark.capability("C42")
def test_table_row_of_two_organisations_is_one_joint_question():
    import_questions(TABLE, session=make_session(), now=NOW)
    joint = LearningQuestion.objects.get(text__startswith="How do small")
    names = sorted(joint.organisations.values_list("name", flat=True))
    assert (names, joint.language) == (["IMO", "Stichting Horizon"], "en")
    assert joint.remark == "Volgens een deelnemer is dit al onderzocht. Nagaan dus."


def test_table_cell_with_two_questions_is_two():
    import_questions(TABLE, session=make_session(), now=NOW)
    rpc = Organisation.objects.get(name="RPC")
    texts = sorted(rpc.learning_questions.values_list("text", flat=True))
    assert texts == [
        "Hoe groeit er vertrouwen tussen verenigingen een andere partijen in de wijk?",
        "Hoe komt de kennis van bewoners beter tot haar recht?",
    ]


def test_table_read_twice_adds_nothing(tmp_path, capsys):
    make_session(slug="start")
    file = tmp_path / "vragen.csv"
    file.write_bytes(TABLE)
    call_command("import_questions", str(file), "--session", "start")
    call_command("import_questions", str(file), "--session", "start")
    assert "9 questions, 1 not yet formulated; 0 added, 10 unchanged" in capsys.readouterr().out
    assert LearningQuestion.objects.count() == 10


@pytest.mark.capability("C39")
def test_question_of_a_sign_up_follows_the_answer():
    registration = make_registration(organisation=make_organisation())
    update_answers(registration=registration, answers={"learning_question": "Hoe?"}, now=NOW)
    question = LearningQuestion.objects.get()
    assert (question.text, question.contact) == ("Hoe?", registration.contact)
    assert list(question.organisations.all()) == [registration.organisation]
    update_answers(registration=registration, answers={"learning_question": "Wat?"}, now=NOW)
    assert LearningQuestion.objects.get().text == "Wat?"
    update_answers(registration=registration, answers={}, now=NOW)
    assert LearningQuestion.objects.count() == 0


def test_question_that_was_worked_on_is_left_alone():
    registration = make_registration()
    update_answers(registration=registration, answers={"learning_question": "Hoe?"}, now=NOW)
    LearningQuestion.objects.update(state="answered")
    update_answers(registration=registration, answers={"learning_question": "Wat?"}, now=NOW)
    assert LearningQuestion.objects.get().text == "Hoe?"


def test_answers_of_a_cancelled_sign_up_stay():
    registration = make_registration(state="cancelled", answers={"need": "koffie"})
    update_answers(registration=registration, answers={"need": "thee"}, now=NOW)
    registration.refresh_from_db()
    assert registration.answers == {"need": "koffie"}
