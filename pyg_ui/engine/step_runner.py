"""What happens in one step: run the model, sample, emit; and what a failure may take with it.

A failing forward pass ends only the runs that were in it, and their slots are emptied. Knows nothing of threads.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from pyg_ui.engine.kv_cache import SlotCache
from pyg_ui.engine.run import Run
from pyg_ui.engine.sampler import sample, token_choices
from pyg_ui.engine.scheduler import Step, chunk_end
from pyg_ui.errors import EngineError

logger = logging.getLogger(__name__)


class StepRunner:
    """Executes steps over one slot cache. Used from one thread at a time."""

    def __init__(self, cache: SlotCache, *, chunk_tokens: int) -> None:
        self._cache = cache
        self._chunk_tokens = chunk_tokens

    @torch.inference_mode()
    def run(self, step: Step[Run]) -> list[Run]:
        """Do the step; return the runs that are over by it. Their slots are free again."""
        if step.decode:
            self._attempt(self._decode, step.decode)
        if step.prefill is not None:
            self._attempt(self._prefill, (step.prefill,))
        ended = [run for run in (*step.decode, step.prefill) if run is not None and run.is_over]
        for run in ended:
            self.give_back(run)
        return ended

    def give_back(self, run: Run) -> None:
        """Free the slot of a run that is over, if it has one. What a failed one computed is forgotten."""
        if run.lease is None:
            return
        if run.has_failed:
            self._cache.discard(run.lease.slot)
        else:
            self._cache.release(run.lease.slot)

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
                    run.fail(EngineError(_OUT_OF_MEMORY if ran_out_of_memory else _STEP_FAILED))
            if ran_out_of_memory:
                self._cache.discard_idle()

    def _prefill(self, runs: Sequence[Run]) -> None:
        (run,) = runs
        if run.lease is None:
            # Nothing of a prompt whose every token's logits are wanted can come from the cache.
            run.begin(self._cache.acquire(run.prompt_ids[:1] if run.with_prompt_choices else run.prompt_ids))
        assert run.lease is not None
        start = run.num_prefilled
        stop = chunk_end(start, len(run.prompt_ids), self._chunk_tokens)
        chunk = run.prompt_ids[start:stop]
        if run.with_prompt_choices:
            every = self._cache.prefill_all(run.lease.slot, chunk)  # (T, V)
            for logits, token_id in zip(every, run.prompt_ids[start + 1 : stop + 1], strict=False):
                run.add_prompt_choices(token_choices(logits, token_id, run.row.num_top_choices))
            logits = every[-1]
        else:
            logits = self._cache.prefill(run.lease.slot, chunk)
        run.num_prefilled = stop
        if run.is_prefilled:
            self._continue(runs, logits[None])

    def _decode(self, runs: Sequence[Run]) -> None:
        slots = [run.lease.slot for run in runs if run.lease is not None]
        self._continue(runs, self._cache.decode(slots, [run.last_token_id for run in runs]))

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
