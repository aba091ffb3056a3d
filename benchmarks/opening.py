"""How soon the page can be used, and what its opening costs.

    python benchmarks/opening.py [--roots /path/to/another/checkout .] [--rounds 7] [--only opening]

For each checkout a real server with the demo model, and Chromium on the same processors, in turns; medians of warm
openings, whose scripts the browser has in its cache. `ready_ms` is from the navigation until `body[data-ready]`, by the
page's own clock; `num_elements` is how many elements the page has then. `main_thread_ms` and `server_ms` are processor
time until the page has come to rest: on a busy machine they say more than the clock. `sheet_ms` is from the click until
a sheet shows its content, the slowest of all sheets, in a page that never had time to prepare them. `first_words_s` is
from the start of the process to the first words of a reply. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import repository
from page import FLAGS, Server, serving, used_s
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

Note = Callable[[Path, dict[str, float]], None]
SHEETS = ("editor", "gallery", "you", "tools", "model-sheet")
_DEMO = ("app.py", "--model", "demo-neo")
_REST_MS = 2500
_NOTE_READY = """new MutationObserver((_, watch) => {
  if (!document.body?.dataset.ready) return;
  watch.disconnect();
  window.atReady = { ready_ms: performance.now(), num_elements: document.querySelectorAll("*").length };
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"] });"""
_NEVER_IDLE = "window.requestIdleCallback = () => 0;"
_OPEN_SHEET = """async (id) => {
  const started = performance.now(), frame = () => new Promise((done) => requestAnimationFrame(done));
  document.querySelector(`[data-sheet="${id}"]`).click();
  while (document.querySelectorAll(`#${id} *`).length < 30) await new Promise((done) => setTimeout(done, 1));
  await frame();
  return performance.now() - started;
}"""


def open_page(page: Page, url: str) -> None:
    """Wait until the page can be used."""
    page.goto(url, wait_until="commit")
    page.wait_for_selector("body[data-ready]", timeout=60_000)


def measure_opening(context: BrowserContext, server: Server) -> dict[str, float]:
    """One visit."""
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    tools.send("Performance.enable")
    page.add_init_script(_NOTE_READY)
    before = used_s(server.process)
    open_page(page, server.url)
    page.wait_for_timeout(_REST_MS)
    used = {each["name"]: each["value"] for each in tools.send("Performance.getMetrics")["metrics"]}
    found: dict[str, float] = page.evaluate("window.atReady")
    found |= {"main_thread_ms": used["ThreadTime"] * 1000, "server_ms": (used_s(server.process) - before) * 1000}
    page.close()
    return found


def measure_sheets(context: BrowserContext, server: Server) -> dict[str, float]:
    """One visit in which every sheet is opened before the page had time for it."""
    page = context.new_page()
    page.add_init_script(_NEVER_IDLE)
    open_page(page, server.url)
    page.wait_for_timeout(_REST_MS)
    taken = []
    for id in SHEETS:
        taken.append(page.evaluate(_OPEN_SHEET, id))
        page.locator(".sheet.is-open .close-sheet").click()
    page.close()
    return {"sheet_ms": max(taken)}


def measure_start(browser: Browser, root: Path) -> dict[str, float]:
    """A process that is started and asked at once."""
    started = time.monotonic()
    with serving(root, _DEMO, "/health") as server, browser.new_context() as context:
        page = context.new_page()
        open_page(page, server.url)
        page.locator("#message textarea").fill("Hello!")
        page.locator("#message textarea").press("Enter")
        page.wait_for_function("document.querySelectorAll('#chat [data-testid=bot]')[1]?.innerText.trim()")
        return {"first_words_s": time.monotonic() - started}


def measure_openings(browser: Browser, roots: list[Path], rounds: int, note: Note) -> None:
    """Warm openings of each checkout, in turns."""
    with ExitStack() as stack:
        servers = {root: stack.enter_context(serving(root, _DEMO, "/ready")) for root in roots}
        contexts = {root: stack.enter_context(browser.new_context()) for root in roots}
        for root in roots:
            measure_opening(contexts[root], servers[root])  # fills the cache
        for _ in range(rounds):
            for root in roots:
                note(root, measure_opening(contexts[root], servers[root]))
        for _ in range(3):
            for root in roots:
                note(root, measure_sheets(contexts[root], servers[root]))


def measure(browser: Browser, options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """All figures of each checkout, in turns."""
    taken: dict[Path, dict[str, list[float]]] = {root: defaultdict(list) for root in options.roots}

    def note(root: Path, found: dict[str, float]) -> None:
        for name, value in found.items():
            taken[root][name].append(value)

    if options.only != "start":
        measure_openings(browser, options.roots, options.rounds, note)
    for _ in range(3 if options.only != "opening" else 0):
        for root in options.roots:
            note(root, measure_start(browser, root))
    for root in options.roots:
        medians = {name: round(statistics.median(values), 1) for name, values in taken[root].items()}
        yield {"root": str(root), **medians}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--roots", type=Path, nargs="+", default=[repository.ROOT])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", choices=("opening", "start"))
    options = parser.parse_args()
    with sync_playwright() as playwright:
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        results = list(measure(browser, options))
        browser.close()
    for found in results:
        print("\n".join(f"{name:>16}  {value}" for name, value in found.items()))
    print(json.dumps({"rounds": options.rounds, "results": results}))


if __name__ == "__main__":
    main()
