"""One preset in a file: an object of sampling settings by name, as KoboldAI, SillyTavern and the webui write it.

The names are few and mean the same in every program, so one table reads them all. A setting that is missing in the
file gets its neutral value. Settings that we cannot honour are listed by name.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyg_ui.dialogue.character import one_line
from pyg_ui.engine.parameter_dialects import (
    KOBOLD_NUMBERS,
    WEBUI_NAMES,
    order_by_names,
    order_by_numbers,
    temperature_between,
    texts_in,
    with_temperature_last,
)
from pyg_ui.engine.parameters import KOBOLD_ORDER, TRANSFORMERS_ORDER
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
    "typical": "typical_p", "nsigma": "top_n_sigma", "mirostat": "mirostat_mode",
}  # fmt: skip
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
    "min_temp": "dynatemp_range", "max_temp": "dynatemp_range", "dynatemp_low": "dynatemp_range",
    "dynatemp_high": "dynatemp_range", "dry_sequence_breakers": "dry_multiplier",
    "dry_penalty_last_n": "dry_multiplier",
}  # fmt: skip
"""Settings that matter only together with one of our parameters."""
_DYNAMIC: Mapping[str, tuple[str, str]] = {
    "dynatemp": ("min_temp", "max_temp"), "dynamic_temperature": ("dynatemp_low", "dynatemp_high"),
}  # fmt: skip
"""The switches of dynamic temperature, and the names of its two ends."""
_LAST = "temperature_last"
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
    given |= _dynamic_temperature(values, given, honoured)
    texts = _texts(values, honoured)
    unused = [
        key for key, value in values.items()
        if key not in honoured and not _is_idle(key, value) and (key not in _PART_OF or given.get(_PART_OF[key]))
    ]  # fmt: skip
    parameters, corrections = fitted(given, texts)
    own_name = next((title(value) for key in ("name", "preset") if isinstance(value := values.get(key), str)), "")
    return FoundPreset(Preset(own_name or name or "Preset", parameters), tuple(unused), corrections)


def _dynamic_temperature(
    values: Mapping[str, Any], given: Mapping[str, float], honoured: set[str]
) -> Mapping[str, float]:
    """The temperature and the range, where the object has their two ends and switches them on."""
    if "dynatemp_range" in given:
        honoured.update(name for switch, ends in _DYNAMIC.items() for name in (switch, *ends))
        return {}
    for switch, ends in _DYNAMIC.items():
        if _amount(values.get(switch)) == 1:
            low, high = (number(values, end) for end in ends)
            honoured.update((switch, *ends))
            return temperature_between(_finite(low), _finite(high))
    return {}


def _finite(amount: float | None) -> float:
    return 1.0 if amount is None else float(min(max(amount, 0), 1000))


def _texts(values: Mapping[str, Any], honoured: set[str]) -> dict[str, Iterable[object]]:
    """The lists of texts, and the order of the samplers as the first of the fields that can be read has it."""
    texts: dict[str, Iterable[object]] = {}
    for name in ("banned_strings", "dry_sequence_breakers"):
        found = texts_in(values.get(name))
        if found is not None and all(isinstance(each, str) for each in found):
            texts[name] = found
            honoured.add(name)
    quoted = [texts_in(line) for line in _lines(values.get("banned_tokens"))]
    if quoted and all(line is not None and all(isinstance(each, str) for each in line) for line in quoted):
        texts["banned_strings"] = [*texts.get("banned_strings", ()), *(each for line in quoted for each in line or ())]
        honoured.add("banned_tokens")
    for name in ("sampler_order", "sampler_priority", "samplers"):
        order = _order(values.get(name))
        if order is not None:
            texts.setdefault("sampler_order", order)
            honoured.add(name)
    if _amount(values.get(_LAST)) == 1:
        texts["sampler_order"] = with_temperature_last(map(str, texts.get("sampler_order", TRANSFORMERS_ORDER)))
        honoured.add(_LAST)
    return texts


def _order(value: Any) -> tuple[str, ...] | None:
    """Our samplers in the order of a list of KoboldAI's numbers or of names; None if it is neither."""
    items = _lines(value) if isinstance(value, str) else value
    if not isinstance(items, list) or not items:
        return None
    numbers = [each for each in items if type(each) is int and each in range(len(KOBOLD_NUMBERS))]
    names = [each for each in items if isinstance(each, str)]
    if numbers == items:
        return order_by_numbers(numbers, KOBOLD_ORDER)
    return order_by_names(names, TRANSFORMERS_ORDER) if names == items else None


def _lines(value: Any) -> list[str]:
    return [line for line in value.splitlines() if line.strip()] if isinstance(value, str) else []


def dump_settings(preset: Preset) -> dict[str, Any]:
    """The preset as SillyTavern writes it for text completion. That format holds all of our parameters."""
    parameters = preset.parameters
    values: dict[str, Any] = {}
    for name, value in preset.values.items():
        written = round(value / _PER_UNIT[name], 6) if name in _PER_UNIT and not isinstance(value, tuple) else value
        values[_SILLYTAVERN.get(name, name)] = written
    values["dry_sequence_breakers"] = json.dumps(parameters.dry_sequence_breakers, ensure_ascii=False)
    values["sampler_priority"] = [WEBUI_NAMES.get(name, name) for name in values.pop("sampler_order")]
    if parameters.dynatemp_range > 0:
        low, high = (parameters.temperature + sign * parameters.dynatemp_range for sign in (-1, 1))
        values |= {"dynatemp": True, "min_temp": max(low, 0.0), "max_temp": high}
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
