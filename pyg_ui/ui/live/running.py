"""The replies on their way in this process, each a task of its own. No page has to stay for a reply to go on.

A reply ends by itself, when somebody stops it, or when nobody has looked at it for longer than allowed. Everything but
`close` runs in the event loop that serves the pages.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field

from pyg_ui.dialogue.chat import Chat
from pyg_ui.service.replies import ReplyUpdate
from pyg_ui.ui.chat_state.reply import Reply
from pyg_ui.ui.live.audience import Audience
from pyg_ui.ui.live.pace import Pace
from pyg_ui.ui.live.unsaved import Unsaved
from pyg_ui.ui.session import Session

_SAVING_S = 1.0
"""How long saving may take at the end. A database that does not answer must not keep the process."""
ATTENTION_S = 4.0
"""A page that is not connected but asks for the text now and then counts as looking for so long."""


@dataclass(slots=True, eq=False)
class _Run:
    """The task of a reply."""

    reply: Reply
    asker: Session
    task: asyncio.Task[None] | None = None
    asked_at: float = 0.0
    """When a page without a connection asked for the text last."""
    due: float = 0.0
    """When it may be drawn next."""
    timer: asyncio.TimerHandle | None = None


@dataclass(eq=False)
class RunningReplies:
    """Starts replies, finds them by their chats, and stops them."""

    unwatched_s: float | None = None
    """How long a reply goes on while no page shows it; None is without limit."""
    pace: Pace = field(default_factory=Pace)
    audience: Audience = field(default_factory=Audience)
    unsaved: Unsaved = field(init=False)
    """The chats that could not be saved."""
    _runs: list[_Run] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None

    def __post_init__(self) -> None:
        self.unsaved = Unsaved(self.audience)

    def start(
        self, session: Session, reply: Reply, updates: AsyncGenerator[ReplyUpdate, None],
        keep: Callable[[Chat], Awaitable[None]],
    ) -> None:  # fmt: skip
        """Write a reply for this session. The `updates` save the chat as they pass, and `keep` does at the end."""
        self._loop = asyncio.get_running_loop()
        run = _Run(reply, session, asked_at=self._loop.time())
        self._runs.append(run)
        session.attach(reply)
        run.task = asyncio.create_task(self._write(run, updates, keep))

    def find(self, owner: str, id: str) -> Reply | None:
        """The reply on its way in a stored chat; None if there is none."""
        places = ((run.reply, run.reply.record) for run in self._runs)
        return next((reply for reply, record in places if id and (record.owner, record.id) == (owner, id)), None)

    def follow(self, session: Session) -> bool:
        """Show the reply on its way in the session's chat, if there is one. Returns whether it is new to the session.

        A message that is being edited is left alone: if it is saved, the chat goes on in a branch.
        """
        reply = session.writing
        if reply is None and session.editing is None:
            reply = self.find(session.record.owner, session.record.id)
            if reply is not None and not reply.wish.is_for_person:
                self.attach(session, reply)
                return True
        for run in self._runs:
            if run.reply is reply:
                run.asked_at = self._time()
        return False

    def attach(self, session: Session, reply: Reply) -> None:
        """Show this reply, which belongs to the chat on the screen. It may be over by now."""
        session.attach(reply)
        session.settle()
        self.audience.wake_session(session)

    async def cancel(self, reply: Reply) -> None:
        """Stop a reply for everybody who follows it, and wait until it is saved."""
        for run in self._runs:
            if run.reply is reply and run.task is not None:
                run.task.cancel()
        await reply.ended.wait()

    async def cancel_in(self, owner: str, id: str) -> None:
        """Stop the reply on its way in a stored chat, if there is one."""
        if (reply := self.find(owner, id)) is not None:
            await self.cancel(reply)

    def close(self, patience_s: float = 0.0) -> None:
        """Stop the replies that are not over after `patience_s`, and wait until all is saved, or cannot be.

        Called from another thread than its loop's.
        """
        if self._loop is not None and self._loop.is_running():
            stopping = asyncio.run_coroutine_threadsafe(self._stop_all(patience_s), self._loop)
            with contextlib.suppress(TimeoutError):
                stopping.result(patience_s + _SAVING_S)

    async def _stop_all(self, patience_s: float) -> None:
        if tasks := [run.task for run in self._runs if run.task is not None]:
            await asyncio.wait(tasks, timeout=patience_s)
        await asyncio.gather(*(self.cancel(run.reply) for run in list(self._runs)))
        await self.unsaved.try_again()

    async def _write(
        self, run: _Run, updates: AsyncGenerator[ReplyUpdate, None], keep: Callable[[Chat], Awaitable[None]]
    ) -> None:
        reply = run.reply
        guard = None if self.unwatched_s is None else asyncio.create_task(self._stop_unwatched(run, self.unwatched_s))
        try:
            with self.pace.joined():
                async with aclosing(updates):
                    async for reply.update in updates:
                        if not reply.begun.is_set():
                            reply.begun.set()
                            self._call(reply)
                        self._draw_soon(run)
        except asyncio.CancelledError:
            pass  # somebody has stopped it; what is written is saved
        except Exception as error:
            reply.error = error
        finally:
            if guard is not None:
                guard.cancel()
            reply.heir = self._heir(run)
            await asyncio.shield(asyncio.ensure_future(self._end(run, keep)))

    async def _end(self, run: _Run, keep: Callable[[Chat], Awaitable[None]]) -> None:
        reply = run.reply
        if run.timer is not None:
            run.timer.cancel()
        try:
            await keep(reply.history.chat)
        finally:
            reply.stored, reply.is_over = reply.record.stored, True
            self._runs.remove(run)
            reply.begun.set()
            reply.ended.set()
            self.audience.wake(reply)

    def _call(self, reply: Reply) -> None:
        """Ask other pages that show the chat to follow. A line for the person goes into one message box only."""
        if not reply.wish.is_for_person:
            self.audience.call(reply)

    def _heir(self, run: _Run) -> Session | None:
        """Who is told of an error and gets the text back: who asked, or else another page that looks."""
        watching = self.audience.watching(run.reply)
        is_asking = run.asker.writing is run.reply and self._time() - run.asked_at < ATTENTION_S
        if run.asker in watching or is_asking:
            return run.asker
        return watching[0] if watching else None

    async def _stop_unwatched(self, run: _Run, limit_s: float) -> None:
        """Cancel the reply once nobody has looked at it for so long."""
        seen_at = self._time()
        while (left_s := max(seen_at, run.asked_at) + limit_s - self._time()) > 0:
            await asyncio.sleep(min(left_s, max(limit_s / 5, 0.01)))
            if self.audience.watching(run.reply):
                seen_at = self._time()
        if run.task is not None:
            run.task.cancel()

    def _draw_soon(self, run: _Run) -> None:
        """Have it drawn at the pace that all replies share."""
        if run.timer is None:
            loop = asyncio.get_running_loop()
            run.timer = loop.call_at(max(run.due, loop.time()), self._draw, run)

    def _draw(self, run: _Run) -> None:
        run.timer, run.due = None, self._time() + self.pace.interval_s
        self.audience.wake(run.reply)

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
