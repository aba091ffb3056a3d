import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import reach, replies, say, set_number, wait_for_end
from tests.server import AppServer

pytestmark = pytest.mark.browser


def open_lens(page: Page) -> None:
    fold = reach(page, "#lens-panel .label-wrap")
    if "open" not in (fold.get_attribute("class") or "").split():
        fold.click()
    expect(page.locator("#lens .lens-tokens li").first).to_be_visible()


def test_a_slider_moves_the_lens(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    open_lens(page)
    expect(page.locator("#lens .lens-stages")).to_contain_text("Top-p")
    reach(page, "#sampling-temperature input[type=range]").fill("0")
    expect(page.locator("#lens .lens-summary")).to_contain_text("1 of 4,096")

    say(page, "Hello!")
    expect(replies(page)).to_have_count(2)
    wait_for_end(page)
    tokens = page.locator("#lens .lens-reply button")
    expect(tokens.first).to_have_attribute("aria-pressed", "true")
    tokens.nth(2).click()
    expect(tokens.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#lens .is-written")).to_have_count(1)


def test_another_token_branches_the_reply(visit: Open, app_server: AppServer) -> None:
    page = visit(app_server.url).page
    set_number(page, "max-new-tokens", "16")
    say(page, "Hello!")
    expect(replies(page)).to_have_count(2)
    wait_for_end(page)
    open_lens(page)
    page.locator("#lens .lens-reply button").nth(1).click()
    expect(page.locator("#lens .lens-reply button").nth(1)).to_have_attribute("aria-pressed", "true")
    other = page.locator("#lens .lens-tokens [data-token]").first
    word = other.inner_text().replace("␣", "")
    before = replies(page).last.inner_text()
    other.click()
    expect(replies(page).last).not_to_have_text(before)
    wait_for_end(page)
    expect(replies(page).last).to_contain_text(word)
    expect(replies(page)).to_have_count(2)
