"""Characters in a real browser: open, import, edit, keep, delete, export."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card, read_card
from tests.browser.conftest import Open
from tests.browser.journey import reach, replies, say, sayings, wait_for_end

pytestmark = pytest.mark.browser

HOSTILE = '<script>window.broken = 1</script><img src="http://evil.example/a.png" onerror="window.broken = 1">'
MIRA = Card("Mira", description="Sails alone.", greeting="*waves* Ahoy!", alternate_greetings=("Hm?",))


def test_a_dropped_card_is_kept_opened_and_talked_to(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "mira.png"
    path.write_bytes(dump_card(MIRA, CardFormat.PNG))
    page = visit().page
    reach(page, "#bring-in input[type=file]").set_input_files(path)
    expect(replies(page)).to_have_text(["waves Ahoy!"])
    expect(page.locator("#persona textarea")).to_have_value("Sails alone.")
    expect(page.locator("#persona .info-text")).to_have_text("12 tokens")
    expect(page.locator("#gallery button[aria-pressed=true]")).to_have_text("Mira")
    say(page, "Hello!")
    wait_for_end(page)
    expect(replies(page)).to_have_count(2)

    reach(page, "#delete-character").click()
    expect(page.locator("#gallery button", has_text="Mira")).to_have_count(0)
    reach(page, "#undo-delete-character").click()
    expect(page.locator("#gallery button", has_text="Mira")).to_have_count(1)


def test_a_character_is_thrown_away_found_in_the_trash_restored_and_deleted_for_good(
    visit: Open, tmp_path: Path
) -> None:
    path = tmp_path / "mira.png"
    path.write_bytes(dump_card(MIRA, CardFormat.PNG))
    page = visit().page
    reach(page, "#bring-in input[type=file]").set_input_files(path)
    kept = page.locator("#gallery button", has_text="Mira")
    expect(kept).to_have_count(1)
    reach(page, "#bring-in input[type=file]").set_input_files(path)  # the drop zone takes the same file again
    expect(kept).to_have_count(2)
    for _ in range(2):
        reach(page, "#delete-character").click()
        expect(page.locator("#delete-character")).to_be_disabled()
        expect(page.locator(".toast-body")).to_contain_text("Mira is in the trash")
        reach(page, "#gallery button").click()
        expect(page.locator("#gallery button[aria-pressed=true]")).to_have_count(1)
    expect(kept).to_have_count(0)
    page.reload()
    page.wait_for_selector("body[data-ready]")

    trash = page.locator("#character-trash")
    trash.get_by_role("button", name="Trash").click()
    expect(trash.locator(".title")).to_have_text(["Mira", "Mira"])
    trash.get_by_role("button", name="Restore").first.press("Enter")
    expect(trash.locator(".title")).to_have_count(1)
    expect(kept).to_have_count(1)
    expect(trash.get_by_role("button", name="Restore")).to_be_focused()  # that of the row which takes its place
    delete = trash.get_by_role("button", name="Delete for good")
    delete.click()
    sure = trash.get_by_role("button", name="Really delete?")
    expect(sure).to_be_visible()
    expect(delete).to_be_visible()  # who says nothing for a while did not mean it
    expect(trash.locator(".title")).to_have_count(1)
    delete.press("Enter")
    sure.press("Enter")
    expect(trash.get_by_text("The trash is empty.")).to_be_visible()
    expect(trash.get_by_role("button", name="Trash")).to_be_focused()
    expect(kept).to_have_count(1)


def test_a_copy_is_kept_and_a_character_renamed(visit: Open) -> None:
    page = visit().page
    expect(page.locator("#rename-character")).to_be_disabled()
    called = page.locator("#gallery button[aria-pressed=true]").get_attribute("title") or ""
    reach(page, "#duplicate-character").click()
    copy = page.locator(f'#gallery button[title="{called} (copy)"]')
    copy.click()
    expect(copy).to_have_attribute("aria-pressed", "true")
    reach(page, "#rename-character").click()
    name = page.get_by_label("New name")
    expect(name).to_be_focused()
    expect(name).to_have_value(f"{called} (copy)")
    name.fill("Tamsin")
    name.press("Enter")
    expect(page.locator("#gallery button[aria-pressed=true]")).to_have_text("Tamsin")
    expect(name).to_have_count(0)
    expect(page.locator("#rename-character")).to_be_focused()
    expect(page.locator("#character-name").locator("input, textarea")).to_have_value("Tamsin")
    expect(replies(page).first.locator(".speaker")).to_have_attribute("title", "Tamsin")


def test_a_bad_file_is_named_and_changes_nothing(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text("{")
    page = visit().page
    before = replies(page).all_inner_texts()
    reach(page, "#bring-in input[type=file]").set_input_files(path)
    expect(page.locator(".toast-body")).to_contain_text("broken.json is not valid JSON")
    assert replies(page).all_inner_texts() == before


def test_a_hostile_card_is_only_text(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "evil.json"
    card = Card(HOSTILE, description=HOSTILE, greeting=HOSTILE, tags=(HOSTILE,), creator=HOSTILE)
    path.write_bytes(dump_card(card, CardFormat.V2))
    page = visit().page
    reach(page, "#bring-in input[type=file]").set_input_files(path)
    expect(page.locator("#persona textarea")).to_have_value(HOSTILE)
    expect(replies(page)).to_have_text([HOSTILE])
    assert page.evaluate("window.broken") is None
    expect(page.locator("#gallery, #chat").locator("script, form, iframe, img[src^=http]")).to_have_count(0)


def test_an_edited_character_is_saved_and_comes_out_as_a_card(visit: Open) -> None:
    page = visit().page
    another = page.locator("#gallery button[aria-pressed=false]").first
    called = another.get_attribute("title") or ""
    another.click()
    name = page.locator("#character-name").locator("input, textarea")
    expect(name).to_have_value(called)
    expect(page.locator("#gallery button[aria-pressed=true]")).to_have_attribute("title", called)
    name.fill("Tamsin")
    reach(page, "#scenario textarea").fill("A quay in the fog.")
    reach(page, "#save-character").click()
    expect(page.locator("#gallery button[aria-pressed=true]")).to_have_text("Tamsin")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as downloading:
        reach(page, "#export-png-character").click()
    data = Path(downloading.value.path()).read_bytes()
    card = read_card(data, downloading.value.suggested_filename).card
    assert (card.character.name, card.scenario) == ("Tamsin", "A quay in the fog.")


def test_the_address_may_name_a_character(visit: Open) -> None:
    page = visit().page
    second = page.locator("#gallery button").nth(1)
    name = second.get_attribute("title") or ""
    page.goto(f"{page.url}?character={name}")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#gallery button[aria-pressed=true]")).to_have_attribute("title", name)
    expect(sayings(page)).to_have_count(0)


def test_a_lorebook_entry_reaches_the_next_prompt(visit: Open) -> None:
    page = visit().page
    page.get_by_role("button", name="Lorebook").click()
    reach(page, "#entry-keys textarea").click()  # which waits until the editor has opened
    reach(page, "#entry-keys textarea").fill("harbour")
    reach(page, "#entry-content textarea").fill("The harbour is frozen.")
    reach(page, "#entry-name").locator("input, textarea").focus()
    reach(page, "#add-entry").click()
    expect(page.locator("#entry input")).to_have_value("2. …")
    reach(page, "#entry input").click()
    page.get_by_role("option", name="1. harbour").click()
    expect(page.locator("#entry-content textarea")).to_have_value("The harbour is frozen.")
