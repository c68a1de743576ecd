"""The page of a report: one per session and language, what it shows, and where it is found."""

import re
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.actions.copy_page import CopyPageAction
from wagtail.models import Page, PageViewRestriction
from wagtail_localize.models import Translation, TranslationSource

from campaigns.services.groups import ensure_groups
from content.models import ReportPage
from content.selectors import (
    report_to_edit,
    report_url,
    report_urls,
    reports_public_since,
    sessions_without_report,
)
from content.services import draft_report
from tests.factories.base import make_user
from tests.factories.content import (
    make_agenda,
    make_held_session,
    make_home,
    make_locale,
    make_report,
    make_series,
    make_session,
    make_session_page,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
AFTER = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)

THEME = {
    "title": "Taal op de werkvloer",
    "text": "<p>Drie organisaties proberen het al.</p>",
    "quotations": [{"text": "Wij durfden het eerst niet."}],
}


def _in_english(page: Page) -> Page:
    make_home("en")
    english = page.copy_for_translation(make_locale("en"), copy_parents=True)
    english.save_revision().publish()
    english.refresh_from_db()
    return english


def _main(client, page) -> str:
    html = client.get(page.get_url()).content.decode()
    return html[html.index("<main") : html.index("</main")]


# --- one report per session and language ---------------------------------------------------------


def test_second_report_of_a_session_is_refused_with_the_name_of_the_first():
    first = make_report(title="Het eerste", publish=True)
    second = ReportPage(title="Nog een", slug="nog-een", session=first.session, locale=first.locale)
    with pytest.raises(ValidationError) as refused:
        second.clean()
    (message,) = refused.value.message_dict["session"]
    assert "Het eerste" in message
    second.session = make_session()
    second.clean()


def test_copy_of_a_report_has_no_session_and_a_translation_the_same():
    report = make_report(publish=True)
    copied = CopyPageAction(report, update_attrs={"slug": "kopie"}).execute()
    assert copied.specific.session is None
    english = _in_english(report)
    assert english.session == report.session
    english.clean()


def test_translation_by_wagtail_localize_follows_the_session_of_its_source():
    report = make_report(introduction="Dit leerden we.", publish=True)
    source, _ = TranslationSource.update_or_create_from_instance(report)
    make_home("en")
    report.get_parent().copy_for_translation(make_locale("en"), copy_parents=True)
    Translation.objects.create(source=source, target_locale=make_locale("en")).save_target()
    english = ReportPage.objects.get(locale__language_code="en")
    assert english.session == report.session


def test_alias_of_a_report_shows_what_its_page_shows():
    report = make_report(introduction="Eerst.", publish=True)
    alias = report.create_alias(parent=make_agenda(), update_slug="ook-hier")
    assert alias.session == report.session
    report.introduction = "Later."
    report.save_revision().publish()
    alias.refresh_from_db()
    assert (alias.introduction, alias.live) == ("Later.", True)


def test_report_outlives_its_session_and_the_page_of_it(client):
    session = make_held_session()
    report = make_report(session=session, publish=True)
    session.pages.get().delete()
    assert client.get(report.get_url()).status_code == 200
    session.delete()
    assert client.get(report.get_url()).status_code == 200


# --- since when it is public ---------------------------------------------------------------------


def test_report_is_public_since_its_publication_and_anew_after_a_break():
    report = make_report(publish=True)
    first = report.public_since
    assert first == report.first_published_at
    report.save_revision().publish()
    report.refresh_from_db()
    assert report.public_since == first
    assert reports_public_since({report.session_id}) == {report.session_id: first}
    report.unpublish()
    report.refresh_from_db()
    assert report.public_since is None
    assert reports_public_since({report.session_id}) == {}
    report.save_revision().publish()
    report.refresh_from_db()
    assert report.public_since == report.last_published_at > first


def test_planned_report_is_not_public_yet():
    report = make_report()
    report.go_live_at = datetime(2100, 1, 1, tzinfo=UTC)
    report.save_revision().publish()
    report.refresh_from_db()
    assert (report.live, report.public_since, report.frozen) == (False, None, {})


def test_earliest_language_counts():
    report = make_report(publish=True)
    _in_english(report)
    assert reports_public_since({report.session_id}) == {report.session_id: report.public_since}


# --- the page ------------------------------------------------------------------------------------


@pytest.mark.capability("C3")
@pytest.mark.capability("C60")
@pytest.mark.capability("C67")
def test_report_shows_themes_quotations_outcome_and_conclusion(client):
    session = make_held_session()
    report = make_report(
        session=session,
        title="Verslag van de eerste",
        introduction="We leerden veel.",
        body=[("theme", THEME), ("quotation", {"text": "Los citaat."})],
        outcome=[
            ("result", {"goal": "Iedereen kent elkaar", "result": "Dat is gelukt."}),
            ("result", {"goal": "Een plan", "result": ""}),
            ("result", {"goal": "", "result": "Een vervolg in de zomer."}),
        ],
        conclusion="<p>We gaan door.</p>",
        publish=True,
    )
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", _main(client, report)))
    for words in (
        "Verslag van de eerste We leerden veel.",
        "Taal op de werkvloer Drie organisaties proberen het al. Wij durfden het eerst niet.",
        "Los citaat.",
        "Uitkomst Iedereen kent elkaar Dat is gelukt. De bijeenkomst als geheel Een vervolg",
        "Conclusie We gaan door.",
    ):
        assert words in text
    assert "Een plan" not in text
    assert f'href="{session.pages.get().get_url()}"' in _main(client, report)


def test_quotation_in_a_report_has_no_place_for_a_name():
    block = ReportPage.body.field.stream_block.child_blocks
    assert list(block["quotation"].child_blocks) == ["text"]
    assert list(block["theme"].child_blocks["quotations"].child_block.child_blocks) == ["text"]


def test_report_in_english_is_said_in_english(client):
    english = _in_english(make_report(conclusion="<p>Done.</p>", publish=True))
    main = _main(client, english)
    assert 'aria-label="The session in short"' in main
    assert "Conclusion" in main


def test_preview_of_an_empty_report_is_a_page():
    html = ReportPage(title="Nieuw", locale=make_home().locale).make_preview_request()
    assert "Nieuw" in html.render().content.decode()


def test_session_page_leads_to_its_report_as_long_as_it_is_live(client):
    page = make_session_page(status="held", publish=True)
    english = _in_english(page)
    assert "Lees het verslag" not in _main(client, page)
    report = make_report(session=page.session)
    assert "Lees het verslag" not in _main(client, page)
    report.save_revision().publish()
    link = f'<a class="button" href="{report.get_url()}"'
    assert f"{link}>Lees het verslag</a>" in _main(client, page)
    assert f'{link} hreflang="nl">Read the report</a>' in _main(client, english)
    ReportPage.objects.get().unpublish()
    assert "Lees het verslag" not in _main(client, page)


def test_page_of_a_session_to_come_does_not_ask_for_a_report(client):
    page = make_session_page(first_day=datetime(2100, 3, 4, tzinfo=UTC).date(), publish=True)
    client.get(page.get_url())
    with CaptureQueriesContext(connection) as queries:
        client.get(page.get_url())
    assert not [each for each in queries.captured_queries if "content_reportpage" in each["sql"]]


def _queries(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_series_lists_its_reports_in_as_many_queries_for_three_as_for_one(client):
    series = make_series()
    pages = [make_session_page(parent=series, status="held", publish=True) for _ in range(3)]
    make_report(session=pages[1].session, title="Verslag B", publish=True)
    one = _queries(client, series.get_url())
    make_report(session=pages[2].session, title="Verslag C", publish=True)
    make_report(session=pages[0].session, title="Verslag A", publish=True)
    make_report(session=make_session_page(publish=True).session, title="Elders", publish=True)
    assert _queries(client, series.get_url()) == one
    assert re.findall(r"Verslag [ABC]|Elders", _main(client, series)) == [
        "Verslag A",
        "Verslag B",
        "Verslag C",
    ]


def test_report_is_found_in_few_queries(client):
    report = make_report(publish=True)
    assert _queries(client, report.get_url()) <= 18


def test_search_engines_know_reports_but_not_of_sessions_by_invitation(client):
    known = make_report(publish=True)
    by_invitation = make_session_page(publish=True, status="held", eligibility="invited")
    hidden = make_report(session=by_invitation.session, publish=True)
    PageViewRestriction.objects.create(
        page=make_report(publish=True), restriction_type="password", password="geheim"
    )
    found = client.get("/sitemap.xml").content.decode()
    assert known.get_url() in found
    assert hidden.get_url() not in found
    assert found.count("verslag") == 1


def test_address_of_a_report_is_that_of_the_language_else_of_another(settings):
    session, without = make_held_session(), make_session()
    report = make_report(session=session, publish=True)
    english = _in_english(report)
    sessions = [session, without]
    assert report_urls(sessions, "nl") == {
        report.session_id: f"{settings.FRONTEND_URL}{report.get_url()}"
    }
    assert report_url(session, "en").endswith(english.get_url())
    english.unpublish()
    assert report_url(session, "en").endswith(report.get_url())
    assert report_url(without, "en") == ""


# --- making one ----------------------------------------------------------------------------------


def test_draft_stands_beside_the_session_with_a_result_for_each_goal():
    series = make_series(goals=[("goal", "Elkaar kennen"), ("goal", "Een plan")])
    session = make_held_session(parent=series, title="Eerste werksessie")
    user = make_user()
    report = draft_report(session=session, by=user)
    assert (report.title, report.session, report.live, report.owner) == (
        "Verslag: Eerste werksessie",
        session,
        False,
        user,
    )
    assert report.get_parent().specific == series
    assert [dict(block.value) for block in report.outcome] == [
        {"goal": "Elkaar kennen", "result": ""},
        {"goal": "Een plan", "result": ""},
    ]
    assert draft_report(session=session, by=user) == report
    assert report_to_edit(session) == report
    report.get_latest_revision_as_object().save_revision().publish()
    assert report_url(session, "nl")


def test_sessions_without_a_report_are_those_that_took_place():
    series = make_series()
    held = make_session_page(parent=series, publish=True)
    make_session_page(parent=series, status="cancelled", publish=True)
    make_session_page(
        parent=series, first_day=datetime(2100, 1, 1, tzinfo=UTC).date(), publish=True
    )
    make_report()  # a draft counts: somebody is at it
    assert sessions_without_report(AFTER) == [held.session]


@pytest.mark.parametrize(
    ("group", "may"),
    [("Redacteur", True), ("Beheerder", True), ("Organisator", False), ("Relatiebeheerder", False)],
)
def test_report_is_made_by_who_may_write_pages(client, group, may):
    page = make_session_page(status="held", publish=True)
    user = make_user()
    user.groups.add(next(each for each in ensure_groups() if each.name == group))
    client.force_login(user)
    path = reverse("content_reports:make", args=[page.session_id])
    assert client.get(path).status_code == 405
    response = client.post(path)
    made = ReportPage.objects.filter(session=page.session)
    assert made.count() == may
    if not may:
        assert response.url == reverse("wagtailadmin_home")
    else:
        assert response.url == reverse("wagtailadmin_pages:edit", args=[made.get().pk])
        assert client.get(response.url).status_code == 200
        assert client.post(path).url == response.url


def _editor(client):
    user = make_user()
    user.groups.add(next(each for each in ensure_groups() if each.name == "Redacteur"))
    client.force_login(user)
    return client


def test_session_without_a_page_has_no_place_for_a_report(client):
    session = make_session()
    path = reverse("content_reports:make", args=[session.pk])
    html = _editor(client).post(path, follow=True).content.decode()
    assert "Deze bijeenkomst heeft geen pagina, dus het verslag heeft geen plek." in html
    assert client.post(reverse("content_reports:make", args=[0])).status_code == 404


def test_list_of_reports_says_what_to_make_and_then_lists_it(client):
    page = make_session_page(title="Zomeravond", status="held", publish=True)
    listed = reverse("content_reports:index")
    html = _editor(client).get(listed).content.decode()
    assert "Er zijn nog geen verslagen." in html
    assert f'action="{reverse("content_reports:make", args=[page.session_id])}"' in html
    make_report(session=page.session, title="Verslag zomeravond", publish=True)
    make_report(title="Verslag winterdag")
    response = client.get(listed, {"q": "zomeravond"})
    assert [each.title for each in response.context["object_list"]] == ["Verslag zomeravond"]
    html = client.get(listed).content.decode()
    assert "Er zijn nog geen verslagen." not in html
    assert "Nog te maken" not in html
    assert "Verslagen" in client.get(reverse("wagtailadmin_home")).content.decode()


def _own(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    ours = ("participation_", "content_session", "contacts_")
    return sum(any(f'FROM "{name}' in each["sql"] for name in ours) for each in queries)


def test_list_of_reports_asks_as_much_for_three_as_for_one(client):
    listed = reverse("content_reports:index")
    make_report(publish=True)
    one = _own(_editor(client), listed)
    make_report(publish=True)
    make_report()
    assert _own(client, listed) == one


def test_editor_is_told_of_the_other_report_and_nothing_is_stored(client):
    first = make_report(title="Het eerste")
    parent = first.get_parent()
    path = reverse("wagtailadmin_pages:add", args=["content", "reportpage", parent.pk])
    values = {
        "title": "Tweede",
        "slug": "tweede",
        "session": first.session_id,
        "introduction": "",
        "conclusion": "null",
        "body-count": "0",
        "outcome-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    response = _editor(client).post(path, values)
    assert response.status_code == 200
    assert "“Het eerste” is al het verslag van deze bijeenkomst." in response.content.decode()
    response = client.post(path, values | {"session": "", "action-publish": "1"})
    assert response.context["form"].errors["session"] == ["Dit veld is verplicht."]
    assert ReportPage.objects.count() == 1
    other = make_session()
    assert client.post(path, values | {"session": other.pk}).status_code == 302
    assert ReportPage.objects.get(title="Tweede").session == other
