"""Duplicates in the admin: who may, what is shown, what is done, and the way back."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.services.groups import ensure_groups
from contacts.models import Contact, DistinctPair, Merge, Organisation
from tests.contacts.merge_scene import database_dump, make_two_organisations, make_two_people
from tests.factories.base import make_user
from tests.factories.contacts import make_contact, make_organisation, make_representation

pytestmark = pytest.mark.django_db

KINDS = {"contact": "people", "organisation": "organisations"}
MAKERS: dict[str, Any] = {"contact": make_two_people, "organisation": make_two_organisations}
both_kinds = pytest.mark.parametrize("kin", KINDS)


@pytest.fixture
def manager(client):
    ensure_groups()
    user = make_user()
    user.groups.add(Group.objects.get(name="Relatiebeheerder"))
    client.force_login(user)
    return user


def merge_url(kin, kept, gone):
    return f"{reverse('contact_duplicates:merge', args=[kin])}?kept={kept}&gone={gone}"


def inspect_url(kin, pk):
    return reverse(f"wagtailsnippets_contacts_{kin}:inspect", args=[pk])


def messages(response):
    return [str(message) for message in response.context["messages"]]


def make_pair(kin):
    """Two rows that are suggested, in the order in which they were made."""
    if kin == "organisation":
        return make_organisation(name="Mira Netwerk"), make_organisation(name="MiraNetwerk")
    organisation = make_organisation()
    people = [make_contact(given_name="Amina", family_name="Berg") for _n in range(2)]
    for person in people:
        make_representation(person, organisation)
    return people[0], people[1]


# --- the list -----------------------------------------------------------------------------------


@both_kinds
def test_list_shows_both_with_the_reason(client, manager, kin):
    first, second = make_pair(kin)
    page = client.get(reverse("contact_duplicates:of", args=[kin]))
    content = page.content.decode()
    for shown in (first, second):
        assert inspect_url(kin, shown.pk) in content
    assert merge_url(kin, first.pk, second.pk).replace("&", "&amp;") in content
    assert [str(each["suggestion"].likeness.strength) for each in page.context["pairs"]] == [
        "100" if kin == "contact" else "95"
    ]


@both_kinds
def test_empty_list_says_what_to_do(client, manager, kin):
    page = client.get(reverse("contact_duplicates:of", args=[kin]))
    assert page.context["pairs"] == []
    assert page.status_code == 200
    assert "<section" not in page.content.decode()


def test_list_asks_as_many_queries_for_one_pair_as_for_three(client, manager):
    url = reverse("contact_duplicates:of", args=["contact"])

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    make_pair("contact")
    queries()  # what is asked once and remembered
    for_one = queries()
    for _n in range(2):
        make_pair("contact")
    assert queries() == for_one


@both_kinds
def test_pair_that_is_not_the_same_is_not_asked_again(client, manager, kin):
    first, second = make_pair(kin)
    url = reverse("contact_duplicates:distinct", args=[kin])
    assert client.get(url).status_code == 405
    page = client.post(url, {"first": second.pk, "second": first.pk}, follow=True)
    assert page.context["pairs"] == []
    pair = DistinctPair.objects.get()
    assert (pair.first_id, pair.second_id, pair.decided_by) == (first.pk, second.pk, manager)


@pytest.mark.parametrize("values", [{}, {"first": "x", "second": "1"}, {"first": "9" * 40}])
def test_pair_that_is_none_is_refused_with_a_message(client, manager, values):
    url = reverse("contact_duplicates:distinct", args=["contact"])
    page = client.post(url, values, follow=True)
    assert (page.status_code, len(messages(page)), DistinctPair.objects.count()) == (200, 1, 0)


# --- merging ------------------------------------------------------------------------------------


@both_kinds
def test_merge_page_changes_nothing_until_the_button(client, manager, kin):
    kept, gone = MAKERS[kin]()
    before = database_dump()
    page = client.get(merge_url(kin, kept.pk, gone.pk))
    told = page.context["preview"]
    assert page.status_code == 200
    assert str(told.moving_count) in page.content.decode()
    after = database_dump()
    for label in ("sessions.Session", "auth.User", "wagtailusers.UserProfile"):
        before.pop(label, None)
        after.pop(label, None)
    assert after == before


@both_kinds
def test_merge_takes_what_was_chosen_and_can_be_undone_at_once(client, manager, kin):
    kept, gone = MAKERS[kin]()
    form = client.get(merge_url(kin, kept.pk, gone.pk)).context["form"]
    field = "email" if kin == "contact" else "name"
    values = {name: "gone" if name == field else "kept" for name in form.fields}
    page = client.post(merge_url(kin, kept.pk, gone.pk), values, follow=True)
    merge = Merge.objects.get()
    assert page.redirect_chain == [(inspect_url(kin, kept.pk), 302)]
    assert reverse("contact_duplicates:undo", args=[merge.pk]) in messages(page)[0]
    wanted = getattr(gone, field)
    kept.refresh_from_db()
    assert (getattr(kept, field), merge.merged_by) == (wanted, manager)


def test_merge_form_that_is_incomplete_says_so_and_merges_nothing(client, manager):
    kept, gone = make_two_people()
    page = client.post(merge_url("contact", kept.pk, gone.pk), {"email": "nobody's"})
    assert (page.status_code, Merge.objects.count()) == (422, 0)
    assert set(page.context["form"].errors) == set(page.context["form"].fields)


@both_kinds
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("which", ["itself", "nobody", "text", "huge", "nothing"])
def test_merge_that_cannot_be_is_refused_with_a_message(client, manager, kin, method, which):
    kept = make_contact() if kin == "contact" else make_organisation()
    gone = {"itself": kept.pk, "nobody": 10**9, "text": "x", "huge": "9" * 30, "nothing": ""}[which]
    page = getattr(client, method)(merge_url(kin, kept.pk, gone), follow=True)
    assert page.redirect_chain == [(reverse("contact_duplicates:of", args=[kin]), 302)]
    assert (len(messages(page)), Merge.objects.count()) == (1, 0)


def test_merge_with_leads_to_the_page_for_both(client, manager):
    for kin, made in (("contact", make_contact), ("organisation", make_organisation)):
        row, other = made(), made()
        url = reverse("contact_duplicates:with", args=[kin, row.pk])
        assert url in client.get(inspect_url(kin, row.pk)).content.decode()
        assert client.get(url).status_code == 200
        page = client.get(url, {"other": other.pk})
        assert page.url == merge_url(kin, row.pk, other.pk)
        for wrong in ("x", "", "-1", "1e3", "\0", "٣", 10**9, "9" * 40, "' OR 1=1 --"):
            assert client.get(url, {"other": wrong}).status_code == 422
        assert client.get(reverse("contact_duplicates:with", args=[kin, 10**9])).status_code == 404


@both_kinds
def test_two_that_are_ticked_in_the_list_are_merged_and_no_other_number(client, manager, kin):
    rows = [make_contact() if kin == "contact" else make_organisation() for _n in range(3)]
    url = reverse("wagtail_bulk_action", args=["contacts", kin, "merge"])
    back = {"next": reverse(f"wagtailsnippets_contacts_{kin}:list")}
    ids = [row.pk for row in rows]
    for method in (client.get, client.post):
        page = method(f"{url}?id={ids[2]}&id={ids[0]}&next={back['next']}")
        assert page.url == merge_url(kin, ids[0], ids[2])
    for wrong in ([ids[0]], ids):
        page = client.get(url, {"id": wrong, **back}, follow=True)
        assert page.redirect_chain == [(back["next"], 302)]
        assert len(messages(page)) == 1
    assert Merge.objects.count() == 0


# --- undoing ------------------------------------------------------------------------------------


@both_kinds
def test_merge_of_today_is_listed_and_undone(client, manager, kin):
    kept, gone = make_pair(kin)
    client.post(
        merge_url(kin, kept.pk, gone.pk),
        {"email": "kept"} if kin == "contact" else {"name": "kept"},
    )
    merge = Merge.objects.get()
    undo_url = reverse("contact_duplicates:undo", args=[merge.pk])
    assert undo_url in client.get(reverse("contact_duplicates:merges")).content.decode()
    assert str(gone) in client.get(undo_url).content.decode()
    assert Merge.objects.filter(undone_at=None).exists()  # looking undoes nothing
    page = client.post(undo_url, follow=True)
    assert page.redirect_chain == [(inspect_url(kin, gone.pk), 302)]
    merge.refresh_from_db()
    assert merge.undone_by == manager
    again = client.post(undo_url, follow=True)
    assert again.redirect_chain == [(reverse("contact_duplicates:merges"), 302)]
    assert undo_url not in again.content.decode()
    assert client.get(undo_url).status_code == 302
    assert client.post(reverse("contact_duplicates:undo", args=[10**9])).status_code == 404


# --- who may ------------------------------------------------------------------------------------


def every_address(kept, gone, merge):
    for kin in KINDS:
        yield "get", reverse("contact_duplicates:of", args=[kin])
        yield "get", merge_url(kin, kept.pk, gone.pk)
        yield "post", merge_url(kin, kept.pk, gone.pk)
        yield "post", reverse("contact_duplicates:distinct", args=[kin])
        yield "get", reverse("contact_duplicates:with", args=[kin, kept.pk])
        yield (
            "get",
            f"{reverse('wagtail_bulk_action', args=['contacts', kin, 'merge'])}?id={kept.pk}",
        )
    yield "get", reverse("contact_duplicates:index")
    yield "get", reverse("contact_duplicates:merges")
    yield "get", reverse("contact_duplicates:undo", args=[merge.pk])
    yield "post", reverse("contact_duplicates:undo", args=[merge.pk])


@pytest.mark.parametrize(
    ("group", "may"),
    [
        ("Redacteur", False),
        ("Organisator", False),
        ("Relatiebeheerder", True),
        ("Beheerder", True),
        (None, False),
    ],
)
def test_groups_that_may_merge(client, group, may):
    ensure_groups()
    user = make_user(permissions=["wagtailadmin.access_admin"])
    if group:
        user.groups.add(Group.objects.get(name=group))
    kept, gone = make_contact(family_name="Zonneveld"), make_contact()
    merge = Merge.objects.create(
        kin="contact",
        kept_id=kept.pk,
        gone_id=gone.pk,
        merged_at=kept.created_at,
        log=[{"do": "named", "kept": "Zonneveld", "gone": "Zonneveld"}],
    )
    client.force_login(user)
    refused = []
    for method, url in every_address(kept, gone, merge):
        response = getattr(client, method)(url, follow=True)
        # Wagtail turns somebody who may not back to the dashboard.
        turned_back = response.redirect_chain[-1:] == [(reverse("wagtailadmin_home"), 302)]
        refused.append(turned_back or response.status_code == 403)
        if not may:
            assert "Zonneveld" not in response.content.decode()
    assert refused == [not may] * len(refused)
    assert Merge.objects.get() == merge or may
    shown = reverse("contact_duplicates:index") in client.get("/admin/").content.decode()
    assert shown == may
    assert Contact.objects.count() + Organisation.objects.count() == 2
