"""What is changed beside the pages makes those in memory old as well."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contacts.services.organisations import update_organisation
from content.models import SiteSettings
from tests.config.test_page_cache import agenda, rename_unseen, shown
from tests.contacts.test_admin import ORGANISATIONS, organisation_data
from tests.factories.base import make_user
from tests.factories.contacts import make_organisation
from tests.factories.content import set_site

pytestmark = pytest.mark.django_db

__all__ = ["agenda"]  # a fixture


@pytest.fixture
def manager():
    """Somebody signed in, beside the visitor."""
    client = Client()
    client.force_login(make_user(is_superuser=True))
    return client


def test_settings_of_the_site_make_kept_pages_old(client, manager, agenda):
    set_site()
    site = SiteSettings.objects.get().site
    url = reverse("wagtailsettings:edit", args=["content", "sitesettings", site.pk])
    form = manager.get(url).context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    assert shown(client) == "kept"
    rename_unseen(agenda)
    wrong = manager.post(url, values | {"sender_email": "geen adres"})
    assert (wrong.status_code, shown(client)) == (200, "kept")
    assert manager.post(url, values | {"association_name": "Samen Anders"}).status_code == 302
    assert shown(client) == "new"
    assert "Samen Anders" in client.get("/nl/agenda/").content.decode()


def test_organisation_renamed_in_the_admin_makes_kept_pages_old(client, manager, agenda):
    organisation = make_organisation()
    shown(client)
    rename_unseen(agenda)
    edit = reverse(f"{ORGANISATIONS}:edit", args=[organisation.pk])
    assert manager.post(edit, organisation_data(name="Anders")).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name, shown(client)) == ("Anders", "new")


def test_organisation_renamed_by_the_api_makes_kept_pages_old(client, agenda):
    organisation = make_organisation()
    shown(client)
    rename_unseen(agenda)
    assert shown(client) == "kept"
    update_organisation(organisation_id=organisation.pk, name="Anders", now=timezone.now())
    assert shown(client) == "new"
