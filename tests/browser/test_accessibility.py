"""axe-core finds nothing serious, whatever the page shows."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import choose, replies, say, sayings, stop, tool

pytestmark = pytest.mark.browser

SCREENS: list[dict[str, Any]] = [
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
]


def findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with where it is."""
    page.wait_for_timeout(300)  # colours fade in
    violations = Axe().run(page).response["violations"]
    return [
        f"{found['id']}: {node['html'][:160]} {node['failureSummary']}"
        for found in violations
        if found["impact"] in ("serious", "critical")
        for node in found["nodes"]
    ]


@pytest.mark.parametrize("screen", SCREENS, ids=["light desktop", "dark phone"])
def test_nothing_serious_is_found(visit: Open, screen: dict[str, Any]) -> None:
    page = visit(**screen).page
    assert findings(page) == [], "a first visit"
    choose(page, "candidates", "×2")
    say(page, "Hello!")
    expect(replies(page).last.locator(".card")).to_have_count(2)
    stop(page)
    assert findings(page) == [], "candidates"
    replies(page).last.locator("[name=pick]").first.click()
    tool(page, "edit", sayings(page).last).click()
    expect(page.locator("#chat .editor")).to_be_focused()
    assert findings(page) == [], "a reply, and an editor"
    page.keyboard.press("Escape")
    page.locator(".help-button").click()
    assert findings(page) == [], "the help"
    page.keyboard.press("Escape")
    if screen.get("is_mobile"):
        for name in ("Character", "Settings"):
            page.get_by_role("button", name=name, exact=True).click()
            assert findings(page) == [], name
            page.keyboard.press("Escape")
