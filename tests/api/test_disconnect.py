"""A client that goes away takes its generation with it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from pyg_ui.api.application import build_api
from pyg_ui.api.connection import while_connected
from pyg_ui.engine.engine import FinishReason, Generation, GenerationRequest
from tests.api.served import PREDICT, manager_of
from tests.fakes import FakeEngine

GENERATING = {
    PREDICT: {"prompt": "a", "max_length": 1000},
    "/v1/completions": {"prompt": ["a", "b"], "max_tokens": 1000, "n": 2},
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "a"}], "max_tokens": 1000, "n": 2},
    "/api/v1/generate": {"prompt": "a", "max_length": 1000, "n": 2},
    "/api/extra/generate/stream": {"prompt": "a", "max_length": 1000},
}


async def call(
    engine: FakeEngine, incoming: list[Message], leaves_after_s: float = 0.0, path: str = PREDICT
) -> list[Message]:
    """Send one raw request to the API; once `incoming` is used up, the client leaves."""
    outgoing: list[Message] = []

    async def receive() -> Message:
        if incoming:
            return incoming.pop(0)
        await asyncio.sleep(leaves_after_s)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        outgoing.append(message)

    scope: dict[str, Any] = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": [], "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1), "asgi": {"version": "3.0"},
    }  # fmt: skip
    await build_api(models=manager_of(engine))(scope, receive, send)
    return outgoing


def body(more: bool = False) -> Message:
    return {"type": "http.request", "body": b'{"prompt": "a", "max_length": 1000}', "more_body": more}


def test_leaving_cancels_the_generation() -> None:
    engine = FakeEngine(lambda prompt: "b" * 1000, delay_s=0.01)
    started = time.monotonic()
    asyncio.run(call(engine, [body()], leaves_after_s=0.1))
    assert time.monotonic() - started < 5, "all of it would take 10 s"
    (generation,) = engine.generations
    assert generation.is_cancelled
    deadline = time.monotonic() + 5
    while generation.result is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert generation.result is not None
    assert generation.result.reason is FinishReason.CANCELLED


@pytest.mark.parametrize("is_streamed", [False, True])
@pytest.mark.parametrize("path", GENERATING)
def test_leaving_any_route_frees_all_its_places(path: str, is_streamed: bool) -> None:
    engine = FakeEngine(lambda prompt: "b" * 1000, delay_s=0.01)
    content = json.dumps({**GENERATING[path], "stream": is_streamed}).encode()
    asyncio.run(call(engine, [{"type": "http.request", "body": content}], leaves_after_s=0.1, path=path))
    assert engine.generations
    assert all(generation.is_cancelled for generation in engine.generations)
    while any(generation.result is None for generation in engine.generations):
        time.sleep(0.01)


@pytest.mark.parametrize("path", [path for path in GENERATING if "webhook" not in path])
def test_leaving_a_stream_before_its_first_token_frees_its_place(path: str) -> None:
    class SilentEngine(FakeEngine):
        def submit(self, request: GenerationRequest) -> Generation:
            self.generations.append(Generation(request))
            return self.generations[-1]

    engine = SilentEngine()
    content = json.dumps({**GENERATING[path], "stream": True}).encode()
    asyncio.run(asyncio.wait_for(call(engine, [{"type": "http.request", "body": content}], 0.0, path), 5))
    assert engine.generations
    assert all(generation.is_cancelled for generation in engine.generations)


def test_leaving_in_mid_body_starts_nothing() -> None:
    engine = FakeEngine()
    outgoing = asyncio.run(call(engine, [body(more=True)]))
    assert outgoing[0]["status"] == 499
    assert not engine.requests


def test_staying_brings_the_answer() -> None:
    outgoing = asyncio.run(call(FakeEngine(delay_s=0.01), [body()], leaves_after_s=10))
    assert outgoing[0]["status"] == 200


def test_the_works_own_error_comes_through() -> None:
    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        asyncio.run(while_connected(lambda: asyncio.sleep(10, {}), work()))


def test_cancelling_the_caller_cancels_the_work() -> None:
    ended: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            ended.append("work")

    async def scenario() -> None:
        task = asyncio.ensure_future(while_connected(lambda: asyncio.sleep(10, {}), work()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert ended == ["work"]


def test_leaving_raises_client_disconnect() -> None:
    async def gone() -> Message:
        return {"type": "http.disconnect"}

    with pytest.raises(ClientDisconnect):
        asyncio.run(while_connected(gone, asyncio.sleep(10)))
