"""A real server process: `python app.py` on a free port, waited for and stopped."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.repository import ROOT

START_TIMEOUT_S = 120.0
SLOW_APP = ("-m", "tests.browser.slow_app")
"""A program for `running_app`: the app with an engine that always tells the same story, slowly."""


@dataclass(frozen=True)
class AppServer:
    """A running app."""

    url: str
    """Without a slash at the end."""
    process: subprocess.Popen[bytes]
    log: Path


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_app(
    log: Path,
    arguments: Sequence[str] = ("--model", "demo-neo"),
    environment: dict[str, str] | None = None,
    wait_for: str = "/ready",
    program: Sequence[str] = (str(ROOT / "app.py"),),
    port: int | None = None,
    through: Sequence[str] = (),
) -> Iterator[AppServer]:
    """Run the app, or another program with its options, until the block ends; enter it once `wait_for` answers 200.

    It keeps its data beside the log, unless the environment says otherwise, and takes a free port unless told. A
    command that it is run `through` changes its surroundings and then becomes it.
    """
    port = port or free_port()
    own = {"PYG_DATA_DIR": str(log.with_suffix(".data")), **(environment or {})}
    command = [*through, sys.executable, *program, "--port", str(port), *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT, env=os.environ | own)
    server = AppServer(f"http://127.0.0.1:{port}", process, log)
    try:
        _wait(server, wait_for)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(server: AppServer, path: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(server.url + path, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise AssertionError(f"The app did not answer {path}. Its output:\n{server.log.read_text(errors='replace')}")
