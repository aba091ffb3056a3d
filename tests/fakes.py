"""Stand-ins that keep a contract without its cost: an engine that needs no torch and no weights."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import numpy as np

from pyg_ui.engine.engine import (
    Chunk,
    Finish,
    FinishReason,
    Generation,
    GenerationRequest,
    ModelInfo,
    NextTokenLogits,
    Timings,
    TokenChoice,
)
from pyg_ui.engine.sampling.candidates import Logits
from pyg_ui.engine.serving.text_stream import TextStream
from pyg_ui.errors import EngineStoppedError, InputError, Message, PromptTooLongError

DEMO_INFO = ModelInfo(
    id="demo-neo",
    architecture="gpt_neo",
    num_parameters=3_401_472,
    context_length=2048,
    precision="fp32",
    device="cpu",
    is_demo=True,
)


NUM_CHARACTERS = 0x110000


class CharacterBytes(Sequence[bytes]):
    """The bytes of each token of a FakeEngine: its token ids are the numbers of characters."""

    def __len__(self) -> int:
        return NUM_CHARACTERS

    def __getitem__(self, token_id: Any) -> Any:
        return chr(token_id).encode("utf-8", "replace")


class FakeEngine:
    """One token a character. Answers each request with `script(prompt)`, at `delay_s` a token, fixed or by prompt.

    It keeps the contract of `Engine`, with the stream of text that the real engine has: see `tests/engine/contract`.
    """

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
        self.lose: Callable[[Message], None] = lambda reason: None
        """Tells who asked for it that the engine has failed."""
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

    def when_failed(self, callback: Callable[[Message], None]) -> None:
        self.lose = callback

    def check_room(self) -> None:
        """There is always room."""

    def submit(self, request: GenerationRequest) -> Generation:
        if self.is_closed:
            raise EngineStoppedError("The engine is closed.")
        if not request.prompt_ids:
            raise InputError("The prompt is empty.")
        if min(request.prompt_ids) < 0 or max(request.prompt_ids) >= NUM_CHARACTERS:
            raise InputError("The prompt has a token id outside the model's vocabulary.")
        if request.num_tokens > self.model.context_length:
            raise PromptTooLongError(
                "{num_tokens} tokens needed; this model holds {limit}.",
                num_tokens=request.num_tokens,
                limit=self.model.context_length,
            )
        generation = Generation(request)
        self.requests.append(request)
        self.generations.append(generation)
        threading.Thread(target=self._run, args=(generation,), daemon=True).start()
        return generation

    def close(self, patience_s: float = 0.0) -> None:
        self.patience_s = patience_s
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline and not all(generation.is_over for generation in self.generations):
            time.sleep(0.001)
        self.is_closed = True
        for generation in self.generations:
            generation.fail(EngineStoppedError("The engine was closed."))

    def _run(self, generation: Generation) -> None:
        request = generation.request
        seed = request.parameters.seed if request.parameters.seed >= 0 else random.randrange(2**31)
        scored = _choices(request, request.prompt_ids[1:]) if request.with_prompt_choices else ()
        if request.wants_logits:
            next_token = NextTokenLogits(self._logits(request), request.prompt_ids)
            generation.emit(Chunk("", (), prompt_choices=scored, next_token=next_token))
            generation.finish(Finish(FinishReason.LENGTH, Timings(0.0, 0.0, 0.0, len(request.prompt_ids), 0, 0), seed))
            return
        if scored:
            generation.emit(Chunk("", (), prompt_choices=scored))
        stream = TextStream(CharacterBytes(), request.stop, include_stop=request.include_stop)
        reason, num_new_tokens = self._write(generation, stream)
        timings = Timings(0.0, 0.0, 0.0, len(request.prompt_ids), 0, num_new_tokens)
        generation.finish(Finish(reason, timings, seed, stop=stream.stop))

    def _write(self, generation: Generation, stream: TextStream) -> tuple[FinishReason, int]:
        """Emit the script; return why it ended and after how many tokens."""
        request, prompt, num_new_tokens = generation.request, self.decode(generation.request.prompt_ids), 0
        delay_s = self._delay_s(prompt) if callable(self._delay_s) else self._delay_s
        script = self._script(prompt)
        for character in cycle(script) if request.ignore_end_of_text else script:
            if generation.is_cancelled or generation.is_over:
                return FinishReason.CANCELLED, num_new_tokens
            time.sleep(delay_s)
            num_new_tokens += 1
            text = stream.feed(ord(character))
            is_full = num_new_tokens == request.parameters.max_new_tokens
            if is_full:
                text += stream.end()
            generation.emit(Chunk(text, (ord(character),), _choices(request, (ord(character),))))
            if stream.stop is not None:
                return FinishReason.STOP, num_new_tokens
            if is_full:
                return FinishReason.LENGTH, num_new_tokens
        if text := stream.end():
            generation.emit(Chunk(text, ()))
        return FinishReason.END_OF_TEXT, num_new_tokens

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
