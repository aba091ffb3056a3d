"""What strangers meet on a public page: a notice before their first message, and a server that may slow them down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.journey import box, say, sayings
from tests.server import SLOW_APP, AppServer, running_app

pytestmark = pytest.mark.browser
LANGUAGES = {"de": "Bevor es losgeht", "ja": "はじめる前に"}


@pytest.fixture(scope="module")
def public_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    log = tmp_path_factory.mktemp("public") / "app.log"
    with running_app(log, arguments=("--public",), program=SLOW_APP) as server:
        yield server


def accept(page: Page) -> None:
    page.locator("#content-notice button").click()
    expect(page.locator("#content-notice")).to_be_hidden()


def test_the_notice_stands_until_it_is_accepted_by_the_keyboard_and_then_never_again(
    visit: Open, public_server: AppServer
) -> None:
    page = visit(public_server.url).page
    notice = page.locator("#content-notice")
    expect(notice).to_be_visible()
    expect(notice.get_by_role("button")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Escape")
    page.mouse.click(5, 5)
    page.keyboard.press("?")
    expect(notice).to_be_visible()
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(notice).to_be_visible()
    page.keyboard.press("Enter")
    expect(notice).to_be_hidden()
    expect(box(page)).to_be_focused()
    say(page, "Hello!")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(sayings(page)).to_have_count(1)
    expect(notice).to_be_hidden()


def test_the_notice_fits_a_phone_and_speaks_its_language(visit: Open, public_server: AppServer) -> None:
    for language, title in LANGUAGES.items():
        page = visit(public_server.url, viewport={"width": 360, "height": 640}, has_touch=True, locale=language).page
        expect(page.locator("#content-title")).to_have_text(title)
        for part in ("#content-notice", "#content-notice button"):
            place = page.locator(part).bounding_box()
            assert place is not None
            assert place["x"] >= 0
            assert place["x"] + place["width"] <= 360
            assert place["y"] + place["height"] <= 640
        height = page.locator("#content-notice button").bounding_box()
        assert height is not None
        assert height["height"] >= 44
        accept(page)


def test_at_home_there_is_no_notice(visit: Open) -> None:
    page = visit().page
    say(page, "Hello!")
    assert page.locator("#content-notice").count() == 0


def test_a_page_that_asks_too_much_says_so_and_goes_on_by_itself(visit: Open, public_server: AppServer) -> None:
    page = visit(public_server.url).page
    accept(page)
    assert box(page).get_attribute("maxlength") == "4000"
    refused: list[str] = []

    def refuse(route: Route) -> None:
        if "handler" in refused or "Slow down" not in (route.request.post_data or ""):
            route.continue_()
            return
        refused.append("handler")
        route.fulfill(status=429, headers={"Retry-After": "2"}, body="You have asked for very much in a short time.")

    page.route("**/gradio_api/queue/join*", refuse)
    box(page).fill("Slow down")
    box(page).press("Enter")
    expect(page.locator("#limited")).to_contain_text("very much in a short time")
    expect(box(page)).to_have_value("Slow down")
    expect(sayings(page)).to_have_count(1)
    expect(page.locator("#limited")).to_be_hidden()
    assert refused == ["handler"]
