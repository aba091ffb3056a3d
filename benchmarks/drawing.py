"""How often each of several viewers sees the page redrawn while all of them get replies at once.

    python benchmarks/drawing.py [--viewers 1 4 8] [--model story] [--replies 2]

A real server process on a free port, and viewers who send messages as the page does: each has a session and a chat
of its own, and reads the stream of updates that a browser would draw. Counted is what arrives between a reply's first
words and its last. What there is to be drawn comes from a model, whose replies may be short, or with `story` from an
engine that tells everybody 600 characters at 66 a second. The table gives the draws a second of the slowest and of
the median viewer, and the longest time between two draws. The last line is one JSON object with the same.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import statistics
import tempfile
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import repository  # noqa: F401

from tests.server import AppServer, running_app

MESSAGES = ("Hello, who are you?", "Tell me a long story about the sea.", "And what happened then?")
NUM_NEW = 200


@dataclass
class Viewer:
    """One open page, and when each of its replies was drawn."""

    client: httpx.AsyncClient
    call: dict[str, Any]
    """How the page sends a message: the handler's number and the values of its inputs."""
    name: str
    draws: list[list[float]] = field(default_factory=list)

    async def send(self, message: str) -> None:
        """Send a message and note each drawing of the reply."""
        data = [message if value is _MESSAGE else value for value in self.call["data"]]
        await self._post({"fn_index": self.call["fn_index"], "data": data, "session_hash": self.name})
        moments = []
        async with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.name}) as stream:
            async for line in stream.aiter_lines():
                told = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if told.get("msg") == "process_generating":
                    moments.append(time.perf_counter())
                elif told.get("msg") == "process_completed":
                    break
        # The first shows the message, before there is any reply; the last one waits for nothing.
        self.draws.append(moments[1:-1])

    async def _post(self, body: dict[str, Any]) -> None:
        (await self.client.post("/gradio_api/queue/join", json=body)).raise_for_status()


_MESSAGE = object()


def sending(config: dict[str, Any]) -> dict[str, Any]:
    """How the page sends a message, read from what it tells every browser about itself."""
    components = {component["id"]: component["props"] for component in config["components"]}
    ids = {props.get("elem_id"): id for id, props in components.items() if props.get("elem_id")}
    handler = next(
        each for each in config["dependencies"]
        if [ids["message"], "submit"] in map(list, each["targets"]) and each["backend_fn"]
    )  # fmt: skip
    values = {id: props.get("value") for id, props in components.items()}
    values |= {ids["message"]: _MESSAGE, ids["sampling-max-new-tokens"]: NUM_NEW}
    return {"fn_index": handler["id"], "data": [values.get(id) for id in handler["inputs"]]}


async def measure(url: str, num_viewers: int, num_replies: int) -> dict[str, Any]:
    """So many viewers at once, each of whom gets so many replies."""
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        call = sending((await client.get("/config")).json())
        viewers = [Viewer(client, call, f"{num_viewers}-viewer-{number}") for number in range(num_viewers)]

        async def chat(viewer: Viewer) -> None:
            for message in itertools.islice(itertools.cycle(MESSAGES), num_replies):
                await viewer.send(message)

        await asyncio.gather(*map(chat, viewers))
    gaps = [[b - a for drawn in viewer.draws for a, b in itertools.pairwise(drawn)] for viewer in viewers]
    if not all(gaps):
        raise SystemExit("The replies were too short to be drawn twice. Ask for more, or measure with --model story.")
    rates = [len(each) / sum(each) for each in gaps]
    return {
        "viewers": num_viewers, "slowest_hz": min(rates), "median_hz": statistics.median(rates),
        "longest_gap_s": max(map(max, gaps)), "num_draws": sum(map(len, gaps)),
    }  # fmt: skip


def serving(model: str, log: Path) -> AbstractContextManager[AppServer]:
    """A server with that model, or with the engine that tells a story."""
    if model == "story":
        return running_app(log, arguments=(), program=("-m", "tests.browser.slow_app"))
    return running_app(log, ("--model", model))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 4, 8])
    parser.add_argument("--model", default="story")
    parser.add_argument("--replies", type=int, default=2)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, serving(options.model, Path(directory) / "app.log") as server:
        results = [asyncio.run(measure(server.url, number, options.replies)) for number in options.viewers]
    print(f"{'viewers':>8}{'slowest Hz':>12}{'median Hz':>11}{'longest gap, s':>16}")
    for each in results:
        print(
            f"{each['viewers']:>8}{each['slowest_hz']:>12.1f}{each['median_hz']:>11.1f}{each['longest_gap_s']:>16.2f}"
        )
    print(json.dumps({"model": options.model, "results": results}))


if __name__ == "__main__":
    main()
