"""What invented sessions cost: a program may give Gradio any session's name, and each is remembered.

    python benchmarks/bounds.py [--roots /path/to/another/checkout .] [--sessions 2000]

For each checkout a real server (the tests' engine, which needs no model). Each invented session opens the page, as a
browser does, without ever showing it, and waits for the answer. `mib` is by how much the server's memory has grown
after all of them (bar: 256 MiB for 2,000), `kib_each` what one costs. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import urllib.request
from pathlib import Path
from typing import Any

import repository
from page import Server, serving

_PROGRAM = ("-m", "tests.browser.slow_app")
_FIRST = 50
"""So many sessions come before the first measurement: what the process needs once is there then."""


def ask(url: str, body: object | None = None) -> bytes:
    """The whole answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=120) as answer:
        return bytes(answer.read())


def opening_of(url: str) -> dict[str, Any]:
    """The event with which a page opens."""
    config = json.loads(ask(url + "/config"))
    event = next(each for each in config["dependencies"] if any(target[1] == "load" for target in each["targets"]))
    return {"fn_index": event["id"], "data": [None] * len(event["inputs"]), "trigger_id": None}


def invent(url: str, opening: dict[str, Any], name: str) -> None:
    """Open the page in a session of this name, and wait until that is done."""
    ask(url + "/gradio_api/queue/join", {**opening, "session_hash": name})
    with urllib.request.urlopen(f"{url}/gradio_api/queue/data?session_hash={name}", timeout=120) as events:
        for line in events:
            if b"process_completed" in line:
                if b'"success":true' not in line.replace(b" ", b""):
                    raise SystemExit(f"A page did not open: {line[:300]!r}")
                return


def measure(server: Server, number: int) -> dict[str, float]:
    """What so many sessions cost."""
    opening = opening_of(server.url)
    for index in range(_FIRST):
        invent(server.url, opening, f"first{index}")
    before = server.process.memory_info().rss
    for index in range(number):
        invent(server.url, opening, f"invented{index}")
    grown = server.process.memory_info().rss - before
    return {"sessions": number, "mib": round(grown / 2**20, 1), "kib_each": round(grown / 1024 / number, 1)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--roots", type=Path, nargs="+", default=[repository.ROOT])
    parser.add_argument("--sessions", type=int, default=2000)
    options = parser.parse_args()
    found = {}
    for root in options.roots:
        with serving(root, _PROGRAM, "/ready") as server:
            found[str(root)] = measure(server, options.sessions)
        print(root, found[str(root)])
    print(json.dumps(found))


if __name__ == "__main__":
    main()
