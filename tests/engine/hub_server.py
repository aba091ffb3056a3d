"""A hub of one's own: serves the files of a directory as the model repository's files, over the hub's protocol."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class HubServer:
    """One repository, `owner/name`, with the files of a directory."""

    files: Path
    repository: str = "somebody/tiny"
    address: str = ""
    fetched: list[str] = field(default_factory=list)
    """Names of the files that were downloaded."""
    num_requests: int = 0
    breaks_off_in: str | None = None
    """The file after half of which the connection breaks, each time."""
    trickles_in: str | None = None
    """The file whose second half comes slowly, over some minutes."""

    def content(self, name: str) -> bytes:
        return (self.files / name).read_bytes()

    def names(self) -> list[str]:
        return sorted(path.name for path in self.files.iterdir())


@contextlib.contextmanager
def serving(files: Path) -> Iterator[HubServer]:
    """Run a hub on a free port."""
    hub = HubServer(files)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: HubServer

    def do_HEAD(self) -> None:
        self._answer(has_body=False)

    def do_GET(self) -> None:
        self._answer(has_body=True)

    def log_message(self, *parts: object) -> None:
        """Say nothing."""

    def _answer(self, *, has_body: bool) -> None:
        self.hub.num_requests += 1
        path, repository = self.path.split("?")[0], self.hub.repository
        if path.startswith(f"/api/models/{repository}/tree/"):
            self._send_json([self._describe(name) for name in self.hub.names()])
        elif path.startswith(f"/api/models/{repository}/revision/") or path == f"/api/models/{repository}":
            siblings = [{"rfilename": name, **self._describe(name)} for name in self.hub.names()]
            self._send_json({"id": repository, "sha": COMMIT, "siblings": siblings})
        elif path.startswith(f"/{repository}/resolve/"):
            self._send_file(path.rsplit("/", 1)[1], has_body=has_body)
        else:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})

    def _describe(self, name: str) -> dict[str, object]:
        content = self.hub.content(name)
        return {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}

    def _send_json(self, content: object) -> None:
        self._send(200, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _send_file(self, name: str, *, has_body: bool) -> None:
        if name not in self.hub.names():
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        content = self.hub.content(name)
        headers = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT}
        if not has_body:
            self._send(200, b"", headers, length=len(content))
            return
        self.hub.fetched.append(name)
        half = content[: len(content) // 2]
        self._send(
            200, half if name in (self.hub.breaks_off_in, self.hub.trickles_in) else content, headers, len(content)
        )
        if name == self.hub.trickles_in:
            self._trickle(content[len(half) :])

    def _trickle(self, content: bytes) -> None:
        piece = len(content) // 2000
        with contextlib.suppress(OSError):  # the client may go
            for start in range(0, len(content), piece):
                self.wfile.write(content[start : start + piece])
                time.sleep(0.1)

    def _send(self, status: int, body: bytes, headers: dict[str, str], length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
