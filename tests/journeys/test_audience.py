"""An organiser puts an audience together with the keyboard alone, with a script and without."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.test_invitation import WCAG, log_in
from tests.journeys.test_own_data import admin_violations

pytestmark = [pytest.mark.services, pytest.mark.browser]


def press(page, value, *, key="Enter") -> None:
    """Press a button of the builder by the keyboard, and wait for what it changes."""
    with page.expect_response(re.compile(r"/(audience|segment)/")):
        page.locator(f"button[value='{value}']").first.press(key)


def add(page, kind, *, group="", tick) -> None:
    page.select_option(f"select[name='kind:{group}']", kind)
    press(page, f"add:{group}")
    page.locator(tick).press("Space")
    press(page, "put")


def test_audience_is_put_together_by_keyboard_and_kept_as_a_segment(running, page):
    url, mailing = running.url, running.copy_invitation()
    log_in(page, url)
    page.goto(f"{url}/admin/snippets/campaigns/mailing/audience/{mailing}/")
    assert admin_violations(page) == []
    before = page.locator(".builder-number").inner_text()

    # Each button leaves the hand where it was, and tells who cannot see it how many there are.
    page.select_option("select[name='kind:']", "language")
    press(page, "add:")
    page.wait_for_selector(".builder-fields")
    assert page.evaluate("document.activeElement.tagName") == "H3"
    assert admin_violations(page) == []
    page.locator("input[name='f-language'][value='en']").press("Space")
    press(page, "put")
    page.wait_for_selector("button[value='turn:all.2']")
    number = page.locator(".builder-number").inner_text()
    assert number != before
    assert page.locator("#builder-said").text_content() == number
    press(page, "turn:all.2")
    page.wait_for_selector("button[value='turn:all.2']:has-text('Toch wel')")
    assert page.evaluate("document.activeElement.value") == "turn:all.2"
    assert "mensen die Engels lezen" in page.locator(".builder-sentence").inner_text()

    press(page, "list:excluded")
    page.wait_for_selector("#builder-list-heading")
    assert page.evaluate("document.activeElement.id") == "builder-list-heading"
    assert admin_violations(page) == []
    page.locator("#q").fill("okonjo")
    page.locator("#q").press("Enter")
    page.wait_for_selector(".builder-answer")
    assert "Grace Okonjo" in page.locator(".builder-answer").inner_text()

    page.locator("#name").fill("Niet in het Engels")
    page.locator("#name").press("Enter")
    page.wait_for_selector("text=Het segment “Niet in het Engels” is bewaard.")
    page.locator("button[value=save]").press("Enter")
    page.wait_for_url(re.compile(f"/edit/{mailing}/"))
    page.goto(f"{url}/admin/snippets/campaigns/segment/")
    assert "maar niet" in page.locator(".listing tbody").inner_text()
    page.goto(f"{url}/admin/plans/person/5/")
    assert admin_violations(page) == []


def test_audience_is_put_together_without_a_script(running, browser, page):
    url = running.url
    log_in(page, url)
    state = page.context.storage_state()
    plain = browser.new_context(locale="nl-NL", storage_state=state, java_script_enabled=False)
    hand = plain.new_page()
    hand.goto(f"{url}/admin/snippets/campaigns/segment/add/")
    hand.locator("#segment_name").fill("Ver weg")
    add(hand, "member", tick="input[name='f-member'][value='no']")
    press(hand, "gather:all.0")
    add(hand, "language", group="all.0", tick="input[name='f-language'][value='en']")
    assert hand.locator(".builder-sentence").inner_text() == (
        "Niet-leden of mensen die Engels lezen."
    )
    press(hand, "save")
    hand.wait_for_url(re.compile("/segment/$"))
    assert "Ver weg" in hand.locator(".listing tbody").inner_text()
    plain.close()


def test_text_gets_a_field_and_is_previewed_by_keyboard(running, page):
    url = running.url
    log_in(page, url)
    page.goto(f"{url}/admin/snippets/campaigns/mailing/edit/2/")
    picker = page.locator("details.merge-fields").first
    given_name = picker.locator("button[data-field*='contact.given_name']")

    # Into a line, where the cursor was; and into the text.
    subject = page.locator("[name=subject_nl]")
    subject.focus()
    page.keyboard.press("End")
    picker.locator("summary").press("Enter")
    given_name.press("Enter")
    assert subject.input_value().endswith('{{ contact.given_name|default:"jij" }}')
    assert picker.locator("[data-inserted]").inner_text().startswith("Ingevoegd in: Onderwerp")
    text = page.locator(".public-DraftEditor-content").first
    text.focus()
    page.keyboard.press("Control+End")
    picker.locator("button[data-field*='organisation.name']").press("Enter")
    assert "{{ organisation.name" in text.inner_text()
    found = Axe().run(page, context="details.merge-fields", options={"runOnly": WCAG})
    assert found.response["violations"] == []

    # The panel beside it shows the mail as it stands, before it was saved, in every shape.
    page.locator("[data-side-panel-toggle=preview]").press("Enter")
    mail = page.frame_locator("iframe.w-preview__iframe").first
    title = mail.locator("h1").first
    title.wait_for()
    assert page.input_value("#id_preview_mode") == "html-nl"
    for shape, shown in (("dark-nl", "h1"), ("text-nl", "pre")):
        # One at a time: what is chosen while the panel still loads is not looked at.
        page.wait_for_load_state("networkidle")
        with page.expect_response(re.compile(f"mode={shape}")):
            page.select_option("#id_preview_mode", shape)
        mail.locator(shown).first.wait_for()
    assert "{{" not in mail.locator("pre").inner_text()


def test_mail_is_looked_at_as_somebody_by_keyboard(running, page):
    url = running.url
    log_in(page, url)
    page.goto(f"{url}/admin/snippets/campaigns/mailing/preview-as/1/")
    page.locator("#q").fill("okonjo")
    page.locator("#q").press("Enter")
    page.locator("main a", has_text="Grace Okonjo").press("Enter")
    page.wait_for_selector("iframe.preview-mail")
    assert admin_violations(page) == []
    assert "Grace" in page.frame_locator("iframe.preview-mail").locator("body").inner_text()
    page.select_option("#shape", "text")
    page.locator("form.preview-shape button").press("Enter")
    page.wait_for_selector("iframe.preview-mail[src*='shape=text']")
    plain = page.frame_locator("iframe.preview-mail").locator("pre").inner_text()
    assert "Grace" in plain
