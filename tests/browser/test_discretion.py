"""What people send stays where it belongs, and the process speaks to nobody else and grows with nothing.

One real process for all: every path gets words that occur nowhere else, and none of them may be found afterwards in the
log, or in what others are answered.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.journey import close_notice, drop, reach, say, wait_for_end
from tests.mixture import PROMPT, send_many
from tests.server import AppServer, running_app

pytestmark = [pytest.mark.browser, pytest.mark.server]

WATCHED = ("-m", "tests.watched_app")
OWN_NAMES = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
_SLACK = 4
"""Threads of pools come and go."""


@dataclass(frozen=True)
class Scene:
    """The process, and the words that it was told."""

    server: AppServer
    folder: Path
    words: dict[str, str] = field(default_factory=dict)

    def word(self, of: str) -> str:
        """A word that occurs nowhere else, for one place."""
        return self.words.setdefault(of, f"zq{secrets.token_hex(8)}")

    def told_in(self, text: str | bytes) -> list[str]:
        """The places whose words a text holds."""
        found = text if isinstance(text, bytes) else text.encode()
        return [of for of, word in self.words.items() if word.encode() in found]

    @property
    def key(self) -> dict[str, str]:
        """What opens the API."""
        return {"Authorization": f"Bearer {self.word('key')}"}

    def sign_in(self) -> httpx.Cookies:
        """What a browser holds that has signed in."""
        login = {"username": "alice", "password": self.word("password")}
        answer = httpx.post(self.server.url + "/login", data=login, timeout=60)
        assert answer.cookies
        return answer.cookies

    def signed_in(self) -> dict[str, Any]:
        """Options of a browser's context that has signed in."""
        given = [{"name": name, "value": value, "url": self.server.url} for name, value in self.sign_in().items()]
        return {"storage_state": {"cookies": given}}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("discretion")
    (folder / "temporary").mkdir()
    words = {of: f"zq{secrets.token_hex(8)}" for of in ("key", "password")}
    own = {
        "WATCHED_APP_NOTES": str(folder / "notes"),
        "TMPDIR": str(folder / "temporary"),
        "PYG_API_KEY": words["key"],
        "PYG_LOGIN": f"alice:{words['password']}",
    }
    with running_app(folder / "app.log", environment=own, program=WATCHED) as server:
        yield Scene(server, folder, words)


def send_words(scene: Scene) -> None:
    """Words in all that a program can send to the API: texts, names, keys, headers, addresses, and what is no JSON."""
    word = scene.word
    generating = {
        "/demo-neo-webhook/predict": {"prompt": word("predict") + PROMPT, "max_length": 4, word("predict field"): 1},
        "/v1/completions": {
            "prompt": word("completion") + PROMPT, "max_tokens": 4, "user": word("user"), "stop": [word("stop")],
        },
        "/v1/chat/completions": {
            "messages": [{"role": word("role"), "content": word("chat")}], "max_tokens": 4,
        },
        "/api/v1/generate": {"prompt": word("kobold") + PROMPT, "max_length": 4, "genkey": word("genkey")},
    }  # fmt: skip
    cookies = scene.sign_in()
    with httpx.Client(base_url=scene.server.url, timeout=120, headers=scene.key, cookies=cookies) as client:
        for path, body in generating.items():
            client.post(path, json=body)
            client.post(path, json=body | {"stream": True, "temperature": word("number")})
            client.post(path, json=body | {"model": word("model"), "messages": word("messages")})
            client.post(path, content=f"{{ {word('no JSON')}")
            client.post(path, json=body, headers={"Authorization": f"Bearer {word('wrong key')}"})
            client.post(path, json=body, headers={"X-Any": word("header"), "User-Agent": word("agent")})
            client.post(path, json=body, params={"q": word("query")})
            client.post(path, json={"prompt": (word("long") + " ") * 4000, "max_tokens": 4})
        client.get(f"/{word('path')}")
        client.post(f"/{word('webhook')}-webhook/predict", json={"prompt": word("webhook's prompt")})
        client.post("/login", data={"username": word("name"), "password": word("wrong password")})
        client.post("/login", content=word("no form"), headers={"Content-Type": "multipart/form-data; boundary=x"})
        client.post(
            "/gradio_api/queue/join", json={"data": [word("event")], "fn_index": 1, "session_hash": word("hash")}
        )
        uploaded = client.post("/gradio_api/upload", files={"files": (f"{word('upload name')}.png", word("upload"))})
        assert uploaded.status_code == 200


def import_words(scene: Scene, page: Page) -> None:
    """Words in all that a person can type and drop: messages, a persona, cards, lorebooks, presets, file names."""
    word = scene.word
    book = {"name": word("book"), "entries": {"0": {"key": [word("trigger")], "content": word("entry")}}}
    card = {"name": word("card"), "description": word("description"), "first_mes": word("greeting"), "mes_example": ""}
    preset = {"temp": 0.9, "rep_pen": 1.1, "top_p": 0.8, "top_k": 40, word("preset's field"): word("preset's value")}
    files = {"book name": book, "card name": card, "preset name": preset}
    broken = scene.folder / f"{word('broken name')}.json"
    broken.write_text(f"{{ {word('broken')}")
    paths = [scene.folder / f"{word(of)}.json" for of in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_text(json.dumps(content))
    assert drop(page, "#message textarea", broken)
    expect(page.locator(".toast-body")).to_contain_text("is not valid JSON")
    close_notice(page)
    assert drop(page, "#chat", *paths)
    expect(page.locator("#chat [data-testid=bot]")).to_contain_text([word("greeting")])
    reach(page, "#persona textarea").fill(word("persona"))
    say(page, word("message"))
    wait_for_end(page)


def test_what_was_sent_is_in_no_log_and_no_answer_to_others(scene: Scene, visit: Open) -> None:
    page = visit(scene.server.url, **scene.signed_in()).page
    import_words(scene, page)
    send_words(scene)
    asked = ("/metrics", "/health", "/ready", "/api/extra/generate/check", "/api/extra/perf", "/v1/models", "/nothing")
    with httpx.Client(base_url=scene.server.url, timeout=60) as stranger:
        answers = {path: stranger.get(path).text for path in (*asked, "/", "/config", "/gradio_api/info")}
        of_replies = "/api/extra/generate/check"  # the last one, to who has the key
        answers |= {
            f"with the key: {path}": stranger.get(path, headers=scene.key).text for path in asked if path != of_replies
        }
    page.close()
    assert {path: told for path, answer in answers.items() if (told := scene.told_in(answer))} == {}
    assert len(scene.words) > 40
    assert scene.told_in(scene.server.log.read_bytes()) == []


def test_a_start_pages_chats_and_imports_speak_to_this_machine_alone(scene: Scene) -> None:
    notes = (scene.folder / "notes").read_text().splitlines()
    named = {match[1] for line in notes if (match := re.match(r"\S+ \(?b?'([^']*)'", line))}
    assert named
    assert {name for name in named if name not in OWN_NAMES and not _is_loopback(name)} == set()


def test_requests_and_turns_leave_no_descriptor_and_no_thread_behind(scene: Scene, visit: Open) -> None:
    process = psutil.Process(scene.server.process.pid)

    def work(num_requests: int, num_turns: int) -> None:
        with ThreadPoolExecutor(1) as pool:  # playwright keeps an event loop in this thread
            pool.submit(asyncio.run, send_many(scene.server.url, num_requests, headers=scene.key)).result()
        page = visit(scene.server.url, **scene.signed_in()).page
        for number in range(num_turns):
            say(page, f"This is {number}.")
            wait_for_end(page)
        page.close()

    work(20, 1)
    before = held_at_rest(process)
    work(100, 10)
    after = held_at_rest(process)
    assert all(now <= most + _SLACK for now, most in zip(after, before, strict=True)), (before, after)


def held_at_rest(process: psutil.Process) -> tuple[int, int]:
    """Descriptors and threads of a process, once all of its connections are closed."""
    while any(each.status == psutil.CONN_ESTABLISHED for each in process.net_connections("tcp")):
        time.sleep(0.1)
    return process.num_fds(), process.num_threads()


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
