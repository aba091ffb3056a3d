"""Small real engines for tests, and decoders that wait or fail on demand."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from pyg_ui.engine.checkpoints.vocabulary import Vocabulary
from pyg_ui.engine.decoding.decoder import Decoder
from pyg_ui.engine.decoding.native.decoder import NativeDecoder
from pyg_ui.engine.engine import FinishReason, Generation, GenerationRequest, ModelInfo
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.engine.serving.slots import SlotCache
from tests.checkpoints import byte_tokenizer, tiny_model
from tests.engine.decoders import native_decoder

END_OF_TEXT_ID = 256


def vocabulary() -> Vocabulary:
    return Vocabulary(byte_tokenizer().backend_tokenizer, end_ids={END_OF_TEXT_ID})


def info_of(decoder: Decoder) -> ModelInfo:
    return ModelInfo(
        id="tiny",
        architecture="any",
        num_parameters=1,
        context_length=decoder.context_length,
        precision="fp32",
        device="cpu",
        vocabulary_size=decoder.vocab_size,
    )


@contextmanager
def serving(decoder: Decoder, **options: Any) -> Iterator[LocalEngine]:
    engine = LocalEngine(info_of(decoder), decoder, vocabulary(), **options)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def serving_model(model: Any, *, num_slots: int = 4, **options: Any) -> Iterator[LocalEngine]:
    with serving(native_decoder(model, num_slots=num_slots), **options) as engine:
        yield engine


def greedy(prompt_ids: Sequence[int], num_new: int, **options: Any) -> GenerationRequest:
    parameters = SamplingParameters.neutral(temperature=0, max_new_tokens=num_new)
    return GenerationRequest(tuple(prompt_ids), parameters, **{"ignore_end_of_text": True, **options})


def random_ids(count: int, seed: int = 0) -> tuple[int, ...]:
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randint(0, END_OF_TEXT_ID, (count,), generator=generator).tolist())


def check_integrity(cache: SlotCache) -> None:
    """Assert that each slot has as many ids as keys and values, and no more than the context."""
    for slot in cache._slots:
        num_tokens = cache._decoder.num_tokens(slot.index)
        assert len(slot.token_ids) == num_tokens, f"slot {slot.index}: {len(slot.token_ids)} ids, {num_tokens} keys"
        assert num_tokens <= cache._decoder.context_length
        assert all(0 <= token_id < cache._decoder.vocab_size for token_id in slot.token_ids)


def token_ids(generation: Generation) -> list[int]:
    return [token_id for chunk in generation for token_id in chunk.token_ids]


def generate(engine: LocalEngine, request: GenerationRequest) -> list[int]:
    return token_ids(engine.submit(request))


def transformers_greedy(model: Any, ids: Sequence[int], num_new: int) -> list[int]:
    """What transformers' own `generate` continues with, the end of the text forbidden."""
    tensor = torch.tensor([ids])
    output = model.generate(
        tensor,
        attention_mask=torch.ones_like(tensor),
        do_sample=False,
        max_new_tokens=num_new,
        eos_token_id=None,
        pad_token_id=END_OF_TEXT_ID,
        suppress_tokens=[END_OF_TEXT_ID],
    )
    return output[0, len(ids) :].tolist()


class WatchedDecoder:
    """A decoder that calls back before each pass: `before("prefill", slots)` or `before("decode", slots)`.

    The callback may wait or raise. It may also return a function to be applied to the logits.
    """

    def __init__(self, inner: NativeDecoder, before: Callable[[str, Sequence[int]], Callable[[Tensor], Tensor] | None]):
        self._inner = inner
        self._before = before

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def prefill_parts(self, slot: int, token_ids: Sequence[int]) -> Generator[None, None, Tensor]:
        change = self._before("prefill", [slot])
        logits = yield from self._inner.prefill_parts(slot, token_ids)
        return change(logits) if change else logits

    def decode(self, slots: Sequence[int], token_ids: Sequence[int]) -> Tensor:
        change = self._before("decode", slots)
        logits = self._inner.decode(slots, token_ids)
        return change(logits) if change else logits


class Gate:
    """A `before` that lets passes through one permit at a time, until it is opened for all."""

    def __init__(self) -> None:
        self._permits = threading.Semaphore(0)
        self._is_open = threading.Event()
        self.reached = threading.Semaphore(0)
        self.passes: list[tuple[str, tuple[int, ...]]] = []

    def __call__(self, kind: str, slots: Sequence[int]) -> None:
        self.passes.append((kind, tuple(slots)))
        self.reached.release()
        if not self._is_open.is_set():
            assert self._permits.acquire(timeout=20)

    def step(self) -> None:
        """Let one pass through."""
        self._permits.release()

    def wait_until_reached(self) -> None:
        """Wait until one more pass stands before the gate."""
        assert self.reached.acquire(timeout=20)

    def open(self) -> None:
        self._is_open.set()
        self._permits.release(1000)


@contextmanager
def gated(*, num_slots: int, **options: Any) -> Iterator[tuple[LocalEngine, Gate]]:
    """An engine over a tiny GPT-Neo whose passes wait at a gate, which opens at the end."""
    gate = Gate()
    decoder = WatchedDecoder(native_decoder(tiny_model("gpt_neo"), num_slots=num_slots), gate)
    with serving(decoder, **options) as engine:
        try:
            yield engine, gate
        finally:
            gate.open()


def expected(prompt: tuple[int, ...], num_new: int) -> list[int]:
    """What the tiny GPT-Neo continues with, alone and by transformers."""
    return transformers_greedy(tiny_model("gpt_neo"), prompt, num_new)


def reason(generation: Generation) -> FinishReason | None:
    """Why it ended; None while it goes on, and where it failed."""
    return None if generation.result is None else generation.result.reason
