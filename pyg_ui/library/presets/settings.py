"""One preset in a file: an object of sampling settings by name, as KoboldAI, SillyTavern and the webui write it.

The names are few and mean the same in every program, so one table reads them all. A setting that is missing in the
file gets its neutral value. Settings that we cannot honour are listed by name.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyg_ui.dialogue.character import one_line
from pyg_ui.library.fields import number
from pyg_ui.library.presets.preset import MAX_NAME_CHARACTERS, PRESET_DECLARATIONS, Correction, Preset, fitted

_SILLYTAVERN = {
    "temperature": "temp", "repetition_penalty": "rep_pen", "repetition_penalty_range": "rep_pen_range",
    "repetition_penalty_slope": "rep_pen_slope", "frequency_penalty": "freq_pen", "presence_penalty": "presence_pen",
    "max_new_tokens": "genamt", "min_new_tokens": "min_length",
}  # fmt: skip
"""SillyTavern's names for our parameters, where they differ from ours."""
_NAMES: Mapping[str, str] = {
    **{declared.name: declared.name for declared in PRESET_DECLARATIONS},
    **{theirs: ours for ours, theirs in _SILLYTAVERN.items()},
    "typical": "typical_p",
}
"""Our parameters by the names in files."""
_PER_UNIT: Mapping[str, float] = {"epsilon_cutoff": 1e-4, "eta_cutoff": 1e-4}
"""Files have these parameters in ten-thousandths."""
_TITLES = ("name", "preset", "description", "Preset Category", "Model Type", "Model Size", "Model Name")
"""Fields that describe the preset."""
_IDLE: Mapping[str, float] = {
    "seed": -1, "num_beams": 1, "length_penalty": 1, "encoder_rep_pen": 1, "encoder_repetition_penalty": 1,
    "guidance_scale": 1, "do_sample": 1, "add_bos_token": 1, "skip_special_tokens": 1,
    "spaces_between_special_tokens": 1, "numseqs": 1,
}  # fmt: skip
"""The value at which a setting that we do not have changes nothing, where that is not 0 or off."""
_PART_OF: Mapping[str, str] = {
    "mirostat_tau": "mirostat_mode", "mirostat_eta": "mirostat_mode", "smoothing_curve": "smoothing_factor",
    "min_temp": "dynatemp", "max_temp": "dynatemp", "dynatemp_low": "dynamic_temperature",
    "dynatemp_high": "dynamic_temperature", "dynatemp_exponent": "dynatemp",
    "dry_sequence_breakers": "dry_multiplier", "dry_penalty_last_n": "dry_multiplier",
}  # fmt: skip
"""Settings that matter only together with another one. Where we cannot honour that one, only that one is listed."""
_WORDS: Mapping[str, float] = {"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}


@dataclass(frozen=True, slots=True)
class FoundPreset:
    """A preset in a file."""

    preset: Preset
    unused: tuple[str, ...]
    """The file's names of the settings that we cannot honour."""
    corrections: tuple[Correction, ...]


def recognise(values: Mapping[str, Any]) -> bool:
    """Whether the object holds sampling settings."""
    return "do_sample" in values or num_known(values) > 0


def num_known(values: Mapping[str, Any]) -> int:
    """How many of our sampling parameters the object sets."""
    return sum(key in _NAMES and number(values, key) is not None for key in values)


def read(values: Mapping[str, Any], name: str) -> FoundPreset:
    """The preset in the object. `name` is used where the object has no name."""
    amounts = {key: number(values, key) for key in values if key in _NAMES}
    given = {_NAMES[key]: _scaled(_NAMES[key], amount) for key, amount in amounts.items() if amount is not None}
    honoured = {key for key, amount in amounts.items() if amount is not None}
    if _amount(values.get("do_sample")) == 0:
        given["temperature"] = 0.0
        honoured.add("do_sample")
    unused = [
        key for key, value in values.items()
        if key not in honoured and not _is_idle(key, value) and (key not in _PART_OF or given.get(_PART_OF[key]))
    ]  # fmt: skip
    parameters, corrections = fitted(given)
    own_name = next((title(value) for key in ("name", "preset") if isinstance(value := values.get(key), str)), "")
    return FoundPreset(Preset(own_name or name or "Preset", parameters), tuple(unused), corrections)


def dump_settings(preset: Preset) -> dict[str, Any]:
    """The preset as SillyTavern writes it for text completion. That format holds all of our parameters."""
    values = {
        _SILLYTAVERN.get(name, name): round(value / _PER_UNIT[name], 6)
        if name in _PER_UNIT and not isinstance(value, tuple)
        else value
        for name, value in preset.values.items()
    }
    return {"name": preset.name, **values}


def title(text: str) -> str:
    """The text as the name of a preset; "" if nothing in it is visible."""
    return one_line(one_line(text)[:MAX_NAME_CHARACTERS])


def _scaled(parameter: str, amount: float) -> float:
    try:
        scaled = float(amount)
    except OverflowError:
        return math.inf if amount > 0 else -math.inf
    return round(scaled * _PER_UNIT[parameter], 12) if parameter in _PER_UNIT else scaled


def _is_idle(key: str, value: Any) -> bool:
    """Whether the preset means the same without the field."""
    is_nothing = value in (None, "", [], {}) or (isinstance(value, str) and value.strip().lower() == "none")
    return key in _TITLES or is_nothing or _amount(value) == _IDLE.get(key, 0)


def _amount(value: Any) -> float | None:
    """The number that a value or a word such as "off" stands for; None if it is neither."""
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    return int(value) if isinstance(value, bool) else number({"value": value}, "value")
