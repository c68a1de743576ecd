"""Who may do what with people and organisations in the admin: every page, for every group.

The pages are read from the addresses of the admin: a new one without a line here fails the test.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.snippets.models import get_snippet_models

from base.bulk_actions import GuardedBulkAction
from base.choosers import GuardedChooser
from campaigns.services.groups import ensure_groups
from contacts.enums import Kin
from contacts.models import Contact, ContactImport, Merge
from contacts.services.people import update_contact
from tests.factories.base import bearer, make_token, make_user
from tests.factories.campaigns import make_delivery, make_mailing
from tests.factories.communities import make_community, make_moment, make_place
from tests.factories.contacts import (
    make_consent,
    make_contact,
    make_organisation,
    make_representation,
    make_suppression,
    make_theme,
)
from tests.factories.content import make_home
from tests.factories.groups import make_group
from tests.factories.participation import make_registration

pytestmark = pytest.mark.django_db

NAME = "Zonneveld"

GROUPS = {"R": "Redacteur", "O": "Organisator", "M": "Relatiebeheerder", "B": "Beheerder"}


def _snippet(
    model: str, *, read: str = "OMB", add: str = "MB", change: str = "MB", delete: str = "MB",
    look: str = "MB", choose: str = "OMB", inspect: str | None = None,
) -> dict[str, str]:  # fmt: skip
    """The pages that Wagtail makes of a model; `look` are those of its history and its usage."""
    pages = {
        "list": read,
        "list_results": read,
        "add": add,
        "edit": change,
        "delete": delete,
        "usage": look,
        "history": look,
        "history_results": look,
    } | ({"inspect": inspect} if inspect is not None else {})
    windows = ("choose", "choose_results", "chosen", "chosen_multiple")
    choosing = dict.fromkeys(windows, choose) | {"create": add}
    return {f"wagtailsnippets_contacts_{model}:{name}": who for name, who in pages.items()} | {
        f"wagtailsnippetchoosers_contacts_{model}:{name}": who for name, who in choosing.items()
    }


#: Who may open each page. An editor (R) opens none, an organiser (O) only looks.
EXPECTED = {
    **_snippet("contact", delete="", inspect="OMB"),
    **_snippet("organisation", inspect="OMB"),
    **_snippet("community", inspect="OMB"),
    # Of the log everybody who reads may add; an entry is changed by whoever wrote it, so by nobody.
    **_snippet("contactmoment", add="OMB", change="", look="OMB", inspect="OMB"),
    **_snippet("optingroup", inspect="OMB"),
    **_snippet("theme"),
    **_snippet("suppression", read="MB", add="", change="", delete="", look="", choose="MB"),
    "contact_imports:index": "MB",
    "contact_imports:new": "MB",
    "contact_imports:report": "MB",
    "contact_imports:mapping": "MB",
    "contact_imports:sheet": "MB",
    "contact_imports:progress": "MB",
    "contact_imports:rows": "MB",
    "contact_imports:apply": "MB",
    "contact_imports:cancel": "MB",
    "contact_imports:undo": "MB",
    "contact_duplicates:index": "MB",
    "contact_duplicates:merges": "MB",
    "contact_duplicates:undo": "MB",
    "contact_duplicates:of": "MB",
    "contact_duplicates:distinct": "MB",
    "contact_duplicates:merge": "MB",
    "contact_duplicates:with": "MB",
    "contact_forget:confirm": "MB",
    "contact_retention:index": "MB",
    "contact_consents:person": "MB",
    "contact_consents:record": "MB",
    "contact_consents:withdraw": "MB",
    "contact_consents:stop": "MB",
    "contact_access:choose": "MB",
}

#: Who may start each bulk action, by model and name.
EXPECTED_IN_BULK = {
    ("contact", "tag"): "MB",
    ("contact", "untag"): "MB",
    ("contact", "community"): "MB",
    ("contact", "stop"): "MB",
    ("contact", "merge"): "MB",
    ("contact", "export"): "MB",
    ("contact", "delete"): "",
    ("organisation", "theme"): "MB",
    ("organisation", "tier"): "MB",
    ("organisation", "reviewed"): "MB",
    ("organisation", "merge"): "MB",
    ("organisation", "export"): "OMB",
    ("organisation", "delete"): "MB",
    ("community", "delete"): "MB",
    ("contactmoment", "delete"): "MB",
    ("optingroup", "delete"): "MB",
    ("theme", "delete"): "MB",
    ("suppression", "delete"): "",
}

#: Who may take a list along as a file; the others have none.
EXPECTED_AS_FILE = {"contact": "MB", "organisation": "OMB", "suppression": "MB"}


def _patterns(resolver: URLResolver, path: str = "", space: str = "") -> Iterator[Any]:
    for each in resolver.url_patterns:
        here = path + str(each.pattern)
        if isinstance(each, URLPattern):
            yield here, f"{space}{each.name}", each
        else:
            yield from _patterns(each, here, f"{each.namespace}:" if each.namespace else space)


def _is_of_this_room(path: str, pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", pattern.callback)
    return path.startswith("admin/") and (
        "contacts/" in path or view.__module__.startswith("contacts.")
    )


PAGES = {
    name: pattern
    for path, name, pattern in _patterns(get_resolver())
    if _is_of_this_room(path, pattern)
}


@pytest.fixture
def users() -> dict[str, User]:
    make_home()  # of the editors' permissions on pages
    groups = {group.name: group for group in ensure_groups()}
    found = {}
    for letter, name in GROUPS.items():
        found[letter] = make_user()
        found[letter].groups.add(groups[name])
    return found


@pytest.fixture
def scene() -> dict[str, Any]:
    """One row of everything, by the name under which an address asks for its id."""
    contact = make_contact(family_name=NAME, email="zonneveld@example.org")
    organisation = make_representation(
        contact, make_organisation(name=f"Firma {NAME}")
    ).organisation
    community = make_community()
    make_place(community, organisation)
    now = timezone.now()
    update_contact(contact=contact, phone="06", now=now)  # a line in the log
    return {
        "contact": contact.pk,
        "organisation": organisation.pk,
        "community": community.pk,
        "contactmoment": make_moment(contact=contact, text=NAME).pk,
        "optingroup": make_group().pk,
        "theme": make_theme().pk,
        "suppression": make_suppression(contact).pk,
        "contact_id": contact.pk,
        "consent_id": make_consent(contact).pk,
        "import_id": ContactImport.objects.create(file_name=f"{NAME}.csv", created_at=now).pk,
        "merge_id": Merge.objects.create(
            kin=Kin.CONTACT, kept_id=contact.pk, gone_id=contact.pk, merged_at=now
        ).pk,
        "kin": Kin.CONTACT.value,
    }


def _address(name: str, pattern: URLPattern, scene: dict[str, Any]) -> str:
    model = name.partition(":")[0].rpartition("_")[2]
    own = scene.get(model, scene["contact"])
    wanted = {each: own if each == "pk" else scene[each] for each in pattern.pattern.converters}
    return reverse(name, kwargs=wanted)


def _opens(client, url: str, method: str = "get") -> bool:
    """Whether the page opens. Wagtail sends whoever may not back to its first page."""
    response = getattr(client, method)(url)
    home = reverse("wagtailadmin_home")
    is_refused = response.status_code == 403 or response.headers.get("Location") == home
    text = b"".join(response) if response.streaming else response.content
    if is_refused:
        assert NAME not in text.decode()
    else:
        assert response.status_code in (200, 302, 400, 404, 405)
    return not is_refused and (method, response.status_code) != ("post", 405)


def _who(client, users: dict[str, User], addresses: dict[Any, str]) -> dict[Any, str]:
    """By address the letters of those for whom it opens; the others cannot post to it either."""
    letters = dict.fromkeys(addresses, "")
    for letter, user in users.items():
        client.force_login(user)
        for name, url in addresses.items():
            if _opens(client, url):
                letters[name] += letter
            else:
                assert not _opens(client, url, "post")
    return letters


def test_every_page_opens_for_whom_it_is_meant(client, users, scene):
    addresses = {name: _address(name, pattern, scene) for name, pattern in PAGES.items()}
    assert _who(client, users, addresses) == EXPECTED
    assert Contact.objects.get(pk=scene["contact"]).family_name == NAME


def test_every_bulk_action_is_for_whom_it_is_meant(client, users, scene):
    addresses = {
        (model, action): reverse("wagtail_bulk_action", args=["contacts", model, action])
        + f"?id={scene[model]}"
        for model, action in _bulk_actions()
    }
    assert _who(client, users, addresses) == EXPECTED_IN_BULK


def _bulk_actions() -> list[tuple[str, str]]:
    bulk_action_registry.get_bulk_actions_for_model("contacts", "contact")  # reads the hooks
    models = bulk_action_registry.actions["contacts"]
    return [(model, action) for model, actions in models.items() for action in actions]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_as_a_file_is_for_whom_it_is_meant(client, users, scene, form):
    addresses = {
        model: reverse(f"wagtailsnippets_contacts_{model}:list") + f"?export={form}"
        for model in EXPECTED_AS_FILE
    }
    assert _who(client, users, addresses) == EXPECTED_AS_FILE


def test_every_window_in_which_rows_are_chosen_is_guarded():
    choosers = {
        model._meta.label: model.snippet_viewset.chooser_viewset_class
        for model in get_snippet_models()
    }
    assert len(choosers) > 8
    assert {
        name for name, each in choosers.items() if not issubclass(each, GuardedChooser)
    } == set()


def test_every_bulk_action_on_a_snippet_is_guarded():
    _bulk_actions()
    actions = {
        f"{model._meta.label} {each.action_type}": each
        for model in get_snippet_models()
        for each in bulk_action_registry.get_bulk_actions_for_model(
            model._meta.app_label, model._meta.model_name
        )
    }
    assert len(actions) > 16
    open_ones = [name for name, each in actions.items() if not issubclass(each, GuardedBulkAction)]
    assert open_ones == []


def test_an_editor_meets_no_name_anywhere(client, users, scene):
    contact = Contact.objects.get(pk=scene["contact"])
    registration = make_registration(contact=contact)
    mailing = make_mailing(title=f"Aan {NAME}", created_by=users["O"])
    make_delivery(mailing=mailing, contact=contact)
    update_contact(contact=contact, phone="07", by=users["M"], now=timezone.now())
    rows = {"registration": registration.pk, "mailing": mailing.pk}
    approve = reverse("wagtail_bulk_action", args=["participation", "registration", "approve"])
    addresses = [
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_reports:site_history"),
        reverse("wagtailadmin_reports:site_history") + f"?label={NAME}",
        reverse("wagtailadmin_reports:site_history") + "?export=csv",
        reverse("wagtailadmin_reports:site_history_results"),
        reverse("wagtailadmin_pages:search") + f"?q={NAME}",
        reverse("wagtailimages:index") + f"?q={NAME}",
        reverse("wagtaildocs:index") + f"?q={NAME}",
        reverse("wagtailsnippets:index"),
        reverse("wagtailusers_users:index") + f"?q={NAME}",
        f"{approve}?id={registration.pk}",
        *(
            reverse(f"wagtailsnippetchoosers_{app}_{model}:{view}", args=args)
            for app, model in (("participation", "registration"), ("campaigns", "mailing"))
            for view, args in (("choose", []), ("choose_results", []), ("chosen", [rows[model]]))
        ),
        *(
            reverse(f"wagtailsnippets_{app}_{model}:{view}", args=[rows[model]])
            for app, model, views in (
                ("participation", "registration", ("inspect", "edit", "history", "usage")),
                ("campaigns", "mailing", ("edit", "history", "usage", "overview", "people")),
            )
            for view in views
        ),
    ]
    seen = {}
    for letter in "RM":
        client.force_login(users[letter])
        for url in addresses:
            response = client.get(url)
            text = b"".join(response) if response.streaming else response.content
            # The words that were searched for stand on the page; so ask for what is known besides.
            seen[letter, url] = "zonneveld@" in text.decode() or f"Amina {NAME}" in text.decode()
    assert [url for url in addresses if seen["R", url]] == []
    # The same question finds the name for whoever may see it.
    history = reverse("wagtailadmin_reports:site_history")
    assert seen["M", history]


def test_an_editor_is_not_told_which_mailing_shows_a_picture(client, users):
    image = Image.objects.create(
        title="Boom", file=get_test_image_file(), uploaded_by_user=users["R"]
    )
    block = {"image": image.pk, "decorative": False, "alt_text": "Boom"}
    make_mailing(title=f"Aan {NAME}", body_nl=[{"type": "image", "value": block}])
    usage = reverse("wagtailimages:image_usage", args=[image.pk])
    for user, is_told in ((users["R"], False), (make_user(is_superuser=True), True)):
        client.force_login(user)
        page = client.get(usage, follow=True).content.decode()
        assert (NAME in page) == is_told


def test_who_sees_registrations_sees_the_name_there_and_nowhere_else(client, scene):
    contact = Contact.objects.get(pk=scene["contact"])
    registration = make_registration(contact=contact)
    permissions = [
        "wagtailadmin.access_admin",
        "participation.view_registration",
        "participation.change_registration",
    ]
    user = make_user(permissions=permissions)
    client.force_login(user)
    namespace = "wagtailsnippets_participation_registration"
    for view, args in (("list", []), ("inspect", [registration.pk]), ("edit", [registration.pk])):
        assert NAME in client.get(reverse(f"{namespace}:{view}", args=args)).content.decode()
    for name, pattern in PAGES.items():
        assert not _opens(client, _address(name, pattern, scene))


def test_accounts_are_the_operators_business(client, users):
    names = ("wagtailusers_users:index", "wagtailusers_users:add", "wagtailusers_groups:index")
    addresses = {name: reverse(name) for name in names}
    assert _who(client, users, addresses) == dict.fromkeys(names, "B")
    # Django's own admin, in which every model could be opened, is not there at all.
    assert "admin" not in get_resolver().namespace_dict


@pytest.mark.parametrize(
    ("letter", "reads", "writes"),
    [("R", 403, 403), ("O", 200, 403), ("M", 200, 422), ("B", 200, 422)],
)
def test_a_token_may_what_its_user_may(client, users, scene, letter, reads, writes):
    header = bearer(make_token(user=users[letter]))
    for path in ("/api/contacts", "/api/organisations", f"/api/contacts/{scene['contact']}"):
        assert client.get(path, **header).status_code == reads
    wrong = {"path": "/api/contacts", "data": {"language": "xx"}}
    assert client.post(**wrong, content_type="application/json", **header).status_code == writes
    narrow = bearer(make_token("sessions:read", user=users[letter]))
    assert client.get("/api/contacts", **narrow).status_code == 403
