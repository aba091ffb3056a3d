"""Requests of all kinds, as many clients send them: every dialect, streamed and whole, dropped and refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

PROMPT = "Mira's Persona: Mira keeps a lighthouse.\n<START>\nYou: Hello!\nMira:"
_STREAMED = {"stream": True}
_LONG = 400
"""So many tokens are asked for where the client leaves in the middle."""


@dataclass(frozen=True)
class Kind:
    """A request, and the status with which it must be answered."""

    name: str
    path: str
    body: Mapping[str, Any] | bytes | None
    """None for a GET."""
    status: int = 200
    is_dropped: bool = False
    """Whether the client leaves when the first bytes of the answer are there."""


def _generating(num_tokens: int) -> dict[str, tuple[str, dict[str, Any]]]:
    """Path and body by dialect."""
    messages = [{"role": "user", "content": "Hello!"}]
    return {
        "predict": ("/demo-neo-webhook/predict", {"prompt": PROMPT, "max_length": num_tokens}),
        "completion": ("/v1/completions", {"prompt": PROMPT, "max_tokens": num_tokens}),
        "chat": ("/v1/chat/completions", {"messages": messages, "max_tokens": num_tokens}),
        "kobold": ("/api/v1/generate", {"prompt": PROMPT, "max_length": num_tokens}),
    }


def _kinds() -> list[Kind]:
    whole, long = _generating(12), _generating(_LONG)
    found = [Kind(name, path, body) for name, (path, body) in whole.items()]
    found += [Kind(f"{name}, streamed", whole[name][0], whole[name][1] | _STREAMED) for name in ("completion", "chat")]
    found += [Kind("kobold, streamed", "/api/extra/generate/stream", whole["kobold"][1])]
    found += [
        Kind(f"{name}, dropped", long[name][0], long[name][1] | _STREAMED, is_dropped=True)
        for name in ("completion", "chat")
    ]
    found += [Kind("kobold, dropped", "/api/extra/generate/stream", long["kobold"][1], is_dropped=True)]
    found += [
        Kind("no JSON", "/v1/chat/completions", b"{ {", 400),
        Kind("a value out of range", "/demo-neo-webhook/predict", {"prompt": PROMPT, "temperature": -1}, 400),
        Kind("too long a prompt", "/v1/completions", {"prompt": PROMPT * 200}, 400),
        Kind("unknown model", "/unknown-webhook/predict", {"prompt": PROMPT}, 404),
        Kind("unknown path", "/v1/nothing", None, 404),
        Kind("tokens", "/api/extra/tokencount", {"prompt": PROMPT}),
        Kind("models", "/v1/models", None),
        Kind("readiness", "/ready", None),
        Kind("page", "/", None),
    ]
    return found


KINDS = _kinds()


async def send(client: httpx.AsyncClient, kind: Kind) -> float:
    """Send one request and read its answer; the seconds that this took. AssertionError for another status."""
    given = {"content": kind.body} if isinstance(kind.body, bytes) else {"json": kind.body}
    started = time.perf_counter()
    asked = client.stream("GET", kind.path) if kind.body is None else client.stream("POST", kind.path, **given)
    async with asked as answer:
        async for _ in answer.aiter_bytes():
            if kind.is_dropped:
                break
        assert answer.status_code == kind.status, (kind, answer.status_code)
    return time.perf_counter() - started


async def send_many(
    url: str, number: int, at_once: int = 4, headers: Mapping[str, str] | None = None
) -> list[tuple[Kind, float]]:
    """Send requests of all kinds in turns, several at once; what each took, in the order of their answers."""
    taken: list[tuple[Kind, float]] = []
    left = iter(range(number))

    async def client_of_its_own() -> None:
        async with httpx.AsyncClient(base_url=url, timeout=120, headers=headers) as client:
            for index in left:
                kind = KINDS[index % len(KINDS)]
                taken.append((kind, await send(client, kind)))

    await asyncio.gather(*(client_of_its_own() for _ in range(at_once)))
    return taken
