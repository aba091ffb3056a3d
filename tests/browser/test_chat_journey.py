import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.journey import (
    box,
    choose,
    reach,
    replies,
    say,
    sayings,
    set_number,
    stop,
    tool,
    wait_for_end,
    write_again,
)
from tests.server import AppServer

pytestmark = pytest.mark.browser


def test_from_the_first_visit_to_the_second_reply(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    expect(page.locator("h1")).to_have_text("Pygmalion UI")
    expect(replies(page)).to_have_count(1)
    expect(replies(page).first.locator("em").first).to_be_visible()
    expect(page.locator("#badge")).to_contain_text("demo-neo · tiny demo model, not Pygmalion")

    say(page, "Hello! What is your name?")
    expect(box(page)).to_have_value("")
    expect(replies(page)).to_have_count(2)
    wait_for_end(page)
    assert replies(page).nth(1).inner_text().strip()
    expect(replies(page).nth(1).locator(".remark")).to_have_attribute("title", "demo-neo · tiny demo model")
    expect(replies(page).nth(1).locator(".facts")).to_have_attribute("title", re.compile(r"\d+ tokens · .* tokens/s"))

    box(page).fill("And where")
    box(page).press("Shift+Enter")
    box(page).press_sequentially("do you live?")
    page.locator("#message .submit-button").click()
    expect(sayings(page).nth(1)).to_have_text("And where\ndo you live?", use_inner_text=True)
    wait_for_end(page)
    expect(replies(page)).to_have_count(3)


def test_a_reply_grows_on_the_screen(visit: Open) -> None:
    page = visit().page
    say(page, "Tell me a long story.")
    lengths = set()
    for _ in range(400):
        if len(lengths) > 2 or page.locator("#message .submit-button").is_visible():
            break
        if replies(page).count() == 2:
            lengths.add(len(replies(page).last.inner_text()))
        page.wait_for_timeout(20)
    assert len(lengths) > 2


def test_stopping_keeps_the_partial_reply(visit: Open) -> None:
    page = visit().page
    for number, way in enumerate(("button", "Escape"), start=2):
        say(page, "Tell me a long story.")
        expect(replies(page)).to_have_count(number)
        if way == "button":
            page.locator("#message .stop-button").click()
        else:
            page.keyboard.press("Escape")
        wait_for_end(page)
        expect(page.locator("#note")).to_contain_text("Stopped")
        partial = replies(page).last.inner_text()
        assert partial.strip()
        page.wait_for_timeout(200)
        expect(replies(page).last).to_have_text(partial, use_inner_text=True)


def test_regenerate_swipe_and_undo(visit: Open) -> None:
    page = visit().page
    for name in ("regenerate", "go-on", "undo", "redo"):
        expect(page.locator(f"#{name}")).to_be_disabled()
    say(page, "What do you like?")
    stop(page)
    write_again(page)
    expect(replies(page)).to_have_count(2)
    count = replies(page).last.locator(".count")
    expect(count).to_have_attribute("title", "2/2")
    tool(page, "previous", replies(page).last).click()
    expect(count).to_have_attribute("title", "1/2")

    box(page).focus()
    page.keyboard.press("ArrowRight")
    expect(count).to_have_attribute("title", "2/2")
    write_again(page, "ArrowRight")
    expect(count).to_have_attribute("title", "3/3")
    write_again(page)
    expect(count).to_have_attribute("title", "4/4")

    for version in ("3/3", "2/2", "1/2", "2/2"):
        reach(page, "#undo").click()
        expect(count).to_have_attribute("title", version)
    reach(page, "#redo").click()
    expect(count).to_have_attribute("title", "1/2")
    reach(page, "#undo").dblclick()
    expect(count).to_have_attribute("title", "1/1")
    reach(page, "#undo").click()
    expect(box(page)).to_have_value("What do you like?")
    expect(sayings(page)).to_have_count(0)
    expect(replies(page)).to_have_count(1)


def test_edit_branch_and_delete(visit: Open) -> None:
    page = visit().page
    say(page, "What do you like?")
    stop(page)
    tool(page, "edit", sayings(page).first).click()
    editor = page.locator("#chat .editor")
    expect(editor).to_be_focused()
    expect(editor).to_have_text("What do you like?")
    page.keyboard.type(" *asks*")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Really.")
    page.keyboard.press("Enter")
    expect(sayings(page).first).to_have_text("What do you like? asks\nReally.", use_inner_text=True)
    expect(sayings(page).first.locator("em")).to_have_text("asks")

    tool(page, "edit", replies(page).last).click()
    expect(editor).to_be_focused()
    page.keyboard.type(" gone")
    page.keyboard.press("Escape")
    expect(editor).to_have_count(0)
    expect(replies(page).last).not_to_contain_text("gone")

    tool(page, "branch", sayings(page).first).click()
    expect(replies(page)).to_have_count(1)
    expect(page.locator("#regenerate")).to_be_enabled()
    page.keyboard.press("Control+Enter")
    stop(page)
    expect(replies(page)).to_have_count(2)
    tool(page, "delete", replies(page).first).click()
    expect(replies(page)).to_have_count(1)
    reach(page, "#restore").click()
    expect(replies(page)).to_have_count(2)


def test_candidates_stand_side_by_side_until_one_is_picked(visit: Open) -> None:
    page = visit().page
    choose(page, "candidates", "×3")
    say(page, "Tell me a story.")
    cards = replies(page).last.locator(".card")
    expect(cards).to_have_count(3)
    expect(cards.locator("[name=pick]")).to_have_count(0)
    expect(cards.last).to_contain_text("clock")
    stop(page)
    tops = page.evaluate(
        "[...document.querySelectorAll('#chat .card')].map((card) => card.getBoundingClientRect().top)"
    )
    assert tops[0] == tops[1]
    cards.nth(1).locator("[name=pick]").click()
    expect(cards).to_have_count(0)
    expect(replies(page).last.locator(".count")).to_have_attribute("title", "2/3")


def test_continuing_and_having_a_line_written(visit: Open) -> None:
    page = visit().page
    say(page, "Tell me a story.")
    stop(page)
    before = replies(page).last.inner_text().strip()
    reach(page, "#go-on").click()
    expect(replies(page).last).to_contain_text(before + " leans back", use_inner_text=True)
    stop(page)
    expect(replies(page).last.locator(".count")).to_have_attribute("title", "1/1")

    box(page).fill("I think")
    reach(page, "#impersonate").click()
    expect(box(page)).to_have_value(re.compile("I think .leans back. Once"))
    stop(page)
    expect(sayings(page)).to_have_count(1)


def test_a_first_visit_teaches_the_keys_and_offers_characters_to_talk_to(visit: Open) -> None:
    page = visit().page
    box(page).focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Shift Enter")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    box(page).press_sequentially("So?")
    expect(box(page)).to_have_value("So?")

    starters = page.locator("#starters .starter")
    expect(starters).to_have_count(3)
    assert all(page.evaluate("[...document.querySelectorAll('.starter img')].map((each) => each.naturalWidth > 0)"))
    name = starters.nth(1).locator("strong").inner_text()
    starters.nth(1).click()
    expect(page.locator("#character-name").locator("input, textarea")).to_have_value(name)
    expect(replies(page)).to_have_count(1)
    say(page, "Hello.")
    expect(starters).to_have_count(0)


def test_messages_that_fell_out_of_the_context_are_marked(visit: Open) -> None:
    page = visit().page
    for _ in range(2):
        say(page, "word " * 1_900)
        stop(page)
    expect(page.locator("#chat .edge")).to_have_count(1)
    expect(page.locator("#note")).to_contain_text("no longer fit")


def test_another_character_begins_a_new_chat_and_the_old_one_comes_back(visit: Open) -> None:
    page = visit().page
    say(page, "Good evening!")
    wait_for_end(page)
    reach(page, "#create-character").click()
    expect(page.locator("#chat .lesson")).to_be_visible()
    expect(sayings(page)).to_have_count(0)
    reach(page, "#restore").click()
    expect(sayings(page)).to_have_text(["Good evening!"])


def test_an_edited_greeting_shows_at_once(visit: Open) -> None:
    page = visit().page
    reach(page, "#your-name").locator("input, textarea").fill("Ann")
    reach(page, "#greeting textarea").fill("*bows* Welcome, {{user}}!")
    reach(page, "#persona textarea").focus()
    expect(replies(page)).to_have_text(["bows Welcome, Ann!"])


def test_a_message_that_cannot_be_sent_comes_back(visit: Open) -> None:
    page = visit().page
    reach(page, "#sampling-seed input").fill("")
    box(page).fill("Are you there?")
    box(page).press("Enter")
    expect(page.locator(".toast-body")).to_contain_text("seed must be")
    wait_for_end(page)
    expect(box(page)).to_have_value("Are you there?")


def test_two_visitors_see_only_their_own_chat(visit: Open) -> None:
    one, two = visit().page, visit().page
    say(one, "Only I know this.")
    wait_for_end(one)
    expect(sayings(two)).to_have_count(0)
    say(two, "Hello.")
    expect(sayings(two)).to_have_text(["Hello."])
    wait_for_end(two)
    expect(sayings(one)).to_have_text(["Only I know this."])


def test_sliders_and_presets_follow_each_other(visit: Open) -> None:
    page = visit().page
    temperature = page.locator("#sampling-temperature input[type=number]")
    preset = page.locator("#preset input")
    choose(page, "preset", "DragonSlayer-6b")
    expect(temperature).to_have_value("0.79")
    set_number(page, "temperature", "0.8")
    expect(preset).to_have_value("DragonSlayer-6b")
    expect(page.locator("#preset")).to_contain_text("Preset · changed")
    reach(page, "#reset-sampling").click()
    expect(temperature).to_have_value("0.5")
    expect(preset).to_have_value("Pygmalion UI default")


def test_one_seed_gives_one_reply(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    reach(page, "#sampling-seed input").fill("7")
    say(page, "What do you do all day?")
    wait_for_end(page)
    first = replies(page).last.inner_text()
    tool(page, "repeat", replies(page).last).click()
    expect(page.locator("#note")).to_contain_text("The same reply again, word for word", timeout=60_000)
    expect(replies(page).last).to_have_text(first, use_inner_text=True)
