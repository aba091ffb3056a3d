"""A person's chats, as they find them again: after a reload, a kill, in another tab, and as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pyg_ui.ui.live.channel import PATH, UNKNOWN
from tests import repository
from tests.browser.conftest import Open
from tests.browser.journey import box, reach, replies, say, sayings, wait_for_end
from tests.server import SLOW_APP, free_port, running_app

pytestmark = [pytest.mark.browser, pytest.mark.server]

SAMPLES = repository.SAMPLES / "chats"


def chats(page: Page) -> Locator:
    """The titles in the list of chats."""
    return page.locator("#history-chats .title")


def show_files(page: Page) -> None:
    """Unfold what can be done with the open chat, with files and with the trash."""
    page.locator("#history-manage > .label-wrap:not(.open)").click()


def reload(page: Page) -> None:
    page.reload()
    page.wait_for_selector("body[data-ready]")


def test_chats_are_found_opened_named_thrown_away_and_brought_back(visit: Open) -> None:
    page = visit().page
    say(page, "About the first pebble.")
    wait_for_end(page)
    reach(page, "#new-chat").click()
    expect(sayings(page)).to_have_count(0)
    say(page, "About the second seashell.")
    wait_for_end(page)
    expect(chats(page)).to_have_text(["About the second seashell.", "About the first pebble."])
    search = page.get_by_placeholder("Search your chats")
    search.fill("FIRST peb")
    expect(chats(page)).to_have_text(["About the first pebble."])
    search.fill("")
    page.locator("#history-chats .open").nth(1).click()
    expect(sayings(page)).to_contain_text(["About the first pebble."])
    show_files(page)
    title = page.get_by_label("Title of this chat")
    title.fill("Pebbles")
    title.press("Enter")
    expect(chats(page)).to_have_text(["About the second seashell.", "Pebbles"])
    page.locator("#history-chats li").nth(0).hover()
    page.locator("#history-chats .away").nth(0).click()
    expect(chats(page)).to_have_text(["Pebbles"])
    page.locator("#history-trash .label-wrap").click()
    page.get_by_role("button", name="Restore").click()
    expect(chats(page)).to_have_text(["About the second seashell.", "Pebbles"])
    expect(page.locator("#history-trash .title")).to_have_count(0)


def test_a_chat_goes_out_as_a_file_and_comes_in_again(visit: Open, tmp_path: Path) -> None:
    page = visit().page
    say(page, "Is it <b>lonely</b>?")
    wait_for_end(page)
    show_files(page)
    with page.expect_download() as download:
        reach(page, "#history-export").click()
    assert download.value.suggested_filename == "Is it b lonely b.jsonl"
    path = tmp_path / "chat.jsonl"
    download.value.save_as(path)
    said = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert said[2]["mes"] == "Is it <b>lonely</b>?"
    for file in (path, SAMPLES / "pygmalion.json"):
        number = chats(page).count()
        with page.expect_file_chooser() as chooser:
            reach(page, "#history-import").click()
        chooser.value.set_files(file)
        expect(chats(page)).to_have_count(number + 1)
    expect(chats(page).nth(1)).to_have_text("Is it <b>lonely</b>?")


def test_a_broken_file_is_refused_and_changes_nothing(visit: Open, tmp_path: Path) -> None:
    page = visit().page
    say(page, "Hello!")
    wait_for_end(page)
    show_files(page)
    (tmp_path / "broken.json").write_text('{"chat": [', encoding="utf-8")
    with page.expect_file_chooser() as chooser:
        reach(page, "#history-import").click()
    chooser.value.set_files(tmp_path / "broken.json")
    expect(page.get_by_test_id("toast-body")).to_contain_text("broken.json is not valid JSON")
    expect(chats(page)).to_have_count(1)
    expect(sayings(page)).to_have_count(1)


def test_visitors_see_nobody_elses_chats(visit: Open) -> None:
    here, there = visit().page, visit().page
    say(here, "This is a secret.")
    wait_for_end(here)
    reload(there)
    expect(there.locator("#history-chats")).to_contain_text("Your chats appear here")
    expect(sayings(there)).to_have_count(0)


@pytest.fixture
def other_pages(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens contexts that may lose their server."""
    contexts = []

    def open_page(**options: Any) -> Page:
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_killed_server_has_kept_what_was_said(other_pages: Callable[..., Page], tmp_path: Path) -> None:
    page, port = other_pages(), free_port()
    with running_app(tmp_path / "app.log", (), program=SLOW_APP, port=port) as server:
        page.goto(server.url)
        page.wait_for_selector("body[data-ready]")
        say(page, "Remember this long story.")
        expect(replies(page).last).to_contain_text("went tock")
        page.wait_for_timeout(1100)
        server.process.kill()
        server.process.wait()
    page.goto("about:blank")  # the page would reload by itself, just when it is to be opened
    with running_app(tmp_path / "app.log", (), program=SLOW_APP, port=port) as server:
        page.goto(server.url)
        page.wait_for_selector("body[data-ready]")
        expect(sayings(page)).to_contain_text(["Remember this long story."])
        expect(replies(page).last).to_contain_text("went tick")


def is_refused(url: str) -> bool:
    """Whether who is not signed in gets neither the page, nor its secret, nor a connection for replies."""
    with pytest.raises(HTTPError, match="401"), urlopen(f"{url}/config"):
        pass
    with urlopen(url) as answer:
        assert b"data-secret" not in answer.read()
    with connect(f"{url.replace('http', 'ws')}{PATH}") as socket:
        socket.send("a guess")
        with pytest.raises(ConnectionClosed):
            socket.recv()
        return socket.close_code == UNKNOWN


def test_people_who_sign_in_have_their_own_chats(other_pages: Callable[..., Page], tmp_path: Path) -> None:
    arguments = ("--login", "alice:one,bob:two")
    with running_app(tmp_path / "app.log", arguments, program=SLOW_APP, wait_for="/health") as server:

        def signed_in(name: str, password: str) -> Page:
            page = other_pages()
            page.goto(server.url)
            page.locator("input").nth(0).fill(name)
            page.locator("input").nth(1).fill(password)
            page.get_by_role("button", name="Login").click()
            page.wait_for_selector("body[data-ready]")
            return page

        assert is_refused(server.url)
        alice = signed_in("alice", "one")
        say(alice, "I am Alice.")
        wait_for_end(alice)
        bob = signed_in("bob", "two")
        expect(sayings(bob)).to_have_count(0)
        again = signed_in("alice", "one")
        expect(sayings(again)).to_contain_text(["I am Alice."])
        expect(box(again)).to_be_visible()
