"""A page that opens: what is not in it yet, and that nothing is missed by whoever asks for it at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import drop, leave, open_sheet, replies
from tests.browser.test_characters import MIRA, written

pytestmark = pytest.mark.browser

NOTE_READY = """new MutationObserver(() => {
  if (document.body?.dataset.ready) window.atReady ??= document.querySelectorAll("*").length;
}).observe(document, { subtree: true, childList: true, attributes: true });"""
NEVER_IDLE = "window.requestIdleCallback = () => 0;"
"""With it, the page never prepares what may be needed later."""
CONTENTS = ".sheet-content"


def opened_with(visit: Open, script: str) -> Page:
    page = visit().page
    page.add_init_script(script)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    return page


def test_sheets_come_into_the_page_once_it_can_be_used(visit: Open) -> None:
    page = opened_with(visit, NOTE_READY)
    assert page.evaluate("window.atReady") < 600
    expect(page.locator(CONTENTS)).to_have_count(5)
    page.wait_for_function(f"document.querySelectorAll('{CONTENTS} *').length > 200")


def test_a_sheet_that_is_opened_at_once_shows_what_happened_before(visit: Open, tmp_path: Path) -> None:
    page = opened_with(visit, NEVER_IDLE)
    assert drop(page, "#chat", written(tmp_path, MIRA))
    expect(replies(page)).to_have_text(["waves Ahoy!"])
    expect(page.locator("#editor > .sheet-content, #you > .sheet-content")).to_have_count(0)
    open_sheet(page, "editor")
    expect(page.locator("#character-name").locator("input, textarea")).to_be_focused()
    expect(page.locator("#character-name").locator("input, textarea")).to_have_value("Mira")
    expect(page.locator("#persona textarea")).to_have_value("Sails alone.")
    expect(page.locator("#editor-preview")).to_contain_text("waves Ahoy!")
    leave(page)
    expect(open_sheet(page, "gallery").locator("[aria-current=true]")).to_have_text("Mira")


def test_a_tab_is_selected_in_a_sheet_that_was_not_there(visit: Open) -> None:
    page = opened_with(visit, NEVER_IDLE)
    page.locator("[data-menu=chat-menu]").click()
    page.locator("[data-tab=tab-note]").click()
    expect(page.locator("#tab-note-button")).to_be_focused()
    expect(page.locator("#note-text textarea")).to_be_visible()


def test_what_is_typed_about_oneself_reaches_the_editor_that_is_opened_later(visit: Open, tmp_path: Path) -> None:
    page = opened_with(visit, NEVER_IDLE)
    assert drop(page, "#chat", written(tmp_path, replace(MIRA, greeting="Ahoy, {{user}}!")))
    expect(replies(page)).to_have_text(["Ahoy, You!"])
    open_sheet(page, "you").locator("#your-name").locator("input, textarea").fill("Captain")
    leave(page)
    expect(replies(page)).to_have_text(["Ahoy, Captain!"])
    expect(page.locator("#editor > .sheet-content")).to_have_count(0)
    open_sheet(page, "editor")
    expect(page.locator("#editor-preview")).to_contain_text("Ahoy, Captain!")
