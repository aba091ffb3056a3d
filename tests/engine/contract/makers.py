"""The engines that keep the contract of `Engine`, each with a way to make one that writes what a test wants."""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.remote.connecting import connect
from tests.checkpoints import tiny_model
from tests.engine.decoders import native_decoder
from tests.engine.local_engines import END_OF_TEXT_ID, WatchedDecoder, serving, vocabulary
from tests.fakes import DEMO_INFO, NUM_CHARACTERS, FakeEngine
from tests.server import running_app

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
    """Whether it reports log-probabilities."""
    has_prompt_choices: bool = True
    """Whether it reports them for the prompt's tokens too."""
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
    with scripted_engine(lambda: script) as engine:
        yield engine


@contextmanager
def scripted_engine(script: Callable[[], str]) -> Iterator[Engine]:
    """The same with a script that may be another one at each pass."""
    known = vocabulary()
    num_prompt_tokens = len(known.encode(PROMPT))
    inner = native_decoder(tiny_model("gptj", context=CONTEXT_LENGTH), num_slots=4)

    def before(kind: str, slots: Sequence[int]) -> Callable[[Tensor], Tensor]:
        script_ids = [*known.encode(script()), END_OF_TEXT_ID]

        def follow_the_script(logits: Tensor) -> Tensor:
            rows = logits[None] if kind == "prefill" else logits
            for row, slot in zip(rows, slots, strict=True):
                place = inner.num_tokens(slot) - num_prompt_tokens
                row[script_ids[min(max(place, 0), len(script_ids) - 1)]] += 1000
            return logits

        return lambda logits: follow_the_script(torch.clone(logits))

    with serving(WatchedDecoder(inner, before)) as engine:
        yield engine


@cache
def own_server() -> tuple[str, Path]:
    """The address of our own API in another process, which ends with this one, and the file of what it writes."""
    folder = Path(tempfile.mkdtemp(prefix="contract-"))
    script = folder / "script"
    script.write_text("", encoding="utf-8")
    running = running_app(folder / "log", ["--script", str(script)], program=("-m", "tests.engine.contract.server"))
    server = ExitStack()
    atexit.register(server.close)
    return f"{server.enter_context(running).url}/v1", script


@contextmanager
def remote_engine(script: str) -> Iterator[Engine]:
    """Our own API in another process, over HTTP."""
    address, file = own_server()
    file.write_text(script or " ", encoding="utf-8")
    engine = connect(ModelChoice(address), lambda progress: None, key_of=lambda address: "")
    yield engine
    engine.close()


ENGINES = (
    EngineMaker("fake", fake_engine, first_invalid_id=NUM_CHARACTERS),
    EngineMaker("local", local_engine, first_invalid_id=END_OF_TEXT_ID + 1),
    EngineMaker(
        "remote", remote_engine, first_invalid_id=END_OF_TEXT_ID + 1, has_prompt_choices=False, has_logits=False
    ),
)
"""Another engine joins the suite by an entry here."""
