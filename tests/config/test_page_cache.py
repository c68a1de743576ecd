"""Public pages kept in memory: who gets them, and what makes them old."""

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches
from django.test.client import Client
from django.utils import timezone

from base.services import emit
from content.models import AgendaPage
from tests.factories.content import make_agenda, make_series, make_session_page
from tests.participation.visits import coming_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def agenda(settings: Any) -> AgendaPage:
    """An agenda, and a memory for pages."""
    kept = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "test-pages"}
    settings.CACHES = settings.CACHES | {"pages": kept}
    caches["pages"].clear()
    return make_agenda(slug="agenda", introduction="Zoals het was.")


def rename_unseen(agenda: AgendaPage) -> None:
    """Change the row behind the back of everybody, so that a kept page shows itself."""
    AgendaPage.objects.filter(pk=agenda.pk).update(introduction="Zoals het is.")


def shown(client: Client, path: str = "/nl/agenda/", **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return "kept" if "Zoals het was." in response.content.decode() else "new"


def test_page_is_kept_for_visitors(client, agenda, django_assert_num_queries):
    assert shown(client) == "kept"
    rename_unseen(agenda)
    with django_assert_num_queries(1):
        assert shown(client) == "kept"
    assert shown(Client()) == "kept"


def test_publication_makes_kept_pages_old(client, agenda):
    shown(client)
    rename_unseen(agenda)
    agenda.refresh_from_db()
    agenda.save_revision().publish()
    assert shown(client) == "new"


def test_sign_up_makes_kept_pages_old(client, agenda):
    shown(client)
    rename_unseen(agenda)
    emit(kind="registration.changed", data={}, now=timezone.now())
    assert shown(client) == "new"


def test_somebody_signed_in_gets_the_page_as_it_is(client, agenda):
    shown(client)
    rename_unseen(agenda)
    client.force_login(get_user_model().objects.create_superuser("beheer", "b@example.org", "x"))
    assert shown(client) == "new"
    # And nobody else gets what was made for them.
    assert "wagtail-userbar" not in Client().get("/nl/agenda/").content.decode()


@pytest.mark.parametrize("path", ["/nl/agenda/?past=2", "/nl/agenda/?past=3"])
def test_each_address_is_kept_apart(client, agenda, path):
    shown(client)
    rename_unseen(agenda)
    assert shown(client, path) == "new"


def test_unchanged_page_is_answered_with_304(client, agenda):
    first = client.get("/nl/agenda/")
    assert first.headers["Cache-Control"] == "public, no-cache"
    again = client.get("/nl/agenda/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_personal_pages_and_errors_are_not_kept(client, agenda):
    assert client.get("/r/geen-link/").status_code == 404
    assert client.get("/nl/bestaat-niet/").status_code == 404
    assert not caches["pages"]._cache  # type: ignore[attr-defined]  # of the memory itself


def test_page_with_a_form_is_never_kept(agenda):
    # It holds a token of this one visitor, also when the visitor had the cookie already.
    session = coming_session(eligibility="everyone", slug="een")
    make_session_page(parent=make_series(slug="reeks"), session=session, live=True, slug="een")
    visitor = Client()
    for _again in range(2):
        page = visitor.get("/nl/reeks/een/")
        assert (page.status_code, "csrfmiddlewaretoken" in page.content.decode()) == (200, True)
    assert not caches["pages"]._cache  # type: ignore[attr-defined]  # of the memory itself
