"""Which of Gradio's routes are open: those that the page and its clients use. All others answer 404.

Gradio has routes that let the server fetch an address for a visitor, and more that this page never asks for. No route
that is open makes the server open a connection. An event that has no public name is called by the page's own way only,
which the page's secret and the owner guard: Gradio's plain routes would run it by its name or number for everybody.
"""

import re

from pyg_ui.ui.endpoints.handlers import ENDPOINTS
from pyg_ui.ui.visitors.asgi import App, Message, Receive, Send, path_of

_OPEN = frozenset(
    "app_id cancel custom_component heartbeat info login_check openapi.json queue reset startup-events theme.css token "
    "upload upload_progress user".split()
)
"""The first segments, below Gradio's prefix, of routes that are open."""
_CALL = re.compile(rf"call/(v2/)?({'|'.join(ENDPOINTS)})(/[^/]*)?/?$")
"""What programs call by a public name; the last part is an event that was begun."""
_GRADIO = re.compile(r"/+gradio_api/+(?P<below>.*)", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
"""No address that Gradio gives has one, and it fails over them."""
_KEPT_FILE = re.compile(r"file[=/](?!/*[a-z][a-z0-9+.-]+:)(?!//)", re.IGNORECASE)
"""A file of this machine, whose path Gradio checks; no address."""


class OpenRoutes:
    """ASGI middleware that answers 404 on Gradio's other routes."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on what is open."""
        if scope["type"] != "http" or _is_open(scope):
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _is_open(scope: Message) -> bool:
    path = path_of(scope)
    found = _GRADIO.match(path)
    if _CONTROL.search(path):
        return False
    if found is None:
        return not path.startswith("/monitoring")
    below = found["below"]
    return below.partition("/")[0] in _OPEN or any(known.match(below) for known in (_CALL, _KEPT_FILE))
