"""Puts a script at the head of the page, before everything else that is drawn or run.

The theme and the language that a person chose must be known before the first paint. Gradio adds the head that it is
given only after it has drawn the page and chosen its language.
"""

from typing import Any

from pyg_ui.ui.visitors.asgi import App, Message, Receive, Send

_HEAD = b"<head>"


class EarlyScript:
    """ASGI middleware that adds the script to answers in HTML."""

    def __init__(self, app: App, script: str) -> None:
        self._app = app
        self._added = _HEAD + b"<script>" + script.encode() + b"</script>"

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on; change the page on its way back. What does not look like a page stays as it is."""
        start: Message | None = None

        async def send_with_script(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message  # its length is known with the first part of the body
                return
            if start is not None:
                body = message.get("body", b"")
                if _HEAD in body:
                    message = {**message, "body": body.replace(_HEAD, self._added, 1)}
                    start = {**start, "headers": _longer(start["headers"], len(self._added) - len(_HEAD))}
                begun, start = start, None
                await send(begun)
            await send(message)

        await self._app(scope, receive, send_with_script if scope["type"] == "http" else send)


def _is_page(message: Message) -> bool:
    headers = {name.lower(): value for name, value in message.get("headers", ())}
    return headers.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in headers


def _longer(headers: Any, by: int) -> list[tuple[bytes, bytes]]:
    """The headers of an answer that is so many bytes longer."""
    is_length = [(name.lower() == b"content-length", name, value) for name, value in headers]
    return [(name, str(int(value) + by).encode() if found else value) for found, name, value in is_length]
