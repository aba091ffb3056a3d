"""The preset panel's handlers over a real database: choose, save, rename, delete, import and export."""

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
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.presets.files import read_presets
from pyg_ui.library.presets.preset import Preset
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.library.store.settings import SettingsStore
from pyg_ui.ui.form.sampling import shown_value
from pyg_ui.ui.sampling.keeper import SettingsKeeper
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.open_preset import UNSAVED, OpenPreset
from pyg_ui.ui.sampling.presets.view import PresetView, note_of
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import tables

DEFAULTS: dict[str, Any] = {declared.name: declared.default for declared in EVERY_DECLARATION} | {"candidates": 1}


@dataclass
class Visit:
    """One visitor's page, with where the sliders stand."""

    store: PresetStore
    owner: str = "ann"
    sliders: dict[str, Any] = field(default_factory=DEFAULTS.copy)

    def __post_init__(self) -> None:
        self.session = Session.open(Chat.start(Character("Wren")))
        self.session.record.owner = self.owner
        self.handlers = PresetHandlers(self.store, SettingsKeeper(SettingsStore(self.store._database)))
        self.report = ""
        self.opened = OpenPreset(self.store.built_in[0])

    def move(self, **values: Any) -> None:
        self.sliders |= values
        self.handlers.follow(self.session, self.opened, **self.sliders)

    def choose(self, id: str) -> PresetView:
        return self.filled(self.handlers.choose(self.session, self.opened, id, **self.sliders))

    def save_as(self, name: str) -> PresetView:
        self.handlers.ask_to_save_as(self.session, self.opened)
        return self.handlers.confirm(self.session, self.opened, name, **self.sliders)

    def rename(self, name: str) -> PresetView:
        self.handlers.ask_to_rename(self.session, self.opened)
        return self.handlers.confirm(self.session, self.opened, name, **self.sliders)

    def import_files(self, *paths: Path) -> PresetView:
        outputs = self.handlers.import_files(self.session, self.opened, [str(path) for path in paths], **self.sliders)
        view = self.filled(outputs)
        assert view.files is None, "the drop zone is empty again"
        self.report = view.report
        return view

    def filled(self, outputs: tuple[Any, ...]) -> PresetView:
        num_shown = len(PresetView._fields)
        for declared, value in zip(EVERY_DECLARATION, outputs[num_shown:], strict=True):
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
def visit(store: PresetStore) -> Visit:
    return Visit(store)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_fills_every_slider_and_leaves_the_seed(visit: Visit, preset: Preset) -> None:
    visit.move(seed=7)
    visit.choose(f"built-in-{preset.name}")
    expected = DEFAULTS | preset.values | {"seed": 7}
    assert visit.sliders == {name: shown_value(value) for name, value in expected.items()}
    assert not visit.opened.is_changed
    assert note_of(visit.opened.chosen).key in tables()


def test_a_moved_slider_is_told_and_moved_back_too(visit: Visit) -> None:
    visit.sliders["temperature"] = 1.2
    moved = visit.handlers.follow(visit.session, visit.opened, **visit.sliders)
    assert (moved.preset["label"].key, moved.note["value"].key) == ("presets.changed", "presets.note_changed_built_in")
    assert moved.save["interactive"] is False, "a built-in preset stays as it is"
    back = visit.handlers.follow(visit.session, visit.opened, **DEFAULTS)
    assert back.preset["label"].key == "presets.preset"
    assert "value" not in (visit.handlers.follow(visit.session, visit.opened, **DEFAULTS | {"seed": 3}).note or {})


def test_a_saved_preset_is_found_again_and_written_over(visit: Visit, store: PresetStore) -> None:
    visit.move(temperature=0.8)
    view = visit.save_as("Calm")
    assert (view.preset["label"].key, view.asking["visible"]) == ("presets.preset", False)
    assert view.choices[0] == ("★ Calm", visit.opened.chosen.id)
    visit.move(top_k=40)
    visit.handlers.save(visit.session, visit.opened, **visit.sliders)
    again = Visit(store)
    again.choose(visit.opened.chosen.id)
    assert (again.sliders["temperature"], again.sliders["top_k"]) == (0.8, 40)


def test_another_visitor_sees_and_touches_nothing(visit: Visit, store: PresetStore) -> None:
    visit.save_as("Calm")
    bob = Visit(store, "bob")
    assert [id for _, id in bob.handlers.view(bob.session, bob.opened).choices] == [each.id for each in store.built_in]
    with pytest.warns(UserWarning, match="no longer there"):
        bob.choose(visit.opened.chosen.id)
    assert bob.sliders == DEFAULTS
    bob.opened.chosen = visit.opened.chosen
    for act in (bob.handlers.save, bob.handlers.delete):
        with pytest.warns(UserWarning, match="no longer there"):
            act(bob.session, bob.opened, **bob.sliders)
    with pytest.warns(UserWarning, match="no longer there"):
        bob.handlers.restore(bob.session, bob.opened, **bob.sliders)
    assert (visit.names, bob.names) == (["Calm"], [])


def test_nothing_is_saved_before_the_page_knows_its_owner(visit: Visit) -> None:
    visit.session.record.owner = ""
    with pytest.warns(UserWarning, match="still opening"):
        visit.save_as("Calm")
    assert visit.store.find("") == visit.store.built_in


def test_a_name_that_is_taken_is_replaced_only_after_a_warning(visit: Visit) -> None:
    visit.save_as("Calm")
    visit.move(temperature=1.5)
    view = visit.save_as("CALM")
    assert (view.hint["visible"], view.confirm["value"].key, view.name) == (True, "presets.replace", "CALM")
    assert visit.store.find("ann")[0].preset.parameters.temperature == 0.5
    visit.handlers.confirm(visit.session, visit.opened, "calm", **visit.sliders)
    first = visit.store.find("ann")[0].preset
    assert (first.name, first.parameters.temperature) == ("Calm", 1.5)
    visit.save_as("calm")
    assert visit.handlers.retype(visit.opened, "\tCalm ").hint["visible"] is True
    assert visit.handlers.retype(visit.opened, "calmer").hint["visible"] is False


def test_a_second_click_changes_nothing(visit: Visit) -> None:
    visit.save_as("Calm")
    visit.handlers.confirm(visit.session, visit.opened, "Calm", **visit.sliders)
    visit.handlers.confirm(visit.session, visit.opened, "Other", **visit.sliders)
    assert visit.names == ["Calm"]


@pytest.mark.parametrize(
    ("name", "problem"), [("classic-pygmalion-6B", "built-in"), ("", "no name"), ("x" * 61, "long")]
)
def test_an_invalid_name_is_explained_and_stays_in_the_box(visit: Visit, name: str, problem: str) -> None:
    with pytest.warns(UserWarning, match=problem):
        view = visit.save_as(name)
    assert (view.asking["visible"], view.name, visit.names) == (True, name, [])


def test_a_preset_is_renamed_while_its_sliders_have_other_values(visit: Visit) -> None:
    visit.save_as("Calm")
    visit.move(temperature=1.5)
    visit.rename("Calm evening")
    assert visit.names == ["Calm evening"]
    assert visit.opened.is_changed
    assert visit.sliders["temperature"] == 1.5
    visit.handlers.ask_to_rename(visit.session, visit.opened)
    view = visit.handlers.cancel(visit.session, visit.opened)
    assert view.asking["visible"] is False


def test_a_deleted_preset_comes_back_and_no_slider_moves(visit: Visit) -> None:
    visit.move(temperature=0.8)
    visit.save_as("Calm")
    before = visit.sliders.copy()
    view = visit.handlers.delete(visit.session, visit.opened, **visit.sliders)
    assert (view.preset["value"], view.restore["value"]) == (UNSAVED[0], "Bring back “Calm”")
    assert visit.names == []
    view = visit.handlers.restore(visit.session, visit.opened, **visit.sliders)
    assert (view.preset["value"], view.restore["visible"]) == (visit.opened.chosen.id, False)
    assert visit.names == ["Calm"]
    assert visit.sliders == before


def test_unsaved_settings_can_be_chosen_again(visit: Visit) -> None:
    visit.move(temperature=1.3)
    view = visit.choose(visit.store.built_in[3].id)
    assert view.preset["choices"][0] == ("Your own settings", UNSAVED[0])
    assert visit.sliders["temperature"] == 0.43
    visit.choose(UNSAVED[0])
    assert visit.sliders["temperature"] == 1.3
    outputs = visit.handlers.reset(visit.session, visit.opened, **visit.sliders)
    assert list(outputs[len(PresetView._fields) :]) == [shown_value(each.default) for each in EVERY_DECLARATION]


def test_several_unsaved_settings_are_remembered(visit: Visit) -> None:
    visit.move(temperature=1.3)
    visit.choose(visit.store.built_in[3].id)
    visit.move(temperature=0.9)
    visit.choose(visit.store.built_in[2].id)
    visit.move(temperature=1.1)
    view = visit.choose(UNSAVED[0])
    named = [
        ("Your own settings", UNSAVED[0]),
        ("Your own settings 2", UNSAVED[1]),
        ("Your own settings 3", UNSAVED[2]),
    ]
    assert view.preset["choices"][:3] == named
    for id, temperature in zip(UNSAVED, (1.3, 0.9, 1.1), strict=True):
        visit.choose(id)
        assert visit.sliders["temperature"] == temperature
    assert len(visit.opened.unsaved) == 3, "what nobody moved is there once"


def test_of_too_many_unsaved_settings_the_oldest_are_forgotten(visit: Visit) -> None:
    for temperature in (1.1, 1.2, 1.3, 1.4):
        visit.choose(visit.store.built_in[3].id)
        visit.move(temperature=temperature)
    visit.choose(UNSAVED[0])
    assert visit.sliders["temperature"] == 1.1
    assert {each.preset.values["temperature"] for each in visit.opened.unsaved} == {1.1, 1.3, 1.4}


@pytest.mark.parametrize("act", ["save_as", "save", "delete", "restore"])
def test_unsaved_settings_stay_whatever_else_is_done(visit: Visit, act: str) -> None:
    visit.save_as("Calm")
    visit.move(temperature=1.3)
    visit.choose(visit.store.built_in[3].id)
    visit.choose(visit.store.find("ann")[0].id)
    if act == "save_as":
        visit.move(temperature=0.6)
        visit.save_as("Other")
    elif act == "save":
        visit.move(temperature=0.6)
        visit.handlers.save(visit.session, visit.opened, **visit.sliders)
    else:
        visit.handlers.delete(visit.session, visit.opened, **visit.sliders)
    if act == "restore":
        visit.handlers.restore(visit.session, visit.opened, **visit.sliders)
    assert visit.choose(UNSAVED[0]).preset["value"] == UNSAVED[0]
    assert visit.sliders["temperature"] == 1.3


def test_settings_that_were_saved_are_no_longer_among_the_unsaved(visit: Visit) -> None:
    visit.move(temperature=1.3)
    visit.choose(visit.store.built_in[3].id)
    visit.choose(UNSAVED[0])
    visit.move(seed=5)
    view = visit.save_as("Calm")
    assert UNSAVED[0] not in [id for _, id in view.preset["choices"]]


def test_a_name_half_typed_stays_while_the_panel_is_drawn(visit: Visit) -> None:
    visit.handlers.ask_to_save_as(visit.session, visit.opened)
    drawn = visit.handlers.view(visit.session, visit.opened)
    assert (drawn.asking["visible"], drawn.name) == (True, gr.skip())
    with pytest.warns(UserWarning, match="Built-in"):
        assert visit.handlers.save(visit.session, visit.opened, **visit.sliders).name == gr.skip()
    assert visit.handlers.cancel(visit.session, visit.opened).name == ""


def test_files_are_imported_and_reported_and_the_last_is_chosen(visit: Visit, tmp_path: Path) -> None:
    first, second = tmp_path / "One.settings", tmp_path / "Two.yaml"
    first.write_text('{"temp": 7, "repetition_decay": 3, "<b>": 1}')
    second.write_text("temperature: 0.7\n")
    visit.import_files(first, second)
    told = html.unescape(visit.report)
    assert "“One” is imported. Not used here: repetition_decay, <b>." in told
    assert "Temperature 7 → 2" in told
    assert "<b>" not in visit.report
    assert visit.names == ["One", "Two"]
    assert (visit.opened.chosen.preset.name, visit.sliders["temperature"]) == ("Two", 0.7)
    assert not first.exists()


def test_a_bad_file_among_good_ones_loses_nothing(visit: Visit, tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.json", tmp_path / "good.json"
    bad.write_text("{")
    good.write_text('{"temp": 0.6}')
    visit.move(temperature=1.1)
    with pytest.warns(UserWarning, match="bad.json is not valid JSON"):
        visit.import_files(bad)
    assert visit.sliders["temperature"] == 1.1
    bad.write_text("{")
    with pytest.warns(UserWarning, match="bad.json"):
        visit.import_files(good, bad)
    assert visit.names == ["good"]
    assert [each.preset.parameters for each in visit.opened.unsaved] == [SamplingParameters(temperature=1.1)]


@pytest.mark.parametrize("number", [12, 14])
def test_a_long_list_is_counted(visit: Visit, tmp_path: Path, number: int) -> None:
    path = tmp_path / "many.json"
    path.write_text(json.dumps({"temp": 1} | {f"x{i}": 1 for i in range(number)}))
    visit.import_files(path)
    assert ("x10, x11 and 2 more." if number > 12 else "x10, x11.") in html.unescape(visit.report)


def test_an_exported_preset_can_be_imported(visit: Visit) -> None:
    visit.save_as("Calm / evening")
    visit.move(temperature=0.85)
    told = json.loads(visit.handlers.export(visit.session, visit.opened, **visit.sliders))
    assert told["name"] == "Calm evening.json"
    (found,) = read_presets(base64.b64decode(told["data"]), told["name"])
    assert found.preset == Preset("Calm / evening", SamplingParameters(temperature=0.85))


@pytest.mark.parametrize("act", ["save", "delete", "restore"])
def test_where_nothing_can_be_done_the_reason_is_told(visit: Visit, act: str) -> None:
    with pytest.warns(UserWarning, match="Built-in|no longer there"):
        getattr(visit.handlers, act)(visit.session, visit.opened, **visit.sliders)


def test_an_empty_field_is_named_and_nothing_is_saved(visit: Visit) -> None:
    visit.sliders["seed"] = None
    with pytest.warns(UserWarning, match="seed"):
        visit.save_as("Calm")
    visit.choose(visit.store.built_in[1].id)
    assert visit.names == []
