"""Agreements in the admin: on the desk of a session, and all of them in a list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from participation.models import Agreement
from tests.contacts.logins import log_in
from tests.factories.contacts import make_contact, make_organisation
from tests.factories.content import make_series, make_session
from tests.factories.participation import make_agreement

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NAME = "wagtailsnippets_participation_agreement"


@pytest.fixture
def organiser(client):
    log_in(client, "Organisator")
    return client


def _desk(session, name="agreements", *more):
    return reverse(f"session_desk:{name}", args=[session.pk, *more])


def _file(response) -> str:
    return b"".join(response.streaming_content).decode("utf-8-sig")


def _past():
    return timezone.localdate() - timedelta(days=1)


# --- the desk of a session ------------------------------------------------------------------------


@pytest.mark.capability("C66")
def test_desk_shows_what_was_carried_here_and_what_was_agreed_here(organiser):
    session, before = make_session(), make_session()
    late = make_agreement(session=session, text="Te laat", due=_past())
    done = make_agreement(session=session, text="Gedaan", due=_past(), state="done")
    later = make_agreement(session=session, text="Straks", carried_to=make_session())
    carried = make_agreement(session=before, text="Van toen", carried_to=session)
    make_agreement(session=before, text="Van een ander")
    response = organiser.get(_desk(session))
    context, content = response.context, response.content.decode()
    assert [row for row, _late, _title in context["carried"]] == [carried]
    assert context["carried"][0][2] == before.title("en")
    assert [(row, is_late) for row, is_late, _title in context["own"]] == [
        (late, True), (later, False), (done, False),
    ]  # fmt: skip
    assert "Van een ander" not in content
    assert content.count("desk-late") == 1


def test_desk_without_agreements_says_what_to_do(organiser):
    assert "Write down who does what" in organiser.get(_desk(make_session())).content.decode()


def test_desk_asks_as_much_for_three_agreements_as_for_one(organiser):
    session = make_session()

    def queries() -> int:
        organiser.get(_desk(session))
        with CaptureQueriesContext(connection) as found:
            assert organiser.get(_desk(session)).status_code == 200
        return len(found)

    make_agreement(session=session, contact=make_contact(), organisation=make_organisation())
    one = queries()
    for _ in range(2):
        make_agreement(session=session, contact=make_contact(), carried_to=make_session())
        make_agreement(carried_to=session)
    assert queries() == one


@pytest.mark.capability("C66")
def test_agreement_is_settled_and_reopened_on_the_desk(organiser):
    session = make_session()
    agreement = make_agreement(session=session)
    url = _desk(session, "settle_agreement", agreement.pk)
    for to in ("done", "open", "dropped"):
        assert organiser.post(url, {"to": to}).url == _desk(session)
        agreement.refresh_from_db()
        assert agreement.state == to
    refused = organiser.post(url, {"to": "done"}, follow=True)
    assert "cannot become “done”" in refused.content.decode()
    assert organiser.post(url, {"to": "x"}).status_code == 404
    assert organiser.get(url).status_code == 405


@pytest.mark.capability("C61")
def test_agreement_is_carried_forward_on_the_desk_and_shown_there(organiser):
    series = make_series()
    session = make_session(series=series)
    later = make_session(series=series, precision="unknown")
    agreement = make_agreement(session=session)
    url = _desk(session, "carry_agreement", agreement.pk)
    choices = organiser.get(url).context["form"].fields["carried_to"].queryset
    assert list(choices) == [later]
    assert organiser.post(url, {"carried_to": later.pk}).url == _desk(session)
    assert [row for row, _l, _t in organiser.get(_desk(later)).context["carried"]] == [agreement]
    # From the later session as well, and back again.
    back = _desk(later, "carry_agreement", agreement.pk)
    assert organiser.post(back, {"carried_to": ""}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.carried_to is None


def test_session_that_is_no_choice_carries_nothing(organiser):
    session = make_session(series=make_series())
    agreement = make_agreement(session=session)
    url = _desk(session, "carry_agreement", agreement.pk)
    assert "There is no later session yet" in organiser.get(url).content.decode()
    for wrong in (session.pk, make_session().pk, "x", "9" * 40, "\0"):
        assert organiser.post(url, {"carried_to": wrong}).status_code == 422
    agreement.refresh_from_db()
    assert agreement.carried_to is None


def test_agreement_of_another_session_is_not_found_on_this_desk(organiser):
    session, other = make_session(), make_agreement()
    for name in ("settle_agreement", "carry_agreement"):
        assert organiser.post(_desk(session, name, other.pk), {"to": "done"}).status_code == 404


def test_desk_exports_without_formulas(organiser):
    session = make_session()
    make_agreement(session=session, text="=1+1", due=_past(), contact=make_contact())
    text = _file(organiser.get(_desk(session), {"export": "csv"}))
    assert text.startswith("Agreement,Organisation,Person,To be done before,Status,Overdue,")
    assert "'=1+1,," in text
    book = organiser.get(_desk(session), {"export": "xlsx"})
    book.close()
    assert book.status_code == 200


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "sees", "changes", "deletes"),
    [
        ("Redacteur", False, False, False),
        ("Organisator", True, True, False),
        ("Relatiebeheerder", True, False, False),
        ("Beheerder", True, True, True),
    ],
)
def test_groups_may_do_what_they_need(client, role, sees, changes, deletes):
    log_in(client, role)
    agreement = make_agreement(text="Zonneveld bellen")
    session = agreement.session
    pages = {
        sees: [_desk(session), reverse(f"{NAME}:list")],
        changes: [
            _desk(session, "carry_agreement", agreement.pk),
            reverse(f"{NAME}:add"),
            reverse(f"{NAME}:edit", args=[agreement.pk]),
        ],
        deletes: [reverse(f"{NAME}:delete", args=[agreement.pk])],
    }
    expected = [(sees, pages[sees]), (changes, pages[changes]), (deletes, pages[deletes])]
    for may, urls in expected:
        for url in urls:
            response = client.get(url)
            assert (response.status_code == 200) is may, url
            assert may or "Zonneveld" not in response.content.decode()
    settled = client.post(_desk(session, "settle_agreement", agreement.pk), {"to": "done"})
    agreement.refresh_from_db()
    assert (agreement.state == "done") is changes, settled


def test_tab_is_shown_to_who_may_see_agreements(client):
    session = make_session()
    log_in(client, "Relatiebeheerder").groups.get().permissions.filter(
        codename="view_agreement"
    ).delete()
    assert _desk(session) not in client.get(_desk(session, "desk")).content.decode()


# --- the list of all ------------------------------------------------------------------------------


def test_list_filters_searches_and_exports(organiser):
    session, organisation = make_session(), make_organisation(name="Stichting Els")
    contact = make_contact(family_name="Zonneveld")
    late = make_agreement(session=session, organisation=organisation, due=_past())
    done = make_agreement(contact=contact, state="done", carried_to=session)
    other = make_agreement(text="=1+1", is_public=True)
    path = reverse(f"{NAME}:list")

    def found(**query):
        return set(organiser.get(path, query).context["object_list"])

    assert found() == {late, done, other}
    assert found(state="done") == {done}
    assert found(overdue="yes") == {late}
    assert found(overdue="no") == {done, other}
    assert found(session=session.pk) == {late, done}
    assert found(organisation=organisation.pk) == {late}
    assert found(q="Zonneveld") == {done}
    assert found(q="Els") == {late}
    text = _file(organiser.get(path, {"export": "csv", "overdue": "no"}))
    assert "'=1+1" in text
    assert "Stichting Els" not in text
    book = organiser.get(path, {"export": "xlsx"})
    book.close()
    assert book.status_code == 200


def test_empty_list_says_what_to_do(organiser):
    path = reverse(f"{NAME}:list")
    assert "Add an agreement here" in organiser.get(path).content.decode()
    assert "Add an agreement here" not in organiser.get(path, {"q": "x"}).content.decode()


def test_list_asks_as_much_for_three_agreements_as_for_one(organiser):
    path = reverse(f"{NAME}:list")

    def queries() -> int:
        organiser.get(path)
        with CaptureQueriesContext(connection) as found:
            assert organiser.get(path).status_code == 200
        return sum('FROM "participation_' in each["sql"] for each in found.captured_queries) + sum(
            'FROM "contacts_' in each["sql"] for each in found.captured_queries
        )

    make_agreement(contact=make_contact(), carried_to=make_session())
    one = queries()
    for _ in range(2):
        make_agreement(contact=make_contact(), carried_to=make_session())
    assert queries() == one


@pytest.mark.capability("C66")
def test_agreement_is_added_for_the_session_it_was_opened_for(organiser):
    session, organisation = make_session(), make_organisation()
    path = f"{reverse(f'{NAME}:add')}?session={session.pk}&next={_desk(session)}"
    page = organiser.get(path)
    assert page.context["form"]["session"].value() == session.pk
    values = {"text": "Bellen", "session": session.pk, "organisation": organisation.pk}
    assert organiser.post(path, values | {"due": "2026-04-01"}).url == _desk(session)
    made = Agreement.objects.get()
    assert (made.text, made.organisation, str(made.due)) == ("Bellen", organisation, "2026-04-01")
    assert made.created_at == made.changed_at


@pytest.mark.parametrize("session", ["x", "0", "9" * 40, "-1", "٣"])
def test_form_opened_for_no_session_leaves_it_open(organiser, session):
    page = organiser.get(reverse(f"{NAME}:add"), {"session": session})
    assert (page.status_code, page.context["form"]["session"].value()) == (200, None)


def test_form_names_what_is_missing(organiser):
    values = {"text": "", "session": "", "organisation": "", "contact": ""}
    response = organiser.post(reverse(f"{NAME}:add"), values)
    assert sorted(response.context["form"].errors) == ["organisation", "session", "text"]
    gone = make_contact(email="", erased_at=timezone.now())
    other = {"text": "Bellen", "session": make_session().pk, "contact": gone.pk}
    response = organiser.post(reverse(f"{NAME}:add"), other)
    assert "contact" in response.context["form"].errors
    assert not Agreement.objects.exists()


def test_edit_of_what_somebody_else_changed_is_refused(organiser):
    agreement = make_agreement(text="Eerst")
    path = reverse(f"{NAME}:edit", args=[agreement.pk])
    form = organiser.get(path).context["form"]
    values = {
        "text": "Van mij", "session": agreement.session_id,
        "organisation": agreement.organisation_id, "seen": form["seen"].value(),
    }  # fmt: skip
    assert organiser.post(path, values).status_code == 302
    refused = organiser.post(path, values | {"text": "Ook van mij"})
    assert "Somebody else changed this agreement" in refused.content.decode()
    agreement.refresh_from_db()
    assert agreement.text == "Van mij"


@pytest.mark.parametrize("seen", ["", "gisteren", "2026-13-45T00:00"])
def test_edit_without_a_readable_moment_is_no_failure(organiser, seen):
    agreement = make_agreement()
    path = reverse(f"{NAME}:edit", args=[agreement.pk])
    values = {"text": "Van mij", "session": agreement.session_id, "seen": seen}
    values |= {"organisation": agreement.organisation_id}
    assert organiser.post(path, values).status_code in (200, 302)
