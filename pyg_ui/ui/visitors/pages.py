"""Whose page a request speaks for. Gradio knows pages by a hash that stands in addresses, and so in logs and histories.

Each page has a secret as well, which `early.js` sends with every request. The first request with a hash tells its
secret; later ones with another secret, or without, are refused. Programs may do without: then their hash has none.
"""

import json
from collections import OrderedDict
from urllib.parse import parse_qs, unquote

from pyg_ui.ui.visitors.asgi import App, Message, Receive, Send, path_of

MOST_PAGES = 20_000
"""So many are remembered, twice as many as Gradio remembers sessions. The ones that were used last stay."""
MAX_EVENT_BYTES = 16 << 20
_MAX_HASH_LENGTH = 200
_HEADER = b"x-page-secret"
_PREFIX = "/gradio_api/"
_HEARTBEAT = _PREFIX + "heartbeat/"
_NOT_YOURS = "This is another page's session. Reload the page."
_TOO_LARGE = "An event may have {mib} MiB."


class OwnPages:
    """ASGI middleware in front of Gradio: it answers 403 to requests that speak for somebody else's page."""

    def __init__(self, app: App, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._app = app
        self._max_event_bytes = max_event_bytes
        self._secrets: OrderedDict[str, bytes] = OrderedDict()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on if it may speak for the page that it names, or names none."""
        if scope["type"] != "http" or not (path := path_of(scope)).startswith(_PREFIX):
            await self._app(scope, receive, send)
            return
        names = _named_in_address(scope, path)
        if _is_event(scope):
            body = await _read(receive, self._max_event_bytes)
            if body is None:
                await _refuse(send, 413, _TOO_LARGE.format(mib=self._max_event_bytes >> 20))
                return
            names, receive = [*names, *_named_in_body(body)], _again(body, receive)
        secret = next((value for name, value in scope["headers"] if name == _HEADER), b"")
        if all(self._admits(name, secret) for name in names):
            await self._app(scope, receive, send)
        else:
            await _refuse(send, 403, _NOT_YOURS)

    def _admits(self, name: str, secret: bytes) -> bool:
        """Whether a secret is that of the page with this hash; a page that nobody has named yet gets it."""
        if len(name) > _MAX_HASH_LENGTH or len(secret) > _MAX_HASH_LENGTH:
            return False
        known = self._secrets.setdefault(name, secret)
        self._secrets.move_to_end(name)
        if len(self._secrets) > MOST_PAGES:
            self._secrets.popitem(last=False)
        return known == secret


def _named_in_address(scope: Message, path: str) -> list[str]:
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    beats = [unquote(path.removeprefix(_HEARTBEAT).strip("/"))] if path.startswith(_HEARTBEAT) else []
    return [*query.get("session_hash", []), *beats]


def _is_event(scope: Message) -> bool:
    """Whether a request's body is JSON. Gradio takes any that is no form for it."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    return bool(scope["method"] == "POST") and not kind.lower().startswith(b"multipart/")


def _named_in_body(body: bytes) -> list[str]:
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return []  # Gradio reads it in the same way, and refuses it
    name = event.get("session_hash") if isinstance(event, dict) else None
    return [name] if isinstance(name, str) else []


async def _read(receive: Receive, most: int) -> bytes | None:
    """The whole body; None if it is too large. What a client sends that leaves is no event."""
    body, has_more = bytearray(), True
    while has_more:
        message = await receive()
        body += message.get("body", b"")
        has_more = message.get("more_body", False)
        if len(body) > most:
            return None
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """Receives a body that was read already, and then what comes after it."""
    left = [body]

    async def received() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return received


async def _refuse(send: Send, status: int, reason: str) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps({"detail": reason}).encode()})
