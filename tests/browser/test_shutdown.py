"""The server ends while a page shows a reply on its way: the chat is saved to the last word that was shown."""

from __future__ import annotations

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pyg_ui.library.store.database import FILE_NAME
from tests.browser.conftest import Open
from tests.browser.journey import replies, say
from tests.server import SLOW_APP, running_app

_IS_TELLING = """() => document.querySelector("#chat .live")?.textContent.length > 20"""
_LAST = "SELECT text FROM versions ORDER BY position DESC, number DESC LIMIT 1"


@pytest.mark.browser
def test_a_reply_is_saved_to_the_last_word_that_was_shown(visit: Open, tmp_path: Path) -> None:
    log = tmp_path / "app.log"
    with running_app(log, arguments=("--grace", "1"), program=SLOW_APP) as server:
        page = visit(server.url).page
        say(page, "Tell me a long one")
        page.wait_for_function(_IS_TELLING)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(60) == 0
        shown = replies(page).last.locator(".live").inner_text().strip()
    with closing(sqlite3.connect(log.with_suffix(".data") / FILE_NAME)) as connection:
        (saved,) = connection.execute(_LAST).fetchone()
    assert len(shown) > 20
    assert saved.replace("*", "").startswith(shown)
