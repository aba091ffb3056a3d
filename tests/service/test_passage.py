"""A reply read back token by token, with the demo model's own tokenizer and engine."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving.local import LocalEngine, load_engine
from pyg_ui.service.passage import Passage, logits_at, read_passage

PARAMETERS = SamplingParameters()
CHAT = Chat.start(Character("Bob", greeting="Hi.")).say("Who are you?")


@pytest.fixture(scope="module")
def engine() -> Iterator[LocalEngine]:
    engine = load_engine(ModelChoice("demo-neo"), lambda progress: None)
    yield engine
    engine.close()


def passage(engine: LocalEngine, chat: Chat) -> Passage:
    return asyncio.run(read_passage(engine, chat, PARAMETERS))


def test_a_reply_is_read_back_in_tokens(engine: LocalEngine) -> None:
    read = passage(engine, CHAT.with_reply("*waves* I am Bob, naïve as ever 🕰."))
    assert b"".join(read.pieces).decode() == " *waves* I am Bob, naïve as ever 🕰."
    assert engine.decode(read.prompt_ids).endswith("You: Who are you?\nBob:")
    assert engine.decode(read.ids_before(2)).startswith(engine.decode(read.prompt_ids))


def test_another_token_begins_another_reply(engine: LocalEngine) -> None:
    read = passage(engine, CHAT.with_reply("I am naïve."))
    assert read.begun_with(0, " Ïch".encode()) == "Ïch"
    assert read.begun_with(len(read.pieces), b" really") == "I am naïve. really"
    assert [read.begun_with(1, piece) for piece in (b"", b" ", b"\n", b"\xf0\x9f")] == [None] * 4


def test_before_a_reply_there_is_only_the_prompt(engine: LocalEngine) -> None:
    for chat in (CHAT, Chat.start(CHAT.character)):
        read = passage(engine, chat)
        assert (read.reply_ids, read.pieces) == ((), ())
        assert engine.decode(read.prompt_ids).endswith("\nBob:")


def test_the_logits_are_those_of_the_place(engine: LocalEngine) -> None:
    read = passage(engine, CHAT.with_reply("I am Bob."))
    seen = asyncio.run(logits_at(engine, read, 2))
    assert seen.prompt_ids == read.ids_before(2)
    first = asyncio.run(logits_at(engine, read, 0))
    assert not np.array_equal(seen.logits, first.logits)
