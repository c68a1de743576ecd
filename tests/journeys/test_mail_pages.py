"""The mail with every block as mail programs show it: accessible, light or dark, wide or narrow."""

from pathlib import Path

import pytest

from tests.journeys.test_invitation import violations

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).resolve().parent.parent / "golden"


@pytest.mark.parametrize("name", ["every_block_member.nl", "every_block_non_member.en"])
@pytest.mark.parametrize(("width", "scheme"), [(680, "light"), (375, "dark")])
def test_mail_with_every_block_is_accessible(browser, name, width, scheme):
    html = (GOLDEN / f"{name}.txt").read_text(encoding="utf-8").split("######## text/html\n", 1)[1]
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True
    )
    page = context.new_page()
    page.set_content(html, wait_until="domcontentloaded")

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.documentElement.lang") == name[-2:]
    context.close()
