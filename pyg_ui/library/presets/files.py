"""Preset files: KoboldAI's, TavernAI's and SillyTavern's JSON, text-generation-webui's YAML and its older text.

All of them name sampling parameters; the names are few and mean the same everywhere, so that one table reads every
dialect. What is missing does nothing there, and so here. What cannot be honoured is told by name. Presets are written
as SillyTavern's text completion presets, which hold every parameter of ours.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any

from pyg_ui.dialogue.character import one_line
from pyg_ui.errors import InputError
from pyg_ui.library.containers.documents import UnreadableError, decode_text, dump_json, parse_json
from pyg_ui.library.containers.fields import number
from pyg_ui.library.containers.yaml_text import MAX_YAML_BYTES, parse_yaml
from pyg_ui.library.presets.presets import MAX_NAME_CHARACTERS, PRESET_DECLARATIONS, Correction, Preset, fitted

SUFFIXES = (".json", ".settings", ".presets", ".preset", ".yaml", ".yml", ".txt")
"""How names of preset files end; what they are is told by their content."""
MAX_PRESETS_IN_FILE = 100

_SILLYTAVERN = {
    "temperature": "temp", "repetition_penalty": "rep_pen", "repetition_penalty_range": "rep_pen_range",
    "repetition_penalty_slope": "rep_pen_slope", "frequency_penalty": "freq_pen", "presence_penalty": "presence_pen",
    "max_new_tokens": "genamt", "min_new_tokens": "min_length",
}  # fmt: skip
"""What SillyTavern calls our parameters, where it has names of its own."""
_NAMES: Mapping[str, str] = {
    **{declared.name: declared.name for declared in PRESET_DECLARATIONS},
    **{theirs: ours for ours, theirs in _SILLYTAVERN.items()},
    "typical": "typical_p",
}
"""Which parameter a name in a file means."""
_PER_UNIT: Mapping[str, float] = {"epsilon_cutoff": 1e-4, "eta_cutoff": 1e-4}
"""Files count these in ten-thousandths."""
_TITLES = ("name", "preset", "description", "Preset Category", "Model Type", "Model Size", "Model Name")
"""What is said about a preset."""
_IDLE: Mapping[str, float] = {
    "seed": -1, "num_beams": 1, "length_penalty": 1, "encoder_rep_pen": 1, "encoder_repetition_penalty": 1,
    "guidance_scale": 1, "do_sample": 1, "add_bos_token": 1, "skip_special_tokens": 1,
    "spaces_between_special_tokens": 1, "numseqs": 1,
}  # fmt: skip
"""Where settings that we do not have are missed by nobody, unless that is at 0 or off."""
_PART_OF: Mapping[str, str] = {
    "mirostat_tau": "mirostat_mode", "mirostat_eta": "mirostat_mode", "smoothing_curve": "smoothing_factor",
    "min_temp": "dynatemp", "max_temp": "dynatemp", "dynatemp_low": "dynamic_temperature",
    "dynatemp_high": "dynamic_temperature", "dynatemp_exponent": "dynatemp",
    "dry_sequence_breakers": "dry_multiplier", "dry_penalty_last_n": "dry_multiplier",
}  # fmt: skip
"""Settings that matter only with another one; where that one cannot be honoured, it is the one to be told."""
_WORDS: Mapping[str, float] = {"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}


@dataclass(frozen=True, slots=True)
class FoundPreset:
    """A preset in a file."""

    preset: Preset
    unused: tuple[str, ...]
    """The file's names for what we cannot honour."""
    corrections: tuple[Correction, ...]


def read_presets(data: bytes, file_name: str) -> tuple[FoundPreset, ...]:
    """The presets in a file's bytes, at least one. Raises InputError, which names file and problem."""
    try:
        presets = _presets_in(_parse(data), _title(PurePath(file_name).stem))
        found = tuple(islice(presets, MAX_PRESETS_IN_FILE + 1))
        if not found:
            raise UnreadableError(
                "holds no sampling settings in a format that we know: KoboldAI's, SillyTavern's or "
                "text-generation-webui's."
            )
        if len(found) > MAX_PRESETS_IN_FILE:
            raise UnreadableError(f"holds more than {MAX_PRESETS_IN_FILE} presets. Take it apart.")
    except UnreadableError as error:
        raise InputError(f"{one_line(file_name)} {error}") from error
    return found


def dump_preset(preset: Preset) -> bytes:
    """The preset as a file's bytes."""
    values = {
        _SILLYTAVERN.get(name, name): round(value / _PER_UNIT[name], 6) if name in _PER_UNIT else value
        for name, value in preset.values.items()
    }
    return dump_json({"name": preset.name, **values}).encode()


def _parse(data: bytes) -> Any:
    beginning = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\0" in data[:4096]:
        raise UnreadableError("is no text.")
    if beginning[:1] in (b"{", b"["):
        return parse_json(data)
    assigned = _assignments(decode_text(data)) if len(data) <= MAX_YAML_BYTES else {}
    return assigned or parse_yaml(data)


def _assignments(text: str) -> dict[str, str]:
    """What a text of lines like `top_k=40,` assigns; nothing where any line is something else."""
    assigned: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, sign, value = line.partition("=")
        if not sign or not name.strip().isidentifier():
            return {}
        assigned[name.strip()] = value.strip().removesuffix(",").rstrip()
    return assigned


def _presets_in(value: Any, name: str, depth: int = 0) -> Iterator[FoundPreset]:
    """The presets in a document: one, a list of them, or objects of them by name, perhaps by model."""
    if isinstance(value, list) and depth == 0:
        for item in value:
            yield from _presets_in(item, name, depth + 1)
    elif isinstance(value, dict):
        if "do_sample" in value or any(key in _NAMES and number(value, key) is not None for key in value):
            yield _read(value, name)
        elif depth < 2:
            for key, item in value.items():
                yield from _presets_in(item, _title(key) or name, depth + 1)


def _read(values: Mapping[str, Any], name: str) -> FoundPreset:
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
    title = next((_title(value) for key in ("name", "preset") if isinstance(value := values.get(key), str)), "")
    return FoundPreset(Preset(title or name or "Preset", parameters), tuple(unused), corrections)


def _scaled(parameter: str, amount: float) -> float:
    try:
        scaled = float(amount)
    except OverflowError:
        return math.inf if amount > 0 else -math.inf
    return round(scaled * _PER_UNIT[parameter], 12) if parameter in _PER_UNIT else scaled


def _is_idle(key: str, value: Any) -> bool:
    """Whether nobody misses a field that we do not know."""
    is_nothing = value in (None, "", [], {}) or (isinstance(value, str) and value.strip().lower() == "none")
    return key in _TITLES or is_nothing or _amount(value) == _IDLE.get(key, 0)


def _amount(value: Any) -> float | None:
    """The number that a value or a word such as "off" stands for; None where it is neither."""
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    return int(value) if isinstance(value, bool) else number({"value": value}, "value")


def _title(text: str) -> str:
    return one_line(one_line(text)[:MAX_NAME_CHARACTERS])
