"""Events as a hostile browser sends them to the page, and what became of them: always the same ones for a seed.

Each visitor opens the page, and then sends events of every kind with faults in them: values of other types and sizes,
files that are none, missing parts, strange names of sessions.
"""

from __future__ import annotations

import asyncio
import copy
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.library.mutations import ODD

EVENTS_A_VISITOR = 20
_AT_ONCE = 8
_READ_AFTER = 5
"""Events whose results are awaited together, as a page has several on their way."""
_FILE = {"meta": {"_type": "gradio.FileData"}}
_VALUES: tuple[Any, ...] = (
    *ODD, float("nan"), float("inf"), -2.5, "a\0b", "../../x", "0", "bundled-wren", "x" * 200_000, ["x"] * 1_000,
    *[{"path": path, **_FILE} for path in ("/etc/passwd", "x", "a\0b", None, 5, "x" * 5_000)],
    {"path": "x", "meta": ["x"]}, {"path": "x", "meta": {"_type": []}}, {"url": "x", "orig_name": 5, **_FILE},
    {"index": [0, 1], "value": "x"}, {"index": 0, "value": "x", "selected": True}, [["x"] * 3] * 3,
    *[{"act": act, "id": id} for act in ("open", "delete", 5) for id in ("1", None, [1])],
    {"position": 0}, {"position": -1}, {"position": 10**30}, {"number": 1}, {"text": {"a": 1}}, {"text": "\ud800"},
)  # fmt: skip
_NAMES = ("{}", "{}", "{}", "é{}", "{} \n", "{}" + "x" * 100, "../{}")


@dataclass
class Outcome:
    """What a server answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    """How events ended that were taken: "done", or what the visitor was told."""


@dataclass(frozen=True)
class _Page:
    components: Mapping[int, Any]
    """The first value of each."""
    events: Sequence[Mapping[str, Any]]
    first: Mapping[str, Any]
    """What a page sends when it opens."""


async def attack(url: str, number: int, seed: int = 0) -> Outcome:
    """Send so many events."""
    limits = httpx.Limits(keepalive_expiry=1)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:
        page, outcome, places = _page((await client.get("/config")).json()), Outcome(), asyncio.Semaphore(_AT_ONCE)

        async def visit(index: int) -> None:
            async with places:
                await _Visitor(client, page, outcome, random.Random(f"{seed} {index}"), index).act()

        await asyncio.gather(*map(visit, range(number // EVENTS_A_VISITOR)))
    return outcome


def _page(config: Any) -> _Page:
    events = [each for each in config["dependencies"] if each["backend_fn"] or each["js"]]
    first = next(each for each in events if ["load"] in [target[1:] for target in each["targets"]])
    return _Page({each["id"]: each["props"].get("value") for each in config["components"]}, events, first)


@dataclass
class _Visitor:
    client: httpx.AsyncClient
    page: _Page
    outcome: Outcome
    chance: random.Random
    index: int
    waiting: set[str] = field(default_factory=set)

    async def act(self) -> None:
        self.name = self.chance.choice(_NAMES).format(f"{self.chance.randrange(10**9)}-{self.index}")
        for number in range(EVENTS_A_VISITOR):
            event = self.page.first if number == 0 else self.chance.choice(self.page.events)
            await self._send(event, self._body(event, is_whole=number == 0))
            if (number + 1) % _READ_AFTER == 0 and self.waiting:
                await self._read()

    def _body(self, event: Mapping[str, Any], *, is_whole: bool) -> Any:
        chance, data = self.chance, [copy.deepcopy(self.page.components[id]) for id in event["inputs"]]
        target = (event["targets"] or [[None]])[0][0]
        body: Any = {"data": data, "event_data": None, "fn_index": event["id"], "trigger_id": target}
        body["session_hash"] = self.name
        if is_whole:
            return body
        body["event_data"] = chance.choice((None, {}, *_VALUES))
        for _ in range(chance.choice((0, 1, 1, 2, 4)) if data else 0):
            place = chance.randrange(len(data))
            data[place] = chance.choice((chance.choice(_VALUES), {"value": data[place]}, [data[place]]))
        fault = chance.random()
        if fault < 0.10:
            body[chance.choice(tuple(body))] = chance.choice(_VALUES)
        elif fault < 0.14:
            del body[chance.choice(tuple(body))]
        elif fault < 0.17:
            body["data"] = data[:-1]
        elif fault < 0.19:
            body["data"] = data * 2
        return body if fault < 0.99 else chance.choice(ODD)

    async def _send(self, event: Mapping[str, Any], body: Any) -> None:
        way = self.chance.choice(("queue/join",) * 6 + ("run/{}", "api/{}", "call/{}"))
        if self.chance.random() < 0.02:
            event = {"api_name": self.chance.choice(("nothing", "é", "x" * 3_000, "%00", "%ed%a0%80"))}
        path = "/gradio_api/" + way.format(event["api_name"])
        answer = await self.client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
        self.outcome.statuses[answer.status_code] += 1
        if way != "queue/join" and answer.status_code == 500:
            # So Gradio answers a program to which an event's handler has said no.
            self.outcome.results[answer.json()["error"]] += 1
            self.outcome.statuses[500] -= 1
        if way == "queue/join" and answer.status_code == 200 and body["session_hash"] == self.name:
            self.waiting.add(answer.json()["event_id"])

    async def _read(self) -> None:
        """Wait for the results of the events that were taken."""
        address = "/gradio_api/queue/data"
        async with self.client.stream("GET", address, params={"session_hash": self.name}) as stream:
            async for line in stream.aiter_lines():
                message = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {"msg": ""}
                if message["msg"] == "process_completed":
                    self.waiting.discard(message["event_id"])
                    self.outcome.results["done" if message["success"] else message["output"].get("error")] += 1
                if message["msg"] == "close_stream" or not self.waiting:
                    return
