"""What stands in the message box is never lost, and what was sent is said exactly once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.journey import box, reach, say, sayings, wait_for_end
from tests.server import SLOW_APP, free_port, running_app

pytestmark = [pytest.mark.browser, pytest.mark.server]

OFFLINE = "You are offline. This is sent when the connection is back."


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that may lose its server."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


_STRAND = """() => {
  for (const [key, value] of Object.entries(localStorage)) {
    if (!key.startsWith("pygmalion-draft:")) continue;
    localStorage.removeItem(key);
    localStorage.setItem(`${key.split(":", 2).join(":")}:new:Brannock`, value);
  }
}"""
"""Keeps a draft as it is between its first keys and the server's answer, which has made a chat of them."""


def ready(page: Page) -> None:
    page.wait_for_selector("body[data-ready]")


def lose_the_answer(route: Route) -> None:
    """The request arrives, but its answer does not."""
    route.fetch()
    route.abort("connectionreset")


def test_drafts_last_and_a_message_is_sent_exactly_once(page: Page, tmp_path: Path) -> None:
    port = free_port()
    with running_app(tmp_path / "app.log", (), program=SLOW_APP, port=port) as server:
        page.goto(server.url)
        ready(page)
        box(page).press_sequentially("Half a thought")
        expect(page.locator("#history-chats [data-act=open]")).to_have_count(1)
        page.reload()
        ready(page)
        expect(box(page)).to_have_value("Half a thought")
        page.evaluate(_STRAND)
        page.reload()
        ready(page)
        expect(box(page)).to_have_value("Half a thought")
        reach(page, "#new-chat").click()
        expect(box(page)).to_have_value("")
        box(page).press_sequentially("Another")
        expect(page.locator("#history-chats [data-act=open]")).to_have_count(2)
        page.locator("#history-chats [data-act=open]").nth(1).click()
        expect(box(page)).to_have_value("Half a thought")

        page.context.set_offline(True)
        box(page).press("Enter")
        expect(page.get_by_text(OFFLINE)).to_be_visible()
        expect(box(page)).to_have_value("Half a thought")
        page.context.set_offline(False)
        expect(sayings(page)).to_have_text(["Half a thought"], use_inner_text=True)
        wait_for_end(page)
        expect(box(page)).to_have_value("")
        expect(page.get_by_text(OFFLINE)).to_have_count(0)

        page.route("**/gradio_api/queue/join*", lose_the_answer, times=1)
        box(page).fill("Is it lost?")
        page.wait_for_timeout(600)
        with page.expect_navigation():
            box(page).press("Enter")
        ready(page)
        expect(box(page)).to_have_value("")
        expect(sayings(page)).to_have_text(["Half a thought", "Is it lost?"], use_inner_text=True)
        wait_for_end(page)
        server.process.kill()
        server.process.wait()
        box(page).fill("Are you there?")
        box(page).press("Enter")
        expect(page.get_by_text(OFFLINE)).to_be_visible()
        expect(box(page)).to_have_value("Are you there?")
    with running_app(tmp_path / "app.log", (), program=SLOW_APP, port=port):
        everything = ["Half a thought", "Is it lost?", "Are you there?"]
        expect(sayings(page)).to_have_text(everything, use_inner_text=True, timeout=60_000)
        expect(box(page)).to_have_value("")
        wait_for_end(page)
        page.reload()
        ready(page)
        expect(sayings(page)).to_have_text(everything, use_inner_text=True)
        expect(box(page)).to_have_value("")
        say(page, "Good.")
        expect(sayings(page)).to_have_count(4)
