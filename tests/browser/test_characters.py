"""Characters and personas in a real browser: dropped, looked for, edited, kept, deleted, exported."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card, read_card
from tests.browser.conftest import Open
from tests.browser.journey import (
    box,
    close_notice,
    drop,
    leave,
    open_sheet,
    reach,
    replies,
    say,
    sayings,
    stop,
    tile_act,
)
from tests.ui.test_portraits import plain_picture

pytestmark = pytest.mark.browser

HOSTILE = '<script>window.broken = 1</script><img src="http://evil.example/a.png" onerror="window.broken = 1">'
MIRA = Card("Mira", description="Sails alone.", greeting="*waves* Ahoy!", alternate_greetings=("Hm?",), tags=("sea",))


def written(folder: Path, card: Card, form: CardFormat = CardFormat.PNG) -> Path:
    path = folder / f"{re.sub('[^a-z]', '', card.name.lower())[:20]}{form.suffix}"
    path.write_bytes(dump_card(card, form))
    return path


def opened_again(page: Page) -> None:
    page.reload()
    page.wait_for_selector("body[data-ready]")


def test_files_dropped_anywhere_are_taken_and_the_others_named(visit: Open, tmp_path: Path) -> None:
    broken, world, warm = (tmp_path / name for name in ("broken.json", "world.json", "warm.json"))
    broken.write_text("{")
    world.write_text(json.dumps({"name": "Coast", "entries": {"0": {"key": ["fog"], "content": "Fog rolls in."}}}))
    warm.write_text(json.dumps({"temp": 0.9, "rep_pen": 1.1, "top_p": 0.8, "top_k": 40}))
    page = visit().page
    before = replies(page).all_inner_texts()
    assert drop(page, "#message textarea", broken)
    expect(page.locator(".toast-body")).to_contain_text("broken.json is not valid JSON")
    expect(page.locator(".drop-hint")).to_be_hidden()
    assert replies(page).all_inner_texts() == before
    close_notice(page)

    assert drop(page, "#chat", world, written(tmp_path, MIRA), warm)
    expect(replies(page)).to_have_text(["waves Ahoy!"])
    expect(page.locator(".toast-body", has_text="Coast is among your lorebooks")).to_be_visible()
    expect(page.locator(".toast-body", has_text="Mira is in the gallery")).to_be_visible()
    expect(page.locator(".toast-body", has_text="warm")).to_be_visible()
    expect(reach(page, "#preset input")).to_have_value("★ warm")
    expect(reach(page, "#persona textarea")).to_have_value("Sails alone.")
    expect(page.locator("#persona .info-text")).to_have_text("12 tokens")
    expect(open_sheet(page, "gallery").locator("[aria-current=true]")).to_have_text("Mira")
    leave(page)
    say(page, "Hello!")
    stop(page)
    expect(replies(page)).to_have_count(2)

    evil = Card(HOSTILE, description=HOSTILE, greeting=HOSTILE, tags=(HOSTILE,), creator=HOSTILE)
    assert drop(page, "#rail", written(tmp_path, evil, CardFormat.V2))
    expect(replies(page)).to_have_text([HOSTILE])
    expect(reach(page, "#persona textarea")).to_have_value(HOSTILE)
    expect(page.locator("#editor-preview")).to_contain_text("window.broken")
    expect(open_sheet(page, "gallery").locator("[aria-current=true]")).to_have_text(HOSTILE)
    assert page.evaluate("window.broken") is None
    expect(page.locator("#gallery, #chat, #editor").locator("script, form, iframe, img[src^=http]")).to_have_count(0)


def test_the_gallery_finds_sorts_copies_deletes_and_restores(visit: Open, tmp_path: Path) -> None:
    page = visit().page
    card = written(tmp_path, MIRA)
    for number in (1, 2):  # the field takes the same file again
        assert drop(page, "#chat", card)
        expect(open_sheet(page, "gallery").locator(".tile", has_text="Mira")).to_have_count(number)
        leave(page)
    gallery = open_sheet(page, "gallery")
    kept = gallery.locator(".tile", has_text="Mira")
    gallery.locator(".tag", has_text="sea").click()
    expect(gallery.locator(".tile")).to_have_count(2)
    gallery.locator(".tag[aria-pressed=true]").click()
    expect(gallery.locator(".tag[aria-pressed=true]")).to_have_count(0)
    reach(page, "#find-character input, #find-character textarea").fill("radio")
    expect(gallery.locator(".tile .title")).to_have_text(["Juno"])
    reach(page, "#find-character input, #find-character textarea").fill("")
    expect(kept).to_have_count(2)
    tile_act(page, "Juno", "duplicate")
    expect(gallery.locator(".tile", has_text="Juno (copy)")).to_have_count(1)
    with page.expect_download() as downloading:
        tile_act(page, "Mira", "export")
    exported = Path(downloading.value.path()).read_bytes()
    assert read_card(exported, downloading.value.suggested_filename).card.character == MIRA.character

    summary = kept.first.locator("summary")
    summary.press("Enter")
    expect(kept.first.locator(".tile-acts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(gallery).to_be_visible()
    for left in (1, 0):
        tile_act(page, "Mira", "trash")
        expect(kept).to_have_count(left)
    expect(page.locator(".toast-body").first).to_contain_text("Mira is in the trash")
    opened_again(page)
    trash = open_sheet(page, "gallery").locator("#character-trash")
    trash.get_by_role("button", name="Trash").click()
    expect(trash.locator(".title")).to_have_text(["Mira", "Mira"])
    trash.get_by_role("button", name="Restore").first.press("Enter")
    expect(trash.locator(".title")).to_have_count(1)
    expect(kept).to_have_count(1)
    expect(trash.get_by_role("button", name="Restore")).to_be_focused()  # that of the row which takes its place
    delete = trash.get_by_role("button", name="Delete for good")
    delete.press("Enter")
    trash.get_by_role("button", name="Really delete?").press("Enter")
    expect(trash.get_by_text("The trash is empty.")).to_be_visible()
    expect(trash.get_by_role("button", name="Trash")).to_be_focused()
    expect(kept).to_have_count(1)


def test_a_new_character_is_kept_as_it_is_typed_previewed_counted_saved_and_exported(visit: Open) -> None:
    page = visit().page
    open_sheet(page, "gallery").locator("#create-character").click()
    editor, name = page.locator("#editor"), page.locator("#character-name").locator("input, textarea")
    expect(name).to_be_focused()
    expect(name).to_have_value("Stranger")
    name.fill("Tamsin")
    persona = page.locator("#persona textarea")
    persona.click()
    page.keyboard.type("A ferrywoman who counts every wave.")
    expect(persona).to_have_value("A ferrywoman who counts every wave.")
    reach(page, "#greeting textarea").fill("*bows* Welcome, {{user}}!")
    expect(editor.locator("#editor-preview .preview-bubble").first).to_contain_text("bows Welcome, You!")
    expect(editor.locator("#editor-cost")).to_contain_text("left for the conversation")
    opened_again(page)  # nothing was saved

    tile = open_sheet(page, "gallery").locator(".tile", has_text="Tamsin")
    expect(tile).to_contain_text("draft")
    tile_act(page, "Tamsin", "edit")
    expect(name).to_be_focused()
    expect(persona).to_have_value("A ferrywoman who counts every wave.")
    expect(replies(page)).to_have_text(["bows Welcome, You!"])
    before = persona.input_value()
    persona.fill("wave " * 5000)
    over = editor.locator("#editor-cost .over")
    expect(over).to_have_text(re.compile(r"[\d,]+ of [\d,]+ tokens: shorten the persona by [\d,]+"))
    persona.fill(before)
    expect(over).to_have_count(0)
    page.locator("#save-character").click()
    expect(page.locator(".toast-body")).to_contain_text("Saved among your characters.")
    with page.expect_download() as downloading:
        reach(page, "#export-png-character").click()
    data = Path(downloading.value.path()).read_bytes()
    card = read_card(data, downloading.value.suggested_filename).card
    assert (card.character.name, card.character.greeting) == ("Tamsin", "*bows* Welcome, {{user}}!")
    reach(page, "#rename-character").click()
    new_name = page.get_by_label("New name")
    expect(new_name).to_be_focused()
    new_name.fill("Tamsin the Second")
    new_name.press("Enter")
    expect(page.locator("#rename-character")).to_be_focused()
    expect(replies(page).first.locator(".speaker")).to_have_attribute("title", "Tamsin the Second")
    tile = open_sheet(page, "gallery").locator(".tile", has_text="Tamsin the Second")
    expect(tile).to_have_count(1)
    expect(tile).not_to_contain_text("draft")


def test_a_backdrop_is_chosen_seen_behind_the_chat_and_taken_away(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "sea.png"
    path.write_bytes(plain_picture("blue"))
    page = visit().page
    with page.expect_file_chooser() as choosing:
        reach(page, "#change-backdrop").click()
    choosing.value.set_files(path)
    backdrop = page.locator("#backdrop img")
    expect(backdrop).to_have_count(1)
    page.locator("#save-character").click()
    expect(page.locator(".toast-body")).to_contain_text("Saved among your characters.")
    opened_again(page)
    expect(backdrop).to_have_count(1)
    reach(page, "#remove-backdrop-character").click()
    expect(backdrop).to_have_count(0)


def test_each_chat_remembers_who_the_person_is(visit: Open, tmp_path: Path) -> None:
    path = tmp_path / "me.png"
    path.write_bytes(plain_picture("red"))
    page = visit().page
    name = reach(page, "#your-name").locator("input, textarea")
    name.fill("Captain Ann")
    page.locator("#your-description textarea").fill("Sails.")
    page.locator("#save-as-persona").click()
    chosen = page.locator(".persona-tile[aria-pressed=true]")
    expect(chosen).to_contain_text("Captain Ann")
    with page.expect_file_chooser() as choosing:
        page.locator("#change-picture-persona").click()
    choosing.value.set_files(path)
    face = page.locator("#who .my-face")
    expect(face).to_have_attribute("src", re.compile("^data:image/webp"))
    leave(page)
    say(page, "Hello!")
    stop(page)
    expect(sayings(page).first.locator(".speaker")).to_have_attribute("title", "Captain Ann")

    name = reach(page, "#your-name").locator("input, textarea")
    name.fill("Cook")
    page.locator("#save-as-persona").click()
    expect(chosen).to_contain_text("Cook")
    expect(sayings(page).first.locator(".speaker")).to_have_attribute("title", "Cook")
    leave(page)
    open_sheet(page, "gallery").locator(".tile-open").nth(1).click()
    expect(sayings(page)).to_have_count(0)
    expect(box(page)).to_be_visible()
    open_sheet(page, "you")
    expect(chosen).to_contain_text("Captain Ann")  # with whom new chats begin
    leave(page)
    opened_again(page)  # with the last chat in which something was said
    expect(page.locator("#your-name").locator("input, textarea")).to_have_value("Cook")


def test_the_address_may_name_a_character(visit: Open) -> None:
    page = visit().page
    page.goto(f"{page.url}?character=Old Thistle")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#who h2")).to_have_text("Old Thistle")
    expect(open_sheet(page, "gallery").locator("[aria-current=true]")).to_have_text("Old Thistle")
    expect(sayings(page)).to_have_count(0)


def test_a_lorebook_entry_reaches_the_next_prompt(visit: Open) -> None:
    page = visit().page
    reach(page, "#entry-keys textarea").fill("harbour")
    page.locator("#entry-content textarea").fill("The harbour is frozen.")
    page.locator("#entry-name").locator("input, textarea").focus()
    page.locator("#add-entry").click()
    expect(page.locator("#entry input")).to_have_value("2. …")
    page.locator("#entry input").click()
    page.get_by_role("option", name="1. harbour").click()
    expect(page.locator("#entry-content textarea")).to_have_value("The harbour is frozen.")
