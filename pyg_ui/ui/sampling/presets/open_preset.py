"""The preset behind the sliders of one open page, and settings that the person has not saved. Knows no components."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters
from pyg_ui.errors import ParameterError
from pyg_ui.library.presets.preset import Preset, PresetValue
from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.form.sampling import read_parameters, read_value
from pyg_ui.ui.sampling.keeper import OpenSettings
from pyg_ui.ui.sampling.moods import LENGTHS, MOODS, length_of, mood_of

UNSAVED = ("unsaved", "unsaved-2", "unsaved-3")
"""The ids of unsaved settings among the choices; no more of them are remembered."""


class Naming(StrEnum):
    """Why the panel asks for a name. The value is the key of the confirming button's label."""

    SAVE_AS = "keep"
    """The sliders' values are to be saved as another preset."""
    RENAME = "call"
    """The chosen preset is to be renamed."""


@dataclass(slots=True)
class OpenPreset:
    """What one open page remembers of presets; changed in place."""

    chosen: StoredPreset
    """The preset, or the unsaved settings, that the sliders started from."""
    is_changed: bool = False
    """Whether a slider has moved since."""
    unsaved: tuple[StoredPreset, ...] = ()
    """Settings that were left for another preset without being saved, the oldest first."""
    naming: Naming | None = None
    """Why a name is being asked for; None while it is not."""
    warned_of: str = ""
    """The folded name of the preset that the person was told would be replaced; "" if none."""
    mood: str = MOODS[0]
    """The mood that the sliders' values make up."""
    length: str = LENGTHS[1]
    fields: Mapping[str, Any] = field(default_factory=dict)
    """The sliders' values, as far as the page has told them or was given them."""
    settings: OpenSettings = field(default_factory=OpenSettings)
    """Where the sliders' values are kept."""

    @property
    def is_unsaved(self) -> bool:
        """Whether settings were chosen that the person has not saved."""
        return self.chosen.id in UNSAVED

    @property
    def is_own(self) -> bool:
        """Whether the chosen preset is one that the person saved."""
        return not self.is_unsaved and not self.chosen.is_built_in

    def find_unsaved(self, id: str) -> StoredPreset | None:
        """The unsaved settings with this id."""
        return next((each for each in self.unsaved if each.id == id), None)

    def note(self, fields: Mapping[str, Any]) -> None:
        """The sliders have these values now."""
        self.fields = dict(fields)
        self.is_changed = not shows(self.chosen.preset, fields)
        self.mood, self.length = mood_of(fields), length_of(fields)

    def choose(self, preset: StoredPreset) -> None:
        """The sliders have the preset's values now. No name is asked for any more."""
        self.chosen, self.is_changed = preset, False
        self.ask_for(None)

    def switch(self, preset: StoredPreset, fields: Mapping[str, Any]) -> Mapping[str, PresetValue]:
        """Choose a preset and return its values. The sliders' values are remembered if they were changed."""
        if preset.id in UNSAVED:
            self.remember(preset.preset.parameters)  # as the newest, so that it is not the one that is forgotten
        settings = settings_of(fields)
        if settings is not None and not shows(self.chosen.preset, fields):
            self.remember(settings)
        self.choose(preset)
        return preset.preset.values

    def choose_saved(self, preset: StoredPreset) -> None:
        """The sliders' values were saved as this preset, so they are no longer among the unsaved settings."""
        self.unsaved = tuple(each for each in self.unsaved if each.preset.values != preset.preset.values)
        self.choose(preset)

    def ask_for(self, naming: Naming | None) -> None:
        """Ask for a name, or for none any more."""
        self.naming, self.warned_of = naming, ""

    def remember(self, parameters: SamplingParameters) -> StoredPreset:
        """Remember settings as the newest; if there are too many, the oldest are forgotten."""
        preset = Preset(UNSAVED[0], parameters)
        found = next((each for each in self.unsaved if each.preset.values == preset.values), None)
        others = tuple(each for each in self.unsaved if each is not found)
        if found is None:
            others = others[-len(UNSAVED) + 1 :]
            used = {each.id for each in others}
            found = StoredPreset(next(id for id in UNSAVED if id not in used), preset)
        self.unsaved = (*others, found)
        return found


def shows(preset: Preset, fields: Mapping[str, Any]) -> bool:
    """Whether the sliders have the preset's values."""
    values = preset.values
    declared = (each for each in EVERY_DECLARATION if each.name in values)
    return all(read_value(each, fields[each.name]) == values[each.name] for each in declared)


def settings_of(fields: Mapping[str, Any]) -> SamplingParameters | None:
    """The sliders' values; None while a field is empty or half typed."""
    with suppress(ParameterError):
        return read_parameters(fields)
    return None
