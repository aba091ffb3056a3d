"""Executes one step: runs the model, samples, and emits. A failing forward pass ends only the runs that were in it.

Where memory runs out, the idle slots are emptied and the pass is repeated, for each run by itself. Only a run that does
not fit even so is ended.

Reading a long prompt must not delay the tokens of others for long, and a reply must not depend on who else is served.
So a prompt is read in chunks that end at absolute multiples of a chunk size: large chunks while nobody else waits for
a token, small ones otherwise. Within a chunk the decoder pauses about at each layer, and after PREFILL_S the others
get their next token. A pause costs nothing and changes no result.

Both chunk sizes are multiples of the block size of our attention, and our linear layers compute each row by itself.
So keys and values are the same to the bit in large and in small chunks, except where a kernel's rounding depends on
the number of rows. Still smaller chunks would delay the others less, but read all weights for a few tokens each.
A decoder that cannot pause reads whole chunks. Knows nothing of threads.
"""

import contextlib
import logging
import time
from collections.abc import Generator, Iterator, Sequence
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
"""The chunk size while nobody waits for a token."""
SHARED_CHUNK_TOKENS = 64
"""The chunk size while others wait for tokens."""
PREFILL_S = 0.15
"""How long a step may read a prompt before the others get their tokens and cancellations are seen."""


class StepRunner:
    """Executes steps over one slot cache. Used from one thread at a time."""

    def __init__(
        self, cache: SlotCache, *, chunk_tokens: int, prefill_s: float = PREFILL_S, speculates: bool = False
    ) -> None:
        """Prompts are read in chunks that end at multiples of `chunk_tokens`, about `prefill_s` seconds a step.

        While others decode, a chunk has at most SHARED_CHUNK_TOKENS. With `speculates`, drafts are tried for a run
        that is alone.
        """
        self._cache = cache
        self._chunk_tokens = chunk_tokens
        self._prefill_s = prefill_s
        self._speculates = speculates

    @torch.inference_mode()
    def run(self, step: Step[Run]) -> list[Run]:
        """Execute a step. Returns the runs that are over; their slots are free again."""
        if step.decode:
            with self._failing(step.decode):
                if self._speculates and step.prefill is None and len(step.decode) == 1:
                    self._decode_with_draft(step.decode[0])
                else:
                    self._decode(step.decode)
        if step.prefill is not None:
            chunk_tokens = min(self._chunk_tokens, SHARED_CHUNK_TOKENS) if step.decode else self._chunk_tokens
            with self._failing((step.prefill,)):
                self._prefill(step.prefill, chunk_tokens)
        ended = [run for run in (*step.decode, step.prefill) if run is not None and run.is_over]
        for run in ended:
            self.release(run)
        return ended

    def release(self, run: Run) -> None:
        """Free the slot of a run that is over, if it has one. The slot of a failed run is emptied."""
        if run.lease is None:
            return
        if run.chunk is not None:
            run.chunk.parts.close()
        if run.has_failed:
            self._cache.discard(run.lease.slot)
        else:
            self._cache.release(run.lease.slot, evict_first=run.request.wants_logits)

    def _decode(self, runs: Sequence[Run]) -> None:
        slots = [run.lease.slot for run in runs if run.lease is not None]
        token_ids = [run.last_token_id for run in runs]
        try:
            logits = self._cache.decode(slots, token_ids)
        except Exception as error:
            self._make_room(error)
        else:
            self._sample(runs, logits)
            return
        for run, slot, token_id in zip(runs, slots, token_ids, strict=True):
            with self._failing((run,)):
                self._sample((run,), self._cache.decode([slot], [token_id]))

    def _decode_with_draft(self, run: Run) -> None:
        """Read the last token and a draft of the next ones in one pass. Drafted tokens that are sampled are kept."""
        assert run.lease is not None
        slot, num_kept, draft = run.lease.slot, len(run.row.token_ids), run.draft()
        try:
            table = self._cache.decode([slot] * (1 + len(draft)), [run.last_token_id, *draft])  # (1 + draft, V)
        except Exception as error:
            self._make_room(error)
            draft, table = [], self._cache.decode([slot], [run.last_token_id])
        for logits, drafted in zip_longest(table, draft):
            self._sample((run,), logits[None])
            if run.is_over or run.is_cancelled or len(run.row.token_ids) <= num_kept or run.last_token_id != drafted:
                break
            num_kept += 1
        self._cache.crop(slot, num_kept)

    def _prefill(self, run: Run, chunk_tokens: int) -> None:
        try:
            logits = self._read(run, chunk_tokens)
        except Exception as error:
            self._make_room(error)
            run.chunk = None
            if run.lease is not None:
                self._cache.crop(run.lease.slot, run.num_prefilled)
            logits = self._read(run, chunk_tokens)
        if logits is None:
            return
        assert run.chunk is not None
        run.num_prefilled, run.chunk = run.chunk.stop, None
        if run.is_prefilled and run.request.wants_logits:
            self._return_logits(run, logits)
        elif run.is_prefilled:
            self._sample((run,), logits[None])

    def _read(self, run: Run, chunk_tokens: int) -> Tensor | None:
        """Read some of the prompt's next chunk; the logits after it, (V), once it has been read whole."""
        if run.lease is None:
            # The cache has no logits, so a prompt whose every token is scored takes nothing from it.
            prompt_ids = run.prompt_ids[:1] if run.request.with_prompt_choices else run.prompt_ids
            run.begin(self._cache.acquire(prompt_ids, keep_others=run.request.wants_logits))
        assert run.lease is not None
        if run.chunk is None:
            stop = chunk_end(run.num_prefilled, len(run.prompt_ids), chunk_tokens)
            token_ids = run.prompt_ids[run.num_prefilled : stop]
            if run.request.with_prompt_choices:
                parts = self._score(run, token_ids)
            else:
                parts = self._cache.prefill_parts(run.lease.slot, token_ids)
            run.chunk = PromptChunk(parts, stop)
        return _advance(run.chunk.parts, self._prefill_s)

    def _score(self, run: Run, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        """Read a chunk, and report the log-probabilities of the prompt token that follows each of its tokens."""
        yield
        assert run.lease is not None
        every = self._cache.prefill_all(run.lease.slot, token_ids)  # (T, V)
        following = zip(every, run.prompt_ids[run.num_prefilled + 1 :], strict=False)
        run.prompt_choices += [token_choices(*each, run.row.num_top_choices) for each in following]
        return every[-1]

    def _sample(self, runs: Sequence[Run], logits: Tensor) -> None:  # logits (B, V)
        """Choose each run's next token and emit it. A run whose logits are not finite fails."""
        for run, token in zip(runs, sample(logits, [run.row for run in runs]), strict=True):
            if token is None:
                run.fail(EngineError(_NOT_FINITE))
                continue
            num_attempts = run.num_attempts
            run.accept(token)
            if run.num_attempts > num_attempts and run.lease is not None:  # tokens were taken back
                self._cache.crop(run.lease.slot, len(run.row.token_ids) - 1)

    def _return_logits(self, run: Run, logits: Tensor) -> None:  # logits (V,)
        if torch.isfinite(logits.amax()):
            run.return_logits(logits.to(device="cpu", dtype=torch.float32, copy=True).numpy())
        else:
            run.fail(EngineError(_NOT_FINITE))

    @contextlib.contextmanager
    def _failing(self, runs: Sequence[Run]) -> Iterator[None]:
        """If the work inside fails, so do these runs, and nothing else. Raises AcceleratorError if the GPU is lost."""
        try:
            yield
        except Exception as error:
            # A forward pass can raise anything.
            logger.exception("A step of the model failed")
            ran_out_of_memory = _is_out_of_memory(error)
            if isinstance(error, torch.AcceleratorError) and not ran_out_of_memory:
                raise  # every later step would fail too
            for run in runs:
                if not run.is_over:
                    run.fail(OutOfMemoryError(_OUT_OF_MEMORY) if ran_out_of_memory else EngineError(_STEP_FAILED))

    def _make_room(self, error: Exception) -> None:
        """Empty the idle slots, so that a pass that ran out of memory may be repeated. Raises any other error again."""
        if not _is_out_of_memory(error):
            raise error
        logger.warning("Memory ran out in a step of the model, which is repeated with less")
        self._cache.discard_idle()


def _advance(parts: Generator[None, None, Tensor], duration_s: float) -> Tensor | None:
    """Compute parts of a chunk, as many as fit the time but at least one. Returns the logits after the last part."""
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
GPU_FAILED = "The GPU failed, so no model serves. Restart the server; its log has the details."
_NOT_FINITE = (
    "The model's output was not a number, so this reply cannot go on. Try again, or load the model with another "
    "precision (bf16 or fp32)."
)


def _is_out_of_memory(error: Exception) -> bool:
    # Elsewhere torch reports it as a plain RuntimeError: "DefaultCPUAllocator: can't allocate memory", "CUDA error: out
    # of memory", "CUBLAS_STATUS_ALLOC_FAILED".
    words = ("allocate memory", "out of memory", "ALLOC_FAILED")
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or any(word in str(error) for word in words)
