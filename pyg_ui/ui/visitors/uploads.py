"""How much may lie on the disk of what was uploaded. Handlers read an upload as soon as it has come; nothing shows it.

Gradio keeps uploads for ever. Here they are deleted within an hour, and where strangers upload, each client and all of
them together have a share of that hour.
"""

import time
from collections import Counter, deque
from collections.abc import Callable

from pyg_ui.clients import Caps, place_of
from pyg_ui.ui.visitors.asgi import App, Message, Receive, Send, path_of

KEPT_S = 3000
SWEPT_EVERY_S = 300
"""So often, what is older than KEPT_S is deleted."""
_UPLOAD = "/gradio_api/upload"
_TOO_MUCH = "Too much was uploaded in the last hour. Upload this later."
_NO_LENGTH = "Say how long the upload is, in the header Content-Length."


class UploadShares:
    """ASGI middleware that answers 413 to uploads beyond a client's share of an hour, or beyond the share of all."""

    def __init__(self, app: App, caps: Caps, now: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._caps = caps
        self._now = now
        self._taken: deque[tuple[float, str, int]] = deque()
        """When who has sent how many bytes, oldest first. Uploads that failed count too."""
        self._by_client: Counter[str] = Counter()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on what is no upload, or not too much."""
        is_upload = scope["type"] == "http" and path_of(scope) == _UPLOAD and scope["method"] == "POST"
        status, reason = self._refusal(scope) if is_upload else (200, "")
        if not reason:
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": reason.encode()})

    def _refusal(self, scope: Message) -> tuple[int, str]:
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
        if not length.isdigit():
            return 411, _NO_LENGTH  # a body without a length could be of any
        client, num_bytes, now = place_of((scope.get("client") or ("",))[0]), int(length), self._now()
        while self._taken and now - self._taken[0][0] > KEPT_S + SWEPT_EVERY_S:
            self._forget()
        is_much = self._by_client[client] + num_bytes > self._caps.client_uploads_mb << 20
        if is_much or self._by_client.total() + num_bytes > self._caps.uploads_mb << 20:
            return 413, _TOO_MUCH
        self._taken.append((now, client, num_bytes))
        self._by_client[client] += num_bytes
        return 200, ""

    def _forget(self) -> None:
        _, client, num_bytes = self._taken.popleft()
        self._by_client[client] -= num_bytes
        self._by_client += Counter()  # leaves out those with nothing
