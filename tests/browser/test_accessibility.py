"""axe-core finds nothing serious, whatever the page shows."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import (
    choose,
    close_notice,
    open_editor_tab,
    open_sheet,
    reach,
    replies,
    say,
    sayings,
    stop,
    tile_act,
    tool,
    unfold,
)

pytestmark = pytest.mark.browser

SCREENS: list[dict[str, Any]] = [
    {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "has_touch": True, "is_mobile": True},
]


def findings(page: Page, within: str | None = None) -> list[str]:
    """What axe-core calls serious or critical, with where it is; on the whole page unless told."""
    page.wait_for_timeout(300)  # colours fade in
    violations = Axe().run(page, context=within).response["violations"]
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
    expect(replies(page).last.locator(".card")).to_have_count(0)
    tool(page, "edit", sayings(page).last).click()
    expect(page.locator("#chat .editor")).to_be_focused()
    assert findings(page) == [], "a reply, and an editor"
    page.keyboard.press("Escape")
    page.locator("[data-menu=page-menu]").click()
    page.locator(".help-button").click()
    assert findings(page) == [], "the help"


@pytest.mark.parametrize("screen", SCREENS, ids=["light desktop", "dark phone"])
def test_nothing_serious_is_found_in_an_opened_panel(visit: Open, screen: dict[str, Any]) -> None:
    page = visit(**screen).page
    say(page, "Hello!")
    stop(page)

    reach(page, "#preset input")
    unfold(page.locator("#tuning"))
    expect(page.locator(".lens-tokens")).to_be_visible()
    reach(page, "#preset-save-as").click()
    expect(page.locator("#preset-name")).to_be_visible()
    assert findings(page, "#tuning") == [], "sampling, with the lens and the presets"
    unfold(open_sheet(page, "model-sheet"))
    expect(page.locator("#machine table")).to_be_visible()
    assert findings(page, "#model-sheet") == [], "the model"

    unfold(open_sheet(page, "editor"))
    reach(page, "#add-entry").click()
    expect(page.locator("#entry input")).to_have_value("1. …")
    reach(page, "#remove-entry").click()
    expect(page.locator("#restore-entry")).to_be_visible()
    reach(page, "#save-character").click()
    reach(page, "#rename-character").click()
    expect(page.locator("#new-name")).to_be_visible()
    assert findings(page, "#editor") == [], "a name and a picture"
    for tab in ("lorebook", "greetings", "examples", "note", "persona"):
        open_editor_tab(page, tab)
        assert findings(page, "#editor") == [], tab
    tile_act(page, "", "duplicate")
    expect(page.locator(".tile", has_text="(copy)")).to_have_count(1)
    tile_act(page, "(copy)", "trash")
    unfold(page.locator("#character-trash"))
    expect(page.locator("#character-trash .acts")).to_be_visible()
    page.locator(".tile summary").first.click()
    expect(page.locator(".tile-acts").first).to_be_in_viewport(ratio=1)
    assert findings(page, "#gallery") == [], "the gallery, a menu and the trash of characters"
    page.locator(".tile summary").first.press("Escape")
    page.locator("#character-trash [data-act=delete]").click()
    assert findings(page, "#character-trash") == [], "a question before deleting"
    reach(page, "#save-as-persona").click()
    expect(page.locator(".persona-tile")).to_have_count(2)
    assert findings(page, "#you") == [], "the personas"
    reach(page, "#history-chats li").hover()
    unfold(page.locator("#rail"))
    assert findings(page, "#rail") == [], "the chats"
    page.locator("#history-chats li").first.hover()
    page.locator("#history-chats .away").first.click()
    expect(page.locator("#history-trash .acts").first).to_be_visible()
    expect(page.locator(".toast-body")).to_be_visible()
    assert findings(page) == [], "the trash, and a notice"
    close_notice(page)
    page.keyboard.press("Escape")

    open_sheet(page, "tools")
    for name in ("Prompt", "Compare", "Free text"):
        page.locator("#tools").get_by_role("tab", name=name, exact=True).click()
        assert findings(page, "#tools") == [], name
