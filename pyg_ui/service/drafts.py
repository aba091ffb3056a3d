"""Drafts: texts on their way, one or several side by side, with the record of how they came to be."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from datetime import UTC, datetime

from pyg_ui.dialogue.chat import Origin, Version
from pyg_ui.engine.engine import Chunk, Engine, Finish
from pyg_ui.service.planning import PlannedReply

_NUM_SEEDS = 2**31
"""Seeds are drawn below this, which every program can write down."""


class Draft:
    """One generation of a planned reply. The seed is drawn here where it is open, so that a text cut off knows it."""

    def __init__(self, engine: Engine, planned: PlannedReply) -> None:
        asked = planned.request.parameters
        self._parameters = asked
        self._seed = asked.seed if asked.seed >= 0 else random.randrange(_NUM_SEEDS)
        self._reader = planned.reader()
        self._num_given = len(self._reader.text)
        self._num_prompt_tokens = len(planned.request.prompt_ids)
        self._num_new_tokens = 0
        self._model_id = engine.model.id
        self._created_at = datetime.now(UTC)
        self._submitted_at = time.monotonic()
        self._first_token_at: float | None = None
        self._generation = engine.submit(replace(planned.request, parameters=replace(asked, seed=self._seed)))

    @property
    def finish(self) -> Finish | None:
        """How it ended; None before its end."""
        return self._generation.result

    @property
    def has_text(self) -> bool:
        """Whether anything was written."""
        return len(self._reader.text) > self._num_given

    @property
    def version(self) -> Version:
        """What stands there now, and how it was written."""
        first_token_s, tokens_per_s = self._speed()
        return Version(
            self._reader.text,
            Origin(
                self._model_id, asdict(self._parameters), self._seed, self._num_prompt_tokens, self._num_new_tokens,
                first_token_s, tokens_per_s, self._created_at, self._num_given,
            ),
        )  # fmt: skip

    async def grow(self) -> AsyncGenerator[Version, None]:
        """A version whenever there is more text. Closing it cancels the generation; raises what the engine does."""
        async with aclosing(aiter(self._generation)) as chunks:
            async for chunk in chunks:
                if self._feed(chunk):
                    yield self.version
        if self._reader.end():
            yield self.version

    def cancel(self) -> None:
        """Ask the engine to stop."""
        self._generation.cancel()

    def _feed(self, chunk: Chunk) -> bool:
        if self._first_token_at is None and chunk.token_ids:
            self._first_token_at = time.monotonic()
        self._num_new_tokens += len(chunk.token_ids)
        return bool(self._reader.feed(chunk.text))

    def _speed(self) -> tuple[float, float]:
        """Seconds to the first token and tokens a second after it; the engine's own figures once it has ended."""
        if self.finish is not None:
            timings = self.finish.timings
            return timings.queued_s + timings.prefill_s, timings.tokens_per_s
        now = time.monotonic()
        if self._first_token_at is None:
            return now - self._submitted_at, 0.0
        elapsed_s = now - self._first_token_at
        speed = (self._num_new_tokens - 1) / elapsed_s if elapsed_s > 0 else 0.0
        return self._first_token_at - self._submitted_at, speed


def start_drafts(engine: Engine, planned: PlannedReply, number: int) -> list[Draft]:
    """That many drafts at once, for the engine to decode in one batch.

    They have different seeds: one that is set counts up. Raises what `Engine.submit` raises, and then none goes on.
    """
    drafts: list[Draft] = []
    try:
        for i in range(number):
            drafts.append(Draft(engine, _with_seed(planned, i)))
    except Exception:
        cancel(drafts)
        raise
    return drafts


async def grow_together(drafts: Sequence[Draft]) -> AsyncGenerator[tuple[Version, ...], None]:
    """All drafts' versions whenever one of them has more text, in the drafts' order.

    Closing it cancels all of them. Raises what the first of them to fail raises.
    """
    versions = [draft.version for draft in drafts]
    growing = [draft.grow() for draft in drafts]
    pulls = {asyncio.ensure_future(_next(stream)): place for place, stream in enumerate(growing)}
    try:
        while pulls:
            done, _ = await asyncio.wait(pulls, return_when=asyncio.FIRST_COMPLETED)
            for pull in done:
                place = pulls.pop(pull)
                if (version := pull.result()) is not None:
                    versions[place] = version
                    pulls[asyncio.ensure_future(_next(growing[place]))] = place
                    yield tuple(versions)
    finally:
        for pull in pulls:
            pull.cancel()
        await asyncio.gather(*pulls, return_exceptions=True)
        for stream in growing:
            await stream.aclose()
        cancel(drafts)


def cancel(drafts: Sequence[Draft]) -> None:
    """Ask the engine to stop writing them; what has ended stays as it is."""
    for draft in drafts:
        draft.cancel()


def _with_seed(planned: PlannedReply, number: int) -> PlannedReply:
    parameters = planned.request.parameters
    if parameters.seed < 0 or not number:
        return planned
    seeded = replace(parameters, seed=parameters.seed + number)
    return replace(planned, request=replace(planned.request, parameters=seeded))


async def _next(stream: AsyncGenerator[Version, None]) -> Version | None:
    return await anext(stream, None)
