"""Stand-ins that keep a contract without its cost: an engine that needs no torch and no weights."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from pyg_ui.engine.engine import (
    Chunk,
    Finish,
    FinishReason,
    Generation,
    GenerationRequest,
    ModelInfo,
    Outlook,
    Timings,
    TokenChoice,
)
from pyg_ui.engine.sampling.candidates import Logits
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.errors import EngineStoppedError, InputError, PromptTooLongError

DEMO_INFO = ModelInfo(
    id="demo-neo",
    architecture="gpt_neo",
    num_parameters=2_400_000,
    context_length=2048,
    precision="fp32",
    device="cpu",
    is_demo=True,
)


class FakeEngine:
    """One token a character. Answers each request with `script(prompt)`, at `delay_s` a token, fixed or by prompt."""

    def __init__(
        self,
        script: Callable[[str], str] = lambda prompt: " Hello there!",
        *,
        delay_s: float | Callable[[str], float] = 0.0,
        model: ModelInfo = DEMO_INFO,
    ) -> None:
        self.model = model
        self.requests: list[GenerationRequest] = []
        self.generations: list[Generation] = []
        self.is_closed = False
        self.patience_s: float | None = None
        """What it was closed with."""
        self._script = script
        self._delay_s = delay_s

    def encode(self, text: str) -> list[int]:
        return [ord(character) for character in text]

    def decode(self, token_ids: Sequence[int]) -> str:
        return "".join(map(chr, token_ids))

    def token_bytes(self, token_id: int) -> bytes:
        return chr(token_id).encode()

    def count_tokens(self, text: str) -> int:
        return len(text)

    def submit(self, request: GenerationRequest) -> Generation:
        if self.is_closed:
            raise EngineStoppedError("The engine is closed.")
        if not request.prompt_ids:
            raise InputError("The prompt is empty.")
        needed = len(request.prompt_ids) + request.parameters.max_new_tokens
        if needed > self.model.context_length:
            raise PromptTooLongError(
                f"{needed} tokens needed; this model holds {self.model.context_length}.",
                num_tokens=needed,
                limit=self.model.context_length,
            )
        generation = Generation(request)
        self.requests.append(request)
        self.generations.append(generation)
        threading.Thread(target=self._run, args=(generation,), daemon=True).start()
        return generation

    def close(self, patience_s: float = 0.0) -> None:
        self.patience_s = patience_s
        self.is_closed = True

    def _run(self, generation: Generation) -> None:
        request, written = generation.request, ""
        if request.wants_outlook:
            row = SamplingRow(request.parameters, list(request.prompt_ids), len(request.prompt_ids))
            generation.emit(Chunk("", (), outlook=Outlook(self._logits(request), row)))
            generation.finish(Finish(FinishReason.LENGTH, Timings(0.0, 0.0, 0.0, len(request.prompt_ids), 0, 0), 0))
            return
        if request.with_prompt_choices and len(request.prompt_ids) > 1:
            generation.emit(Chunk("", (), prompt_choices=_choices(request, request.prompt_ids[1:])))
        reason, stop = FinishReason.END_OF_TEXT, None
        prompt = self.decode(request.prompt_ids)
        delay_s = self._delay_s(prompt) if callable(self._delay_s) else self._delay_s
        for character in self._script(prompt):
            if self.is_closed:
                generation.fail(EngineStoppedError("The engine was closed."))
                return
            if generation.is_cancelled:
                reason = FinishReason.CANCELLED
                break
            if len(written) == request.parameters.max_new_tokens:
                reason = FinishReason.LENGTH
                break
            time.sleep(delay_s)
            written += character
            generation.emit(Chunk(character, (ord(character),), _choices(request, (ord(character),))))
            stop = next((s for s in request.stop if s in written), None)
            if stop:
                reason = FinishReason.STOP
                break
        timings = Timings(0.0, 0.0, 0.0, len(request.prompt_ids), 0, len(written))
        generation.finish(Finish(reason, timings, seed=max(request.parameters.seed, 0), stop=stop))

    def _logits(self, request: GenerationRequest) -> Logits:
        """The script's first character is the likeliest by far, then come those after it in the alphabet."""
        first = ord(self._script(self.decode(request.prompt_ids))[0])
        logits = -np.abs(np.arange(256) - first).astype(np.float32)
        logits[first] += 2
        return logits


def _choices(request: GenerationRequest, token_ids: Sequence[int]) -> tuple[tuple[TokenChoice, ...], ...]:
    """Each token as if it had been even odds, and itself again as the likeliest ones."""
    if not request.num_top_choices:
        return ()
    return tuple((TokenChoice(token_id, -0.7),) * (request.num_top_choices + 1) for token_id in token_ids)
