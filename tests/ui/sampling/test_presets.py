"""The preset panel's handlers over a real database: choose, keep, name, throw away, bring in and take out."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.presets.files import read_presets
from pyg_ui.library.presets.preset import PRESET_DECLARATIONS, Preset
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.ui.sampling.presets.choice import UNSAVED, PresetDesk, PresetView, note_of
from pyg_ui.ui.sampling.presets.files import PresetFiles
from pyg_ui.ui.sampling.presets.handlers import PresetLibrary
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import tables

DEFAULTS: dict[str, Any] = {declared.name: declared.default for declared in DECLARATIONS}


@dataclass
class Room:
    """One visitor's page, with where the sliders stand."""

    store: PresetStore
    owner: str = "ann"
    sliders: dict[str, Any] = field(default_factory=DEFAULTS.copy)

    def __post_init__(self) -> None:
        self.session = Session.open(Chat.start(Character("Wren")))
        self.session.record.owner = self.owner
        self.library = PresetLibrary(self.store)
        self.report = ""
        self.desk = PresetDesk(self.store.built_in[0])

    def move(self, **values: Any) -> None:
        self.sliders |= values
        self.library.follow(self.desk, **self.sliders)

    def choose(self, id: str) -> PresetView:
        return self.filled(self.library.choose(self.session, self.desk, id, **self.sliders))

    def keep(self, name: str) -> PresetView:
        self.library.ask_to_keep(self.session, self.desk)
        return self.library.confirm(self.session, self.desk, name, **self.sliders)

    def call(self, name: str) -> PresetView:
        self.library.ask_to_call(self.session, self.desk)
        return self.library.confirm(self.session, self.desk, name, **self.sliders)

    def bring_in(self, *paths: Path) -> PresetView:
        files = PresetFiles(self.library)
        outputs = files.bring_in(self.session, self.desk, [str(path) for path in paths], **self.sliders)
        self.report = str(outputs[1])
        return self.filled(outputs[2:])

    def filled(self, outputs: tuple[Any, ...]) -> PresetView:
        num_shown = len(PresetView._fields)
        for declared, value in zip(PRESET_DECLARATIONS, outputs[num_shown:], strict=True):
            if not isinstance(value, dict):
                self.sliders[declared.name] = value
        return PresetView(*outputs[:num_shown])

    @property
    def names(self) -> list[str]:
        return [each.preset.name for each in self.store.find(self.owner) if not each.is_built_in]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PresetStore]:
    database = Database.in_directory(tmp_path / "data")
    database.open()
    yield PresetStore(database, PRESETS)
    database.close()


@pytest.fixture
def room(store: PresetStore) -> Room:
    return Room(store)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_fills_every_slider_and_leaves_the_seed(room: Room, preset: Preset) -> None:
    room.move(seed=7)
    room.choose(f"built-in-{preset.name}")
    assert room.sliders == DEFAULTS | preset.values | {"seed": 7}
    assert not room.desk.is_changed
    assert note_of(room.desk.chosen).key in tables()


def test_a_moved_slider_is_told_and_moved_back_too(room: Room) -> None:
    room.sliders["temperature"] = 1.2
    moved = room.library.follow(room.desk, **room.sliders)
    assert (moved.preset["label"].key, moved.note["value"].key) == ("presets.changed", "presets.note_changed_built_in")
    assert moved.save["interactive"] is False, "a built-in preset stays as it is"
    back = room.library.follow(room.desk, **DEFAULTS)
    assert back.preset["label"].key == "presets.preset"
    assert "value" not in (room.library.follow(room.desk, **DEFAULTS | {"seed": 3}).note or {})


def test_what_is_kept_is_found_again_and_written_over(room: Room, store: PresetStore) -> None:
    room.move(temperature=0.8)
    view = room.keep("Calm")
    assert (view.preset["label"].key, view.asking["visible"]) == ("presets.preset", False)
    assert view.choices[0] == ("★ Calm", room.desk.chosen.id)
    room.move(top_k=40)
    room.library.save(room.session, room.desk, **room.sliders)
    again = Room(store)
    again.choose(room.desk.chosen.id)
    assert (again.sliders["temperature"], again.sliders["top_k"]) == (0.8, 40)


def test_another_visitor_sees_and_touches_nothing(room: Room, store: PresetStore) -> None:
    room.keep("Calm")
    bob = Room(store, "bob")
    assert [id for _, id in bob.library.view(bob.session, bob.desk).choices] == [each.id for each in store.built_in]
    with pytest.warns(UserWarning, match="no longer there"):
        bob.choose(room.desk.chosen.id)
    assert bob.sliders == DEFAULTS
    bob.desk.chosen = room.desk.chosen
    for act in (bob.library.save, bob.library.delete):
        with pytest.warns(UserWarning, match="no longer there"):
            act(bob.session, bob.desk, **bob.sliders)
    with pytest.warns(UserWarning, match="no longer there"):
        bob.library.restore(bob.session, bob.desk, **bob.sliders)
    assert (room.names, bob.names) == (["Calm"], [])


def test_nobody_keeps_anything_before_the_page_knows_whose_it_is(room: Room) -> None:
    room.session.record.owner = ""
    with pytest.warns(UserWarning, match="still opening"):
        room.keep("Calm")
    assert room.store.find("") == room.store.built_in


def test_a_name_that_is_taken_is_replaced_only_after_a_warning(room: Room) -> None:
    room.keep("Calm")
    room.move(temperature=1.5)
    view = room.keep("CALM")
    assert (view.hint["visible"], view.confirm["value"].key, view.name) == (True, "presets.replace", "CALM")
    assert room.store.find("ann")[0].preset.parameters.temperature == 0.5
    room.library.confirm(room.session, room.desk, "calm", **room.sliders)
    first = room.store.find("ann")[0].preset
    assert (first.name, first.parameters.temperature) == ("Calm", 1.5)
    room.keep("calm")
    assert room.library.retype(room.desk, "\tCalm ").hint["visible"] is True
    assert room.library.retype(room.desk, "calmer").hint["visible"] is False


def test_a_second_click_changes_nothing(room: Room) -> None:
    room.keep("Calm")
    room.library.confirm(room.session, room.desk, "Calm", **room.sliders)
    room.library.confirm(room.session, room.desk, "Other", **room.sliders)
    assert room.names == ["Calm"]


@pytest.mark.parametrize(
    ("name", "problem"), [("classic-pygmalion-6B", "built-in"), ("", "no name"), ("x" * 61, "long")]
)
def test_a_name_that_cannot_be_is_explained_and_stays_to_be_changed(room: Room, name: str, problem: str) -> None:
    with pytest.warns(UserWarning, match=problem):
        view = room.keep(name)
    assert (view.asking["visible"], view.name, room.names) == (True, name, [])


def test_a_preset_is_renamed_while_its_sliders_stand_elsewhere(room: Room) -> None:
    room.keep("Calm")
    room.move(temperature=1.5)
    room.call("Calm evening")
    assert room.names == ["Calm evening"]
    assert room.desk.is_changed
    assert room.sliders["temperature"] == 1.5
    room.library.ask_to_call(room.session, room.desk)
    view = room.library.cancel(room.session, room.desk)
    assert view.asking["visible"] is False


def test_a_deleted_preset_comes_back_and_no_slider_moves(room: Room) -> None:
    room.move(temperature=0.8)
    room.keep("Calm")
    before = room.sliders.copy()
    view = room.library.delete(room.session, room.desk, **room.sliders)
    assert (view.preset["value"], view.restore["value"]) == (UNSAVED[0], "Bring back “Calm”")
    assert room.names == []
    view = room.library.restore(room.session, room.desk, **room.sliders)
    assert (view.preset["value"], view.restore["visible"]) == (room.desk.chosen.id, False)
    assert room.names == ["Calm"]
    assert room.sliders == before


def test_settings_that_nobody_kept_can_be_gone_back_to(room: Room) -> None:
    room.move(temperature=1.3)
    view = room.choose(room.store.built_in[3].id)
    assert view.preset["choices"][0] == ("Your own settings", UNSAVED[0])
    assert room.sliders["temperature"] == 0.43
    room.choose(UNSAVED[0])
    assert room.sliders["temperature"] == 1.3
    outputs = room.library.reset(room.session, room.desk, **room.sliders)
    assert list(outputs[len(PresetView._fields) :]) == list(DEFAULTS.values())


def test_no_settings_that_nobody_kept_push_others_out(room: Room) -> None:
    room.move(temperature=1.3)
    room.choose(room.store.built_in[3].id)
    room.move(temperature=0.9)
    room.choose(room.store.built_in[2].id)
    room.move(temperature=1.1)
    view = room.choose(UNSAVED[0])
    named = [
        ("Your own settings", UNSAVED[0]),
        ("Your own settings 2", UNSAVED[1]),
        ("Your own settings 3", UNSAVED[2]),
    ]
    assert view.preset["choices"][:3] == named
    for id, temperature in zip(UNSAVED, (1.3, 0.9, 1.1), strict=True):
        room.choose(id)
        assert room.sliders["temperature"] == temperature
    assert len(room.desk.aside) == 3, "what nobody moved is there once"


def test_of_too_many_settings_that_nobody_kept_the_oldest_go(room: Room) -> None:
    for temperature in (1.1, 1.2, 1.3, 1.4):
        room.choose(room.store.built_in[3].id)
        room.move(temperature=temperature)
    room.choose(UNSAVED[0])
    assert room.sliders["temperature"] == 1.1
    assert {each.preset.values["temperature"] for each in room.desk.aside} == {1.1, 1.3, 1.4}


@pytest.mark.parametrize("act", ["keep", "save", "delete", "restore"])
def test_settings_set_aside_stay_whatever_else_is_done(room: Room, act: str) -> None:
    room.keep("Calm")
    room.move(temperature=1.3)
    room.choose(room.store.built_in[3].id)
    room.choose(room.store.find("ann")[0].id)
    if act == "keep":
        room.move(temperature=0.6)
        room.keep("Other")
    elif act == "save":
        room.move(temperature=0.6)
        room.library.save(room.session, room.desk, **room.sliders)
    else:
        room.library.delete(room.session, room.desk, **room.sliders)
    if act == "restore":
        room.library.restore(room.session, room.desk, **room.sliders)
    assert room.choose(UNSAVED[0]).preset["value"] == UNSAVED[0]
    assert room.sliders["temperature"] == 1.3


def test_settings_that_were_kept_are_not_set_aside_any_more(room: Room) -> None:
    room.move(temperature=1.3)
    room.choose(room.store.built_in[3].id)
    room.choose(UNSAVED[0])
    room.move(seed=5)
    view = room.keep("Calm")
    assert UNSAVED[0] not in [id for _, id in view.preset["choices"]]


def test_a_name_half_typed_stays_while_the_panel_is_drawn(room: Room) -> None:
    room.library.ask_to_keep(room.session, room.desk)
    drawn = room.library.view(room.session, room.desk)
    assert (drawn.asking["visible"], drawn.name) == (True, gr.skip())
    with pytest.warns(UserWarning, match="Built-in"):
        assert room.library.save(room.session, room.desk, **room.sliders).name == gr.skip()
    assert room.library.cancel(room.session, room.desk).name == ""


def test_files_are_kept_and_told_and_the_last_is_chosen(room: Room, tmp_path: Path) -> None:
    first, second = tmp_path / "One.settings", tmp_path / "Two.yaml"
    first.write_text('{"temp": 7, "sampler_order": [6, 0], "<b>": 1}')
    second.write_text("temperature: 0.7\n")
    room.bring_in(first, second)
    told = html.unescape(room.report)
    assert "“One” is imported. Not used here: sampler_order, <b>." in told
    assert "Temperature 7 → 2" in told
    assert "<b>" not in room.report
    assert room.names == ["One", "Two"]
    assert (room.desk.chosen.preset.name, room.sliders["temperature"]) == ("Two", 0.7)
    assert not first.exists()


def test_a_bad_file_among_good_ones_loses_nothing(room: Room, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    bad.write_text("{")
    good.write_text('{"temp": 0.6}')
    room.move(temperature=1.1)
    with pytest.warns(UserWarning, match="bad.json is not valid JSON"):
        room.bring_in(bad)
    assert room.sliders["temperature"] == 1.1
    bad.write_text("{")
    with pytest.warns(UserWarning, match="bad.json"):
        room.bring_in(good, bad)
    assert room.names == ["good"]
    assert [each.preset.parameters for each in room.desk.aside] == [SamplingParameters(temperature=1.1)]


@pytest.mark.parametrize("number", [12, 14])
def test_a_long_list_is_counted(room: Room, tmp_path: Path, number: int) -> None:
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"temp": 1} | {f"x{i}": 1 for i in range(number)}))
    room.bring_in(path)
    assert ("x10, x11 and 2 more." if number > 12 else "x10, x11.") in html.unescape(room.report)


def test_what_is_taken_out_can_be_brought_in(room: Room) -> None:
    room.keep("Calm / evening")
    room.move(temperature=0.85)
    told = json.loads(PresetFiles(room.library).take_out(room.session, room.desk, **room.sliders))
    assert told["name"] == "Calm evening.json"
    (found,) = read_presets(base64.b64decode(told["data"]), told["name"])
    assert found.preset == Preset("Calm / evening", SamplingParameters(temperature=0.85))


@pytest.mark.parametrize("act", ["save", "delete", "restore"])
def test_where_nothing_can_be_done_the_reason_is_told(room: Room, act: str) -> None:
    with pytest.warns(UserWarning, match="Built-in|no longer there"):
        getattr(room.library, act)(room.session, room.desk, **room.sliders)


def test_an_empty_field_is_named_and_nothing_kept(room: Room) -> None:
    room.sliders["seed"] = None
    with pytest.warns(UserWarning, match="seed"):
        room.keep("Calm")
    room.choose(room.store.built_in[1].id)
    assert room.names == []
