"""Many people at once over API and page: each reads what they would read alone, and nothing of another's."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.server import AppServer

pytestmark = pytest.mark.server

Ask = Callable[[httpx.AsyncClient, str, int], Awaitable[str]]
NUM_NEW = 24


def marker(user: int) -> str:
    """A word that only this user says."""
    return f"zq{user:03d}xv"


async def whole(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> str:
    answer = await client.post(path, json=body)
    answer.raise_for_status()
    return re.sub(r'"(id|run_id|created|run_time_ms)": ?[^,}]*', "", answer.text)


async def by_completions(client: httpx.AsyncClient, prompt: str, seed: int) -> str:
    body = {"prompt": prompt, "max_tokens": NUM_NEW, "seed": seed, "temperature": 1.2, "echo": True}
    return await whole(client, "/v1/completions", body)


async def by_stream(client: httpx.AsyncClient, prompt: str, seed: int) -> str:
    body = {"prompt": prompt, "max_tokens": NUM_NEW, "seed": seed, "temperature": 1.2, "echo": True, "stream": True}
    answer = await client.post("/v1/completions", json=body)
    events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
    return "".join(event["choices"][0]["text"] for event in events)


async def by_predict(client: httpx.AsyncClient, prompt: str, seed: int) -> str:
    body = {"prompt": prompt, "max_length": NUM_NEW, "temperature": 0}
    return await whole(client, "/demo-neo-webhook/predict", body)


async def by_kobold(client: httpx.AsyncClient, prompt: str, seed: int) -> str:
    body = {"prompt": prompt, "max_length": NUM_NEW, "sampler_seed": seed, "genkey": f"key {seed}"}
    return prompt + await whole(client, "/api/v1/generate", body)


async def by_page(client: httpx.AsyncClient, prompt: str, seed: int) -> str:
    return prompt + await called(client, "complete", [prompt, {"seed": seed, "max_new_tokens": NUM_NEW}])


async def by_pages_chat(client: httpx.AsyncClient, prompt: str, seed: int) -> str:
    return prompt + await called(client, "chat", [prompt, None, None, {"seed": seed, "max_new_tokens": NUM_NEW}])


async def called(client: httpx.AsyncClient, name: str, data: list[Any]) -> str:
    """The last text of one of the page's endpoints."""
    begun = await client.post(f"/gradio_api/call/{name}", json={"data": data})
    answer = await client.get(f"/gradio_api/call/{name}/{begun.json()['event_id']}")
    assert "event: complete" in answer.text, answer.text
    texts = [json.loads(line[6:])[0] for line in answer.text.splitlines() if line.startswith("data: [")]
    return str(texts[-1])


WAYS: tuple[Ask, ...] = (by_completions, by_page, by_predict, by_stream, by_kobold, by_pages_chat)


async def assert_isolated(server: AppServer, num_users: int) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=server.url, timeout=300, limits=limits) as client:

        def ask(user: int) -> Awaitable[str]:
            prompt = f"You: My word is {marker(user)}. Tell me of it.\nMira:"
            return WAYS[user % len(WAYS)](client, prompt, user)

        alone = [await ask(user) for user in range(num_users)]
        together = await asyncio.gather(*(ask(user) for user in range(num_users)))
    for user, text in enumerate(together):
        assert text == alone[user]
        assert set(re.findall(r"zq\d{3}xv", text)) == {marker(user)}


def test_twelve_people_at_once_each_read_their_own(app_server: AppServer) -> None:
    asyncio.run(assert_isolated(app_server, 12))


@pytest.mark.trust
def test_64_people_at_once_each_read_their_own(app_server: AppServer) -> None:
    for _ in range(3):
        asyncio.run(assert_isolated(app_server, 64))
