"""Retention: what is kept too long goes, what is not stays, and the report says so."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session as WebSession
from django.utils import translation
from wagtail.models import ModelLogEntry

from base.models import AccessToken, FormHit, OutboxEvent
from campaigns.models import Delivery
from contacts.enums import ContactAct, ImportState, Kin, MailState, NoticeKind
from contacts.models import (
    Community,
    CommunityRepresentative,
    Contact,
    ContactImport,
    ContactMoment,
    ImportPart,
    Merge,
    Notice,
    Representation,
    RetentionRun,
    Suppression,
)
from contacts.models.imports import UNDO_KINDS
from contacts.selectors.retention import period_in_words, retention_rules, what_is_due
from contacts.services.audit import note_change
from contacts.services.import_files import keep_file
from contacts.services.imports import undoing
from contacts.services.retention import clean_up
from participation.models import Interest, Registration
from tests.contacts.dump import tables_that_hold
from tests.factories.base import make_user
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.contacts import (
    NOW,
    make_consent,
    make_contact,
    make_organisation,
    make_representation,
)
from tests.factories.content import make_session
from tests.factories.participation import (
    make_invitation,
    make_question,
    make_registration,
    typed_values,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

_DAY = timedelta(days=1)


def clean(now: datetime = NOW) -> dict[str, int]:
    """Clean up; return what was removed, by rule, without the zeros."""
    run = clean_up(now=now, pause=lambda seconds: None)
    assert run.finished_at == now
    return {line["rule"]: line["count"] for line in run.report if line["count"]}


def due(now: datetime = NOW) -> dict[str, int]:
    return {each.rule.code: each.count for each in what_is_due(now) if each.count}


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def test_nothing_due_gives_a_report_with_every_rule() -> None:
    make_contact()
    run = clean_up(now=NOW, pause=lambda seconds: None)
    assert run.report == [{"rule": rule.code, "count": 0} for rule in retention_rules()]
    assert len({rule.code for rule in retention_rules()}) == len(run.report) >= 15


def test_dry_run_counts_what_goes_and_changes_nothing() -> None:
    for days in (0.5, 2, 3):
        FormHit.objects.create(form="a", key="b", at=ago(days))
    assert due() == {"form_hits": 2}
    assert due() == {"form_hits": 2}
    assert clean() == {"form_hits": 2}
    assert (due(), clean(), FormHit.objects.count()) == ({}, {}, 1)


# --- the rules, each with a row that stays --------------------------------------------------------


def make_import(*, content: bytes = b"", **values: Any) -> ContactImport:
    given = {"file_name": "a.csv", "state": "done", "created_at": ago(100)}
    made = ContactImport.objects.create(**given | values)
    if content:
        keep_file(made, content)
    return made


def test_files_nobody_imported_go_after_a_week() -> None:
    draft = make_import(content=b"abc", state="draft", created_at=ago(8))
    rehearsed = make_import(content=b"abc", created_at=ago(8))
    young = make_import(content=b"abc", created_at=ago(6))
    busy = make_import(content=b"abc", state="running", dry_run=False, created_at=ago(8))
    assert clean() == {"import_files": 2}
    for row in (draft, rehearsed, young, busy):
        row.refresh_from_db()
    assert [row.content for row in (draft, rehearsed, young, busy)] == [
        b"",
        b"",
        b"abc",
        b"abc",
    ]
    assert (draft.state, rehearsed.state) == (ImportState.CANCELLED, ImportState.DONE)
    assert draft.error
    assert rehearsed.error


def test_undoing_of_an_import_ends_after_a_day_and_its_report_after_months() -> None:
    undo = {"people_values": [[1, {"phone": ["06", "07"]}]]}
    kept = [{"kind": "people", "id": 1, "reason": "changed"}]
    old = make_import(finished_at=ago(2))
    told = ImportPart.objects.create(
        contact_import=old, first=0, undo=undo | {"kept": kept}, rows=[{"row": 2}]
    )
    plain = ImportPart.objects.create(contact_import=old, first=1, undo=undo)
    young = ImportPart.objects.create(
        contact_import=make_import(finished_at=ago(0.9)), first=0, undo=undo
    )
    undoing = ImportPart.objects.create(
        contact_import=make_import(finished_at=ago(2), state="undoing"), first=0, undo=undo
    )
    assert clean() == {"import_undo": 2}
    for part in (told, plain, young, undoing):
        part.refresh_from_db()
    assert [told.undo, plain.undo, young.undo, undoing.undo] == [{"kept": kept}, {}, undo, undo]
    later = NOW + 89 * _DAY
    assert clean(later) == {"import_reports": 2, "import_undo": 1}
    assert list(ImportPart.objects.order_by("pk")) == [young, undoing]


def test_every_kind_of_undoing_has_an_end() -> None:
    assert sorted(undoing._UNDO) == sorted(UNDO_KINDS)


def test_what_a_merge_changed_goes_after_a_day() -> None:
    for days in (0.5, 1.5):
        Merge.objects.create(
            kin=Kin.CONTACT, kept_id=1, gone_id=2, log=[{"do": "named"}], merged_at=ago(days)
        )
    assert clean() == {"merge_logs": 1}
    assert list(Merge.objects.order_by("pk").values_list("log", flat=True)) == [
        [{"do": "named"}],
        [],
    ]


def test_address_and_text_of_a_notice_go_after_three_months() -> None:
    contact = make_contact()
    for number, (kind, state, days) in enumerate(
        [
            ("system", "sent", 91),
            ("registered", "sent", 91),
            ("registered", "queued", 91),
            ("system", "sent", 89),
        ]
    ):
        Notice.objects.create(
            kind=kind,
            state=state,
            address="amina@example.org",
            contact=contact,
            context={"subject": "Dag"} if kind == "system" else {"registration": 7},
            reply_text="250 ok",
            key=str(number),
            created_at=ago(days),
            not_before=ago(days),
        )
    assert clean() == {"notices": 2}
    found = Notice.objects.order_by("pk").values_list("address", "context", "reply_text", "state")
    kept = ("amina@example.org", {"registration": 7}, "250 ok", MailState.QUEUED)
    assert list(found) == [
        ("", {}, "", MailState.SENT),
        # By the id the next notice knows what this person was told before.
        ("", {"registration": 7}, "", MailState.SENT),
        kept,
        ("amina@example.org", {"subject": "Dag"}, "250 ok", MailState.SENT),
    ]


def test_old_and_new_values_leave_the_log_after_two_years() -> None:
    contact, user = make_contact(), make_user()
    for days in (731, 729):
        note_change(
            contact=contact,
            action=ContactAct.CHANGE,
            by=user,
            changes={"phone": ("06", "07")},
            detail="gebeld",
            now=ago(days),
        )
    assert clean() == {"changes": 1}
    old, young = ModelLogEntry.objects.for_instance(contact).order_by("timestamp")
    assert (old.user, old.data) == (user, {"fields": ["phone"]})
    assert young.data == {"changes": {"phone": ["06", "07"]}, "detail": "gebeld"}


def test_address_in_the_ledger_goes_after_a_year() -> None:
    old = make_mailing(state="done", finished_at=ago(366))
    young = make_mailing(state="done", finished_at=ago(364))
    gone = make_delivery(mailing=old, state="sent", reply_text="250 ok", sent_at=ago(366))
    stays = make_delivery(mailing=young, state="sent", reply_text="250 ok", sent_at=ago(364))
    assert clean() == {"deliveries": 1}
    assert list(Delivery.objects.order_by("pk").values_list("state", "address_key", "contact")) == [
        ("sent", None, gone.contact_id),
        ("sent", stays.address_key, stays.contact_id),
    ]


def test_what_was_typed_goes_after_a_month() -> None:
    old = {"changed_at": ago(31), "created_at": ago(31)}
    gone = make_registration(state="unconfirmed", **old)
    typed = make_registration(typed=typed_values(), address_key="bilal@example.org", **old)
    pending = make_registration(state="pending", typed=typed_values(), **old)
    young = make_registration(state="unconfirmed", changed_at=ago(6))
    assert clean() == {"unconfirmed": 1, "typed": 1}
    for row in (gone, typed, pending, young):
        row.refresh_from_db()
    assert (gone.state, gone.typed, gone.address_key) == ("lapsed", {}, "")
    assert (typed.state, typed.typed, typed.address_key) == ("registered", {}, "")
    assert pending.typed == typed_values()
    assert (young.state, bool(young.typed), bool(young.address_key)) == ("unconfirmed", True, True)


@pytest.mark.capability("C54")
def test_private_reason_of_an_absence_goes_after_four_weeks() -> None:
    for days in (29, 27):
        make_registration(
            attendance="excused", attendance_at=ago(days), attendance_reason="hielspoor"
        )
    assert clean() == {"private_reasons": 1}
    rows = Registration.objects.order_by("pk").values_list("attendance", "attendance_reason")
    assert list(rows) == [("excused", ""), ("excused", "hielspoor")]


def test_interest_in_a_session_goes_a_month_after_it() -> None:
    for days in (32, 29):
        starts_at = ago(days)
        session = make_session(starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
        Interest.objects.create(session=session, contact=make_contact(), since=ago(99))
    undated = make_session(precision="unknown")
    Interest.objects.create(session=undated, contact=make_contact(), since=ago(99))
    assert clean() == {"interests": 1}
    assert Interest.objects.count() == 2


def test_the_floor_is_swept() -> None:
    OutboxEvent.objects.create(kind="a", at=ago(99), handled_at=ago(31))
    OutboxEvent.objects.create(kind="b", at=ago(99), handled_at=ago(29))
    OutboxEvent.objects.create(kind="c", at=ago(99))
    for number, expires_at in enumerate((ago(31), ago(29), None)):
        AccessToken.objects.create(
            user=make_user(), key_hash=str(number), created_at=ago(99), expires_at=expires_at
        )
    WebSession.objects.create(session_key="a", session_data="", expire_date=ago(0.1))
    WebSession.objects.create(session_key="b", session_data="", expire_date=ago(-0.1))
    assert clean() == {"outbox": 1, "access_tokens": 1, "web_sessions": 1}
    assert [each.kind for each in OutboxEvent.objects.order_by("pk")] == ["b", "c"]
    assert [each.key_hash for each in AccessToken.objects.order_by("pk")] == ["1", "2"]
    assert [each.session_key for each in WebSession.objects.all()] == ["b"]


# --- people of whom nothing was heard -------------------------------------------------------------

LONG_AGO = NOW - timedelta(days=6 * 365)


def make_quiet(**values: Any) -> Contact:
    """Somebody who took part long ago, for an organisation that they left."""
    contact = make_contact(created_at=LONG_AGO, phone="06 98765432", **values)
    make_representation(
        contact,
        make_organisation(name=f"Stichting {contact.pk}"),
        function="Adviseur vogels",
        valid_from=date(2019, 1, 1),
        valid_until=date(2020, 6, 1),
    )
    make_registration(
        contact=contact,
        session=make_session(starts_at=LONG_AGO, ends_at=LONG_AGO + timedelta(hours=1)),
        organisation=Representation.objects.get(contact=contact).organisation,
        attendance="present",
        attendance_at=LONG_AGO,
        created_at=LONG_AGO,
        changed_at=LONG_AGO,
    )
    return contact


@pytest.mark.capability("C71")
def test_people_go_nameless_after_years_and_figures_stay() -> None:
    contact = make_quiet(given_name="Quirine", family_name="Zwaluw", email="q.zwaluw@example.org")
    assert clean() == {"quiet_people": 1}
    contact.refresh_from_db()
    assert (contact.erased_at, str(contact)) == (NOW, f"#{contact.pk}")
    assert tables_that_hold("quirine", "zwaluw", "98765432", "Adviseur vogels") == {}
    assert not Suppression.objects.exists()
    registration = Registration.objects.get()
    assert (registration.attendance, str(registration.organisation)) == (
        "present",
        f"Stichting {contact.pk}",
    )
    assert clean(NOW + _DAY) == {}


def place(contact: Contact) -> None:
    make_representation(contact, valid_from=date(2010, 1, 1))


def consent(contact: Contact) -> None:
    make_consent(contact, given_at=LONG_AGO)


def registration(contact: Contact) -> None:
    make_registration(contact=contact, created_at=LONG_AGO, changed_at=ago(9))


def invitation(contact: Contact) -> None:
    make_invitation(contact=contact, invited_at=ago(9))


def question(contact: Contact) -> None:
    make_question(contact=contact, created_at=ago(9))


def mail(contact: Contact) -> None:
    mailing = make_mailing(state="done")
    make_delivery(contact=contact, mailing=mailing, state="sent", sent_at=ago(9))


def notice(contact: Contact) -> None:
    Notice.objects.create(
        kind=NoticeKind.LINK,
        state="sent",
        address="a@example.org",
        contact=contact,
        key="a",
        created_at=ago(9),
        not_before=ago(9),
    )


def moment(contact: Contact) -> None:
    ContactMoment.objects.create(
        contact=contact, happened_on=ago(9).date(), kind="phone", created_at=ago(9)
    )


def representative(contact: Contact) -> None:
    community = Community.objects.create(name="Lerend netwerk", slug="lerend-netwerk")
    CommunityRepresentative.objects.create(
        community=community, contact=contact, organisation=make_organisation()
    )


def change(contact: Contact) -> None:
    note_change(contact=contact, action=ContactAct.CHANGE, by=None, now=ago(9))


def interest(contact: Contact) -> None:
    session = make_session(precision="unknown")
    Interest.objects.create(session=session, contact=contact, since=LONG_AGO)


@pytest.mark.parametrize(
    "sign_of_life",
    [
        place,
        consent,
        registration,
        invitation,
        question,
        mail,
        notice,
        moment,
        representative,
        change,
        interest,
    ],
)
def test_sign_of_life_keeps_a_person(sign_of_life: Any) -> None:
    lives, quiet = make_quiet(), make_quiet()
    sign_of_life(lives)
    assert due().get("quiet_people") == 1
    clean()
    assert list(Contact.objects.present()) == [lives]
    quiet.refresh_from_db()
    assert quiet.erased_at == NOW


def test_person_who_was_added_lately_stays() -> None:
    make_contact(created_at=ago(9))
    assert due() == {}


# --- how it runs ----------------------------------------------------------------------------------


def test_cleaning_takes_many_short_steps_and_pauses_between() -> None:
    FormHit.objects.bulk_create(
        FormHit(form="a", key=str(number), at=ago(2)) for number in range(300)
    )
    pauses: list[float] = []
    run = clean_up(now=NOW, pause=pauses.append)
    assert {line["rule"]: line["count"] for line in run.report}["form_hits"] == 300
    assert len(pauses) > 3
    assert not FormHit.objects.exists()


def test_rule_that_fails_keeps_no_other_from_its_work(monkeypatch: pytest.MonkeyPatch) -> None:
    FormHit.objects.create(form="a", key="b", at=ago(2))
    make_quiet()

    def fail(**values: Any) -> None:
        raise ValueError

    monkeypatch.setattr("contacts.services.retention_rules.forget_contact", fail)
    run = clean_up(now=NOW, pause=lambda seconds: None)
    lines = {line["rule"]: line for line in run.report}
    assert lines["quiet_people"] == {"rule": "quiet_people", "count": 0, "error": "ValueError"}
    assert lines["form_hits"] == {"rule": "form_hits", "count": 1}
    assert (run.finished_at, RetentionRun.objects.count()) == (NOW, 1)


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        (timedelta(days=1), "1 day"),
        (timedelta(days=28), "28 days"),
        (timedelta(days=90), "3 months"),
        (timedelta(days=365), "1 year"),
        (timedelta(days=5 * 365), "5 years"),
    ],
)
def test_period_is_said_in_words(kept: timedelta, words: str) -> None:
    with translation.override("en"):
        assert period_in_words(kept) == words
