"""What people notice of others who overload the server, judged by the clock.

    python benchmarks/trust.py [--only refusals fairness disconnect stalled] [--rounds 30]

Each check runs a real server with a demo model, on a network's settings, where every key is a client of its own, and
prints its figures and its bar:

- refusals: 720 requests at once while the queue is full; until each is refused, p95.
- fairness: one client always has 40 requests on their way; another one's time to the first token, p95.
- disconnect: 200 streams of 20 clients, half of which leave; how long until theirs are live no more, until none is when
  the others leave too, and until the next request is answered.
- stalled: 100 clients that read nothing of 1,500 tokens; another one's time to the first token, p95, beside that with
  100 clients that read.

The last line is one JSON object; the exit status is 1 if a bar was missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import repository  # noqa: F401

from tests.server import running_app

KEYS = [f"client-{number}" for number in range(20)]
_SMALL_BUFFER = 2048


@dataclass(frozen=True)
class Finding:
    """A figure, and what it may be at most."""

    name: str
    value: float
    bar: float
    unit: str = "s"

    def __str__(self) -> str:
        verdict = "holds" if self.value <= self.bar else "MISSED"
        return f"{self.name:>60}  {self.value:8.3f} {self.unit}  (bar {self.bar:.3f})  {verdict}"


class Client:
    """Speaks plain HTTP over a connection for each request: quicker than any client library, so that it can flood."""

    def __init__(self, url: str, key: str) -> None:
        address = urlsplit(url)
        self._host, self._port, self._key = address.hostname or "", address.port or 0, key

    async def send(self, path: str, body: dict[str, Any] | None = None, buffer: int | None = None) -> Answer:
        """Send a request, with a receive buffer of so many bytes."""
        connection = socket.socket()
        connection.setblocking(False)
        if buffer is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        await asyncio.get_running_loop().sock_connect(connection, (self._host, self._port))
        reader, writer = await asyncio.open_connection(sock=connection, limit=buffer or 2**16)
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Authorization: {self._key}\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
        )
        writer.write(head.encode() + content)
        await writer.drain()
        return Answer(reader, writer)

    async def generate(self, num_new: int, number: int = 0, buffer: int | None = None) -> Answer:
        """Ask for a stream of so many tokens."""
        prompt = f"Story {number}. " + "You: Tell me of the sea and of the ship that never came home.\n" * 8
        body = {"prompt": prompt, "max_tokens": num_new, "ignore_eos": True, "stream": True}
        return await self.send("/v1/completions", body, buffer)


@dataclass(frozen=True)
class Answer:
    """An answer on its way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def status(self) -> int:
        """Its status, which may still have to come."""
        return int((await self.reader.readuntil(b"\r\n\r\n")).split()[1])

    async def first_event(self) -> None:
        """Wait for the first token of a stream."""
        await self.reader.readuntil(b'"text":')

    async def rest(self) -> bytes:
        """What is left of it, which ends the connection."""
        content = await self.reader.read()
        self.leave()
        return content

    def leave(self) -> None:
        """Read no more."""
        self.writer.transport.abort()


def p95(values: list[float]) -> float:
    """What 95 of 100 stay under."""
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.95))]


async def in_flight(client: Client) -> int:
    """How many generations wait or run."""
    text = await (await client.send("/metrics")).rest()
    found = re.search(rb"^pygmalion_generations_in_flight (\S+)", text, re.MULTILINE)
    assert found is not None
    return int(float(found[1]))


async def first_token_s(client: Client, number: int) -> float:
    """From sending a request to its first token."""
    started = time.perf_counter()
    answer = await client.generate(8, number)
    assert await answer.status() == 200
    await answer.first_event()
    taken = time.perf_counter() - started
    await answer.rest()
    return taken


async def first_tokens_p95(url: str, rounds: int) -> float:
    """The p95 of one quiet client, who asks now and then."""
    taken = []
    for number in range(rounds):
        taken.append(await first_token_s(Client(url, KEYS[0]), number))
        await asyncio.sleep(0.1)
    return p95(taken)


@asynccontextmanager
async def beside(number: int, busy: Callable[[int], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """While so many clients are busy, for ever."""
    tasks = [asyncio.create_task(busy(each)) for each in range(number)]
    try:
        await asyncio.sleep(3)
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def flood(client: Client, number: int, *, reads: bool = True, num_new: int = 1500) -> None:
    """Ask again and again, whether it is refused or not."""
    while True:
        answer = await client.generate(num_new, number, None if reads else _SMALL_BUFFER)
        try:
            if await answer.status() != 200:
                await asyncio.sleep(0.2)
            elif reads:
                await answer.rest()
            else:
                await asyncio.sleep(3600)
        finally:
            answer.leave()


async def check_refusals(url: str, rounds: int) -> list[Finding]:
    """720 at once while there is no place."""

    async def refused(number: int) -> tuple[int, float]:
        started = time.perf_counter()
        answer = await Client(url, KEYS[1]).generate(100, number)
        status = await answer.status()
        taken = time.perf_counter() - started
        answer.leave()
        return status, taken

    worst = 0.0
    async with beside(40, lambda number: flood(Client(url, KEYS[1]), number)):
        for _ in range(3):
            answers = await asyncio.gather(*(refused(number) for number in range(720)))
            taken = [seconds for status, seconds in answers if status == 429]
            assert len(taken) > 600, f"{len(taken)} of 720 were refused"
            worst = max(worst, p95(taken))
    return [Finding("refusals: p95 of 720 at once, the worst of 3 bursts", worst, 0.3)]


async def check_fairness(url: str, rounds: int) -> list[Finding]:
    """One client floods."""
    quiet = await first_tokens_p95(url, rounds)
    async with beside(40, lambda number: flood(Client(url, KEYS[1]), number, num_new=200)):
        flooded = await first_tokens_p95(url, rounds)
    return [Finding(f"fairness: p95 to the first token (quiet {quiet:.3f})", flooded, max(2 * quiet, 1.0))]


async def check_disconnect(url: str, rounds: int) -> list[Finding]:
    """200 streams; those that found no place are refused, and half of the others leave."""
    streams = [await Client(url, KEYS[number % len(KEYS)]).generate(600, number) for number in range(200)]
    await asyncio.sleep(2)
    before = await in_flight(Client(url, KEYS[0]))
    for answer in streams[::2]:
        answer.leave()
    readers = [asyncio.create_task(answer.rest()) for answer in streams[1::2]]
    started = time.perf_counter()
    while await in_flight(Client(url, KEYS[0])) > before / 2 + 1:
        pass
    half = time.perf_counter() - started
    for answer, reader in zip(streams[1::2], readers, strict=True):
        reader.cancel()
        answer.leave()
    started = time.perf_counter()
    while await in_flight(Client(url, KEYS[0])):
        pass
    gone = time.perf_counter() - started
    started = time.perf_counter()
    await (await Client(url, KEYS[0]).generate(8)).rest()
    return [
        Finding(f"disconnect: until those that left were gone (of {before})", half, 1.0),
        Finding("disconnect: until 0 were live, once all had left", gone, 1.0),
        Finding("disconnect: until the next one was answered", time.perf_counter() - started, 5.0),
    ]


async def check_stalled(url: str, rounds: int) -> list[Finding]:
    """100 clients, of five keys."""
    figures = [await first_tokens_p95(url, rounds)]
    for reads in (True, False):
        async with beside(
            100, lambda number, reads=reads: flood(Client(url, KEYS[1 + number % 5]), number, reads=reads)
        ):
            figures.append(await first_tokens_p95(url, rounds))
    quiet, reading, stalled = figures
    return [
        Finding(f"stalled: p95 to the first token (quiet {quiet:.3f}, reading {reading:.3f})", stalled, 2 * reading)
    ]


CHECKS: dict[str, Callable[[str, int], Awaitable[list[Finding]]]] = {
    "refusals": check_refusals, "fairness": check_fairness, "disconnect": check_disconnect, "stalled": check_stalled,
}  # fmt: skip


def main() -> None:
    """Measure, print and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=CHECKS, default=list(CHECKS))
    parser.add_argument("--rounds", type=int, default=30, help="how often the quiet client asks")
    options = parser.parse_args()
    findings: list[Finding] = []
    for name in options.only:
        with tempfile.TemporaryDirectory() as directory:
            arguments = ("--model", "demo-neo", "--host", "0.0.0.0", "--api-key", ",".join(KEYS))
            with running_app(Path(directory) / "log.txt", arguments) as server:
                for finding in asyncio.run(CHECKS[name](server.url, options.rounds)):
                    print(finding, flush=True)
                    findings.append(finding)
    print(json.dumps({each.name: {"value": each.value, "bar": each.bar} for each in findings}))
    sys.exit(any(each.value > each.bar for each in findings))


if __name__ == "__main__":
    main()
