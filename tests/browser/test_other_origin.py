"""A web page of another origin uses the API of the whole app, as its owner allows."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.server import SLOW_APP, AppServer, running_app

pytestmark = [pytest.mark.browser, pytest.mark.server]

FETCH = """async ([url, body, headers]) => {
    const options = body && {method: 'POST', headers: {'Content-Type': 'application/json', ...headers},
                             body: JSON.stringify(body)};
    let answer;
    try { answer = await fetch(url, options || {headers}); } catch (error) { return {refused: String(error)}; }
    const reader = answer.body.getReader(), decoder = new TextDecoder(), pieces = [];
    for (let piece; !(piece = await reader.read()).done;) pieces.push(decoder.decode(piece.value, {stream: true}));
    return {status: answer.status, type: answer.headers.get('content-type'), text: pieces.join(''),
            number: pieces.length};
}"""
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "content-type",
    "Access-Control-Request-Private-Network": "true",
}


class BlankPage(BaseHTTPRequestHandler):
    """A server of pages without anything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>elsewhere</title>")

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The origin of another server, by a name that is not this machine's own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BlankPage) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://lite.example:{server.server_port}"
        server.shutdown()


@pytest.fixture
def elsewhere(chromium: Browser, origin: str) -> Iterator[Page]:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(origin)
        yield page


@contextmanager
def app(tmp_path_factory: pytest.TempPathFactory, *arguments: str) -> Iterator[AppServer]:
    log = tmp_path_factory.mktemp("origin") / "app.log"
    with running_app(log, arguments, program=SLOW_APP) as server:
        yield server


@pytest.fixture(scope="module")
def allowing(tmp_path_factory: pytest.TempPathFactory, origin: str) -> Iterator[AppServer]:
    with app(tmp_path_factory, "--cors-origin", origin) as server:
        yield server


@pytest.fixture(scope="module")
def with_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    with app(tmp_path_factory, "--api-key", "secret") as server:
        yield server


@pytest.fixture(scope="module")
def for_the_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address by a host name at which Gradio marks every answer as readable by every page."""
    with app(tmp_path_factory, "--host", "0.0.0.0") as server:
        yield server.url.replace("127.0.0.1", "server.example")


def fetch(page: Page, url: str, body: object = None, **headers: str) -> Any:
    return page.evaluate(FETCH, [url, body, headers])


def preflight(url: str, origin: str) -> tuple[int, dict[str, str]]:
    request = urllib.request.Request(url, method="OPTIONS", headers={"Origin": origin, **PREFLIGHT})
    opener = urllib.request.build_opener(_Any)
    with opener.open(request, timeout=20) as answer:
        return answer.status, {name.lower(): value for name, value in answer.headers.items()}


class _Any(urllib.request.HTTPErrorProcessor):
    """Returns an answer of any status."""

    def http_response(self, request: Any, response: Any) -> Any:
        return response


def test_an_allowed_page_connects_and_reads_replies_whole_and_streamed(elsewhere: Page, allowing: AppServer) -> None:
    url = allowing.url
    assert fetch(elsewhere, url + "/api/v1/model")["status"] == 200
    assert fetch(elsewhere, url + "/v1/models/")["status"] == 200
    whole = fetch(elsewhere, url + "/api/v1/generate", {"prompt": "You: Hello!\nTilda:", "max_length": 40})
    assert whole["status"] == 200
    assert "leans back" in whole["text"]
    stream = fetch(elsewhere, url + "/api/extra/generate/stream", {"prompt": "Tilda:", "max_length": 40})
    assert stream["type"].startswith("text/event-stream")
    assert stream["number"] > 3, "it comes in pieces"
    assert '"finish_reason": "length"' in stream["text"]
    messages = [{"role": "user", "content": "Hello!"}]
    chat = fetch(elsewhere, url + "/v1/chat/completions", {"messages": messages, "max_tokens": 40, "stream": True})
    assert chat["text"].endswith("data: [DONE]\n\n")
    assert chat["number"] > 3
    refused = fetch(elsewhere, url + "/v1/completions", {"prompt": 5})
    assert refused["status"] == 400, "errors can be read too"


def test_the_page_itself_stays_closed_to_an_allowed_page(elsewhere: Page, allowing: AppServer) -> None:
    assert "refused" in fetch(elsewhere, allowing.url + "/config")
    assert "refused" in fetch(elsewhere, allowing.url + "/gradio_api/info")


def test_another_page_reaches_nothing_of_the_page_itself(elsewhere: Page, slow_server: AppServer) -> None:
    url = slow_server.url
    sent = """async (url) => { const form = new FormData(); form.append('files', new Blob(['x'.repeat(9)]), 'x.txt');
        await fetch(url + '/gradio_api/upload', {method: 'POST', mode: 'no-cors', body: form}); }"""
    with elsewhere.expect_response(url + "/gradio_api/upload") as uploaded:
        elsewhere.evaluate(sent, url)
    assert uploaded.value.status == 403
    with elsewhere.expect_response(url + "/gradio_api/startup-events") as embedded:
        elsewhere.evaluate("(url) => { new Image().src = url + '/gradio_api/startup-events'; }", url)
    assert embedded.value.status == 403
    link = elsewhere.goto(url)
    assert link is not None
    assert link.status == 200, "a link may lead here"


def test_a_name_that_was_made_to_point_here_shows_nothing(chromium: Browser, slow_server: AppServer) -> None:
    with chromium.new_context() as context:
        answer = context.new_page().goto(slow_server.url.replace("127.0.0.1", "evil.example"))
        assert answer is not None
        assert answer.status == 403
        assert "--cors-origin" in answer.text()


def test_any_page_may_that_sends_a_key(elsewhere: Page, with_key: AppServer) -> None:
    url, body = with_key.url + "/v1/completions", {"prompt": "a", "max_tokens": 20, "stream": True}
    answer = fetch(elsewhere, url, body, Authorization="Bearer secret")
    assert answer["status"] == 200
    assert answer["text"].endswith("data: [DONE]\n\n")
    assert fetch(elsewhere, url, body, Authorization="Bearer wrong")["status"] == 401
    assert "refused" in fetch(elsewhere, url, body)


def test_other_pages_are_refused(elsewhere: Page, slow_server: AppServer, origin: str) -> None:
    assert "refused" in fetch(elsewhere, slow_server.url + "/v1/models")
    assert "refused" in fetch(elsewhere, slow_server.url + "/api/v1/generate", {"prompt": "a"})
    status, headers = preflight(slow_server.url + "/api/v1/generate", origin)
    assert status == 403
    assert not [name for name in headers if name.startswith("access-control")]


def test_pages_of_this_machine_may_use_a_local_server(slow_server: AppServer, chromium: Browser, origin: str) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.goto(origin.replace("lite.example", "localhost"))
        answer = fetch(page, slow_server.url + "/api/v1/generate", {"prompt": "a", "max_length": 10})
    assert answer["status"] == 200


def test_a_server_of_the_network_refuses_other_pages_in_words_of_its_own_only(
    elsewhere: Page, for_the_network: str, origin: str
) -> None:
    assert "refused" in fetch(elsewhere, for_the_network + "/v1/models")
    assert "refused" in fetch(elsewhere, for_the_network + "/v1/completions", {"prompt": "a"})
    port = for_the_network.rpartition(":")[2]
    status, headers = preflight(f"http://127.0.0.1:{port}/v1/completions", origin)
    assert status == 403
    assert not [name for name in headers if name.startswith("access-control")]


def test_a_page_is_told_that_it_may_call_into_a_private_network(allowing: AppServer, origin: str) -> None:
    status, headers = preflight(allowing.url + "/v1/chat/completions", origin)
    assert status == 204
    assert headers["access-control-allow-private-network"] == "true"
    assert headers["access-control-allow-origin"] == origin
