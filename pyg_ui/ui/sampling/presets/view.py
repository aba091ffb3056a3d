"""What the preset panel shows: the choices, what is said about the chosen one, and which buttons can be used."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import gradio as gr
from gradio.i18n import I18nData

from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.events import skipped
from pyg_ui.ui.form.sampling import shown_value
from pyg_ui.ui.sampling.moods import CUSTOM, LENGTHS, MOODS
from pyg_ui.ui.sampling.presets.open_preset import UNSAVED, Naming, OpenPreset
from pyg_ui.ui.translations import label, say

OWN_MARK = "★"
"""Stands before the names of people's own presets."""

Choices = tuple[tuple[str, str], ...]
"""Presets as a dropdown takes them: the name, and the id."""


class PresetView(NamedTuple):
    """For each part of the panel its component, or what a handler shows in it."""

    preset: Any
    note: Any
    save: Any
    asking: Any
    name: Any
    hint: Any
    confirm: Any
    rename: Any
    delete: Any
    restore: Any
    choices: Any
    """The presets that the visitor may choose from; its change tells other panels."""
    files: Any
    report: Any
    """What became of the files."""
    mood: Any
    length: Any


class ChangeView(NamedTuple):
    """The part that follows every move of a slider, so that little is sent for it."""

    preset: Any
    note: Any
    save: Any
    mood: Any
    length: Any


def preset_view(
    opened: OpenPreset, presets: Sequence[StoredPreset], last_deleted: str | None, language: str, typed: str | None
) -> PresetView:
    """The panel, with `typed` in the box for a name. With None the box keeps its text while a name is asked for."""
    unsaved = [(name_of(each, language), each.id) for each in sorted(opened.unsaved, key=lambda each: each.id)]
    choices, change, warning = choices_of(presets), change_view(opened), warning_view(opened)
    restore = say("presets.restore", language, name=last_deleted or "")
    return warning._replace(
        preset=change.preset | {"choices": [*unsaved, *choices], "value": opened.chosen.id},
        note=change.note,
        save=change.save,
        asking=gr.update(visible=opened.naming is not None),
        name=gr.skip() if typed is None and opened.naming else typed or "",
        rename=gr.update(interactive=opened.is_own),
        delete=gr.update(interactive=opened.is_own),
        restore=gr.update(value=restore, visible=last_deleted is not None),
        choices=choices,
        mood=change.mood,
        length=change.length,
    )


def change_view(opened: OpenPreset) -> ChangeView:
    """Whether the sliders still have the preset's values."""
    return ChangeView(
        preset=gr.update(label=label("presets.changed" if opened.is_changed else "presets.preset")),
        note=gr.update(value=note_of(opened.chosen, is_changed=opened.is_changed)),
        save=gr.update(interactive=opened.is_own and opened.is_changed),
        mood=gr.update(choices=choices_among(MOODS, opened.mood), value=opened.mood),
        length=gr.update(choices=choices_among(LENGTHS, opened.length), value=opened.length),
    )


def warning_view(opened: OpenPreset) -> PresetView:
    """The panel, changed only where it warns that a preset will be replaced, and in the confirming button."""
    action = "replace" if opened.warned_of else opened.naming or Naming.SAVE_AS
    return skipped(PresetView)._replace(
        hint=gr.update(visible=bool(opened.warned_of)), confirm=gr.update(value=label(f"presets.{action}"))
    )


def choices_among(names: Sequence[str], chosen: str) -> list[tuple[I18nData, str]]:
    """Moods or lengths as a radio takes them. What is neither is offered only while it is chosen."""
    return [(label(f"sampling.{name}"), name) for name in (*names, *([CUSTOM] if chosen == CUSTOM else []))]


def with_sliders(view: PresetView | ChangeView, sliders: Mapping[str, Any]) -> tuple[Any, ...]:
    """The view and the sliders in one row: the components, or what a handler shows in them.

    Sliders that are not among `sliders`, by name, stay as they are.
    """
    return (*view, *(shown_value(sliders.get(declared.name, gr.skip())) for declared in EVERY_DECLARATION))


def choices_of(presets: Sequence[StoredPreset]) -> Choices:
    """The presets to choose from; people's own are marked."""
    return tuple(
        (each.preset.name if each.is_built_in else f"{OWN_MARK} {each.preset.name}", each.id) for each in presets
    )


def name_of(preset: StoredPreset, language: str) -> str:
    """The preset's name, or what unsaved settings are called; those after the first have a number."""
    if preset.id not in UNSAVED:
        return preset.preset.name
    number = UNSAVED.index(preset.id)
    return say("presets.unsaved", language) + (f" {number + 1}" if number else "")


def note_of(preset: StoredPreset, *, is_changed: bool = False) -> I18nData:
    """What is said about a preset."""
    if preset.id in UNSAVED:
        return label("presets.note_unsaved")
    kind = "built_in" if preset.is_built_in else "own"
    if is_changed:
        return label(f"presets.note_changed_{kind}")
    if preset.is_built_in:
        kind = re.sub(r"[^a-z0-9]+", "_", preset.preset.name.lower()).strip("_")
    return label(f"presets.note_{kind}")
