"""The engine on another server. A thread with an event loop of its own reads all replies as they arrive.

Cancelling closes the reply's connection, at which the server stops. Knows neither characters nor the page.
"""

import asyncio
import contextlib
import json
import random
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any

import httpx

from pyg_ui.engine.engine import Finish, Generation, GenerationRequest, ModelInfo
from pyg_ui.engine.remote.body import completion_body
from pyg_ui.engine.remote.dialects import LENS, Dialect
from pyg_ui.engine.remote.reply import Reply
from pyg_ui.engine.remote.server import Server, broken_off, failure_of, refusal_of
from pyg_ui.engine.remote.tokenizers import Tokenizer
from pyg_ui.errors import EngineStoppedError, InputError, Message, PromptTooLongError, UnsupportedError

_MOST_SEED = 2**31


class RemoteGeneration(Generation):
    """A generation that can be cancelled while nothing arrives."""

    def __init__(self, request: GenerationRequest, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(request)
        self.task: asyncio.Task[Finish] | None = None
        """Reads the reply; None before the loop has begun with it."""
        self._loop = loop

    def cancel(self) -> None:
        """See Generation."""
        if not self.is_cancelled:
            super().cancel()
            with contextlib.suppress(RuntimeError):  # the loop is closed, so it is over
                self._loop.call_soon_threadsafe(self.leave)

    def leave(self) -> None:
        """Close the connection. On the loop's thread."""
        if self.task is not None:
            self.task.cancel()


class RemoteEngine:
    """Serves the model of another server to many callers. All methods may be called from any thread."""

    def __init__(self, server: Server, dialect: Dialect, model: ModelInfo, tokenizer: Tokenizer) -> None:
        self.model = model
        """The model that it serves."""
        self._server = server
        self._dialect = dialect
        self._tokenizer = tokenizer
        self._changed = threading.Condition()
        self._running: set[RemoteGeneration] = set()
        self._is_closed = False
        self._loop = asyncio.new_event_loop()
        self._closing = asyncio.Event()
        self._client = server.streams()
        self._thread = threading.Thread(target=self._serve, name="remote-engine", daemon=True)
        self._thread.start()

    def encode(self, text: str) -> list[int]:
        """The token ids of a text. No special tokens are added."""
        return self._tokenizer.encode(text)

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of token ids, without special tokens."""
        return self._tokenizer.decode(token_ids)

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of a token, which may be part of a character. A special token has none."""
        return self._tokenizer.token_bytes(token_id)

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.encode(text))

    def check_room(self) -> None:
        """There is always room here: the server has its own queue."""

    def submit(self, request: GenerationRequest) -> Generation:
        """Start a generation; see Engine.submit for what it raises. What the server refuses comes with the first chunk.

        Raises UnsupportedError for logits, which no server tells.
        """
        self._check(request)
        with self._changed:
            if self._is_closed:
                raise EngineStoppedError("This model was unloaded. Choose a model, then try again.")
            generation = RemoteGeneration(request, self._loop)
            self._running.add(generation)
            self._loop.call_soon_threadsafe(self._start, generation)
        return generation

    def close(self, patience_s: float = 0.0) -> None:
        """See Engine.close. Texts can still be converted."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or not self._running, patience_s)
            was_closed, self._is_closed = self._is_closed, True
            if not was_closed:
                self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        if not was_closed:
            self._server.close()

    def when_failed(self, callback: Callable[[Message], None]) -> None:
        """See Engine.when_failed. What fails over there fails single replies; it never ends by itself."""

    def _check(self, request: GenerationRequest) -> None:
        ids, limit, vocabulary_size = request.prompt_ids, self.model.context_length, self.model.vocabulary_size
        if not ids:
            raise InputError("The prompt is empty. Write something to continue.")
        if min(ids) < 0 or (vocabulary_size is not None and max(ids) >= vocabulary_size):
            raise InputError("The prompt has a token id outside the model's vocabulary.")
        if request.wants_logits and LENS in self.model.lacks:
            raise UnsupportedError("{server} does not tell how likely all next words are.", server=self._dialect.title)
        if request.num_tokens > limit:
            raise PromptTooLongError(
                "The prompt has {number:,} tokens and {more:,} more are wanted; this model holds {limit:,} in all. "
                "Shorten the prompt or lower max_new_tokens.",
                num_tokens=request.num_tokens, limit=limit, number=len(ids), more=request.num_tokens - len(ids),
            )  # fmt: skip

    # -- the loop's thread --------------------------------------------------------------------------------------

    def _serve(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._until_closed())

    async def _until_closed(self) -> None:
        await self._closing.wait()
        with self._changed:
            running = list(self._running)
        for generation in running:
            generation.fail(EngineStoppedError("The model was unloaded before the reply was complete. Try again."))
            generation.leave()
        await asyncio.gather(*(each.task for each in running if each.task), return_exceptions=True)
        await self._client.aclose()

    def _start(self, generation: RemoteGeneration) -> None:
        given = generation.request.parameters.seed
        seed = given if given >= 0 else random.randrange(_MOST_SEED)
        reply = Reply(generation.request, seed, self._dialect, self._tokenizer)
        generation.task = self._loop.create_task(self._write(generation, reply, seed))
        generation.task.add_done_callback(partial(self._end, generation, reply))
        if generation.is_cancelled:
            generation.leave()

    def _end(self, generation: RemoteGeneration, reply: Reply, task: asyncio.Task[Finish]) -> None:
        if task.cancelled():
            generation.finish(reply.finish(is_cancelled=True))
        elif isinstance(error := task.exception(), Exception):
            generation.fail(error)
        else:
            generation.finish(task.result())
        with self._changed:
            self._running.remove(generation)
            self._changed.notify_all()

    async def _write(self, generation: RemoteGeneration, reply: Reply, seed: int) -> Finish:
        body = await asyncio.to_thread(
            completion_body, generation.request, self._server.address.model, seed, self._dialect, self._tokenizer
        )
        try:
            async with aclosing(self._events(body)) as events:
                async for event in events:
                    chunk = reply.feed(event)
                    if chunk is not None:
                        generation.emit(chunk)
                    if reply.is_cut:
                        break
        except httpx.HTTPError as error:
            if not reply.is_complete:
                raise failure_of(error, self._server.silence_s) from None
        if not reply.is_complete:
            raise broken_off()
        return reply.finish()

    async def _events(self, body: Mapping[str, Any]) -> AsyncGenerator[Any, None]:
        """The JSON of each event. Raises HTTPError and what the server's refusal means."""
        async with self._client.stream("POST", f"{self._server.address.base}/completions", json=body) as response:
            if response.status_code != httpx.codes.OK:
                told = await response.aread()
                raise refusal_of(response.status_code, _json(told))
            async for line in response.aiter_lines():
                name, _, data = line.partition(":")
                if name == "data" and data.strip() == "[DONE]":
                    return
                if name == "data":
                    yield _json(data) or {}


def _json(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
