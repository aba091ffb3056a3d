"""Whether the server is after thousands of requests what it was before.

    python benchmarks/soak.py [--requests 5000] [--turns 500] [--at-once 4]

A real server process with demo-neo gets requests of all kinds (every dialect, streamed and whole, dropped, refused),
several at once, and beside them Chromium speaks with it on the page, in one chat after another. After each fifth it
comes to rest, and is looked at: its memory, its descriptors, its threads. Bars: memory within 5 % of its value after
the first fifth; no more descriptors and threads than then; the 99th percentile of what requests take, by the clock, no
more in the last fifth than in the second and a tenth of it. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import repository
from page import FLAGS, Server, ask, open_chat, serving
from playwright.sync_api import Page, sync_playwright

from tests.mixture import send_many

NUM_PARTS = 5
TURNS_A_CHAT = 20
_REST_S = 15
"""Idle connections are closed by then, and idle threads of pools are gone."""


def take_turns(page: Page, number: int) -> None:
    """So many turns on the page, in chats that begin anew."""
    for index in range(number):
        if index % TURNS_A_CHAT == 0:
            page.evaluate("document.querySelector('#new-chat').click()")
            page.locator("#chat [data-testid=user]").first.wait_for(state="detached")
        ask([page], f"Tell me about day {index}.")


def look(process: psutil.Process) -> dict[str, float]:
    """What the server has now."""
    mebibytes = process.memory_info().rss / 2**20
    return {"mib": round(mebibytes, 1), "descriptors": process.num_fds(), "threads": process.num_threads()}


def soak(server: Server, page: Page, options: argparse.Namespace) -> list[dict[str, float]]:
    """What the server had after each part, and what that part's requests took."""
    found = []
    for _ in range(NUM_PARTS):
        with ThreadPoolExecutor(1) as pool:  # playwright keeps an event loop in this thread
            sending = send_many(server.url, options.requests // NUM_PARTS, options.at_once)
            answered = pool.submit(asyncio.run, sending)
            take_turns(page, options.turns // NUM_PARTS)
            seconds = [took for _, took in answered.result()]
        time.sleep(_REST_S)
        percentiles = statistics.quantiles(seconds, n=100)
        times = {"p50_s": round(percentiles[49], 3), "p99_s": round(percentiles[98], 3)}
        found.append(look(server.process) | times)
        print(found[-1], flush=True)
    return found


def judge(found: list[dict[str, float]]) -> dict[str, Any]:
    """Each figure beside its bar."""
    first, second, last = found[0], found[1], found[-1]
    return {
        "memory_ratio": round(last["mib"] / first["mib"], 3), "memory_bar": 1.05,
        "more_descriptors": last["descriptors"] - first["descriptors"], "descriptors_bar": 0,
        "more_threads": last["threads"] - first["threads"], "threads_bar": 0,
        "p99_ratio": round(last["p99_s"] / second["p99_s"], 3), "p99_bar": 1.1,
    }  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--at-once", type=int, default=4)
    options = parser.parse_args()
    with (
        sync_playwright() as playwright,
        serving(repository.ROOT, ("app.py", "--model", "demo-neo"), "/ready") as server,
    ):
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        found = soak(server, open_chat(browser.new_context(), server.url), options)
        browser.close()
    judged = judge(found)
    print("\n".join(f"{name:>18}  {value}" for name, value in judged.items()))
    print(json.dumps({"requests": options.requests, "turns": options.turns, **judged, "parts": found}))


if __name__ == "__main__":
    main()
