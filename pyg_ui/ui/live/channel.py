"""The connection by which an open page follows replies, and learns whether all is saved: a WebSocket that carries only
what has changed.

Gradio streams each event over HTTP, of which a browser opens six connections to a server for all of its tabs.
WebSockets do not count. A page proves that it is itself with the secret that its HTML carries, in its first message.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pyg_ui.ui.chat_state.reply import Reply
from pyg_ui.ui.display import as_attribute
from pyg_ui.ui.live.audience import Audience, Watcher
from pyg_ui.ui.translations import say, translate
from pyg_ui.ui.visitors.asgi import App, Message, Receive, Send, path_of

PATH = "/live"
UNKNOWN = 4401
"""The code with which a connection is closed whose page belongs to no session: the page must be loaded again."""
PATIENCE_S = 10.0
"""How long a connection may take to say which page it is."""
_CLOSING = re.compile(r"(?:</\w+>)+$")
BEAT_S = 10.0
"""After so long without news the page is told that the connection still works."""


def live_html(secret: str) -> str:
    """What the page carries for `live.js`."""
    return f'<i data-secret="{as_attribute(secret)}" data-path="{PATH}"></i>'


@dataclass(eq=False)
class Told:
    """What one page knows of a reply, and of what is not saved."""

    reply: Reply | None = None
    bubbles: list[list[str]] = field(default_factory=list)
    note: str = ""
    line: str | None = None
    unsaved: str | None = None

    def news(self, watcher: Watcher) -> Iterator[dict[str, Any]]:
        """What the page is to be told now."""
        reply, session = watcher.session.writing, watcher.session
        if reply is None:
            if self.reply is not None:
                yield {"idle": True}
            if watcher.is_called:
                yield {"called": True}
            self.reply, watcher.is_called = None, False
        elif reply.is_over:
            yield {"end": True}
        elif reply.begun.is_set():
            yield from self._changes(reply, reply.note(session.language))

    def saving(self, watcher: Watcher) -> Iterator[dict[str, Any]]:
        """Why not everything is saved, where the page knows otherwise; "" if it is. Who operates is told all of it."""
        problem, session, text = watcher.problem, watcher.session, ""
        if problem is not None:
            reason = translate(problem.for_operators if session.is_operator else problem, session.language)
            text = say("chat.unsaved", session.language, reason=reason)
        if text != self.unsaved:
            self.unsaved = text
            yield {"unsaved": text, "saved": say("chat.saved_again", session.language)}

    def _changes(self, reply: Reply, note: str) -> Iterator[dict[str, Any]]:
        """The difference between what the page knows and what the reply is now; all of it for another reply."""
        is_new = reply is not self.reply
        before = [] if is_new else self.bubbles
        told: dict[str, Any] = {"open": True} if is_new else {}
        if bubbles := list(_differences(before, reply.bubbles)):
            told["bubbles"] = bubbles
        if is_new or note != self.note:
            told["note"] = note
        if reply.line != (None if is_new else self.line):
            told["line"] = reply.line
        self.reply, self.bubbles, self.note, self.line = reply, reply.bubbles, note, reply.line
        if told:
            yield told


def _differences(before: list[list[str]], after: list[list[str]]) -> Iterator[tuple[int, int, int, list[str]]]:
    """What the page has to do to each bubble that differs: keep so many blocks, and so much of the next one; add these.

    The first of the added blocks goes on from what is kept of that next one.
    """
    for place, blocks in enumerate(after):
        known = before[place] if place < len(before) else []
        if blocks != known or place >= len(before):
            pairs = zip(known, blocks, strict=False)
            first = next((i for i, (old, new) in enumerate(pairs) if old != new), min(len(known), len(blocks)))
            rest = blocks[first:]
            kept = _kept(known[first], rest[0]) if rest and first < len(known) else ""
            if kept:
                rest = [rest[0][len(kept) :], *rest[1:]]
            yield place, first, len(kept.encode("utf-16-le")) // 2, rest


def _kept(old: str, new: str) -> str:
    """The beginning of an HTML text that stays when text is added at its end, perhaps within its last elements."""
    return next((kept for kept in (old, _CLOSING.sub("", old)) if new.startswith(kept)), "")


class LiveChannel:
    """ASGI middleware that answers the connections of pages, and a probe whether the server can be reached."""

    def __init__(self, app: App, audience: Audience) -> None:
        self._app = app
        self._audience = audience

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer on our own path; pass everything else on."""
        if scope["type"] not in ("http", "websocket") or not _is_ours(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 204, "headers": [(b"cache-control", b"no-store")]})
            await send({"type": "http.response.body", "body": b""})
        elif (await receive())["type"] == "websocket.connect":
            with contextlib.suppress(OSError):  # the page has gone
                await self._connect(scope, receive, send)

    async def _connect(self, scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        session = self._audience.find(await _secret(receive))
        if session is None:
            await send({"type": "websocket.close", "code": UNKNOWN})
            return
        watcher = self._audience.join(session)
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: watcher.news.set())
        try:
            await _tell(watcher, gone, send)
        finally:
            self._audience.leave(watcher)
            gone.cancel()


async def _tell(watcher: Watcher, gone: asyncio.Task[None], send: Send) -> None:
    """Tell the page its news until it is gone."""
    told, is_first = Told(), True
    while not gone.done():
        watcher.news.clear()
        news = list(told.news(watcher)) or ([{"idle": True}] if is_first else [])
        for each in (*news, *told.saving(watcher)):
            await send({"type": "websocket.send", "text": json.dumps(each, ensure_ascii=False)})
        is_first = False
        try:
            async with asyncio.timeout(BEAT_S):
                await watcher.news.wait()
        except TimeoutError:
            await send({"type": "websocket.send", "text": "{}"})


async def _secret(receive: Receive) -> str:
    """What the first message says; "" if none comes or it is unreadable."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            return str((await receive()).get("text") or "")
    return ""


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass  # a page has nothing else to say


def _is_ours(scope: Message) -> bool:
    return path_of(scope) == PATH
