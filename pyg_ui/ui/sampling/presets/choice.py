"""Presets on the page: which one the sliders started from, whether they have moved since, and how that is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import gradio as gr
from gradio.i18n import I18nData

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import ParameterError
from pyg_ui.library.presets.preset import Preset
from pyg_ui.library.store.presets import KeptPreset
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.translations import label, say

UNSAVED = ("unsaved", "unsaved-2", "unsaved-3")
"""The ids, among the choices, of settings that nobody has kept: as many as are remembered."""
OWN_MARK = "★"
"""Stands before the names of people's own presets."""


class Naming(StrEnum):
    """What a name is asked for."""

    KEEP = "keep"
    """What the sliders say, as another preset."""
    CALL = "call"
    """The chosen preset."""


Choices = tuple[tuple[str, str], ...]
"""Presets as a dropdown takes them: what it shows, and the id."""


@dataclass(slots=True)
class PresetDesk:
    """What one open page holds of presets; changed in place."""

    chosen: KeptPreset
    """What the sliders started from."""
    is_changed: bool = False
    """Whether they have moved since."""
    aside: tuple[KeptPreset, ...] = ()
    """Where the sliders stood, kept by nobody, before something else was chosen; the oldest first."""
    naming: Naming | None = None
    """What a name is asked for, if anything."""
    warned_of: str = ""
    """The name, folded, which the person has been told is that of another preset of theirs."""

    @property
    def is_own(self) -> bool:
        """Whether the preset is kept as the visitor's own."""
        return not is_unsaved(self.chosen) and not self.chosen.is_built_in

    def choose(self, kept: KeptPreset) -> None:
        """The sliders start from this preset, and nobody is asked for a name any more."""
        self.chosen, self.is_changed = kept, False
        self.end_naming()

    def choose_aside(self, kept: KeptPreset, fields: Mapping[str, Any]) -> None:
        """The sliders start from settings that were set aside; what they say now is set aside."""
        self._remember(kept.preset.parameters)
        self.set_aside(fields)
        self.choose(kept)

    def choose_unsaved(self, parameters: SamplingParameters) -> None:
        """The sliders start from settings that nobody has kept."""
        self.choose(self._remember(parameters))

    def choose_same(self, kept: KeptPreset) -> None:
        """The sliders say what is kept as this preset now; nobody needs it set aside any more."""
        self.aside = tuple(each for each in self.aside if each.preset.values != kept.preset.values)
        self.choose(kept)

    def set_aside(self, fields: Mapping[str, Any]) -> None:
        """Remember what the sliders say, where they have moved away from what they started from."""
        settings = settings_of(fields)
        if settings is not None and not shows(self.chosen.preset, fields):
            self._remember(settings)

    def _remember(self, parameters: SamplingParameters) -> KeptPreset:
        """Set these settings aside as the newest; the oldest give way where there are too many."""
        preset = Preset(UNSAVED[0], parameters)
        same = next((each for each in self.aside if each.preset.values == preset.values), None)
        if same is not None:
            self.aside = (*(each for each in self.aside if each is not same), same)
            return same
        rest = self.aside[1:] if len(self.aside) == len(UNSAVED) else self.aside
        free = next(id for id in UNSAVED if id not in {each.id for each in rest})
        remembered = KeptPreset(free, preset)
        self.aside = (*rest, remembered)
        return remembered

    def ask_for(self, naming: Naming) -> None:
        """Ask for a name."""
        self.naming, self.warned_of = naming, ""

    def end_naming(self) -> None:
        """Ask for no name any more."""
        self.naming, self.warned_of = None, ""


class PresetView(NamedTuple):
    """What the panel shows, in the order of its outputs."""

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
    choices: Choices


class MarkView(NamedTuple):
    """What of it follows the sliders."""

    preset: Any
    note: Any
    save: Any


class WarningView(NamedTuple):
    """What of it follows the name that is being typed."""

    hint: Any
    confirm: Any


def preset_view(
    desk: PresetDesk, presets: Sequence[KeptPreset], last_deleted: str | None, language: str, typed: str | None
) -> PresetView:
    """The panel as it stands, `typed` in the name's box; None leaves there what somebody is typing."""
    unsaved = [(unsaved_name(each, language), each.id) for each in sorted(desk.aside, key=lambda each: each.id)]
    choices, mark, warning = choices_of(presets), mark_view(desk), warning_view(desk)
    can_restore = last_deleted is not None
    return PresetView(
        preset=mark.preset | {"choices": [*unsaved, *choices], "value": desk.chosen.id},
        note=mark.note,
        save=mark.save,
        asking=gr.update(visible=desk.naming is not None),
        name=gr.skip() if typed is None and desk.naming else typed or "",
        hint=warning.hint,
        confirm=warning.confirm,
        rename=gr.update(interactive=desk.is_own),
        delete=gr.update(interactive=desk.is_own),
        restore=gr.update(value=say("presets.restore", language, name=last_deleted or ""), visible=can_restore),
        choices=choices,
    )


def mark_view(desk: PresetDesk) -> MarkView:
    """Whether the sliders have moved away from the preset."""
    return MarkView(
        preset=gr.update(label=label("presets.changed" if desk.is_changed else "presets.preset")),
        note=gr.update(value=note_of(desk.chosen, is_changed=desk.is_changed)),
        save=gr.update(interactive=desk.is_own and desk.is_changed),
    )


def warning_view(desk: PresetDesk) -> WarningView:
    """Whether the name is that of another preset, and what the button does then."""
    does = "replace" if desk.warned_of else desk.naming or Naming.KEEP
    return WarningView(hint=gr.update(visible=bool(desk.warned_of)), confirm=gr.update(value=label(f"presets.{does}")))


def choices_of(presets: Sequence[KeptPreset]) -> Choices:
    """The presets to choose from; people's own are marked."""
    return tuple(
        (each.preset.name if each.is_built_in else f"{OWN_MARK} {each.preset.name}", each.id) for each in presets
    )


def is_unsaved(kept: KeptPreset) -> bool:
    """Whether nobody has kept it."""
    return kept.id in UNSAVED


def unsaved_name(kept: KeptPreset, language: str) -> str:
    """What settings are called that nobody has kept; those after the first have a number."""
    number, name = UNSAVED.index(kept.id) + 1, say("presets.unsaved", language)
    return name if number == 1 else f"{name} {number}"


def note_of(kept: KeptPreset, *, is_changed: bool = False) -> I18nData:
    """What is said about a preset."""
    if is_unsaved(kept):
        return label("presets.note_unsaved")
    if is_changed:
        return label("presets.note_changed_built_in" if kept.is_built_in else "presets.note_changed_own")
    if kept.is_built_in:
        return label("presets.note_" + re.sub(r"[^a-z0-9]+", "_", kept.preset.name.lower()).strip("_"))
    return label("presets.note_own")


def shows(preset: Preset, fields: Mapping[str, Any]) -> bool:
    """Whether the sliders stand where the preset puts them."""
    return all(fields[name] == value for name, value in preset.values.items())


def settings_of(fields: Mapping[str, Any]) -> SamplingParameters | None:
    """What the sliders say; None while a field is empty or half typed."""
    try:
        return read_parameters(fields)
    except ParameterError:
        return None
