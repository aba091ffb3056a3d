"""Drafts: generated texts that are still growing, one or several, each with the record of how it was written.

Also compares the drafts that several settings give for one prompt.
"""

import random
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import asdict, replace
from datetime import UTC, datetime

from pyg_ui.dialogue.chat import Chat, Origin, Version
from pyg_ui.engine.engine import Chunk, Engine, Finish, FinishReason, Generation, ModelInfo
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.loops import LoopWatch
from pyg_ui.service.planning import PlannedReply, plan_reply
from pyg_ui.service.side_by_side import cancel_all, interleaved, submit_all

_NUM_SEEDS = 2**31
"""Open seeds are drawn below this, so that they fit the page's slider."""


class Draft:
    """The text of one generation of a planned reply."""

    def __init__(
        self, model: ModelInfo, planned: PlannedReply, parameters: SamplingParameters, generation: Generation
    ) -> None:
        """`parameters` are those that were asked for; the generation's own have a seed in any case."""
        self.generation = generation
        self._recorded = asdict(parameters)
        self._reader = planned.reader()
        self._num_given = len(self._reader.text)
        self._num_new_tokens = 0
        self._model_id = model.id
        self._loops = LoopWatch(self._reader.text) if model.may_loop else None
        self._created_at = datetime.now(UTC)
        self._submitted_at = time.monotonic()
        self._first_token_at: float | None = None

    @property
    def has_text(self) -> bool:
        """Whether anything was written."""
        return len(self._reader.text) > self._num_given

    @property
    def version(self) -> Version:
        """The text so far, and how it was written."""
        request, (first_token_s, tokens_per_s) = self.generation.request, self._speed()
        return Version(
            self._reader.text,
            Origin(
                self._model_id, self._recorded, request.parameters.seed, len(request.prompt_ids),
                self._num_new_tokens, first_token_s, tokens_per_s, self._created_at, self._num_given,
                has_looped=self._has_looped, is_stopped=self._is_stopped,
            ),
        )  # fmt: skip

    @property
    def _has_looped(self) -> bool:
        return self._loops is not None and self._loops.has_looped

    @property
    def _is_stopped(self) -> bool:
        result = self.generation.result
        return not self._has_looped and (result is None or result.reason is FinishReason.CANCELLED)

    def take(self, item: Chunk | Finish) -> bool:
        """Add what the generation gave next. Returns whether the text has grown."""
        if isinstance(item, Finish):
            rest = self._reader.feed(self._loops.end()) if self._loops is not None else ""
            return bool(rest + self._reader.end(at_stop=item.stop is not None))
        if self._first_token_at is None and item.token_ids:
            self._first_token_at = time.monotonic()
        self._num_new_tokens += len(item.token_ids)
        return bool(self._reader.feed(item.text if self._loops is None else self._watched(item.text)))

    def _watched(self, text: str) -> str:
        """What may be read of the text. The generation is cancelled where it begins to repeat itself."""
        assert self._loops is not None
        passed = self._loops.feed(text)
        if self._loops.has_looped:
            self.generation.cancel()
        return passed

    def _speed(self) -> tuple[float, float]:
        """Seconds to the first token and tokens a second after it; the engine's own figures after the end."""
        if self.generation.result is not None:
            timings = self.generation.result.timings
            return timings.queued_s + timings.prefill_s, timings.tokens_per_s
        now = time.monotonic()
        if self._first_token_at is None:
            return now - self._submitted_at, 0.0
        elapsed_s = now - self._first_token_at
        speed = (self._num_new_tokens - 1) / elapsed_s if elapsed_s > 0 else 0.0
        return self._first_token_at - self._submitted_at, speed


def start_drafts(engine: Engine, planned: PlannedReply, settings: Sequence[SamplingParameters]) -> list[Draft]:
    """Start a draft for each of the settings, all from the same prompt.

    A seed that is open is drawn here, so that a text that is cut off knows its seed. Raises what `submit_all` raises.
    """
    requests = [planned.request_with(_with_a_seed(parameters)) for parameters in settings]
    generations = submit_all(engine, requests)
    return [
        Draft(engine.model, planned, parameters, generation)
        for parameters, generation in zip(settings, generations, strict=True)
    ]


async def grow_together(drafts: Sequence[Draft]) -> AsyncGenerator[tuple[Version, ...], None]:
    """Yield all versions, in the drafts' order, whenever one of them has grown.

    Closing it cancels all generations. Raises what the first draft to fail raises.
    """
    versions = [draft.version for draft in drafts]
    async with aclosing(interleaved([draft.generation for draft in drafts])) as items:
        async for index, item in items:
            if drafts[index].take(item):
                versions[index] = drafts[index].version
                yield tuple(versions)


async def compare(
    engine: Engine, chat: Chat, settings: Sequence[SamplingParameters]
) -> AsyncGenerator[tuple[Version, ...], None]:
    """Yield the growing replies to the person's last message, one for each of the settings, all from one prompt.

    The prompt leaves room for the longest reply, as `plan_reply` does. Closing it cancels all. Raises
    PromptTooLongError, EngineBusyError and EngineStoppedError.
    """
    longest = max(settings, key=lambda parameters: parameters.max_new_tokens)
    planned = await plan_reply(engine, chat.without_last_reply(), longest)
    drafts = start_drafts(engine, planned, settings)
    try:
        yield tuple(draft.version for draft in drafts)
        async with aclosing(grow_together(drafts)) as growing:
            async for versions in growing:
                yield versions
        yield tuple(draft.version for draft in drafts)
    finally:
        cancel_all(draft.generation for draft in drafts)


def _with_a_seed(parameters: SamplingParameters) -> SamplingParameters:
    return parameters if parameters.seed >= 0 else replace(parameters, seed=random.randrange(_NUM_SEEDS))
