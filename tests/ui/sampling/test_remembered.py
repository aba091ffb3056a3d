"""Settings that last: one owner's pages over a real database, opened one after the other and side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters
from pyg_ui.errors import StoreError
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.library.store.settings import USUAL, Scope, SettingsStore
from pyg_ui.ui.form.sampling import shown_value
from pyg_ui.ui.sampling.keeper import SettingsKeeper
from pyg_ui.ui.sampling.kept_values import candidates_in, parameters_in, preset_in
from pyg_ui.ui.sampling.moods import CUSTOM, LENGTHS, MOODS, length_of, mood_of
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.open_preset import UNSAVED, OpenPreset
from pyg_ui.ui.sampling.presets.view import ChangeView, PresetView
from pyg_ui.ui.sampling.remembered.handlers import RememberedHandlers
from pyg_ui.ui.sampling.remembered.view import RememberedView
from pyg_ui.ui.session import Session
from tests.ui.building import saver_of

ANN = "user:ann"
WREN, ODO = Character("Wren", greeting="Hi."), Character("Odo", greeting="Hm.")
NAMES = [declared.name for declared in EVERY_DECLARATION]
DEFAULTS = {declared.name: shown_value(declared.default) for declared in EVERY_DECLARATION} | {"candidates": 1}


@dataclass
class Visit:
    """One page of a person, with where the sliders stand."""

    database: Database
    owner: str = ANN
    sliders: dict[str, Any] = field(default_factory=DEFAULTS.copy)

    def __post_init__(self) -> None:
        self.saver = saver_of(self.database)
        presets = PresetHandlers(PresetStore(self.database, PRESETS), SettingsKeeper(SettingsStore(self.database)))
        self.handlers, self.presets = RememberedHandlers(presets, self.saver), presets
        self.session, self.opened = Session.open(Chat.start(WREN)), OpenPreset(presets.store.built_in[0])
        self.session.record.owner = self.owner
        self.filled(self.handlers.arrive(self.session, self.opened))

    @property
    def temperature(self) -> float:
        return float(self.sliders["temperature"])

    @property
    def scope(self) -> Scope:
        return self.opened.settings.place.scope

    def filled(self, outputs: tuple[Any, ...]) -> None:
        """The fields are given what was drawn."""
        candidates, sliders = outputs[len(RememberedView._fields)], outputs[-len(NAMES) :]
        assert len(outputs) == len(RememberedView._fields) + 1 + len(PresetView._fields) + len(NAMES)
        for name, value in zip(["candidates", *NAMES], [candidates, *sliders], strict=True):
            if not isinstance(value, dict):
                self.sliders[name] = value

    def move(self, **values: Any) -> ChangeView:
        self.sliders |= values
        return self.presets.follow(self.session, self.opened, **self.sliders)

    def open(self, chat: Chat | None = None, *, character: Character = WREN) -> None:
        """Another chat comes to the screen; it is stored."""
        self.session.start(chat or Chat.start(character).say("Hello."))
        asyncio.run(self.saver.save(self.session))
        self.follow()

    def follow(self) -> None:
        self.filled(asyncio.run(self.handlers.follow(self.session, self.opened)))

    def tie(self, scope: Scope) -> None:
        if scope is Scope.CHAT:
            asyncio.run(self.handlers.tie_to_chat(self.session, self.opened, **self.sliders))
        else:
            self.handlers.tie_to_character(self.session, self.opened, **self.sliders)

    def untie(self) -> None:
        self.filled(self.handlers.untie(self.session, self.opened, **self.sliders))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.in_directory(tmp_path)
    database.open()
    yield database
    database.close()


def test_every_value_the_preset_and_the_candidates_are_there_on_the_next_page(database: Database) -> None:
    here = Visit(database)
    here.presets.choose(here.session, here.opened, "built-in-DragonSlayer-6b", **here.sliders)
    changed = {"temperature": 1.3, "seed": 7, "banned_strings": "one\\ntwo\nthree", "candidates": 4}
    here.move(**changed)
    there = Visit(database)
    assert {name: there.sliders[name] for name in changed} == changed
    assert (there.opened.chosen.id, there.opened.is_changed) == ("built-in-DragonSlayer-6b", True)
    assert Visit(database, "user:bob").sliders == DEFAULTS
    there.move(temperature=None)
    assert Visit(database).temperature == 1.3, "a field that is half typed changes nothing"


def test_a_character_and_a_chat_may_have_settings_of_their_own(database: Database) -> None:
    page = Visit(database)
    page.move(temperature=0.6)
    page.open(character=WREN)
    page.tie(Scope.CHARACTER)
    page.move(temperature=0.9)
    wrens = page.session.record.stored
    assert wrens is not None
    page.open(character=ODO)
    assert (page.scope, page.temperature) == (Scope.USUAL, 0.6)
    page.tie(Scope.CHAT)
    page.move(temperature=1.5)
    odos = page.session.record.stored
    page.open(character=Character("WREN"))
    assert (page.scope, page.temperature) == (Scope.CHARACTER, 0.9)
    page.session.restore()
    page.follow()
    assert page.session.record.stored == odos
    assert (page.scope, page.temperature) == (Scope.CHAT, 1.5)
    page.untie()
    assert (page.scope, page.temperature) == (Scope.USUAL, 0.6)
    kept = page.opened.find_unsaved(UNSAVED[0])
    assert kept is not None
    assert kept.preset.parameters.temperature == 1.5, "the values are not lost"
    assert Visit(database).temperature == 0.9, "who arrives at a new chat with Wren finds Wren's"


def test_a_chat_that_was_never_stored_is_stored_with_its_settings_and_a_branch_takes_them_along(
    database: Database,
) -> None:
    page = Visit(database)
    page.move(temperature=1.1)
    page.tie(Scope.CHAT)
    parent = page.session.record.stored
    assert parent is not None
    page.session.branch(0)
    page.follow()
    page.move(temperature=0.2)
    assert page.session.record.stored not in (None, parent)
    page.session.start(parent.chat, parent)
    page.follow()
    assert page.temperature == 1.1, "the branch's later change is its own"


def test_two_pages_do_not_undo_each_others_changes(database: Database) -> None:
    here, there = Visit(database), Visit(database)
    here.move(temperature=1.2)
    there.move(top_k=40)
    page = Visit(database)
    assert (page.temperature, page.sliders["top_k"]) == (1.2, 40)


def test_a_preset_that_was_deleted_leaves_its_values_as_unsaved_settings(database: Database) -> None:
    page = Visit(database)
    page.move(temperature=0.8)
    page.presets.ask_to_save_as(page.session, page.opened)
    page.presets.confirm(page.session, page.opened, "Mine", **page.sliders)
    page.presets.store.trash(ANN, page.opened.chosen.id)
    later = Visit(database)
    assert (later.temperature, later.opened.is_unsaved, later.opened.is_changed) == (0.8, True, False)


def test_a_database_that_fails_is_told_once_and_catches_up(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr("pyg_ui.ui.notices.gr.Warning", lambda message, **_: told.append(message))
    page = Visit(database)

    def fail(*_: object) -> None:
        raise StoreError("The database at {place} cannot be used: {reason}.", place="x", reason="full")

    with monkeypatch.context() as broken:
        broken.setattr(SettingsStore, "put", fail)
        page.move(temperature=1.2)
        page.move(top_k=40)
        page.tie(Scope.CHARACTER)
        assert (len(told), page.scope) == (2, Scope.USUAL)
    page.move(top_k=41)
    later = Visit(database)
    assert (later.temperature, later.sliders["top_k"]) == (1.2, 41)
    with monkeypatch.context() as broken:
        broken.setattr(SettingsStore, "load", fail)
        assert Visit(database).sliders == DEFAULTS


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"temperature": "hot", "top_k": -1, "candidates": 99, "preset": 7, "max_new_tokens": True, "other": 1},
        {"temperature": float("inf"), "sampler_order": ["xtc"], "banned_strings": "no list", "candidates": "2"},
    ],
)
def test_what_cannot_be_read_falls_back_to_its_default(content: dict[str, Any]) -> None:
    assert parameters_in(content) == SamplingParameters()
    assert (candidates_in(content), preset_in(content)) == (1, "")


def test_valid_values_that_no_slider_shows_become_the_nearest_that_one_does() -> None:
    read = parameters_in({"max_new_tokens": 2048, "min_new_tokens": 2000, "temperature": 0.3})
    assert (read.max_new_tokens, read.min_new_tokens, read.temperature) == (512, 200, 0.3)
    read = parameters_in({"max_new_tokens": 16, "min_new_tokens": 200})
    assert (read.max_new_tokens, read.min_new_tokens) == (16, 0)


def test_a_mood_moves_the_sliders_and_a_slider_that_moves_makes_it_custom(database: Database) -> None:
    page = Visit(database)
    for mood in MOODS:
        row = page.presets.choose_mood(page.session, page.opened, mood, **page.sliders)
        sliders = dict(zip(NAMES, row[len(ChangeView._fields) :], strict=True))
        page.sliders |= {name: value for name, value in sliders.items() if not isinstance(value, dict)}
        assert (mood_of(page.sliders), page.opened.mood) == (mood, mood)
    for length in LENGTHS:
        row = page.presets.choose_length(page.session, page.opened, length, **page.sliders)
        page.sliders["max_new_tokens"] = row[len(ChangeView._fields)]
        assert (length_of(page.sliders), page.opened.mood) == (length, MOODS[-1])
    there = Visit(database)
    assert (there.opened.mood, there.opened.length) == (MOODS[-1], LENGTHS[-1])
    view = page.move(temperature=1.7)
    assert (view.mood["value"], view.mood["choices"][-1][1]) == (CUSTOM, CUSTOM)
    page.presets.choose_mood(page.session, page.opened, CUSTOM, **page.sliders)
    assert page.opened.mood == CUSTOM
    assert Visit(database).temperature == 1.7


def test_a_mood_and_a_length_that_are_chosen_at_once_are_both_kept(database: Database) -> None:
    page = Visit(database)
    page.presets.choose_mood(page.session, page.opened, "wild", **page.sliders)
    row = page.presets.choose_length(page.session, page.opened, "short", **page.sliders)  # as before the mood's answer
    assert "value" not in ChangeView(*row[: len(ChangeView._fields)]).mood, "a mood that is clicked meanwhile stays"
    there = Visit(database)
    assert (page.opened.mood, there.opened.mood, there.opened.length) == ("wild", "wild", "short")


def test_the_newest_values_of_a_page_are_kept_whoever_is_quicker(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Visit(database)
    put = page.presets.keeper.store.put

    def put_after_a_newer_event(*args: Any) -> None:
        monkeypatch.undo()
        page.move(temperature=1.3)
        put(*args)

    monkeypatch.setattr(page.presets.keeper.store, "put", put_after_a_newer_event)
    page.move(temperature=0.9, top_k=7)
    there = Visit(database)
    assert (there.temperature, there.sliders["top_k"]) == (1.3, 7)


def test_nothing_is_kept_before_it_is_known_whose_it_is(database: Database) -> None:
    page = Visit(database)
    page.session.record.owner = ""
    page.move(temperature=1.2)
    assert SettingsStore(database).load("", [USUAL]) == {}
    page.session.record.owner = ANN
    page.move(top_k=3)
    assert Visit(database).temperature == 1.2
