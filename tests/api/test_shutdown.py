"""The real process is told to end while it streams: it refuses new work, lets short replies end, and stops the rest."""

from __future__ import annotations

import http.client
import json
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.server import SLOW_APP, AppServer, running_app

pytestmark = pytest.mark.server


def asked(server: AppServer, prompt: str, max_tokens: int = 40) -> http.client.HTTPResponse:
    """The answer to a request for a stream, of which the caller reads as much as they like."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    body = {"model": "demo-neo", "prompt": f"You: {prompt}\nBob:", "max_tokens": max_tokens, "stream": True}
    connection.request("POST", "/v1/completions", json.dumps(body), {"Connection": "close"})
    return connection.getresponse()


def test_what_runs_has_its_grace_and_what_comes_is_refused(tmp_path: Path) -> None:
    with running_app(tmp_path / "app.log", ("--grace", "4"), program=SLOW_APP) as server:
        short = [asked(server, "long") for _ in range(4)]
        endless = [asked(server, "endless", 2000) for _ in range(4)]
        for stream in (*short, *endless):
            assert stream.status == 200
            assert stream.readline().startswith(b"data:")
        server.process.send_signal(signal.SIGTERM)
        while (refused := asked(server, "Hi", 1)).status == 200:
            refused.read()
        assert (refused.status, refused.getheader("retry-after")) == (503, "5")
        assert b"shutting down" in refused.read()
        for stream in short:
            written = stream.read()
            assert b'"finish_reason":"length"' in written
            assert written.endswith(b"data: [DONE]\n\n")
        for stream in endless:
            assert b"error" in stream.read()
        assert server.process.wait(60) == 0
    assert "Traceback" not in server.log.read_text()
