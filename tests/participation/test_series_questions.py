"""What the sessions of a series ask of their own, on the form of the series."""

import jsonschema
import pytest
from django.utils import timezone

from contacts.models import Notice
from content.models import Session
from participation.models import Registration
from participation.services import confirm_registration
from tests.factories.content import make_home, make_series
from tests.factories.questions import EVERY_KIND, kept
from tests.participation.test_api import BODY, _post
from tests.participation.test_series import URL, _in
from tests.participation.visits import everything, invitation_url, member_contact, stamped

pytestmark = pytest.mark.django_db

SECRET = "geen noten en een ringleiding"
API = "/api/series/beeldvorming/registrations"


@pytest.fixture
def series():
    """Two sessions with the same ids of questions, as a copied page has them; two without."""
    series = make_series(parent=make_home(), title="Traject Beeldvorming", slug="beeldvorming")
    _in(series, "een", questions={"nl": EVERY_KIND})
    _in(series, "twee", days=20, questions={"nl": [kept("bus", required=True)]})
    _in(series, "drie", days=30)
    _in(series, "later", precision="unknown", questions={"nl": [kept("bus", required=True)]})
    return series


def _typed():
    return {
        row.session.slug: (row.typed["answers"], row.typed.get("private", {}))
        for row in Registration.objects.select_related("session")
    }


def test_answers_are_kept_with_the_session_that_asked_and_private_ones_apart(client, series):
    given = {"q_een.bus": "yes", "q_een.halte": "Station", "q_een.eten": SECRET}
    values = stamped(sessions=["een", "twee", "drie", "later"], need="thee", **given)
    assert client.post(URL, values | {"q_twee.bus": "Met de fiets"}).status_code == 303
    assert _typed() == {
        "een": ({"need": "thee", "bus": "yes", "halte": "Station"}, {"eten": SECRET}),
        "twee": ({"need": "thee", "bus": "Met de fiets"}, {}),
        "drie": ({"need": "thee"}, {}),
        "later": ({"need": "thee"}, {}),
    }
    assert Notice.objects.count() == 1
    row = Registration.objects.get(session__slug="een")
    held = confirm_registration(registration=row, now=timezone.now())
    assert held.private_answers == {"eten": SECRET}
    assert SECRET not in str([held.answers, held.typed])


@pytest.mark.parametrize(
    ("ticked", "given", "errors"),
    [
        (["drie"], {}, []),
        (["drie"], {"q_een.zaal": "Kelder", "q_twee.bus": "x" * 2000}, []),
        (["een"], {}, ["q_een.bus"]),
        (["een", "twee"], {}, ["q_een.bus", "q_twee.bus"]),
        (["een"], {"q_een.bus": "yes"}, ["q_een.halte"]),
        (["een"], {"q_een.bus": "no", "q_een.halte": "x" * 2000}, []),
        (["een"], {"q_een.bus": "misschien"}, ["q_een.bus"]),
        (["een"], {"q_een.bus": "no", "q_een.zaal": "Kelder"}, ["q_een.zaal"]),
        (["een"], {"q_een.bus": "no", "q_een.dagdeel": ["Nacht"]}, ["q_een.dagdeel"]),
        (["twee"], {"q_twee.bus": "x" * 201}, ["q_twee.bus"]),
        (["twee"], {"q_twee.bus": "twee\nregels"}, ["q_twee.bus"]),
        (["later"], {}, []),
    ],
)
def test_what_is_asked_counts_only_for_a_session_that_is_ticked(
    client, series, ticked, given, errors
):
    before = everything()
    response = client.post(URL, stamped(sessions=ticked, **given))
    assert response.status_code == (422 if errors else 303)
    if errors:
        assert sorted(response.context["form"].errors) == errors
        assert everything() == before
    else:
        answers = [one for one, _private in _typed().values()]
        assert answers == [{"bus": "no"} if "q_een.bus" in given else {}]


def test_page_groups_them_under_the_session_and_the_summary_names_it(client, series):
    content = client.get(URL).content.decode()
    assert content.count('class="questions-of-session"') == 2
    assert 'data-only-if="sessions" data-answer="een"' in content
    assert 'data-only-if="q_een.bus" data-answer="yes"' in content
    assert content.count("Vul ze alleen in als je die hierboven hebt aangekruist.") == 2
    assert "q_later.bus" not in content
    wrong = client.post(URL, stamped(sessions=["twee"], **{"q_een.tekst": "bewaard"}))
    summary = wrong.content.decode().partition('id="error-summary"')[2].partition("</div>")[0]
    assert 'href="#id_q_twee.bus"' in summary
    assert "twee – Vraag bus?" in " ".join(summary.split())
    assert "bewaard" in wrong.content.decode(), "what was typed is there again"


def test_hostile_answer_is_shown_as_text(client, series):
    hostile = "<script>alert(1)</script>"
    values = stamped(sessions=["een"], email="x", **{"q_een.bus": "no", "q_een.tekst": hostile})
    content = client.post(URL, values).content.decode()
    assert hostile not in content
    assert "&lt;script&gt;" in content


# --- by personal link


def _by_link(series):
    """The link of a session without questions, and the person whose it is."""
    contact = member_contact()
    return invitation_url(Session.objects.get(slug="drie"), contact), contact


def test_link_asks_what_each_ticked_session_asks_and_keeps_private_answers_apart(client, series):
    url, _contact = _by_link(series)
    content = client.get(url).content.decode()
    assert content.count('class="questions-of-session"') == 2
    assert 'data-only-if="others" data-answer="een"' in content
    assert "q_later.bus" not in content
    given = {"q_een.bus": "yes", "q_een.halte": "Station", "q_een.eten": SECRET}
    values = {"others": ["een", "twee", "later"], "need": "thee", **given}
    assert client.post(url, values | {"q_twee.bus": "Met de fiets"}).status_code == 303
    rows = Registration.objects.select_related("session")
    assert {row.session.slug: (row.answers, row.private_answers) for row in rows} == {
        "drie": ({"need": "thee"}, {}),
        "een": ({"need": "thee", "bus": "yes", "halte": "Station"}, {"eten": SECRET}),
        "twee": ({"need": "thee", "bus": "Met de fiets"}, {}),
    }


@pytest.mark.parametrize(
    ("ticked", "given", "errors"),
    [
        ([], {}, []),
        ([], {"q_een.zaal": "Kelder", "q_twee.bus": "x" * 2000}, []),
        (["een", "twee"], {}, ["q_een.bus", "q_twee.bus"]),
        (["een"], {"q_een.bus": "yes"}, ["q_een.halte"]),
        (["twee"], {"q_twee.bus": "x" * 201}, ["q_twee.bus"]),
        (["twee"], {"q_twee.bus": "twee\nregels"}, ["q_twee.bus"]),
        (["later"], {}, []),
    ],
)
def test_link_requires_only_what_a_ticked_session_asks(client, series, ticked, given, errors):
    url, _contact = _by_link(series)
    before = everything()
    response = client.post(url, {"others": ticked, **given})
    assert response.status_code == (422 if errors else 303)
    if errors:
        assert sorted(response.context["form"].errors) == errors
        assert everything() == before


def test_question_of_a_ticked_session_left_open_is_named_with_its_session(client, series):
    url, _contact = _by_link(series)
    wrong = client.post(url, {"others": ["twee"], "need": "<b>thee</b>"}).content.decode()
    summary = wrong.partition('id="error-summary"')[2].partition("</div>")[0]
    assert 'href="#id_q_twee.bus"' in summary
    assert "twee – Vraag bus?" in " ".join(summary.split())
    assert 'value="twee" id="id_others_1" checked' in wrong
    assert "&lt;b&gt;thee&lt;/b&gt;" in wrong


# --- the API


def test_api_takes_the_answers_by_session_and_names_what_is_wrong(client, series):
    body = BODY | {"answers": {"need": "thee"}, "sessions": ["een", "drie"]}
    for given, field, words in (
        ({}, "session_answers.een.bus", "een – "),
        ({"een": {"bus": "yes"}}, "session_answers.een.halte", "een – "),
        ({"een": {"bus": "no", "tekst": "x" * 2001}}, "session_answers.een.tekst", "een – "),
        ({"een": {"bus": ["no"]}}, "session_answers.een.bus", ""),
        ({"een": {"nergens": "x"}}, "session_answers.een.nergens", ""),
        ({"een": {"need": "x"}}, "session_answers.een.need", ""),
        ({"drie": {"bus": "no"}}, "session_answers.drie.bus", ""),
        ({"twee": {"bus": "no"}}, "session_answers.twee", ""),
        ({"": {"need": "x"}}, "session_answers.", ""),
    ):
        answer = _post(client, API, body | {"session_answers": given})
        assert answer.status_code == 422, given
        error = answer.json()["errors"][0]
        assert (error["field"], error["message"].startswith(words)) == (field, True)
    assert _post(client, API, body | {"session_answers": {"een": "x"}}).status_code == 422
    assert Registration.objects.count() == 0
    given = {"een": {"bus": "no", "eten": SECRET}}
    answer = _post(client, API, body | {"session_answers": given})
    assert (answer.status_code, answer.json()) == (202, {"state": "confirm"})
    assert _typed() == {
        "een": ({"need": "thee", "bus": "no"}, {"eten": SECRET}),
        "drie": ({"need": "thee"}, {}),
    }


def test_api_describes_the_form_of_a_series(client, series):
    schema = client.get("/api/series/beeldvorming/form?lang=nl").json()
    assert schema["title"] == "Traject Beeldvorming"
    own = schema["properties"]["session_answers"]["properties"]
    assert sorted(own) == ["een", "twee"]
    assert (own["een"]["title"], own["een"]["required"]) == ("een", ["bus"])
    assert own["een"]["properties"]["halte"]["onlyIf"] == {"question": "bus", "answer": "yes"}
    offered = schema["properties"]["sessions"]["items"]["oneOf"]
    assert [one["const"] for one in offered] == ["een", "twee", "drie", "later"]
    body = {name: value for name, value in BODY.items() if name in schema["properties"]}
    body |= {"answers": {}, "works_on_theme": True}
    if "works_on_theme" not in schema["properties"]:
        del body["works_on_theme"]
    check = jsonschema.Draft202012Validator(schema)
    assert check.is_valid(body | {"sessions": ["drie"]})
    assert not check.is_valid(body | {"sessions": ["een"]})
    assert not check.is_valid(body | {"sessions": ["een"], "session_answers": {"een": {}}})
    assert check.is_valid(body | {"sessions": ["een"], "session_answers": {"een": {"bus": "no"}}})
    assert client.get("/api/series/nergens/form").status_code == 404
