"""The engine in this process. Its thread repeats: schedule a step, run it, remove the runs that are over.

The thread sleeps while there is nothing to do. Once submitted, a run is used by this thread only; callers use their
Generation. Knows token ids and text, but neither characters nor HTTP.
"""

import gc
import logging
import threading
from collections.abc import Callable, Sequence

import torch

from pyg_ui.clients import current_client
from pyg_ui.engine.checkpoints.vocabulary import Vocabulary
from pyg_ui.engine.checkpoints.weight_cache.cache import WeightCache
from pyg_ui.engine.decoding.decoder import Decoder
from pyg_ui.engine.decoding.native.kernels import KernelChooser
from pyg_ui.engine.decoding.room import make_decoder
from pyg_ui.engine.engine import LARGEST_BIAS, FinishReason, Generation, GenerationRequest, ModelInfo
from pyg_ui.engine.gpu.memory import frees_what_failed, return_gpu_memory
from pyg_ui.engine.hardware import return_freed_memory
from pyg_ui.engine.linear.contract import Job
from pyg_ui.engine.model_status import LoadProgress, ModelChoice, ReportProgress
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.serving.background import BackgroundWork
from pyg_ui.engine.serving.run import Run
from pyg_ui.engine.serving.scheduler import Queueing, Scheduler, Step
from pyg_ui.engine.serving.slots import SlotCache
from pyg_ui.engine.serving.step_runner import CHUNK_TOKENS, GPU_FAILED, PREFILL_S, StepRunner
from pyg_ui.engine.serving.text_stream import TextStream
from pyg_ui.errors import EngineStoppedError, InputError, Message, PromptTooLongError

logger = logging.getLogger(__name__)

_QUEUEING = Queueing()
_LONGEST_PAUSE_S = 2.0
"""A background job waits while a prompt is read, but at most this long, so that the work ends on a busy server too."""


class LocalEngine:
    """Serves one model to many callers. All methods may be called from any thread."""

    def __init__(
        self,
        model: ModelInfo,
        decoder: Decoder,
        vocabulary: Vocabulary,
        *,
        queueing: Queueing = _QUEUEING,
        chunk_tokens: int = CHUNK_TOKENS,
        prefill_s: float = PREFILL_S,
        speculates: bool = False,
    ) -> None:
        """Start serving. The decoder must not be used by anybody else from now on.

        As many generations run at once as the decoder has slots; `queueing` says who else may wait. `chunk_tokens` and
        `prefill_s` limit how much of a prompt is read at a time: see step_runner. With `speculates`, drafts are tried
        for a generation that runs alone: see speculation.
        """
        self.model = model
        """The model that it serves."""
        self._vocabulary = vocabulary
        self._vocab_size = decoder.vocab_size
        self._changed = threading.Condition()
        self._scheduler: Scheduler[Run] = Scheduler(queueing, max_running=decoder.num_slots)
        self._is_closed = False
        self._failure: EngineStoppedError | None = None
        self._when_failed: Callable[[Message], None] = lambda reason: None
        runner = StepRunner(SlotCache(decoder), chunk_tokens=chunk_tokens, prefill_s=prefill_s, speculates=speculates)
        # Only the thread references the model, so the memory is free when it ends.
        self._thread = threading.Thread(target=self._serve, args=(runner,), name="engine", daemon=True)
        self._background = BackgroundWork()
        self._thread.start()

    def encode(self, text: str) -> list[int]:
        """The token ids of a text. No special tokens are added."""
        return self._vocabulary.encode(text)

    def decode(self, token_ids: Sequence[int]) -> str:
        """The text of token ids, without special tokens."""
        return self._vocabulary.decode(token_ids)

    def token_bytes(self, token_id: int) -> bytes:
        """The bytes of a token, which may be part of a character. A special token has none."""
        known = self._vocabulary.token_bytes
        return known[token_id] if token_id < len(known) else b""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.encode(text))

    def check_room(self) -> None:
        """See Engine.check_room."""
        with self._changed:
            self._scheduler.check_room(current_client.get())

    def submit(self, request: GenerationRequest) -> Generation:
        """Start a generation; see Engine.submit for what it raises."""
        self._check(request)
        generation = Generation(request)
        run = self._new_run(generation)
        with self._changed:
            if self._is_closed:
                raise self._failure or EngineStoppedError("This model was unloaded. Choose a model, then try again.")
            self._scheduler.add(run)
            self._changed.notify_all()
        return generation

    def close(self, patience_s: float = 0.0) -> None:
        """See Engine.close. Requests are accepted while it waits: some callers do not know yet that it is closing."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or not self._scheduler.all(), patience_s)
            was_closed, self._is_closed = self._is_closed, True
            self._background.stop()
            self._changed.notify_all()
        self._thread.join()
        self._background.close()
        if was_closed:
            return
        gc.collect()
        return_freed_memory()
        return_gpu_memory()

    def when_failed(self, callback: Callable[[Message], None]) -> None:
        """See Engine.when_failed."""
        with self._changed:
            self._when_failed, failure = callback, self._failure
        if failure is not None:
            callback(failure.message)

    def improve(self, jobs: Sequence[Job]) -> None:
        """Do jobs in the background that make the model quicker. Once, before the engine is closed."""
        self._background = BackgroundWork(jobs, wait_for_turn=self._wait_for_prompts)

    def wait_until_improved(self, timeout_s: float | None = None) -> bool:
        """Wait until the background jobs are done. Returns whether they are."""
        return self._background.wait(timeout_s)

    def _wait_for_prompts(self) -> None:
        # Beside other computation a prompt takes twice as long, because its threads wait for each other.
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or not self._scheduler.is_reading, _LONGEST_PAUSE_S)

    # -- a caller's thread --------------------------------------------------------------------------------------

    def _check(self, request: GenerationRequest) -> None:
        ids, limit = request.prompt_ids, self.model.context_length
        if not ids:
            raise InputError("The prompt is empty. Write something to continue.")
        if min(ids) < 0 or max(ids) >= self._vocab_size:
            raise InputError(
                "The prompt has a token id outside the model's vocabulary of {number:,}.", number=self._vocab_size
            )
        for token_id, bias in request.logit_bias:
            if not 0 <= token_id < self._vocab_size:
                raise InputError(
                    "logit_bias has a token id outside the model's vocabulary of {number:,}.", number=self._vocab_size
                )
            if not -LARGEST_BIAS <= bias <= LARGEST_BIAS:
                raise InputError("A bias in logit_bias must be from -{most:g} to {most:g}.", most=LARGEST_BIAS)
        if request.num_tokens > limit:
            raise PromptTooLongError(
                "The prompt has {number:,} tokens and {more:,} more are wanted; this model holds {limit:,} in all. "
                "Shorten the prompt or lower max_new_tokens.",
                num_tokens=request.num_tokens,
                limit=limit,
                number=len(ids),
                more=request.num_tokens - len(ids),
            )

    def _new_run(self, generation: Generation) -> Run:
        request, vocabulary = generation.request, self._vocabulary
        row = SamplingRow(
            parameters=request.parameters,
            token_ids=list(request.prompt_ids),
            num_prompt_tokens=len(request.prompt_ids),
            end_ids=vocabulary.end_ids,
            forbid_end_of_text=request.ignore_end_of_text,
            num_top_choices=request.num_top_choices,
            token_bytes=vocabulary.token_bytes,
            protected_ids=vocabulary.protected_ids,
            logit_bias=request.logit_bias,
        )
        stream = TextStream(
            vocabulary.token_bytes,
            request.stop,
            include_stop=request.include_stop,
            banned=request.parameters.banned_strings,
        )
        return Run(generation, row, stream)

    # -- the engine's thread ------------------------------------------------------------------------------------

    def _serve(self, runner: StepRunner) -> None:
        try:
            while (step := self._schedule(runner)) is not None:
                ended = runner.run(step)
                with self._changed:
                    for run in ended:
                        self._scheduler.remove(run)
                    self._changed.notify_all()
        except torch.AcceleratorError:
            self._fail_all(EngineStoppedError(GPU_FAILED))
        finally:
            # Nobody may wait for ever if the loop itself fails.
            self._fail_all()

    def _schedule(self, runner: StepRunner) -> Step[Run] | None:
        """End the cancelled runs, sleep until there is something to do, and return the next step.

        None once the engine is closed.
        """
        with self._changed:
            while not self._is_closed:
                for run in self._scheduler.cancelled():
                    self._scheduler.remove(run)
                    runner.release(run)
                    run.finish(FinishReason.CANCELLED)
                    self._changed.notify_all()
                step = self._scheduler.next_step()
                if step is not None:
                    return step
                self._changed.wait()
            return None

    def _fail_all(self, failure: EngineStoppedError | None = None) -> None:
        """End all runs. With a failure the engine has ended by itself, and says so."""
        error = failure or EngineStoppedError("The model was unloaded before the reply was complete. Try again.")
        with self._changed:
            self._is_closed = True
            for run in self._scheduler.all():
                self._scheduler.remove(run)
                run.fail(error)
            self._failure = self._failure or failure
            self._changed.notify_all()
            tell = self._when_failed
        if failure is not None:
            tell(failure.message)


@frees_what_failed
def load_engine(
    choice: ModelChoice,
    report: ReportProgress,
    *,
    max_concurrency: int | None = None,
    is_shared: bool = False,
    weight_cache: WeightCache | None = None,
    chooser: KernelChooser | None = None,
    speculates: bool | None = None,
) -> LocalEngine:
    """Load a checkpoint, warm it up and serve it.

    It serves `max_concurrency` generations at once, or as many as there is memory for; `is_shared` as Queueing has
    it. `weight_cache` and `chooser` are for `load_checkpoint`. Drafts are tried where that pays, unless `speculates`
    says otherwise. Raises CheckpointError.
    """
    from pyg_ui.engine.decoding.loading import load_checkpoint

    checkpoint = load_checkpoint(choice, report, weight_cache=weight_cache, chooser=chooser)
    report(LoadProgress(Message("Warming up")))
    decoder = make_decoder(checkpoint.model, max_concurrency)
    logger.info("%s serves %d at once", checkpoint.info.id, decoder.num_slots)
    engine = LocalEngine(
        checkpoint.info,
        decoder,
        Vocabulary(checkpoint.tokenizer, end_ids=checkpoint.end_ids),
        queueing=Queueing(is_shared=is_shared),
        speculates=checkpoint.model.drafts_pay if speculates is None else speculates,
    )
    try:
        warm_up(engine)
    except BaseException:
        engine.close()
        raise
    engine.improve(checkpoint.model.later)
    return engine


def warm_up(engine: LocalEngine) -> None:
    """Generate a token or two, so that the first reply is not slower than others. Raises what generating raises."""
    # On a processor, decoding is the same computation as reading a prompt of one token.
    parameters = SamplingParameters(max_new_tokens=1 if engine.model.device == "cpu" else 2)
    request = GenerationRequest((0,), parameters, ignore_end_of_text=True)
    engine.submit(request).text()
