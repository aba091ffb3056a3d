"""Lorebooks in a real browser: dropped, switched on, called by a message, edited, deleted and exported."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.library.lorebooks.written import LorebookFormat, dump_lorebook
from pyg_ui.library.recognition import recognise
from tests.browser.conftest import Open
from tests.browser.journey import choose, close_notice, open_sheet, reach, say, set_number, wait_for_end

pytestmark = pytest.mark.browser

COAST = Lorebook((LorebookEntry("The harbour is frozen.", keys=("harbour",), name="Harbour"),), name="Coast")


@pytest.fixture
def coast(tmp_path: Path) -> Path:
    path = tmp_path / "coast.json"
    path.write_bytes(dump_lorebook(COAST, LorebookFormat.SILLYTAVERN))
    return path


def inspected(page: Page) -> Locator:
    """The lorebook's entries in the prompt, in the inspector, which the caller closes."""
    open_sheet(page, "tools")
    page.get_by_role("tab", name="Prompt").click()
    expect(page.locator("#prompt .prompt-parts .kind-person").last).to_contain_text("harbour")
    return page.locator("#prompt .prompt-parts .kind-lorebook")


def test_a_dropped_lorebook_is_on_and_a_message_calls_its_entry(visit: Open, coast: Path) -> None:
    page = visit().page
    reach(page, "#bring-in input[type=file]").set_input_files(coast)
    expect(page.locator(".toast-body")).to_contain_text("Coast is among your lorebooks, and on in this chat.")
    close_notice(page)
    set_number(page, "max-new-tokens", "20")
    say(page, "Is the harbour far?")
    wait_for_end(page)
    expect(inspected(page)).to_contain_text("The harbour is frozen.")
    page.keyboard.press("Escape")
    reach(page, "#create-lorebook").focus()
    switch = page.get_by_role("checkbox", name="Coast (1)")
    expect(switch).to_be_checked()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    set_number(page, "max-new-tokens", "20")
    reach(page, "#create-lorebook").focus()
    expect(switch).to_be_checked()
    switch.press("Space")
    expect(switch).not_to_be_checked()
    say(page, "I mean the old harbour.")
    wait_for_end(page)
    expect(inspected(page)).to_have_count(0)


def test_an_own_lorebook_is_edited_renamed_deleted_and_brought_back(visit: Open, coast: Path) -> None:
    page = visit().page
    reach(page, "#create-lorebook").focus()
    expect(page.get_by_text("A lorebook of your own can be switched on in any chat.")).to_be_visible()
    reach(page, "#bring-in-lorebooks input[type=file]").set_input_files(coast)
    expect(page.get_by_role("checkbox", name="Coast (1)")).to_be_checked()
    choose(page, "lorebook", "Coast")
    text = page.locator("#entry-content textarea")
    expect(text).to_have_value("The harbour is frozen.")
    text.fill("The harbour never freezes.")
    reach(page, "#rename-lorebook").click()
    name = page.locator("#lorebook-name").locator("input, textarea")
    expect(name).to_be_focused()
    expect(name).to_have_value("Coast")
    name.fill("The coast")
    name.press("Enter")
    expect(page.get_by_role("checkbox", name="The coast (1)")).to_be_checked()
    expect(page.locator("#rename-lorebook")).to_be_focused()
    with page.expect_download() as downloading:
        reach(page, "#export-lorebook").click()
    found = recognise(Path(downloading.value.path()).read_bytes(), downloading.value.suggested_filename)
    assert "The harbour never freezes." in str(found)

    reach(page, "#delete-lorebook").click()
    expect(page.get_by_role("checkbox", name="The coast (in this chat only)")).to_be_checked()
    reach(page, "#undo-delete-lorebook").click()
    expect(page.get_by_role("checkbox", name="The coast (1)")).to_be_checked()
    choose(page, "lorebook", "The coast")
    expect(text).to_have_value("The harbour never freezes.")
