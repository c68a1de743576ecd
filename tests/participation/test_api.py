"""The HTTP API: public reads and sign-up, personal tokens, the organiser's work."""

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from base.services import create_access_token
from contacts.models import Contact, Notice
from participation.links import confirm_token, invitation_token, registration_token
from participation.models import Invitation, Registration
from tests.contacts.workbooks import workbook
from tests.factories.contacts import (
    make_contact,
    make_member,
    make_organisation,
    make_representation,
    make_theme,
)
from tests.factories.content import make_series, make_session, make_session_page
from tests.factories.participation import make_invitation, make_registration

pytestmark = pytest.mark.django_db

BODY = {
    "email": "bilal@example.org",
    "given_name": "Bilal",
    "family_name_prefix": "van",
    "family_name": "Dam",
    "organisation": "Stichting Wilg",
    "function": "Directeur",
    "language": "nl",
    "answers": {"need": "koffie"},
    "works_on_theme": True,
    "consent": ["invitations"],
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SOON = timezone.localdate() + timedelta(days=30)
ROOM = "https://room.example.org/geheim"


def _session(**values):
    start = timezone.now() + timedelta(days=10)
    exact = {"starts_at": start, "ends_at": start + timedelta(hours=3)}
    return make_session(**(exact if "precision" not in values else {}) | values)


def _post(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def _patch(client, path, body, **headers):
    return client.patch(path, json.dumps(body), content_type="application/json", headers=headers)


@pytest.fixture
def organiser():
    """Headers with the token of somebody who may see, add and change registrations."""
    return _token("participation:read", "participation:write")


def _token(*scopes, permissions=("view", "add", "change")):
    user = User.objects.create_user(f"u{User.objects.count()}")
    names = [f"{each}_registration" for each in permissions]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    token = create_access_token(user=user, scopes=scopes, days=1, now=timezone.now())
    return {"authorization": f"Bearer {token}"}


# --- public


def test_sessions_are_listed_without_the_online_room(client):
    session = _session(online_url=ROOM, capacity=3)
    make_registration(session=session)
    answer = client.get("/api/sessions", {"lang": "en"})
    item = answer.json()["items"][0]
    assert (item["slug"], item["title"]) == (session.slug, session.title("en"))
    assert (item["registration"], item["seats_left"], item["online"]) == ("open", 2, True)
    assert item["starts_at"].endswith(("+01:00", "+02:00"))
    assert (answer.json()["count"], answer.json()["next"]) == (1, None)
    assert "room.example.org" not in answer.content.decode()
    one = client.get(f"/api/sessions/{session.slug}?lang=en").json()
    assert one == item


def test_sessions_carry_an_etag_and_answer_304(client):
    session = _session()
    for path in ("/api/sessions", f"/api/sessions/{session.slug}"):
        first = client.get(path)
        assert first["Cache-Control"] == "public, max-age=60"
        again = client.get(path, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_sessions_refuse_an_unknown_parameter_and_answer_404(client):
    assert client.get("/api/sessions?thema=x").status_code == 400
    assert client.get("/api/sessions/nergens").status_code == 404
    assert _post(client, "/api/sessions/nergens/registrations", BODY).status_code == 404


def test_form_is_json_schema_with_labels_and_autocomplete(client):
    session = _session()
    schema = client.get(f"/api/sessions/{session.slug}/form?lang=en").json()
    assert schema["required"] == ["email", "given_name", "family_name"]
    assert schema["properties"]["email"]["autocomplete"] == "email"
    assert schema["properties"]["email"]["format"] == "email"
    assert sorted(schema["properties"]) == sorted(BODY)
    assert sorted(schema["properties"]["answers"]["properties"]) == ["learning_question", "need"]
    closed = _session(status="cancelled")
    assert client.get(f"/api/sessions/{closed.slug}/form").status_code == 404


def test_sign_up_answers_202_alike_for_known_and_unknown_addresses(client):
    session = _session()
    make_registration(session=session, contact=make_contact(email="bekend@example.org"))
    make_representation(make_contact(email="lid@example.org"), make_member())
    for body in (BODY, BODY | {"works_on_theme": False}):
        answers = [
            _post(client, f"/api/sessions/{session.slug}/registrations", body | {"email": address})
            for address in ("bekend@example.org", "lid@example.org", "onbekend@example.org")
        ]
        assert len({(each.status_code, each.content) for each in answers}) == 1
    assert answers[0].status_code == 422
    kinds = sorted(Notice.objects.values_list("kind", flat=True))
    assert kinds == ["confirm", "confirm", "link"]


def test_sign_up_is_202_confirm(client):
    session = _session()
    answer = _post(client, f"/api/sessions/{session.slug}/registrations", BODY)
    assert (answer.status_code, answer.json()) == (202, {"state": "confirm"})
    row = Registration.objects.get()
    assert (row.state, row.source, row.typed["answers"]) == (
        "unconfirmed",
        "api",
        {"need": "koffie"},
    )
    assert Contact.objects.count() == 0


def test_sign_up_names_every_wrong_field(client):
    session = _session()
    path = f"/api/sessions/{session.slug}/registrations"
    answer = _post(
        client,
        path,
        {
            "email": "x",
            "given_name": "",
            "family_name": "a\u0007b",
            "answers": {"need": "x" * 2001},
            "consent": ["alles"],
        },
    )
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    fields = sorted(error["field"] for error in answer.json()["errors"])
    assert fields == ["answers.need", "consent", "email", "family_name", "given_name"]
    unknown = _post(client, path, BODY | {"lid": True})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "unknown")
    for body in ("{", "[]", '"x"', "null"):
        refused = client.post(path, body, content_type="application/json")
        assert refused.status_code in (400, 422)
    assert (Registration.objects.count(), Notice.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"status": "cancelled"}, "closed"),
        ({"eligibility": "invited"}, "closed"),
        ({"capacity": 0, "waiting_list": False}, "full"),
    ],
)
def test_sign_up_for_a_closed_or_full_session_is_409(client, facts, code):
    session = _session(**facts)
    answer = _post(client, f"/api/sessions/{session.slug}/registrations", BODY)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert Registration.objects.count() == 0


# --- personal tokens


def test_invitation_tells_little_and_declines(client):
    session = _session()
    contact = make_contact(given_name="Amina", family_name="Zonneveld")
    make_invitation(session, contact)
    path = f"/api/invitations/{invitation_token(session_id=session.pk, contact=contact)}"
    known = client.get(path)
    assert (known.json()["given_name"], known.json()["needs_declaration"]) == ("Amina", True)
    assert known["Cache-Control"] == "private, no-store"
    for secret in (contact.email, "Zonneveld"):
        assert secret not in known.content.decode()
    assert Invitation.objects.get().answer == "none"
    assert _post(client, f"{path}/decline", {}).json() == {"state": "declined"}
    assert client.get(path).json()["answer"] == "declined"


def test_my_registration_is_confirmed_read_changed_and_cancelled(client):
    session = _session()
    _post(client, f"/api/sessions/{session.slug}/registrations", BODY)
    row = Registration.objects.get()
    confirm = f"/api/my/registrations/{confirm_token(row.pk)}/confirm"
    confirmed = {"session": session.slug, "state": "pending", "problem": ""}
    assert [_post(client, confirm, {}).json() for _ in range(2)] == [
        {"state": "pending", "registrations": [confirmed]}
    ] * 2
    row.refresh_from_db()
    path = f"/api/my/registrations/{registration_token(row)}"
    assert client.get(path).json()["organisation"] == "Stichting Wilg"
    changed = _patch(client, path, {"answers": {"need": "thee"}})
    assert changed.json()["answers"] == {"need": "thee"}
    states = [_post(client, f"{path}/cancel", {}).json()["state"] for _ in range(2)]
    assert states == ["cancelled", "cancelled"]


def test_my_registration_with_a_bad_token_is_404_and_revoked_410(client):
    contact = make_contact()
    row = make_registration(session=_session(), contact=contact)
    token = registration_token(row)
    invitation = invitation_token(session_id=row.session.pk, contact=contact)
    for wrong in ("x", token[:-2] + "AA", invitation):
        for path in (f"/api/my/registrations/{wrong}", f"/api/invitations/{token}"):
            answer = client.get(path)
            assert (answer.status_code, answer["Content-Type"]) == (
                404,
                "application/problem+json",
            )
        assert _post(client, f"/api/my/registrations/{wrong}/cancel", {}).status_code == 404
        assert _post(client, f"/api/my/registrations/{wrong}/confirm", {}).status_code == 404
    Contact.objects.update(link_version=2)
    assert client.get(f"/api/my/registrations/{token}").status_code == 410
    row.refresh_from_db()
    assert row.state == "registered"


def test_confirm_of_interest_says_so(client):
    session = _session(precision="unknown")
    _post(client, f"/api/sessions/{session.slug}/registrations", BODY)
    path = f"/api/my/registrations/{confirm_token(Registration.objects.get().pk)}/confirm"
    confirmed = {"session": session.slug, "state": "interest", "problem": ""}
    assert _post(client, path, {}).json() == {"state": "interest", "registrations": [confirmed]}


# --- with a token


def test_registrations_are_listed_with_a_token_alone(client, organiser):
    session = _session()
    row = make_registration(
        session=session, attendance_reason="ziek", organisation=make_organisation(name="Wilg")
    )
    make_registration(session=session, state="pending")
    make_registration()
    path = f"/api/sessions/{session.slug}/registrations"
    assert client.get(path).status_code == 401
    assert client.get(path, headers=_token("mailings:send")).status_code == 403
    no_right = _token("participation:read", permissions=())
    assert client.get(path, headers=no_right).status_code == 403
    answer = client.get(path, {"state": "registered"}, headers=organiser)
    assert (answer.json()["count"], answer.json()["items"][0]["id"]) == (1, row.pk)
    assert answer.json()["items"][0]["organisation"] == "Wilg"
    assert "ziek" not in answer.content.decode()


def test_list_takes_the_same_queries_for_one_and_three_rows(client, organiser):
    session = _session()
    path = f"/api/sessions/{session.slug}/registrations"
    client.get(path, headers=organiser)  # notes the first use of the token
    counts = []
    for added in (1, 2):
        for _ in range(added):
            make_registration(session=session, organisation=make_organisation())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path, headers=organiser).json()["count"] == 2 * added - 1
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.capability("C12")
def test_organiser_signs_somebody_up_at_once(client, organiser):
    session = _session(registration_closes_at=timezone.now() - timedelta(days=1))
    path = f"/api/sessions/{session.slug}/registrations"
    answer = _post(client, path, BODY | {"works_on_theme": False}, **organiser)
    assert (answer.status_code, answer.json()["state"]) == (201, "registered")
    contact = Contact.objects.get()
    assert contact.representations.get().organisation.name == "Stichting Wilg"
    assert Notice.objects.get().kind == "registered"
    refused = _post(client, path, BODY, authorization="Bearer bijeen_fout")
    assert refused.status_code == 401


def test_organiser_decides_and_marks(client, organiser):
    row = make_registration(session=_session(), state="pending")
    path = f"/api/registrations/{row.pk}"
    assert _patch(client, path, {"state": "rejected"}, **organiser).status_code == 422
    assert _patch(client, path, {}, **organiser).status_code == 422
    assert _patch(client, path, {"state": "waiting"}, **organiser).status_code == 422
    done = _patch(client, path, {"state": "registered", "attendance": "present"}, **organiser)
    assert (done.json()["state"], done.json()["attendance"]) == ("registered", "present")
    again = _patch(client, path, {"state": "registered"}, **organiser)
    assert (again.status_code, again.json()["code"]) == (409, "move_not_allowed")
    assert _patch(client, path, {"state": "cancelled"}).status_code == 401
    assert (
        _patch(
            client, "/api/registrations/999999", {"state": "registered"}, **organiser
        ).status_code
        == 404
    )


@pytest.mark.capability("C51")
@pytest.mark.capability("C53")
def test_attendance_is_marked_in_bulk_or_not_at_all(client, organiser):
    session = _session()
    rows = [make_registration(session=session) for _ in range(3)]
    foreign = make_registration()
    path = f"/api/sessions/{session.slug}/attendance"
    marks = [
        {"registration": row.pk, "attendance": value}
        for row, value in zip(rows, ("present", "excused", "no_show"), strict=True)
    ]
    bad = [*marks, {"registration": foreign.pk, "attendance": "present"}]
    refused = _post(client, path, {"marks": bad}, **organiser)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (
        422,
        "marks.3.registration",
    )
    assert Registration.objects.exclude(attendance="unmarked").count() == 0
    done = _post(client, path, {"marks": marks}, **organiser).json()
    assert (done["marked"], done["present"], done["excused"], done["no_show"]) == (3, 1, 1, 1)
    for body in ("{", '{"marks": [{"registration": "x", "attendance": "?"}]}', '{"x": 1}'):
        answer = client.post(path, body, content_type="application/json", headers=organiser)
        assert answer.status_code == 422


@pytest.mark.capability("C8")
def test_attendance_comes_as_csv_too(client, organiser):
    session = _session()
    path = f"/api/sessions/{session.slug}/attendance"
    table = "Organisatie;Naam;Status\nKorenaar;Mees Winter;aanwezig\n;Maria Bos;verhinderd\n"
    done = client.post(path, table, content_type="text/csv", headers=organiser).json()
    assert (done["present"], done["excused"], done["created"]) == (1, 1, 2)
    wrong = client.post(path, "a;b\n1;2\n", content_type="text/csv", headers=organiser)
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "file")


@pytest.mark.parametrize("kind", [XLSX, "application/octet-stream", "form"])
def test_attendance_comes_as_a_workbook_too(client, organiser, kind):
    session = _session()
    path = f"/api/sessions/{session.slug}/attendance"
    content = workbook(["Organisatie", "Naam", "Status"], ["Korenaar", "Mees Winter", "aanwezig"])
    if kind == "form":
        file = SimpleUploadedFile("lijst.xlsx", content, XLSX)
        answer = client.post(path, {"file": file}, headers=organiser)
    else:
        answer = client.post(path, content, content_type=kind, headers=organiser)
    assert (answer.status_code, answer.json()["created"]) == (200, 1)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (XLSX, b"PK\x03\x04rest"),
        (XLSX, b"\n"),
        ("application/vnd.ms-excel", b"\xd0\xcf\x11\xe0rest"),
        ("application/octet-stream", b"\x89PNG\r\n\x1a\n\0\0"),
        ("text/csv", b"<html><table></table></html>"),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
    ],
)
def test_file_that_is_no_table_is_refused_with_the_remedy(client, organiser, kind, content):
    session = _session()
    path = f"/api/sessions/{session.slug}/attendance"
    answer = client.post(path, content, content_type=kind, headers=organiser)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["field"], bool(error["message"])) == (422, "file", True)
    assert Registration.objects.count() == 0


def test_sessions_take_as_many_queries_for_one_as_for_three(client, django_assert_num_queries):
    series = make_series()
    paths = ("/api/sessions", "/api/sessions?upcoming=true")
    make_session_page(parent=series, first_day=SOON, capacity=5, publish=True)
    client.get("/api/sessions")
    for path in paths:
        with django_assert_num_queries(5):
            assert client.get(path).json()["count"] == 1
    for _each in range(2):
        make_session_page(parent=series, first_day=SOON, capacity=5, publish=True)
    for path in paths:
        with django_assert_num_queries(5):
            rows = client.get(path).json()["items"]
        assert [row["seats_left"] for row in rows] == [5, 5, 5]
        assert len({row["url"] for row in rows}) == 3


def test_upcoming_leaves_out_what_is_over_and_the_other_way_round(client):
    series = make_series()
    days = {"straks": SOON + timedelta(days=1), "toen": SOON - timedelta(days=60), "eerst": SOON}
    for slug, day in days.items():
        make_session_page(parent=series, slug=slug, first_day=day, publish=True)
    for query, slugs in {"true": ["eerst", "straks"], "false": ["toen"]}.items():
        found = client.get(f"/api/sessions?upcoming={query}&series={series.slug}").json()
        assert [item["slug"] for item in found["items"]] == slugs


def test_upcoming_and_theme_filter(client):
    theme = make_theme(slug="migratie")
    session = _session(themes=[theme])
    _session()
    found = client.get("/api/sessions?theme=migratie").json()
    assert [item["slug"] for item in found["items"]] == [session.slug]
    assert client.get("/api/sessions?series=geen").json()["count"] == 0


def test_attendance_list_is_closed_and_opened_again(client, organiser):
    start = timezone.now() - timedelta(minutes=10)
    session = make_session(starts_at=start, ends_at=start + timedelta(hours=2))
    came, absent = make_registration(session=session), make_registration(session=session)
    path = f"/api/sessions/{session.slug}/attendance"
    marks = [{"registration": came.pk, "attendance": "present"}]
    closed = _post(client, path, {"marks": marks, "closed": True}, **organiser)
    assert (closed.status_code, closed.json()["closed"], closed.json()["present"]) == (200, True, 1)
    absent.refresh_from_db()
    assert absent.attendance == "no_show"
    opened = _post(client, path, {"closed": False}, **organiser)
    assert (opened.status_code, opened.json()["closed"]) == (200, False)
    absent.refresh_from_db()
    assert absent.attendance == "unmarked"


def test_attendance_list_of_a_session_to_come_stays_open(client, organiser):
    session = _session()
    row = make_registration(session=session)
    body = {"marks": [{"registration": row.pk, "attendance": "present"}], "closed": True}
    refused = _post(client, f"/api/sessions/{session.slug}/attendance", body, **organiser)
    assert (refused.status_code, refused.json()["code"]) == (409, "too_early")
    row.refresh_from_db()
    assert row.attendance == "unmarked"


def test_session_names_its_roles(client):
    roles = [{"role": "speaker", "name": "Ada Proef", "organisation": "Stichting Wilg"}]
    session = _session(roles=roles)
    assert client.get(f"/api/sessions/{session.slug}").json()["roles"] == roles
