"""Who was asked for a whole series, by organisation."""

from datetime import date

import pytest
from django.urls import reverse

from participation.models import OrganisationInvitation
from participation.selectors.invited import invited_organisations
from participation.selectors.invited_series import invited_to_series, sessions_of
from tests.factories.base import make_user
from tests.factories.contacts import NOW, make_contact, make_organisation
from tests.factories.content import make_home, make_locale, make_series, make_session
from tests.factories.participation import make_invitation, make_registration

pytestmark = [pytest.mark.django_db, pytest.mark.database]

VIEW = "participation.view_registration"


def _series():
    """A series with two sessions, and one of another series in between."""
    series, other = make_series(title="Traject Beeldvorming"), make_series()
    second = make_session(series=series, first_day=date(2026, 4, 9), titles={"nl": "Twee"})
    first = make_session(series=series, titles={"nl": "Een"})
    elsewhere = make_session(series=other, titles={"nl": "Elders"})
    return series, first, second, elsewhere


def _states(series) -> dict[str, tuple[str, list[str | None]]]:
    return {
        row.organisation.name if row.organisation else "": (
            str(row.state),
            [str(one.state) if one else None for one in row.answers],
        )
        for row in invited_to_series(sessions_of(series))
    }


def test_state_of_an_organisation_follows_from_the_sessions_it_was_asked_for():
    series, first, second, elsewhere = _series()
    names = ("Aan", "Blijft weg", "collega", "Deels", "Elders", "Front")
    own = {name: make_organisation(name=name) for name in names}
    come = make_contact()
    make_invitation(first, organisation=own["Aan"], answer="declined")
    make_invitation(second, come, organisation=own["Aan"])
    make_registration(session=second, contact=come, organisation=own["Aan"])
    for session in (first, second):
        make_invitation(session, organisation=own["Blijft weg"], answer="declined")
    make_invitation(first, organisation=own["collega"], answer="colleague")
    make_invitation(second, organisation=own["collega"])
    make_invitation(first, organisation=own["Deels"], answer="declined")
    make_invitation(second, organisation=own["Deels"])
    make_invitation(elsewhere, organisation=own["Elders"])
    OrganisationInvitation.objects.create(
        session=second, organisation=own["Front"], source="brief", invited_at=NOW
    )
    make_invitation(first, organisation=None)
    assert list(_states(series).items()) == [
        ("Aan", ("registered", ["declined", "registered"])),
        ("Blijft weg", ("declined", ["declined", "declined"])),
        ("collega", ("colleague", ["colleague", "none"])),
        ("Deels", ("none", ["declined", "none"])),
        ("Front", ("none", [None, "none"])),
        ("", ("none", ["none", None])),
    ]
    # The page of one session says the same of it.
    of_one = {
        row.organisation.name: str(row.state)
        for row in invited_organisations(first)
        if row.organisation
    }
    assert of_one == {
        "Aan": "declined", "Blijft weg": "declined", "collega": "colleague", "Deels": "declined",
    }  # fmt: skip


def test_page_is_for_who_may_see_sign_ups_and_is_found_from_the_series(client):
    series, first, _second, _elsewhere = _series()
    url = reverse("series_desk:invited", args=[series.pk])
    client.force_login(make_user(permissions=["wagtailadmin.access_admin"]))
    assert client.get(url).status_code == 302
    client.force_login(make_user(permissions=["wagtailadmin.access_admin", VIEW]))
    assert "Er is nog niemand gevraagd" in client.get(url).content.decode()
    for name, answer in (("Aan", "none"), ("Blijft weg", "declined"), ("<b>Vet</b>", "none")):
        make_invitation(first, organisation=make_organisation(name=name), answer=answer)
    content = client.get(url).content.decode()
    assert "&lt;b&gt;Vet&lt;/b&gt;" in content
    assert "1 persoon gevraagd, 1 zonder antwoord" in " ".join(content.split())
    only = client.get(url, {"state": "declined"}).context["page"]
    assert [row.organisation.name for row in only] == ["Blijft weg"]
    for asked in ({"state": "x"}, {"p": "nul"}, {"p": "99"}):
        assert len(client.get(url, asked).context["page"]) == 3
    assert client.get(reverse("series_desk:invited", args=[0])).status_code == 404
    desk = client.get(reverse("session_desk:invited", args=[first.pk])).content.decode()
    assert url in desk
    client.force_login(make_user(is_superuser=True))
    edit = client.get(reverse("wagtailadmin_pages:edit", args=[series.pk])).content.decode()
    assert url in edit


def test_page_of_a_translation_and_of_an_empty_series(client):
    series, first, second, _elsewhere = _series()
    make_home("en")
    english = series.copy_for_translation(make_locale("en"))
    assert sessions_of(english) == [first, second]
    client.force_login(make_user(is_superuser=True))
    empty = client.get(reverse("series_desk:invited", args=[make_series().pk]))
    assert "nog geen sessie gepubliceerd" in empty.content.decode()


def test_queries_are_as_many_for_one_as_for_three(django_assert_num_queries):
    series, first, second, _elsewhere = _series()
    sessions = sessions_of(series)
    for count in (1, 3):
        for _ in range(count):
            make_invitation(first, organisation=make_organisation())
            make_invitation(second, organisation=make_organisation())
        with django_assert_num_queries(4):
            invited_to_series(sessions)
