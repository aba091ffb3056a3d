"""The disk of a real server is full: a notice stands on every page of the owner until all is saved again."""

from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pyg_ui.library.store.database import FILE_NAME
from tests.browser.conftest import Open
from tests.browser.journey import replies, say, sayings, wait_for_end
from tests.server import SLOW_APP, AppServer, running_app


@contextmanager
def full_disk(server: AppServer) -> Iterator[None]:
    """No file of the server may hold anything more."""
    pid, kind = server.process.pid, resource.RLIMIT_FSIZE
    before = resource.prlimit(pid, kind)
    resource.prlimit(pid, kind, (0, before[1]))
    yield
    resource.prlimit(pid, kind, before)


def stored(data: Path) -> list[str]:
    """What the person said, as it is in the database."""
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        return [text for (text,) in connection.execute("SELECT text FROM versions ORDER BY position") if "No. " in text]


@pytest.mark.browser
def test_a_full_disk_is_told_on_every_page_until_all_is_saved(visit: Open, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    with running_app(log, arguments=(), program=SLOW_APP) as server:
        page = visit(server.url).page
        say(page, "No. 1")
        wait_for_end(page)
        with full_disk(server):
            say(page, "No. 2")
            notice = page.locator("#unsaved")
            expect(notice).to_contain_text("Not everything is saved.")
            expect(notice).to_contain_text(FILE_NAME)
            another = page.context.new_page()
            another.goto(server.url)
            expect(another.locator("#unsaved")).to_have_text(notice.inner_text())
            wait_for_end(page)
            say(page, "No. 3")
            wait_for_end(page)
            expect(notice).to_contain_text("Not everything is saved.")
            assert stored(log.with_suffix(".data")) == ["No. 1"], "the old state is intact"
        expect(notice).to_have_text("Everything is saved again.")
        expect(another.locator("#unsaved")).to_have_text("Everything is saved again.")
        expect(notice).to_be_hidden()
        assert stored(log.with_suffix(".data")) == ["No. 1", "No. 2", "No. 3"]
        page.reload()
        expect(sayings(page)).to_have_text(["No. 1", "No. 2", "No. 3"], use_inner_text=True)
        expect(replies(page)).to_have_count(4)
