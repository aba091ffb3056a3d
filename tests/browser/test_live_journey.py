"""A reply goes on without its viewer, and every page that shows its chat follows it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import replies, say, sayings, wait_for_end

pytestmark = [pytest.mark.browser, pytest.mark.server]

_COUNT = """
window.numFrames = 0;
const inNextFrame = window.requestAnimationFrame.bind(window);
window.requestAnimationFrame = (draw) => { window.numFrames += 1; return inNextFrame(draw); };
"""
_RESTS = """async () => {
  for (let i = 0, before = -1; i < 30; i++) {
    if (before === window.numFrames) return true;
    before = window.numFrames;
    await new Promise((go) => setTimeout(go, 500));
  }
  return false;
}"""
"""Whether half a second comes in which nothing asks for a frame."""
LONG, SLOW, ENDLESS = "Tell me a long story.", "Tell me a slow story.", "Tell me an endless story."


def load(page: Page, url: str) -> Page:
    page.goto(url)
    page.wait_for_selector("body[data-ready]")
    return page


def text(page: Page) -> str:
    """The last reply."""
    return replies(page).last.inner_text().strip()


def expect_to_grow(page: Page) -> None:
    """The last reply is on its way, and gets longer."""
    expect(page.locator("#message .stop-button")).to_be_visible()
    before = text(page)
    expect(replies(page).last).not_to_have_text(before, use_inner_text=True)
    assert text(page).startswith(before.strip("*"))  # a lone mark may be drawn before it is one


def test_a_reply_outlives_a_reload_and_every_tab(visit: Open) -> None:
    page = visit().page
    url, context = page.url, page.context
    say(page, SLOW)
    expect(replies(page).last).to_contain_text("leans")
    load(page, url)
    expect(sayings(page)).to_have_text([SLOW], use_inner_text=True)
    expect_to_grow(page)
    page.close()
    page = load(context.new_page(), url)
    wait_for_end(page)
    expect(page.locator("#chat .live")).to_have_count(0)
    whole = text(page)
    assert len(whole) > 150
    expect(replies(load(page, url)).last).to_have_text(whole, use_inner_text=True)
    expect(page.locator("#history-chats .title")).to_have_text([SLOW])


def test_two_tabs_show_one_reply_and_a_stop_in_one_stops_it_in_both(visit: Open) -> None:
    here = visit().page
    say(here, "Hello.")
    wait_for_end(here)
    there = load(here.context.new_page(), here.url)
    expect(sayings(there)).to_have_count(1)
    say(here, ENDLESS)
    expect(sayings(there)).to_have_count(2)
    expect_to_grow(there)
    there.locator("#message .stop-button").click()
    for page in (there, here):
        wait_for_end(page)
        expect(page.locator("#note")).to_contain_text("Stopped")
    expect(replies(here).last).to_have_text(text(there), use_inner_text=True)

    say(there, "And on in the other tab.")
    expect(sayings(here)).to_have_count(3)
    for page in (there, here):
        wait_for_end(page)
    expect(replies(here).last).to_have_text(text(there), use_inner_text=True)
    expect(here.locator("#history-chats .title")).to_have_count(1)


def test_a_dropped_connection_comes_back_to_the_running_reply(visit: Open) -> None:
    page = visit().page
    say(page, LONG)
    expect(replies(page).last).to_contain_text("Once upon")
    page.context.set_offline(True)
    page.wait_for_timeout(1500)
    cut = text(page)
    page.context.set_offline(False)
    expect_to_grow(page)
    assert text(page).startswith(cut)
    wait_for_end(page)
    assert len(text(page)) > 150
    expect(page.get_by_test_id("toast-body")).to_have_count(0)


def test_nothing_has_the_page_drawn_again_and_again(visit: Open) -> None:
    page = visit().page
    page.add_init_script(_COUNT)
    load(page, page.url)
    say(page, LONG)
    expect(replies(page).last).to_contain_text("Once upon")
    expect(page.locator("#note[data-lit] .dots")).to_be_visible()
    assert page.evaluate("document.getAnimations().length") == 0
    wait_for_end(page)
    assert page.evaluate(_RESTS)


def test_what_is_selected_in_a_reply_stays_so_while_it_grows(visit: Open) -> None:
    page = visit().page
    say(page, LONG)
    expect(replies(page).last.locator(".live em")).to_have_text("leans back")
    replies(page).last.locator(".live em").evaluate("(action) => getSelection().selectAllChildren(action)")
    expect_to_grow(page)
    assert page.evaluate("String(getSelection())") == "leans back"
    wait_for_end(page)
