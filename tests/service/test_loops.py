"""A text that begins to repeat itself ends there; any other text passes whole, in whatever pieces it comes."""

import asyncio
from dataclasses import replace
from random import Random

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import FinishReason
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.free_text import FreeText, write_on
from pyg_ui.service.loops import LoopWatch
from pyg_ui.service.replies import ChatService, ReplyUpdate
from tests.fakes import DEMO_INFO, FakeEngine

LOOPS = {
    "*thinks slowly* Hm, an an an an an an an": "*thinks slowly* Hm, an…",
    "In the desert town of Copper In the desert town of Copper In the": "In the desert town of Copper…",
    "I love toads, and people who shout, and people who shout, and people who": "I love toads, and people who shout…",
    "A sight of the a and a sight of the b and a sight of the c.": "A sight of the a and a sight of the b and…",
    "Yes it is. Maybe. Yes it is. Oh well. Yes it is. And so.": "Yes it is. Maybe. Yes it is. Oh well.",
    "I am the mind, Sundaiaiaiaiaiaiaia rust.": "I am the mind…",
}
SOUND = [
    "Ha ha ha! No, no, no. Hahaha! *waves* Row, row, row your boat.",
    "I like the sea, and the sea likes me, and that is the end of it.",
    "Tick, tock, tick, tock. It is late.",
    "",
]


def passed(text: str, rng: Random | None = None, begun: str = "") -> tuple[str, bool]:
    watch, read, at = LoopWatch(begun), "", 0
    while at < len(text) and not watch.has_looped:
        size = rng.randrange(1, 9) if rng else 1
        read += watch.feed(text[at : at + size])
        at += size
    return read + watch.end(), watch.has_looped


@pytest.mark.parametrize(("text", "kept"), LOOPS.items())
def test_a_loop_ends_where_it_begins(text: str, kept: str) -> None:
    for seed in range(5):
        assert passed(text, Random(seed)) == (kept, True)


@pytest.mark.parametrize("text", SOUND)
def test_other_texts_pass_whole(text: str) -> None:
    assert passed(text) == (text, False)


def test_what_passes_does_not_depend_on_the_pieces() -> None:
    rng = Random(5)
    words = "I you the sea and of a small hut . , ! ? * like".split()
    for _ in range(300):
        text = " ".join(rng.choice(words[: rng.randrange(3, 15)]) for _ in range(rng.randrange(1, 60)))
        expected = passed(text)
        assert passed(text, rng) == expected
        assert expected[1] or expected[0] == text


def test_a_text_that_is_continued_counts_as_well() -> None:
    assert passed(" I know it well. Yes", begun="I know it well.")[1]


def test_a_demo_models_reply_ends_there_and_its_origin_says_so() -> None:
    engine = FakeEngine(lambda _: " I sell soup." + " It went tick, it went tock." * 20)
    engine.model = replace(DEMO_INFO, may_loop=True)
    models = ModelManager(lambda choice, report: engine)
    models.start_loading(ModelChoice())
    models.wait(5)

    async def last() -> ReplyUpdate:
        updates = ChatService(models).reply(Chat.start(Character("Bob")), "Hi", SamplingParameters())
        return [update async for update in updates][-1]

    update = asyncio.run(last())
    version = update.chat.turns[-1].version
    assert version.text == "I sell soup. It went tick, it went tock."
    assert version.origin is not None
    assert version.origin.has_looped
    assert update.finish is not None
    assert update.finish.reason is FinishReason.CANCELLED


def test_free_text_of_a_demo_model_ends_there_too() -> None:
    engine = FakeEngine(lambda _: " upon a time upon a time upon a time upon a time")
    engine.model = replace(DEMO_INFO, may_loop=True)

    async def last() -> FreeText:
        return [update async for update in write_on(engine, "Once", SamplingParameters())][-1]

    update = asyncio.run(last())
    assert update.has_looped
    assert update.text.count("upon a time") < 3
