import asyncio
from contextlib import aclosing

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Version
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.drafts import compare
from tests.fakes import FakeEngine

CHAT = Chat.start(Character("Bob", greeting="Hi.")).say("Tell me.").with_reply("Earlier.")
SETTINGS = [SamplingParameters(max_new_tokens=4), SamplingParameters(max_new_tokens=30, seed=7, temperature=1.2)]


def compared(engine: Engine) -> list[tuple[Version, ...]]:
    async def collect() -> list[tuple[Version, ...]]:
        return [versions async for versions in compare(engine, CHAT, SETTINGS)]

    return asyncio.run(collect())


def test_both_answer_the_same_prompt_each_with_its_own_settings() -> None:
    engine = FakeEngine(lambda prompt: " Once upon a time.")
    last = compared(engine)[-1]
    assert [version.text for version in last] == ["Onc", "Once upon a time."]
    first, second = engine.requests
    assert first.prompt_ids == second.prompt_ids
    assert engine.decode(first.prompt_ids).endswith("You: Tell me.\nBob:")
    origins = [version.origin for version in last]
    assert [origin.parameters["temperature"] for origin in origins if origin] == [0.5, 1.2]
    assert origins[1] is not None
    assert origins[1].seed == 7


def test_they_grow_together() -> None:
    steps = compared(FakeEngine(lambda prompt: " abcdefgh", delay_s=0.01))
    assert [version.text for version in steps[0]] == ["", ""]
    assert any(len(a.text) > 0 and 0 < len(b.text) < 8 for a, b in steps)


def test_closing_the_comparison_cancels_both() -> None:
    engine = FakeEngine(lambda prompt: " abcdefgh" * 100, delay_s=0.01)

    async def look_once() -> None:
        async with aclosing(compare(engine, CHAT, [SamplingParameters()] * 2)) as versions:
            async for _ in versions:
                break

    asyncio.run(look_once())
    assert [generation.is_cancelled for generation in engine.generations] == [True, True]
