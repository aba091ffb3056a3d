"""The open pages: which session a browser means, and which pages follow along. Knows neither sockets nor tasks."""

import asyncio
import secrets
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from pyg_ui.errors import PygmalionError
from pyg_ui.ui.chat_state.reply import Reply
from pyg_ui.ui.session import Session


@dataclass(slots=True, eq=False)
class Watcher:
    """A connection to one open page. It is woken when there may be something to tell."""

    session: Session
    loop: asyncio.AbstractEventLoop
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_called: bool = False
    """Whether a reply has begun in the chat on the page, which the page does not follow yet."""
    problem: PygmalionError | None = None
    """Why not everything of the page's owner is saved; None if it is."""

    def wake(self) -> None:
        """Look what is new. May be called from any thread."""
        self.loop.call_soon_threadsafe(self.news.set)


class Audience:
    """The sessions by the secrets that their pages carry, and the connections that are open."""

    def __init__(self) -> None:
        self._sessions: WeakValueDictionary[str, Session] = WeakValueDictionary()
        self._watchers: list[Watcher] = []
        self._problems: dict[str, PygmalionError] = {}
        """Why not everything is saved, by owner."""

    def admit(self, session: Session) -> str:
        """A new secret with which the session's page may connect."""
        secret = secrets.token_urlsafe(32)
        self._sessions[secret] = session
        return secret

    def find(self, secret: str) -> Session | None:
        """The session of that secret; None if there is none."""
        return self._sessions.get(secret)

    def join(self, session: Session) -> Watcher:
        """A page has connected."""
        watcher = Watcher(session, asyncio.get_running_loop(), problem=self._problems.get(session.record.owner))
        self._watchers.append(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """A connection has ended."""
        self._watchers.remove(watcher)

    def watching(self, reply: Reply) -> list[Session]:
        """The sessions whose connected pages show the reply."""
        return [watcher.session for watcher in self._watchers if watcher.session.writing is reply]

    def wake(self, reply: Reply) -> None:
        """The reply has changed: its pages look at it."""
        for watcher in list(self._watchers):
            if watcher.session.writing is reply:
                watcher.wake()

    def wake_session(self, session: Session) -> None:
        """Something has changed for this session's pages."""
        for watcher in list(self._watchers):
            if watcher.session is session:
                watcher.wake()

    def report(self, owner: str, problem: PygmalionError | None) -> None:
        """Tell all pages of the owner why not everything is saved, or that it is."""
        self._problems.pop(owner, None)
        if problem is not None:
            self._problems[owner] = problem
        for watcher in list(self._watchers):
            if watcher.session.record.owner == owner:
                watcher.problem = problem
                watcher.wake()

    def call(self, reply: Reply) -> None:
        """A reply has begun: idle pages that show its chat are asked to follow it."""
        owner, id = reply.record.owner, reply.record.id
        for watcher in list(self._watchers):
            record = watcher.session.record
            if id and (record.owner, record.id) == (owner, id) and watcher.session.writing is None:
                watcher.is_called = True
                watcher.wake()
