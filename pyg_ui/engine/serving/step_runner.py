"""What happens in one step: run the model, sample, emit; and what a failure may take with it.

A failing forward pass ends only the runs that were in it, and their slots are emptied. Knows nothing of threads.

A prompt may not hold up the streams of others for long, and a reply may not depend on who else is served. So a
prompt is read in chunks that end at absolute multiples of their size, large ones where nobody waits for a token and
small ones in company, and the decoder pauses within a chunk, about at each layer: after PREFILL_S the others get
their next token. A pause costs nothing and changes nothing. Both sizes are multiples of the block in which our
decoder attends, and its products are each row's own, so that keys and values come out bit for bit the same in large
and in small chunks; where a kernel's rounding depends on its number of rows they are equal up to that. Still
smaller chunks would stall the others for less, but read all weights for a few tokens each. A decoder that cannot
pause is held to whole chunks.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Sequence
from itertools import zip_longest

import torch
from torch import Tensor

from pyg_ui.engine.sampling.sampler import sample, token_choices
from pyg_ui.engine.serving.run import PromptChunk, Run
from pyg_ui.engine.serving.scheduler import Step, chunk_end
from pyg_ui.engine.serving.slots import SlotCache
from pyg_ui.errors import EngineError, OutOfMemoryError

logger = logging.getLogger(__name__)

CHUNK_TOKENS = 256
"""What a chunk's end is a multiple of while nobody waits for a token."""
SHARED_CHUNK_TOKENS = 64
"""The same while others do."""
PREFILL_S = 0.15
"""How long a step may read a prompt before it looks after the others: their tokens, and cancellations."""


class StepRunner:
    """Executes steps over one slot cache. Used from one thread at a time."""

    def __init__(
        self, cache: SlotCache, *, chunk_tokens: int, prefill_s: float = PREFILL_S, speculates: bool = False
    ) -> None:
        """Read prompts in chunks that end at multiples of `chunk_tokens`, about `prefill_s` seconds a step.

        In company the chunks are no larger than SHARED_CHUNK_TOKENS. Who is alone reads ahead where it `speculates`.
        """
        self._cache = cache
        self._chunk_tokens = chunk_tokens
        self._prefill_s = prefill_s
        self._speculates = speculates

    @torch.inference_mode()
    def run(self, step: Step[Run]) -> list[Run]:
        """Do the step; return the runs that are over by it. Their slots are free again."""
        if step.decode:
            is_alone = len(step.decode) == 1 and step.prefill is None
            self._attempt(self._decode_ahead if self._speculates and is_alone else self._decode, step.decode)
        if step.prefill is not None:
            chunk_tokens = min(self._chunk_tokens, SHARED_CHUNK_TOKENS) if step.decode else self._chunk_tokens
            self._attempt(lambda runs: self._prefill(runs, chunk_tokens), (step.prefill,))
        ended = [run for run in (*step.decode, step.prefill) if run is not None and run.is_over]
        for run in ended:
            self.give_back(run)
        return ended

    def give_back(self, run: Run) -> None:
        """Free the slot of a run that is over, if it has one. What a failed one computed is forgotten."""
        if run.lease is None:
            return
        if run.chunk is not None:
            run.chunk.parts.close()
        if run.has_failed:
            self._cache.discard(run.lease.slot)
        else:
            self._cache.release(run.lease.slot, goes_first=run.wants_logits)

    def check_integrity(self) -> None:
        """Assert that the cache's account is right; between steps only."""
        self._cache.check_integrity()

    def _attempt(self, work: Callable[[Sequence[Run]], None], runs: Sequence[Run]) -> None:
        try:
            work(runs)
        except Exception as error:
            # Anything can come out of a forward pass, and it must not reach those who were not in it.
            logger.exception("A step of the model failed")
            ran_out_of_memory = _is_out_of_memory(error)
            for run in runs:
                if not run.is_over:
                    run.fail(OutOfMemoryError(_OUT_OF_MEMORY) if ran_out_of_memory else EngineError(_STEP_FAILED))
            if ran_out_of_memory:
                self._cache.discard_idle()

    def _prefill(self, runs: Sequence[Run], chunk_tokens: int) -> None:
        (run,) = runs
        if run.lease is None:
            # Nothing of a prompt whose every token's logits are wanted can come from the cache.
            prompt_ids = run.prompt_ids[:1] if run.with_prompt_choices else run.prompt_ids
            run.begin(self._cache.acquire(prompt_ids, spares_others=run.wants_logits))
        assert run.lease is not None
        if run.chunk is None:
            stop = chunk_end(run.num_prefilled, len(run.prompt_ids), chunk_tokens)
            run.chunk = self._chunk(run, run.lease.slot, stop)
        logits = _advance(run.chunk.parts, self._prefill_s)
        if logits is None:
            return
        run.num_prefilled, run.chunk = run.chunk.stop, None
        if run.is_prefilled and run.wants_logits:
            self._return_logits(run, logits)
        elif run.is_prefilled:
            self._continue(runs, logits[None])

    def _chunk(self, run: Run, slot: int, stop: int) -> PromptChunk:
        token_ids = run.prompt_ids[run.num_prefilled : stop]
        parts = (
            self._score(run, slot, token_ids) if run.with_prompt_choices else self._cache.prefill_parts(slot, token_ids)
        )
        return PromptChunk(parts, stop)

    def _score(self, run: Run, slot: int, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        """Read a chunk and tell the run what the model thought of the tokens behind each of its tokens."""
        yield
        every = self._cache.prefill_all(slot, token_ids)  # (T, V)
        following = run.prompt_ids[run.num_prefilled + 1 :]
        for logits, token_id in zip(every, following, strict=False):
            run.add_prompt_choices(token_choices(logits, token_id, run.row.num_top_choices))
        return every[-1]

    def _decode(self, runs: Sequence[Run]) -> None:
        slots = [run.lease.slot for run in runs if run.lease is not None]
        self._continue(runs, self._cache.decode(slots, [run.last_token_id for run in runs]))

    def _decode_ahead(self, runs: Sequence[Run]) -> None:
        """Read the last token and a draft of the next ones at once; keep of the draft what is sampled anyway."""
        (run,) = runs
        assert run.lease is not None
        slot, num_kept, draft = run.lease.slot, len(run.row.token_ids), run.draft()
        table = self._cache.decode([slot] * (1 + len(draft)), [run.last_token_id, *draft])  # (1 + draft, V)
        for logits, drafted in zip_longest(table, draft):
            self._continue(runs, logits[None])
            if run.is_over or run.is_cancelled or run.last_token_id != drafted:
                break
            num_kept += 1
        self._cache.crop(slot, num_kept)

    def _return_logits(self, run: Run, logits: Tensor) -> None:  # logits (V,)
        if torch.isfinite(logits.amax()):
            run.return_logits(logits.to(device="cpu", dtype=torch.float32, copy=True).numpy())
        else:
            run.fail(EngineError(_NOT_FINITE))

    def _continue(self, runs: Sequence[Run], logits: Tensor) -> None:  # logits (B, V)
        is_finite = torch.isfinite(logits.amax(dim=-1))  # NaN wins a maximum
        sound = [run for run, finite in zip(runs, is_finite.tolist(), strict=True) if finite]
        for run in runs:
            if run not in sound:
                run.fail(EngineError(_NOT_FINITE))
        if sound:
            rows = [run.row for run in sound]
            sampled = sample(logits if len(sound) == len(runs) else logits[is_finite], rows)
            for run, token in zip(sound, sampled, strict=True):
                run.accept(token)


def _advance(parts: Generator[None, None, Tensor], duration_s: float) -> Tensor | None:
    """Go on with a chunk for as many of its parts as fit the time, at least one; its logits if that was the last."""
    started = before = time.perf_counter()
    while True:
        try:
            next(parts)
        except StopIteration as end:
            logits: Tensor = end.value
            return logits
        now = time.perf_counter()
        if now - started + (now - before) > duration_s:
            return None
        before = now


_OUT_OF_MEMORY = (
    "The model ran out of memory while it worked on this reply. Shorten the prompt, wait until others are served, or "
    "load a smaller model or precision."
)
_STEP_FAILED = "The model failed while it worked on this reply. Try again; the server's log has the details."
_NOT_FINITE = (
    "The model's output was not a number, so this reply cannot go on. Try again, or load the model with another "
    "precision (bf16 or fp32)."
)


def _is_out_of_memory(error: Exception) -> bool:
    # On CPU torch reports it as a plain RuntimeError: "DefaultCPUAllocator: can't allocate memory".
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "allocate memory" in str(error)
