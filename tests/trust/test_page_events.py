"""Whatever a browser sends as an event of the page, no handler and none of Gradio's routes fails over it.

The usual run sends 200; `python -m pytest -m trust` sends 10,000 in all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.server import AppServer, running_app
from tests.trust.page_events import Outcome, attack

pytestmark = pytest.mark.server

MODES = {
    "local": (),
    "network": ("--host", "0.0.0.0", "--api-key", "key"),
    "public": ("--operator", "ann"),
}
UNKNOWN = ("queue/data?session_hash=nobody", "call/chat/none", "call/nothing/none", "heartbeat/%00", "file=%00",
           "custom_component/1/client/component/..%2fx", "file=" + "x" * 5_000)  # fmt: skip
SENSELESS = ("[]", "{", '"x"', '{"data": null}', '{"data": []}', '{"message": {}}', '{"x": NaN}', "[" * 5_000)


def check(outcome: Outcome, log: str) -> None:
    """No 5xx but those by which Gradio tells a handler's refusal, no failure without words, nothing in the log."""
    assert not {status for status, number in outcome.statuses.items() if status >= 500 and number}
    assert outcome.results["done"] > 50
    assert None not in outcome.results, "a handler has failed"
    assert "Traceback" not in log
    assert "passwd" not in log


def logged_since(server: AppServer, start: int) -> str:
    return server.log.read_bytes()[start:].decode(errors="replace")


def test_events_that_no_page_sends_do_no_harm(app_server: AppServer) -> None:
    start = app_server.log.stat().st_size
    check(asyncio.run(attack(app_server.url, 200)), logged_since(app_server, start))


def test_what_the_routes_do_not_know_is_refused_in_silence(app_server: AppServer) -> None:
    start = app_server.log.stat().st_size
    with httpx.Client(base_url=f"{app_server.url}/gradio_api/", timeout=20) as client:
        for path in UNKNOWN:
            assert client.get(path).status_code < 500, path
        for path in ("call/v2/chat", "call/v2/nothing", "call/nothing", "run/nothing", "api/%00", "queue/join",
                     "cancel", "reset", "upload"):  # fmt: skip
            for body in SENSELESS:
                answer = client.post(path, content=body, headers={"Content-Type": "application/json"})
                assert answer.status_code in (200, 400, 404, 422), (path, body)
    assert "Traceback" not in logged_since(app_server, start)


@pytest.mark.trust
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("mode", MODES)
def test_ten_thousand_events_do_no_harm(mode: str, tmp_path: Path, tell: Callable[[str], None]) -> None:
    space = {"SPACE_ID": "ann/chat", "SPACE_HOST": "127.0.0.1"} if mode == "public" else {}
    with running_app(tmp_path / "app.log", ("--model", "demo-neo", *MODES[mode]), space) as server:
        outcome = asyncio.run(attack(server.url, 3_340, seed=1 + list(MODES).index(mode)))
        check(outcome, logged_since(server, 0))
    tell(f"{mode}: {outcome.statuses.total()} events, {outcome.results['done']} done, {dict(outcome.statuses)}")
