"""The engines that keep the contract of `Engine`, each with a way to make one that writes what a test wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from pyg_ui.engine.engine import Engine
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import END_OF_TEXT_ID, WatchedDecoder, serving, vocabulary
from tests.fakes import DEMO_INFO, NUM_CHARACTERS, FakeEngine

PROMPT = "You: Hi\nBob:"
CONTEXT_LENGTH = 512


@dataclass(frozen=True, slots=True)
class EngineMaker:
    """An implementation of `Engine`, and what it can do beyond writing text."""

    name: str
    serving: Callable[[str], AbstractContextManager[Engine]]
    """An engine that answers PROMPT with this text and then the end of the text. It takes a few ms for each token."""
    first_invalid_id: int
    """The smallest token id that it refuses."""
    has_token_choices: bool = True
    """Whether it reports log-probabilities, of the prompt's tokens too."""
    has_logits: bool = True
    """Whether it hands out the logits of the next token."""


@contextmanager
def fake_engine(script: str) -> Iterator[Engine]:
    engine = FakeEngine(lambda prompt: script, delay_s=0.002, model=replace(DEMO_INFO, context_length=CONTEXT_LENGTH))
    yield engine
    engine.close()


@contextmanager
def local_engine(script: str) -> Iterator[Engine]:
    """A real engine over a tiny model, whose logits are moved towards the script."""
    known = vocabulary()
    script_ids = [*known.encode(script), END_OF_TEXT_ID]
    num_prompt_tokens = len(known.encode(PROMPT))
    inner = native_decoder(tiny_model("gptj", context=CONTEXT_LENGTH), num_slots=4)

    def before(kind: str, slots: Sequence[int]) -> Callable[[Tensor], Tensor]:
        def follow_the_script(logits: Tensor) -> Tensor:
            rows = logits[None] if kind == "prefill" else logits
            for row, slot in zip(rows, slots, strict=True):
                place = inner.num_tokens(slot) - num_prompt_tokens
                row[script_ids[min(max(place, 0), len(script_ids) - 1)]] += 1000
            return logits

        return lambda logits: follow_the_script(torch.clone(logits))

    with serving(WatchedDecoder(inner, before)) as engine:
        yield engine


ENGINES = (
    EngineMaker("fake", fake_engine, first_invalid_id=NUM_CHARACTERS),
    EngineMaker("local", local_engine, first_invalid_id=END_OF_TEXT_ID + 1),
)
"""A remote engine joins the suite by an entry here."""
