"""The day of a session: an organiser decides, marks, adds and closes, in a real browser.

And before it: an editor asks a question of a session's own, and a visitor answers it.
"""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import day_ahead
from tests.journeys.test_invitation import WCAG, log_in, violations

pytestmark = [pytest.mark.services, pytest.mark.browser]

VISITOR = "fatima.de.wit@buurtwerk.example.org"

#: Who takes part, by what became of the sign-up.
_PEOPLE = {
    "registered": ["Anouk", "Bram", "Chaima", "Daan", "Eline"],
    "pending": ["Farah"],
    "waiting": ["Gijs"],
}

_FURNISH = """
from datetime import date
from django.utils import timezone
from content.models import SeriesPage, Session
from contacts.models import Organisation
from tests.factories.contacts import make_contact
from tests.factories.content import make_session_page
from tests.factories.participation import make_registration
series = SeriesPage.objects.filter(locale__language_code="nl").first()
facts = dict(parent=series, publish=True, waiting_list=True)
page = make_session_page(
    title="De dag zelf", slug="de-dag-zelf", first_day=date.fromisoformat({first!r}),
    last_day=date.fromisoformat({last!r}), eligibility="theme", capacity=6, **facts,
)
later = make_session_page(
    title="De volgende keer", slug="de-volgende-keer", first_day=date.fromisoformat({later!r}),
    eligibility="everyone", **facts,
)
session = Session.objects.get(page_key=page.translation_key)
house = Organisation.objects.order_by("pk").first()
for state, names in {people!r}.items():
    for name in names:
        make_registration(
            session=session, state=state, created_at=timezone.now(), organisation=house,
            contact=make_contact(given_name=name, family_name="de Proef"),
        )
make_registration(
    session=Session.objects.get(page_key=later.translation_key), created_at=timezone.now(),
    contact=make_contact(given_name="Ilse", family_name="de Proef"),
)
print(session.pk)
"""


def violations_in_main(page) -> list[str]:
    """What axe finds in the part of a page of the admin that is not the menu.

    Left out is Wagtail's own band of messages: while it fades in, color-contrast finds fault.
    """
    part: dict[str, Any] = {"include": [["main"]], "exclude": [[".messages"]]}
    found = Axe().run(page, context=part, options={"runOnly": WCAG})
    rules = found.response["violations"]
    return [f"{rule['id']}: {node['target']}" for rule in rules for node in rule["nodes"]]


@pytest.fixture(scope="module")
def session(running) -> int:
    """The id of a session that is going on, with people in every state; another is to come."""
    code = _FURNISH.format(
        people=_PEOPLE,
        first=day_ahead(-1).isoformat(),
        last=day_ahead(1).isoformat(),
        later=day_ahead(30).isoformat(),
    )
    return int(running.shell(code).split()[-1])


def _go(page, link) -> None:
    """Press what leads to another page, and judge that."""
    with page.expect_navigation():
        link.click()
    assert violations_in_main(page) == []


def _tab(page, name: str) -> None:
    tabs = page.get_by_role("navigation", name="Over deze sessie")
    _go(page, tabs.get_by_role("link", name=name, exact=True))


def _do_with(page, names: list[str], act: str, **filled: str) -> None:
    """Tick people, by keyboard, press a button below the lists, and confirm."""
    for name in names:
        page.get_by_role("checkbox", name=f"{name} de Proef").focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name=act, exact=True).focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert violations_in_main(page) == []
    _confirm(page, **filled)


def _confirm(page, **filled: str) -> None:
    for name, value in filled.items():
        field = page.locator(f"form.desk-bulk [name={name}]")
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(label=field.locator("option", has_text=value).inner_text())
        else:
            field.fill(value)
    _go(page, page.locator("form.desk-bulk button[type=submit]"))
    assert page.url.endswith("/sign-ups/")


def _marks(page) -> dict[str, str]:
    rows = page.locator(".desk-list tbody tr:has(.desk-marks)")
    return {
        row.locator("td").first.inner_text().split()[0]: row.locator(
            "label:has(:checked)"
        ).inner_text()
        for row in rows.all()
    }


def test_organiser_runs_the_day_of_a_session(running, session, page):
    log_in(page, running.url)
    page.goto(f"{running.url}/admin/sessions/?q=dag+zelf")
    assert violations_in_main(page) == []
    page.goto(f"{running.url}/admin/sessions/{session}/sign-ups/")
    assert violations_in_main(page) == []

    # Somebody is approved, somebody goes to the next time, two are seen to be there.
    _go(page, page.get_by_role("link", name="Farah de Proef goedkeuren"))
    _confirm(page)
    assert page.locator("a[href*='/approve/']").count() == 0
    _do_with(page, ["Eline"], "Naar een andere sessie", session="De volgende keer")
    assert "Ging naar een andere sessie" in page.locator("main").inner_text()
    _do_with(page, ["Anouk", "Bram"], "Aanwezig")
    _do_with(page, ["Chaima"], "Verhinderd", reason="Ziek")

    # One is marked on the list with the arrow keys, and somebody stands at the door.
    _tab(page, "Aanwezigheid")
    farah = page.get_by_role("radiogroup", name="Farah de Proef")
    farah.get_by_role("radio", checked=True).focus()
    page.keyboard.press("ArrowDown")
    marked = farah.locator("label:has(:checked)").inner_text()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert _marks(page)["Farah"] == marked == "aanwezig"
    _go(page, page.get_by_role("link", name="Inloper").first)
    page.fill("[name=given_name]", "Hanna")
    page.fill("[name=family_name]", "de Proef")
    _go(page, page.get_by_role("button", name="Aanmelden"))
    assert _marks(page)["Hanna"] == "aanwezig"

    # What is asked and who was invited; then the list is closed.
    _tab(page, "Behoeften en leervragen")
    _tab(page, "Uitgenodigd")
    _tab(page, "Aanwezigheid")
    _go(page, page.get_by_role("link", name="De lijst sluiten"))
    assert "is nog niets ingevuld" in page.locator("main").inner_text()
    _go(page, page.get_by_role("button", name="De lijst sluiten"))
    assert _marks(page)["Daan"] == "niet verschenen"
    assert "Eline" not in _marks(page)


def _type_questions(page) -> None:
    """Make a choice, and a question that depends on it, in the editor of the page."""
    section = page.locator("section:has([name=questions-count])").last
    section.locator("[data-panel-toggle]").first.click()
    for place in (0, 1):
        section.get_by_title("Blok invoegen").last.click()
        page.locator(f"[name=questions-{place}-value-text]").wait_for()
    page.fill("[name=questions-0-value-text]", "Hoe kom je?")
    page.select_option("[name=questions-0-value-kind]", "choice")
    for place, option in enumerate(("Met de trein", "Met de fiets")):
        section.locator("[data-streamfield-list-add]").first.click()
        page.fill(f"[name=questions-0-value-options-{place}-value]", option)
    page.fill("[name=questions-1-value-text]", "Hoe laat kom je aan?")
    page.fill("[name=questions-1-value-only_if]", "Hoe kom je?")
    page.fill("[name=questions-1-value-only_if_answer]", "Met de trein")


def test_question_of_an_editor_is_answered_by_a_visitor(running, session, page):
    log_in(page, running.url)
    page.goto(f"{running.url}/admin/sessions/?q=volgende+keer")
    page.locator("td.title a", has_text="De volgende keer").click()
    page.wait_for_url(re.compile("/edit/"))
    _type_questions(page)
    # Typed, Wagtail's list of times opens and may stay over the buttons.
    page.locator("[name=start_time]").evaluate("one => { one.value = '14:00' }")
    page.locator("footer [data-w-dropdown-target=toggle]").first.click()
    _go(page, page.locator("button[name=action-publish]").first)
    assert "nog de oude gegevens" in page.locator("main").inner_text()
    page.check("[name=choice][value=correction]")
    _go(page, page.locator("main form button[type=submit]"))
    assert "is gepubliceerd" in page.locator(".messages").inner_text()

    # The visitor is asked the second question only after the answer that it is about.
    page.context.clear_cookies()
    page.goto(f"{running.url}/nl/agenda/")
    page.locator("main a", has_text="De volgende keer").first.click()
    when = page.get_by_label("Hoe laat kom je aan?")
    assert not when.is_visible()
    page.get_by_label("Met de fiets").check()
    assert not when.is_visible()
    page.get_by_label("Met de trein").check()
    when.fill("Om kwart voor twee")
    assert violations(page) == []
    page.fill("[name=email]", VISITOR)
    page.fill("[name=given_name]", "Fatima")
    page.fill("[name=family_name]", "de Wit")
    # Younger than two seconds is taken for a robot's.
    page.wait_for_timeout(2000)
    page.locator("form[action*='aanmelden'] button[type=submit]").last.click()
    page.goto(running.link(running.mail(VISITOR, 1), "c"))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile("/r/"))
    assert page.get_by_label("Met de trein").is_checked()
    assert page.get_by_label("Hoe laat kom je aan?").input_value() == "Om kwart voor twee"
    assert violations(page) == []
