import asyncio
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.parameters import DECLARATIONS
from pyg_ui.library.presets import PRESETS
from pyg_ui.ui.compare import SLIDERS, CompareHandlers, Comparison
from pyg_ui.ui.pace import Pace
from pyg_ui.ui.session import Session
from tests.fakes import FakeEngine
from tests.ui.test_lens import serving

FIELDS = {declared.name: declared.default for declared in DECLARATIONS} | {"max_new_tokens": 30, "temperature": 0.9}
CHAT = Chat.start(Character("Bob", greeting="Hi.")).say("Who?").with_reply("Earlier.")
PRESET = PRESETS[-1]


def handlers(engine: FakeEngine) -> CompareHandlers:
    return CompareHandlers(serving(engine), PRESETS, Pace(0))


def started(compare: CompareHandlers, session: Session, comparison: Comparison) -> list[tuple[Any, ...]]:
    async def collect() -> list[tuple[Any, ...]]:
        return [view async for view in compare.start(session, comparison, SLIDERS, PRESET.name, **FIELDS)]

    return asyncio.run(collect())


def test_the_sliders_and_a_preset_answer_side_by_side() -> None:
    engine, session, comparison = (
        FakeEngine(lambda prompt: " *smiles* I am {{char}}."),
        Session.open(CHAT),
        Comparison(),
    )
    compare = handlers(engine)
    last = started(compare, session, comparison)[-1]
    assert [html.count("<em>") for html in last[:2]] == [1, 1]
    assert "I am Bob" in last[0]
    first, second = engine.requests
    assert (first.parameters.temperature, second.parameters.temperature) == (0.9, PRESET.parameters.temperature)
    assert second.parameters.max_new_tokens == 30
    assert session.chat is CHAT
    use_first, use_second, start, stop = compare.settle(session, comparison)[2:]
    assert [use_first["interactive"], use_second["interactive"], start["interactive"], stop["interactive"]] == [
        True, True, True, False,
    ]  # fmt: skip


def test_the_chosen_one_becomes_a_version_of_the_reply() -> None:
    session, comparison = Session.open(CHAT), Comparison()
    compare = handlers(FakeEngine(lambda prompt: " Anew."))
    started(compare, session, comparison)
    compare.use(session, comparison, 1)
    assert [version.text for version in session.chat.turns[-1].versions] == ["Earlier.", "Anew."]
    compare.use(session, comparison, 0)
    assert len(session.chat.turns[-1].versions) == 3
    assert session.history.can_undo


def test_a_chat_that_has_moved_on_takes_neither() -> None:
    session, comparison = Session.open(CHAT), Comparison()
    compare = handlers(FakeEngine())
    started(compare, session, comparison)
    session.show(session.chat.say("And you?"))
    with pytest.warns(UserWarning, match="moved on"):
        compare.use(session, comparison, 0)
    assert len(session.chat.turns) == 4


def test_before_anything_was_said_there_is_nothing_to_compare() -> None:
    session = Session.open(Chat.start(CHAT.character))
    engine = FakeEngine()
    with pytest.warns(UserWarning, match="Say something"):
        started(handlers(engine), session, Comparison())
    assert engine.requests == []
