"""A real Chromium for the journeys.

The browser is started by a fixture of this folder instead of pytest-playwright's own, which lives as long as the
whole run and keeps an event loop in the main thread: no other test could call `asyncio.run`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Request, expect, sync_playwright

from tests.server import SLOW_APP, AppServer, running_app

_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    "--host-resolver-rules=MAP *.example 127.0.0.1",  # names that lead to this machine without being its own
]  # fmt: skip
_TIMEOUT_MS = 20_000
"""Machines are shared: no journey may fail because a neighbour was busy."""
_INSTALLED = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")

expect.set_options(timeout=_TIMEOUT_MS)


@dataclass
class Visit:
    """An open page, and everything that should not have happened on it."""

    page: Page
    foreign_requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


Open = Callable[..., Visit]
"""Opens the app's page in a context of its own and waits until it can be used; options as `new_context` takes them."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The installed Chromium, or playwright's own. It is gone before tests of other modules run."""
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def slow_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app with an engine that always tells the same story, slowly."""
    log = tmp_path_factory.mktemp("slow") / "app.log"
    with running_app(log, arguments=(), program=SLOW_APP) as server:
        yield server


@dataclass
class Visitors:
    """Browser contexts, each like a browser of its own. One is used again by later tests, without what the page stored
    in it but with the scripts of the page in its cache: loading these anew takes most of a visit."""

    browser: Browser
    waiting: dict[str, list[BrowserContext]] = field(default_factory=dict)
    origins: set[str] = field(default_factory=set)
    """Where pages were opened."""

    @contextmanager
    def come(self, **options: Any) -> Iterator[BrowserContext]:
        """A context that nobody else uses; options as `new_context` takes them."""
        alike = self.waiting.setdefault(repr(sorted(options.items())), [])
        context = alike.pop() if alike else self.browser.new_context(**options)
        yield context
        context.clear_cookies()
        context.set_offline(False)
        for page in context.pages:
            page.close()  # it may store something even now
        last = context.new_page()
        tools = context.new_cdp_session(last)
        for origin in self.origins:
            tools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "local_storage,indexeddb"})
        last.close()
        alike.append(context)


@pytest.fixture(scope="module")
def visitors(chromium: Browser) -> Visitors:
    return Visitors(chromium)


@pytest.fixture
def visit(visitors: Visitors, slow_server: AppServer) -> Iterator[Open]:
    """Opens pages, of the slow server unless told; each must stay free of errors and of requests to other servers."""
    visits: list[Visit] = []
    with ExitStack() as contexts:

        def open_page(url: str = slow_server.url, **options: Any) -> Visit:
            wanted = {"viewport": {"width": 1280, "height": 800}} | options
            visitors.origins.add("/".join(url.split("/")[:3]))
            context = contexts.enter_context(visitors.come(**wanted))
            page = context.new_page()
            page.set_default_timeout(_TIMEOUT_MS)
            visited = Visit(page)
            visits.append(visited)

            def note_request(request: Request) -> None:
                if not request.url.startswith((url, "data:", "blob:")):
                    visited.foreign_requests.append(request.url)

            page.on("request", note_request)
            page.on("pageerror", lambda error: visited.errors.append(str(error)))
            page.goto(url)
            page.wait_for_selector("body[data-ready]")
            return visited

        yield open_page
    for visited in visits:
        assert visited.foreign_requests == []
        assert visited.errors == []


def _launch(playwright: Playwright) -> Browser:
    installed = next(filter(None, map(shutil.which, _INSTALLED)), None)
    if installed is None and not Path(playwright.chromium.executable_path).exists():
        pytest.skip("No browser: install Debian's chromium, or run `playwright install chromium`.")
    try:
        return playwright.chromium.launch(executable_path=installed, args=_FLAGS)
    except Error as error:
        pytest.skip(f"Chromium does not start here: {error}")
