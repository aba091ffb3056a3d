import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.journey import box, choose, replies, say, sayings, set_number, wait_for_end
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
    expect(page.locator("#note")).to_contain_text("tokens")

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
        if page.locator("#message .submit-button").is_visible():
            break
        if replies(page).count() == 2:
            lengths.add(len(replies(page).last.inner_text()))
        page.wait_for_timeout(20)
    assert len(lengths) > 3


@pytest.mark.parametrize("way", ["button", "Escape"])
def test_stopping_keeps_the_partial_reply(visit: Open, way: str) -> None:
    page = visit().page
    say(page, "Tell me a long story.")
    expect(replies(page)).to_have_count(2)
    if way == "button":
        page.locator("#message .stop-button").click()
    else:
        page.keyboard.press("Escape")
    wait_for_end(page)
    expect(page.locator("#note")).to_contain_text("Stopped")
    partial = replies(page).last.inner_text()
    assert partial.strip()
    page.wait_for_timeout(300)
    expect(replies(page).last).to_have_text(partial, use_inner_text=True)


def test_regenerate_and_undo(visit: Open) -> None:
    page = visit().page
    expect(page.locator("#regenerate")).to_be_disabled()
    expect(page.locator("#undo")).to_be_disabled()
    say(page, "What do you like?")
    wait_for_end(page)
    page.locator("#regenerate").click()
    expect(page.locator("#message .stop-button")).to_be_visible()
    wait_for_end(page)
    expect(replies(page)).to_have_count(2)
    expect(sayings(page)).to_have_count(1)
    page.locator("#undo").click()
    expect(box(page)).to_have_value("What do you like?")
    expect(sayings(page)).to_have_count(0)
    expect(replies(page)).to_have_count(1)


def test_another_character_begins_a_new_chat_and_the_old_one_comes_back(visit: Open) -> None:
    page = visit().page
    say(page, "Good evening!")
    wait_for_end(page)
    page.locator("#create-character").click()
    expect(page.locator("#chat .lesson")).to_be_visible()
    expect(sayings(page)).to_have_count(0)
    page.locator("#restore").click()
    expect(sayings(page)).to_have_text(["Good evening!"])


def test_an_edited_greeting_shows_at_once(visit: Open) -> None:
    page = visit().page
    page.locator("#your-name").locator("input, textarea").fill("Ann")
    page.locator("#greeting textarea").fill("*bows* Welcome, {{user}}!")
    page.locator("#persona textarea").focus()
    expect(replies(page)).to_have_text(["bows Welcome, Ann!"])


def test_a_message_that_cannot_be_sent_comes_back(visit: Open) -> None:
    page = visit().page
    page.locator("#sampling-seed input").fill("")
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
    expect(preset).to_have_value("")
    expect(page.locator("#preset-note")).to_contain_text("Your own settings")
    page.locator("#reset-sampling").click()
    expect(temperature).to_have_value("0.5")
    expect(preset).to_have_value("Pygmalion UI default")


def test_one_seed_gives_one_reply(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    page.locator("#sampling-seed input").fill("7")
    say(page, "What do you do all day?")
    wait_for_end(page)
    first = replies(page).last.inner_text()
    page.locator("#regenerate").click()
    expect(page.locator("#message .stop-button")).to_be_visible()
    wait_for_end(page)
    expect(replies(page).last).to_have_text(first, use_inner_text=True)
