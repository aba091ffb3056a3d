"""A model's server in this process, which answers completions as a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, object]
"""A status and JSON."""
Lines = Iterator[object]
"""The events of a stream. A text is written as it is, None closes the connection without an end."""


@dataclass
class FakeServer:
    """What it answers, and what it was asked."""

    complete: Callable[[dict[str, Any]], Answer | Lines]
    looks: Mapping[str, Answer] = field(default_factory=dict)
    """Answers to GET, by path."""
    asks: Mapping[str, Callable[[dict[str, Any]], Answer]] = field(default_factory=dict)
    """Answers to POST, by path."""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    """Of the completions that were asked for."""
    keys: list[str | None] = field(default_factory=list)
    has_left: threading.Event = field(default_factory=threading.Event)
    """Set when a reader closed its connection before the end."""
    url: str = ""


def told(texts: Sequence[str], reason: str = "stop") -> Lines:
    """The usual stream of these texts."""
    for text in texts:
        yield {"choices": [{"index": 0, "text": text, "finish_reason": None}]}
    yield {"choices": [{"index": 0, "text": "", "finish_reason": reason}]}
    yield "[DONE]"


@contextmanager
def serving(server: FakeServer) -> Iterator[FakeServer]:
    """Serve until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.keys.append(self.headers.get("Authorization"))
            self.answer(*server.looks.get(self.path, (404, {"detail": "Not Found"})))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path in server.asks:
                self.answer(*server.asks[self.path](body))
                return
            if self.path != "/v1/completions":
                self.answer(404, {"detail": "Not Found"})
                return
            server.bodies.append(body)
            given = server.complete(body)
            if isinstance(given, tuple):
                self.answer(*given)
                return
            try:
                self.stream(given)
            except OSError:
                server.has_left.set()

        def stream(self, lines: Lines) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for line in lines:
                if line is None:
                    self.close_connection = True
                    return
                data = f"data: {line if isinstance(line, str) else json.dumps(line)}\n\n".encode()
                self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
            self.wfile.write(b"0\r\n\r\n")

        def answer(self, status: int, value: object) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            if status in (301, 307):
                self.send_header("Location", str(value))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    Handler.protocol_version = "HTTP/1.1"
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        server.url = f"http://127.0.0.1:{http.server_address[1]}/v1"
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
