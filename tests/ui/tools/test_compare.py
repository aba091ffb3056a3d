import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.presets.preset import Preset
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.ui.live.pace import Pace
from pyg_ui.ui.sampling.presets.view import choices_of
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.compare.handlers import CompareHandlers
from pyg_ui.ui.tools.compare.view import SLIDERS, CompareView, Comparison
from tests.fakes import FakeEngine
from tests.ui.sampling.test_lens import serving

FIELDS = {declared.name: declared.default for declared in EVERY_DECLARATION} | {
    "max_new_tokens": 30,
    "temperature": 0.9,
}
CHAT = Chat.start(Character("Bob", greeting="Hi.")).say("Who?").with_reply("Earlier.")
PRESET = PRESETS[-1]


@pytest.fixture
def presets(tmp_path: Path) -> Iterator[PresetStore]:
    database = Database.in_directory(tmp_path)
    database.open()
    yield PresetStore(database, PRESETS)
    database.close()


def handlers(engine: FakeEngine, presets: PresetStore) -> CompareHandlers:
    return CompareHandlers(serving(engine), presets, Pace(0))


def started(
    compare: CompareHandlers, session: Session, comparison: Comparison, second: str = f"built-in-{PRESET.name}"
) -> list[CompareView]:
    async def collect() -> list[CompareView]:
        return [view async for view in compare.write(session, comparison, SLIDERS, second, **FIELDS)]

    return asyncio.run(collect())


def test_the_sliders_and_a_preset_answer_side_by_side(presets: PresetStore) -> None:
    engine, session, comparison = (
        FakeEngine(lambda prompt: " *smiles* I am {{char}}."),
        Session.open(CHAT),
        Comparison(),
    )
    compare = handlers(engine, presets)
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


def test_the_chosen_one_becomes_a_version_of_the_reply(presets: PresetStore) -> None:
    session, comparison = Session.open(CHAT), Comparison()
    compare = handlers(FakeEngine(lambda prompt: " Anew."), presets)
    started(compare, session, comparison)
    compare.use(session, comparison, 1)
    assert [version.text for version in session.chat.turns[-1].versions] == ["Earlier.", "Anew."]
    compare.use(session, comparison, 0)
    assert len(session.chat.turns[-1].versions) == 3
    assert session.history.can_undo


def test_a_chat_that_has_moved_on_takes_neither(presets: PresetStore) -> None:
    session, comparison = Session.open(CHAT), Comparison()
    compare = handlers(FakeEngine(), presets)
    started(compare, session, comparison)
    session.show(session.chat.say("And you?"))
    with pytest.warns(UserWarning, match="moved on"):
        compare.use(session, comparison, 0)
    assert len(session.chat.turns) == 4


def test_before_anything_was_said_there_is_nothing_to_compare(presets: PresetStore) -> None:
    session = Session.open(Chat.start(CHAT.character))
    engine = FakeEngine()
    with pytest.warns(UserWarning, match="Say something"):
        started(handlers(engine, presets), session, Comparison())
    assert engine.requests == []


def test_a_preset_of_ones_own_is_compared_by_its_owner_only(presets: PresetStore) -> None:
    own = presets.add("ann", Preset("Calm", SamplingParameters(temperature=0.2)))
    engine, session = FakeEngine(lambda prompt: " Hm."), Session.open(CHAT)
    session.record.owner = "ann"
    started(handlers(engine, presets), session, Comparison(), own.id)
    assert engine.requests[1].parameters.temperature == 0.2
    session.record.owner = "bob"
    with pytest.warns(UserWarning, match="no longer there"):
        started(handlers(engine, presets), session, Comparison(), own.id)
    assert len(engine.requests) == 2


def test_a_preset_that_is_gone_gives_way_to_the_sliders(presets: PresetStore) -> None:
    own = presets.add("ann", Preset("Calm", SamplingParameters()))
    compare = handlers(FakeEngine(), presets)
    choices = choices_of(presets.find("ann"))
    first, second = compare.offer(choices, SLIDERS), compare.offer(choices, own.id)
    assert (first["value"], second["value"]) == (SLIDERS, own.id)
    assert ("★ Calm", own.id) in second["choices"]
    presets.trash("ann", own.id)
    assert compare.offer(choices_of(presets.find("ann")), own.id)["value"] == SLIDERS
