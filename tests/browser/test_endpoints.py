"""The page beside its endpoints for programs: where it documents them, and that visitors need no key for the page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.journey import replies, say, wait_for_end
from tests.server import SLOW_APP, AppServer, running_app

pytestmark = [pytest.mark.browser, pytest.mark.server]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    log = tmp_path_factory.mktemp("endpoints") / "app.log"
    with running_app(log, ("--api-key", "secret"), program=SLOW_APP) as server:
        yield server


def test_the_page_documents_its_endpoints(visit: Open, server: AppServer) -> None:
    page = visit(server.url).page
    page.locator("[data-menu=page-menu]").click()
    page.get_by_role("button", name="Use via API").click()
    docs = page.locator(".api-docs")
    expect(docs).to_contain_text("2 API endpoints")
    expect(docs).to_contain_text("/chat")
    expect(docs).to_contain_text("A character's reply to")
    expect(docs).to_contain_text("/complete")


def test_visitors_of_the_page_need_no_key(visit: Open, server: AppServer) -> None:
    page = visit(server.url).page
    say(page, "Hello!")
    wait_for_end(page)
    expect(replies(page).last).to_contain_text("leans back")
