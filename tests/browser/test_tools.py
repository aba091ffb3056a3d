import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import open_sheet, reach, replies, say, set_number, wait_for_end
from tests.server import AppServer

pytestmark = pytest.mark.browser


def open_tool(page: Page, name: str) -> None:
    open_sheet(page, "tools")
    page.get_by_role("tab", name=name).click()


def test_the_prompt_can_be_inspected(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    set_number(page, "max-new-tokens", "20")
    say(page, "Hello <b>you</b>!")
    wait_for_end(page)
    open_tool(page, "Prompt")
    expect(page.locator("#prompt .prompt-parts .kind-person").last).to_contain_text("Hello <b>you</b>!")
    expect(page.locator("#prompt .budget-legend .kind-reply")).to_contain_text("20")
    page.keyboard.press("Escape")
    expect(page.locator("#tools")).to_be_hidden()
    expect(page.locator("[data-menu=page-menu]")).to_be_focused()


def test_two_settings_are_compared_and_one_is_used(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    set_number(page, "max-new-tokens", "16")
    say(page, "Hello!")
    wait_for_end(page)
    open_tool(page, "Compare")
    reach(page, "#compare-start").click()
    expect(page.locator("#use-b")).to_be_enabled(timeout=60_000)
    chosen = page.locator("#compare-reply-b .compared").inner_text()
    reach(page, "#use-b").click()
    expect(page.locator("#tools")).to_be_hidden()
    expect(replies(page)).to_have_count(2)
    expect(replies(page).last).to_contain_text(chosen)


def test_free_text_is_written_stopped_and_undone(visit: Open) -> None:
    page = visit().page
    open_tool(page, "Free text")
    text = page.locator("#free-text textarea")
    text.fill("Once, long ago")
    reach(page, "#free-text-write").click()
    page.wait_for_function("() => document.querySelector('#free-text textarea').value.includes('a clock')")
    reach(page, "#free-text-stop").click()
    expect(page.locator("#free-text-write")).to_be_enabled(timeout=20_000)
    assert text.input_value().startswith("Once, long ago *leans back* Once upon a time")
    reach(page, "#free-text-undo").click()
    expect(text).to_have_value("Once, long ago")
