"""The log of contacts in the admin: adding, finding, correcting, and who may do what."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from contacts.models import ContactMoment
from tests.contacts.logins import log_in
from tests.factories.base import make_user
from tests.factories.communities import make_community, make_moment
from tests.factories.contacts import make_contact, make_organisation

pytestmark = pytest.mark.django_db

MOMENTS = "wagtailsnippets_contacts_contactmoment"


@pytest.fixture
def organiser(client) -> User:
    return log_in(client, "Organisator")


def url(name: str, *args: Any) -> str:
    return reverse(f"{MOMENTS}:{name}", args=args)


def moment_data(**values: Any) -> dict[str, Any]:
    return {
        "happened_on": timezone.localdate().isoformat(),
        "kind": "phone",
        "text": "Gebeld over de agenda.",
    } | values


# --- adding -----------------------------------------------------------------------------


@pytest.mark.capability("C25")
def test_moment_is_written_by_whoever_adds_it_now(client, organiser):
    contact, community = make_contact(), make_community()

    response = client.post(
        url("add"),
        moment_data(contact=contact.pk, community=community.pk, happened_on="2026-01-05"),
    )

    assert response.status_code == 302
    moment = ContactMoment.objects.get()
    assert (moment.contact, moment.community, moment.organisation) == (contact, community, None)
    assert (moment.happened_on, moment.kind) == (date(2026, 1, 5), "phone")
    assert moment.written_by == organiser
    assert abs((timezone.now() - moment.created_at).total_seconds()) < 60


@pytest.mark.parametrize("name", ["contact", "organisation", "community"])
def test_form_is_filled_in_from_where_one_came_and_leads_back(client, organiser, name):
    made = {
        "contact": make_contact, "organisation": make_organisation, "community": make_community,
    }[name]()  # fmt: skip
    back = reverse("wagtailadmin_home")
    opened = client.get(url("add"), {name: made.pk, "next": back})

    form = opened.context["form"]
    assert form.initial[name] == made.pk
    assert form.initial["happened_on"] == timezone.localdate()
    response = client.post(opened.context["action_url"], moment_data(**{name: made.pk}))
    assert response.url == back
    assert getattr(ContactMoment.objects.get(), name) == made


@pytest.mark.parametrize("given", ["987654", "-1", "abc", "٣", "9" * 30, ""])
def test_form_opens_empty_for_somebody_who_is_not_there(client, organiser, given):
    form = client.get(url("add"), {"contact": given}).context["form"]

    assert form.initial["contact"] is None


def test_form_leads_nowhere_else(client, organiser):
    add = url("add") + "?next=https://elders.example.org/"
    response = client.post(add, moment_data(contact=make_contact().pk))

    assert response.url == url("list")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "__all__"),
        ({"contact": "987654"}, "contact"),
        ({"community": "known", "happened_on": "morgen"}, "happened_on"),
        ({"community": "known", "happened_on": "2999-01-01"}, "happened_on"),
        ({"community": "known", "happened_on": ""}, "happened_on"),
        ({"community": "known", "text": "  "}, "text"),
        ({"community": "known", "text": "a\x00b"}, "text"),
        ({"community": "known", "kind": "fax"}, "kind"),
    ],
)
def test_wrong_moment_is_refused_with_an_error_and_not_stored(client, organiser, values, field):
    if values.get("community") == "known":
        values = values | {"community": make_community().pk}

    response = client.post(url("add"), moment_data(**values))

    assert response.status_code == 200
    assert field in response.context["form"].errors
    assert not ContactMoment.objects.exists()


def test_moment_without_anybody_does_not_fit_in_the_database():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_moment()


# --- finding ----------------------------------------------------------------------------


def listed(client, **query: Any) -> list[str]:
    page = client.get(url("list"), query)
    assert page.status_code == 200
    return [each.text for each in page.context["object_list"]]


@pytest.mark.capability("C25")
def test_log_is_newest_first_and_filtered(client, organiser):
    contact = make_contact(given_name="Zeyneb")
    organisation, community = make_organisation(name="Wilg"), make_community(name="Kring")
    make_moment(contact=contact, text="Eerste", happened_on="2026-01-05")
    make_moment(organisation=organisation, text="Derde", happened_on="2026-03-05", kind="mail")
    make_moment(community=community, contact=contact, text="Tweede", happened_on="2026-02-05")

    assert listed(client) == ["Derde", "Tweede", "Eerste"]
    assert listed(client, contact=contact.pk) == ["Tweede", "Eerste"]
    assert listed(client, organisation=organisation.pk) == ["Derde"]
    assert listed(client, community=community.pk) == ["Tweede"]
    assert listed(client, kind="mail") == ["Derde"]
    assert listed(client, happened_on_from="2026-02-01", happened_on_to="2026-02-28") == ["Tweede"]
    assert listed(client, q="zeyneb") == ["Tweede", "Eerste"]
    assert listed(client, q="wilg") == listed(client, q="derde") == ["Derde"]
    assert listed(client, q="kring zeyneb") == ["Tweede"]


def test_log_asks_no_more_for_more_entries(client, organiser):
    def add():
        make_moment(
            contact=make_contact(),
            organisation=make_organisation(),
            community=make_community(),
            written_by=organiser,
        )

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            listed(client)
        return len(asked)

    add()
    listed(client)
    once = queries()
    for _n in range(3):
        add()
    assert queries() == once


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_log_is_exported_as_texts_that_are_no_formulas(client, organiser, kind):
    contact = make_contact()
    make_moment(contact=contact, text="=1+1\x0b", written_by=organiser)

    content = client.get(url("list"), {"export": kind}).getvalue()

    if kind == "csv":
        row = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))[1]
        assert row[1:] == ["by phone", str(contact), "", "", "'=1+1\x0b", organiser.username]
    else:
        cells = openpyxl.load_workbook(io.BytesIO(content)).active[2]
        assert (cells[5].value, cells[5].data_type) == ("=1+1", "s")


def test_lists_of_people_and_organisations_offer_to_add_one(client, organiser):
    contact, organisation = make_contact(), make_organisation()
    for name, made in (("contact", contact), ("organisation", organisation)):
        page = client.get(reverse(f"wagtailsnippets_contacts_{name}:list")).content.decode()
        assert f"{url('add')}?{name}={made.pk}&amp;next=" in page


def test_entry_shows_what_is_known_and_leads_to_whom_it_was_with(client, organiser):
    contact = make_contact()
    moment = make_moment(contact=contact, text="Eerste regel\n<b>tweede</b>", written_by=organiser)

    page = client.get(url("inspect", moment.pk))

    with translation.override("en"):
        fields = {str(field["label"]): field["value"] for field in page.context["fields"]}
    assert list(fields) == ["Date", "Kind", "Person", "What was said", "Written by", "Noted at"]
    assert fields["Person"] == (
        f'<a href="{reverse("wagtailsnippets_contacts_contact:inspect", args=[contact.pk])}">'
        f"{contact}</a>"
    )
    assert "Eerste regel<br>&lt;b&gt;tweede&lt;/b&gt;" in page.content.decode()


# --- who may ----------------------------------------------------------------------------


@pytest.mark.capability("C25")
def test_moment_is_corrected_by_its_author_only(client):
    author = log_in(client, "Organisator")
    contact = make_contact()
    own = make_moment(contact=contact, written_by=author)
    others = make_moment(contact=contact, written_by=make_user(), text="Van een ander.")

    page = client.get(url("list")).content.decode()
    assert (url("edit", own.pk) in page, url("edit", others.pk) in page) == (True, False)
    assert client.get(url("edit", others.pk)).status_code == 302
    values = moment_data(contact=contact.pk, text="Verbeterd.")
    client.post(url("edit", others.pk), values)
    client.post(url("edit", own.pk), values)

    own.refresh_from_db()
    others.refresh_from_db()
    assert (own.text, others.text) == ("Verbeterd.", "Van een ander.")
    assert own.written_by == author
    assert client.get(url("inspect", others.pk)).status_code == 200


@pytest.mark.parametrize(
    ("role", "reads", "adds", "deletes"),
    [
        ("Redacteur", False, False, False),
        ("Organisator", True, True, False),
        ("Relatiebeheerder", True, True, True),
        ("Beheerder", True, True, True),
    ],
)
def test_groups_read_add_and_delete_what_is_theirs(client, role, reads, adds, deletes):
    moment = make_moment(
        contact=make_contact(), happened_on=timezone.localdate() - timedelta(days=1)
    )
    log_in(client, role)

    def opens(name: str, *args: Any) -> bool:
        return client.get(url(name, *args)).status_code == 200

    assert opens("list") == opens("inspect", moment.pk) == reads
    assert (opens("add"), opens("edit", moment.pk)) == (adds, False)
    assert opens("delete", moment.pk) == deletes
    client.post(url("delete", moment.pk))
    assert ContactMoment.objects.exists() != deletes
