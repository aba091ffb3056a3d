"""`gradio_client` against the whole app: what the endpoints answer, to whom, and how they end."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from tests.server import SLOW_APP, AppServer, running_app

pytestmark = pytest.mark.server

STORY = "*leans back* Once upon a time there was a clock."
"""How every reply of the slow app begins."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    log = tmp_path_factory.mktemp("endpoints") / "app.log"
    with running_app(log, ("--api-key", "secret"), program=SLOW_APP) as server:
        yield server


@pytest.fixture(scope="module")
def client(server: AppServer) -> Client:
    return Client(server.url, headers={"Authorization": "Bearer secret"}, verbose=False)


def in_flight(server: AppServer) -> float:
    request = urllib.request.Request(server.url + "/metrics", headers={"Authorization": "secret"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith("pygmalion_generations_in_flight ")).split()[1])


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_endpoints_are_named_typed_and_described(client: Client) -> None:
    info: Any = client.view_api(return_format="dict", print_info=False)
    assert info["unnamed_endpoints"] == {}
    assert list(info["named_endpoints"]) == ["/chat", "/complete"]
    chat, complete = info["named_endpoints"].values()
    assert [each["parameter_name"] for each in chat["parameters"]] == ["message", "history", "character", "parameters"]
    assert [each["parameter_has_default"] for each in chat["parameters"]] == [False, True, True, True]
    assert [each["parameter_name"] for each in complete["parameters"]] == ["prompt", "parameters"]
    for endpoint in (chat, complete):
        assert "streams" in endpoint["description"]
        assert endpoint["returns"][0]["python_type"]["type"] == "str"
        assert '"temperature": {"type": "number"}' in json.dumps(endpoint["parameters"][-1]["type"])


def test_a_stream_grows_to_the_whole_reply(client: Client) -> None:
    wanted: dict[str, Any] = {"message": "Hello!", "parameters": {"max_new_tokens": 49}, "api_name": "/chat"}
    pieces = list(client.submit(**wanted))
    assert len(pieces) > 5
    assert all(later.startswith(earlier) for earlier, later in pairwise(pieces))
    assert pieces[-1] == client.predict(**wanted) == STORY


def test_a_prompt_is_continued(client: Client) -> None:
    pieces = list(client.submit("Once", {"max_new_tokens": 20}, api_name="/complete"))
    assert pieces[-1] == client.predict("Once", {"max_new_tokens": 20}, api_name="/complete")
    assert pieces[-1].strip() == STORY[:19].strip()


def test_a_prompt_that_leaves_little_room_gets_a_shorter_text(client: Client) -> None:
    assert len(client.predict("a" * 19_990, api_name="/complete")) == 10
    with pytest.raises(AppError, match="prompt has 20,000 tokens; this model holds 20,000"):
        client.predict("a" * 20_000, api_name="/complete")


def test_what_is_wrong_is_said(client: Client) -> None:
    with pytest.raises(AppError, match="temperature must be from 0 to 2"):
        client.predict("Hello!", parameters={"temperature": 9}, api_name="/chat")
    with pytest.raises(AppError, match='"character" must be one of'):
        client.predict("Hello!", character="Nobody", api_name="/chat")


@pytest.mark.parametrize("headers", [None, {"Authorization": "Bearer wrong"}])
def test_without_the_key_it_is_refused_as_by_the_api(server: AppServer, headers: dict[str, str] | None) -> None:
    client = Client(server.url, headers=headers, verbose=False)
    for endpoint in ("/chat", "/complete"):
        with pytest.raises(AppError, match="This API needs a key"):
            client.predict("Hello!", api_name=endpoint)
    assert in_flight(server) == 0


def test_a_cancelled_job_stops_its_generation(client: Client, server: AppServer) -> None:
    job = client.submit("Tell me a long story.", api_name="/chat")
    wait_until(lambda: len(job.outputs()) > 2)
    assert in_flight(server) == 1
    job.cancel()
    wait_until(lambda: in_flight(server) == 0)


def test_a_client_that_leaves_stops_its_generation(server: AppServer) -> None:
    headers = {"Authorization": "secret", "Content-Type": "application/json"}
    body = json.dumps({"data": ["Tell me a long story.", None, None, None]}).encode()
    url = server.url + "/gradio_api/call/chat"
    with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=20) as answer:
        event_id = json.load(answer)["event_id"]
    request = urllib.request.Request(f"{url}/{event_id}", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as events:
        events.readline()
        assert in_flight(server) == 1
    wait_until(lambda: in_flight(server) == 0)


def test_a_public_server_without_a_key_answers_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    log = tmp_path_factory.mktemp("public") / "app.log"
    with running_app(log, (), {"SPACE_ID": "someone/pygmalion"}, program=SLOW_APP) as server:
        client = Client(server.url, verbose=False)
        with pytest.raises(AppError, match="This server is public, so its API wants a key"):
            client.predict("Hello!", api_name="/chat")
