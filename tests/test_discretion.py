"""What the log tells, over Python's own loggers, uvicorn's, asyncio's and a real process without descriptors."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import logging
import resource
import socket
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from uvicorn.logging import DefaultFormatter

from pyg_ui.discretion import SeldomAndShort, be_discreet
from pyg_ui.errors import InputError
from tests.server import running_app

SECRET = "my secret is a canary"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, written as uvicorn does."""
    make, asyncio_logger, written = logging.getLogRecordFactory(), logging.getLogger("asyncio"), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(DefaultFormatter("%(levelprefix)s %(message)s", use_colors=False))
    loggers = [logging.getLogger(name) for name in (None, "uvicorn")]  # uvicorn may hand nothing on
    for logger in loggers:
        logger.addHandler(handler)
    be_discreet()
    yield written
    logging.setLogRecordFactory(make)
    for logger in loggers:
        logger.removeHandler(handler)
    for each in [each for each in asyncio_logger.filters if isinstance(each, SeldomAndShort)]:
        asyncio_logger.removeFilter(each)


def fail(name: str, error: Exception) -> None:
    """Log an exception that has led to another one."""
    try:
        try:
            raise error
        except Exception as first:
            raise KeyError(SECRET) from first
    except Exception:
        logging.getLogger(name).exception("A handler of the page failed")


@pytest.mark.parametrize("name", ["uvicorn.error", "pyg_ui.ui.notices", "pyg_ui.api.errors", "elsewhere"])
def test_an_exception_is_told_without_its_words(log: io.StringIO, name: str) -> None:
    fail(name, ValueError(SECRET))
    text = log.getvalue()
    assert "canary" not in text
    assert "in fail" in text
    assert text.index("builtins.ValueError") < text.index("Then:") < text.index("builtins.KeyError")


def test_our_own_words_the_systems_and_the_engines_are_told(log: io.StringIO) -> None:
    fail("pyg_ui.api.errors", InputError("Say something first."))
    fail("pyg_ui.api.errors", OSError(28, "No space left on device", f"/{SECRET}"))
    assert "InputError: Say something first." in log.getvalue()
    assert "OSError: No space left on device" in log.getvalue()
    assert "canary" not in log.getvalue()
    fail("pyg_ui.engine.manager", RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    assert "mat1 and mat2 shapes" in log.getvalue()


def test_a_task_that_nobody_waits_for_keeps_its_words_too(log: io.StringIO) -> None:
    async def run() -> None:
        async def failing() -> None:
            raise ValueError(SECRET)

        asyncio.create_task(failing())  # noqa: RUF006  # nobody keeps it, as the test says
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()

    asyncio.run(run())
    assert "Task exception was never retrieved" in log.getvalue()
    assert "canary" not in log.getvalue()


def test_the_same_line_comes_once_a_minute(log: io.StringIO) -> None:
    for number in range(1000):
        logging.getLogger("asyncio").error("socket.accept() out of system resource\nsocket: %s", number)
    logging.getLogger("asyncio").error("something else")
    assert log.getvalue().splitlines() == [
        "ERROR:    socket.accept() out of system resource", "ERROR:    something else"
    ]  # fmt: skip


@pytest.mark.server
def test_without_descriptors_the_log_stays_small_and_the_server_comes_back(tmp_path: Path) -> None:
    with running_app(tmp_path / "app.log") as server:
        address = urlsplit(server.url)
        before = server.log.stat().st_size
        used = len(list(Path(f"/proc/{server.process.pid}/fd").iterdir()))
        resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (used + 20, used + 20))
        with contextlib.ExitStack() as waiting:
            for _ in range(60):
                waiting.enter_context(socket.create_connection((str(address.hostname), int(address.port or 0))))
            until = time.monotonic() + 60
            while b"out of system resource" not in server.log.read_bytes()[before:]:
                assert time.monotonic() < until
                time.sleep(0.1)
            time.sleep(2)  # it tries again each second
        with urllib.request.urlopen(server.url + "/health", timeout=60) as answer:
            assert answer.status == 200
        assert server.log.stat().st_size - before < 20_000
