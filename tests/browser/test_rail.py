"""The rail of chats and the places where people read: long lists, long chats, search hits and long greetings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import reach

pytestmark = [pytest.mark.browser, pytest.mark.server]

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
NUM_CHATS, NUM_TURNS, NUM_DRAWN = 60, 130, 40
ROWS = "#history-chats .open"
SCROLLED = "element => element.scrollTop"
FIRST_READ = """() => {
  const box = document.querySelector("#chat .bubble-wrap"), top = box.getBoundingClientRect().top;
  const row = [...box.querySelectorAll(".message-row")].find((each) => each.getBoundingClientRect().bottom > top);
  return [row.querySelector("[name=edit]").value, row.getBoundingClientRect().top];
}"""


def bring_in(page: Page, file: Path) -> None:
    """Import a file with chats."""
    if page.locator("#history-manage > .label-wrap:not(.open)").count():
        reach(page, "#history-manage > .label-wrap").click()
    with page.expect_file_chooser() as chooser:
        reach(page, "#history-import").click()
    chooser.value.set_files(file)
    expect(page.get_by_test_id("toast-body").first).to_be_visible()


def many_chats(folder: Path) -> Path:
    histories = [{"msgs": [{"text": f"Chat {number}."}]} for number in range(NUM_CHATS)]
    (folder / "many.json").write_text(json.dumps({"histories": histories}), encoding="utf-8")
    return folder / "many.json"


def long_chat(folder: Path) -> Path:
    lines: list[dict[str, Any]] = [{"user_name": "Anna", "character_name": "Odo"}]
    for number in range(NUM_TURNS):
        text = "The copper kettle sings." if number == 6 else f"Turn {number} says this. " * 9
        lines.append({"name": "Anna" if number % 2 else "Odo", "is_user": bool(number % 2), "mes": text})
    (folder / "long.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return folder / "long.jsonl"


def bottom_of(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["y"] + box["height"]


def test_a_long_list_scrolls_in_its_own_box_and_keeps_its_place(visit: Open, tmp_path: Path) -> None:
    page = visit().page
    bring_in(page, many_chats(tmp_path))
    rows, listed = page.locator(ROWS), page.locator("#history-chats")
    expect(rows).to_have_count(25)
    page.locator("#history-chats [data-act=more]").click()
    expect(rows).to_have_count(50)
    manage = page.locator("#history-manage").bounding_box()
    assert manage is not None
    assert bottom_of(listed) <= manage["y"], "the list does not run over its controls"
    listed.evaluate("element => { element.scrollTop = 300; }")
    rows.nth(11).click()
    expect(page.locator("#history-chats li").nth(11)).to_have_attribute("aria-current", "true")
    page.locator("#history-chats li").nth(11).hover()
    page.locator("#history-chats .rename").nth(11).click()
    page.keyboard.type("The ferry")
    page.keyboard.press("Enter")
    expect(rows.nth(11)).to_contain_text("The ferry")
    expect(rows.nth(11)).to_be_focused()
    page.locator("#history-chats li").nth(12).hover()
    title = rows.nth(12).get_attribute("title")
    assert title is not None
    page.locator("#history-chats .away").nth(12).click()
    expect(rows.nth(12)).not_to_have_attribute("title", title)
    assert listed.evaluate(SCROLLED) == 300
    assert page.evaluate("document.activeElement !== document.body"), "the focus is not lost"
    page.locator("#history-chats [data-act=undo]").click()
    expect(rows.nth(12)).to_have_attribute("title", title)
    fold = page.locator("#history-chats .fold")
    fold.press("Enter")
    expect(rows).to_have_count(0)
    expect(fold).to_be_focused()
    expect(fold).to_have_attribute("aria-expanded", "false")


def test_on_a_phone_the_list_scrolls_too_and_its_tools_are_large(visit: Open, tmp_path: Path) -> None:
    page = visit(**PHONE).page
    bring_in(page, many_chats(tmp_path))
    expect(page.locator(ROWS)).to_have_count(25)
    tools = page.locator("#history-chats .row-tools button").nth(3).bounding_box()
    assert tools is not None
    assert min(tools["width"], tools["height"]) >= 44
    listed = page.locator("#history-chats")
    assert listed.evaluate("element => element.scrollHeight > element.clientHeight")
    manage = page.locator("#history-manage").bounding_box()
    assert manage is not None
    assert bottom_of(listed) <= manage["y"]


def test_reading_keeps_its_place(visit: Open, tmp_path: Path) -> None:
    page = visit().page
    bring_in(page, long_chat(tmp_path))
    messages, box = page.locator("#chat .message-row"), page.locator("#chat .bubble-wrap")
    expect(messages).to_have_count(NUM_DRAWN)
    box.evaluate("element => { element.scrollTop = 150; }")
    turn, top = page.evaluate(FIRST_READ)
    page.locator("#earlier").click()
    expect(messages).to_have_count(2 * NUM_DRAWN)
    now_turn, now_top = page.evaluate(FIRST_READ)
    assert (now_turn, round(now_top)) == (turn, round(top))

    page.get_by_placeholder("Search your chats").fill("copper KETTLE")
    expect(page.locator("#history-chats .excerpt")).to_contain_text("copper kettle")
    page.locator(ROWS).click()
    found = page.locator("#chat .message-row:has(.found)")
    expect(found).to_contain_text("The copper kettle sings.")
    expect(found).to_be_in_viewport()
    expect(found).to_be_focused()
    expect(found).to_have_attribute("role", "mark")
    assert page.evaluate("CSS.highlights.get('found').size") == 2

    greeting = {"name": "Odo", "is_user": False, "mes": "The river runs north.\n" * 90}
    lines = [{"user_name": "Anna", "character_name": "Odo"}, greeting]
    (tmp_path / "greeting.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    bring_in(page, tmp_path / "greeting.jsonl")
    expect(messages).to_have_count(1)
    assert box.evaluate("element => element.scrollHeight > 2 * element.clientHeight")
    assert box.evaluate(SCROLLED) == 0
