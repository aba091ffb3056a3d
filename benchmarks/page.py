"""How much of the model's speed is left on the page, where browser, server and model share the processors.

    python benchmarks/page.py [--model J7] [--precision 8bit] [--roots . /path/to/another/checkout] [--rounds 3]

For each checkout a real server with a quarter of the 6B (random weights: only their speed means anything), and Chromium
on the same processors. In turns: tokens a second by the API and on the page, alone and with four at once (four chats in
four tabs of one browser; the sum). Then the same page without a model's work: the processor seconds of the server and
of all processes of the browser for 1,000 tokens, with an engine that tells a story at 16 tokens a second. The page's
tokens a second are the engine's own figures, which it stores with each reply. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import repository
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from shapes import SHAPES, checkpoint

from tests.server import free_port

NUM_NEW = 180
"""What the page asks for by itself."""
AT_ONCE = (1, 4)
_COUNT = """() => {
  window.numDraws = 0;
  new MutationObserver(() => { window.numDraws += 1; }).observe(
    document.getElementById("chat"), { childList: true, subtree: true, characterData: true });
}"""
_HAS_ENDED = """(number) => document.querySelectorAll("#chat [data-testid=bot]").length === number
  && document.querySelector("#message .submit-button") && !document.querySelector("#note .dots")"""
_COSTS = "server_s_per_1000", "browser_s_per_1000", "draws_per_s"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run"]


@dataclass(frozen=True)
class Server:
    """A running app of one checkout."""

    url: str
    process: psutil.Process
    data: Path

    def origins(self) -> list[dict[str, Any]]:
        """How each reply so far was written, oldest first."""
        with closing(sqlite3.connect(self.data / "pyg_ui.sqlite3")) as database:
            rows = database.execute("SELECT origin FROM versions WHERE origin IS NOT NULL ORDER BY id").fetchall()
        return sorted((json.loads(row[0]) for row in rows), key=lambda origin: str(origin["created_at"]))


@contextmanager
def serving(root: Path, program: Sequence[str], ready: str) -> Iterator[Server]:
    """Run a program of that checkout until the block ends."""
    with tempfile.TemporaryDirectory() as directory:
        data, url = Path(directory), f"http://127.0.0.1:{(port := free_port())}"
        command = [sys.executable, *program, "--port", str(port), "--data-dir", str(data)]
        process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            while not _answers(url + ready):
                if process.poll() is not None:
                    raise SystemExit(f"{command} ended at once.")
                time.sleep(0.5)
            yield Server(url, psutil.Process(process.pid), data)
        finally:
            process.terminate()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except OSError:
        return False


def api_rate(url: str, number: int) -> float:
    """Tokens a second of so many streams of the API at once, in sum."""
    with ThreadPoolExecutor(1) as pool:  # playwright keeps an event loop in this thread
        return pool.submit(asyncio.run, _api_rate(url, number)).result()


async def _api_rate(url: str, number: int) -> float:

    async def stream(client: httpx.AsyncClient, index: int) -> float:
        body = {
            "messages": [{"role": "user", "content": f"Tell me story {index}."}], "max_tokens": NUM_NEW, "stream": True,
        }  # fmt: skip
        moments = []
        async with client.stream("POST", "/v1/chat/completions", json=body) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: {"):
                    moments.append(time.perf_counter())
        return (len(moments) - 1) / (moments[-1] - moments[0])

    async with httpx.AsyncClient(base_url=url, timeout=600) as client:
        return sum(await asyncio.gather(*(stream(client, index) for index in range(number))))


def open_chat(context: BrowserContext, url: str) -> Page:
    """A tab with a chat of its own."""
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector("body[data-ready]", timeout=60_000)
    if page.locator("#chat [data-testid=user]").count():
        page.evaluate("document.querySelector('#new-chat').click()")
        page.locator("#chat [data-testid=user]").first.wait_for(state="detached")
    return page


def open_chats(context: BrowserContext, url: str, number: int) -> list[Page]:
    """So many tabs, each with a chat in which something was said."""
    pages = []
    for _ in range(number):
        pages.append(open_chat(context, url))
        ask(pages[-1:], "Hello!")
    return pages


def ask(pages: Sequence[Page], text: str) -> None:
    """Say the same in all tabs, and wait until all replies have ended."""
    numbers = [page.locator("#chat [data-testid=bot]").count() for page in pages]
    for page in pages:
        page.locator("#message textarea").fill(text)
        page.locator("#message textarea").press("Enter")
    for page, number in zip(pages, numbers, strict=True):
        page.wait_for_function(_HAS_ENDED, arg=number + 1, polling=500, timeout=300_000)
        page.wait_for_timeout(300)


def page_rate(server: Server, pages: Sequence[Page]) -> float:
    """Tokens a second of one reply in each tab at once, in sum."""
    ask(pages, "Tell me a long story.")
    return float(sum(origin["tokens_per_s"] for origin in server.origins()[-len(pages) :]))


def cost(server: Server, browser: psutil.Process, pages: Sequence[Page]) -> tuple[float, float, float]:
    """While each tab gets a reply: processor seconds of the server and of the browser for 1,000 tokens.

    And how often a second the chat was drawn in the tab where that happened least.
    """
    for page in pages:
        page.evaluate(_COUNT)
    before = used_s(server.process), used_s(browser), time.monotonic()
    ask(pages, "Tell me a long story.")
    used = used_s(server.process) - before[0], used_s(browser) - before[1]
    num_draws = min(page.evaluate("window.numDraws") for page in pages)
    num_tokens = sum(origin["num_new_tokens"] for origin in server.origins()[-len(pages) :])
    return used[0] * 1000 / num_tokens, used[1] * 1000 / num_tokens, num_draws / (time.monotonic() - before[2])


def used_s(process: psutil.Process) -> float:
    """Processor time of a process and of those that it started and that still run."""
    return sum(sum(each.cpu_times()[:2]) for each in (process, *process.children(recursive=True)))


def measure_rates(root: Path, browser: Browser, options: argparse.Namespace) -> dict[str, Any]:
    """The API's and the page's speed in turns, median of the rounds."""
    model = ["app.py", "--model", str(checkpoint(SHAPES[options.model], options.directory))]
    rates: dict[str, list[float]] = {}
    with serving(root, [*model, "--precision", options.precision], "/ready") as server:
        api_rate(server.url, 1)
        for number in AT_ONCE:
            with browser.new_context() as context:
                pages = open_chats(context, server.url, number)
                for _ in range(options.rounds):
                    rates.setdefault(f"api_{number}", []).append(api_rate(server.url, number))
                    rates.setdefault(f"page_{number}", []).append(page_rate(server, pages))
    found: dict[str, Any] = {name: statistics.median(values) for name, values in rates.items()}
    for number in AT_ONCE:
        pairs = zip(rates[f"page_{number}"], rates[f"api_{number}"], strict=True)
        found[f"share_{number}"] = statistics.median(page / api for page, api in pairs)
    return found


def measure_costs(root: Path, browser: Browser, process: psutil.Process, rounds: int) -> dict[str, Any]:
    """The page's own work, median of the rounds."""
    found: dict[str, Any] = {}
    with serving(root, ["-m", "tests.browser.slow_app"], "/ready") as server:
        for number in AT_ONCE:
            with browser.new_context() as context:
                pages = open_chats(context, server.url, number)
                costs = [cost(server, process, pages) for _ in range(rounds)]
            for name, values in zip(_COSTS, zip(*costs, strict=True), strict=True):
                found[f"{name}_{number}"] = statistics.median(values)
    return found


def browser_process() -> psutil.Process:
    """The browser that this process has started, under playwright's driver."""
    mine = psutil.Process(os.getpid()).children(recursive=True)
    return next(each for each in mine if "chrom" in each.name() or "headless" in each.name())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=sorted(SHAPES), default="J7")
    parser.add_argument("--precision", default="8bit")
    parser.add_argument("--directory", type=Path, default=Path(tempfile.gettempdir()) / "pyg-shapes")
    parser.add_argument("--roots", type=Path, nargs="+", default=[repository.ROOT])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("rates", "costs"))
    options = parser.parse_args()
    results = []
    with sync_playwright() as playwright:
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for root in options.roots:
            found: dict[str, Any] = {"root": str(root)}
            if options.only != "rates":
                found |= measure_costs(root, browser, browser_process(), options.rounds)
            if options.only != "costs":
                found |= measure_rates(root, browser, options)
            results.append(found)
            print("\n".join(f"{name:>24}  {value}" for name, value in found.items()), flush=True)
        browser.close()
    print(json.dumps({"model": options.model, "precision": options.precision, "results": results}))


if __name__ == "__main__":
    main()
