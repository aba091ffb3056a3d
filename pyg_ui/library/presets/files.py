"""Preset files: reads JSON, YAML and lines of `name=value` that hold one preset or many, and writes JSON.

`settings` knows what a single preset looks like, in every format that we read.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import PurePath
from typing import Any

from pyg_ui.library.containers.json_text import dump_json, parse_json
from pyg_ui.library.containers.text import decode_text
from pyg_ui.library.containers.yaml_text import MAX_YAML_BYTES, parse_yaml
from pyg_ui.library.presets import settings
from pyg_ui.library.presets.preset import Preset
from pyg_ui.library.presets.settings import FoundPreset, title
from pyg_ui.library.unreadable import UnreadableError, naming

SUFFIXES = (".json", ".settings", ".presets", ".preset", ".yaml", ".yml", ".txt")
"""The suffixes of preset files' names. The format is told by the content."""
MAX_PRESETS_IN_FILE = 100


def read_presets(data: bytes, file_name: str) -> tuple[FoundPreset, ...]:
    """The presets in a file's bytes, at least one. Raises InputError, which names file and problem."""
    with naming(file_name):
        presets = _presets_in(_parse(data), title(PurePath(file_name).stem))
        found = tuple(islice(presets, MAX_PRESETS_IN_FILE + 1))
        if not found:
            raise UnreadableError(
                "{file} holds no sampling settings in a format that we know: KoboldAI's, SillyTavern's or "
                "text-generation-webui's."
            )
        if len(found) > MAX_PRESETS_IN_FILE:
            raise UnreadableError("{file} holds more than {number} presets. Take it apart.", number=MAX_PRESETS_IN_FILE)
        return found


def dump_preset(preset: Preset) -> bytes:
    """The preset as a file's bytes."""
    return dump_json(settings.dump_settings(preset)).encode()


def _parse(data: bytes) -> Any:
    beginning = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\0" in data[:4096]:
        raise UnreadableError("{file} is no text.")
    if beginning[:1] in (b"{", b"["):
        return parse_json(data)
    assigned = _assignments(decode_text(data)) if len(data) <= MAX_YAML_BYTES else {}
    return assigned or parse_yaml(data)


def _assignments(text: str) -> dict[str, str]:
    """The values in lines like `top_k=40,`; empty if any line is something else."""
    assigned: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        name, sign, value = line.partition("=")
        if not sign or not name.strip().isidentifier():
            return {}
        assigned[name.strip()] = value.strip().removesuffix(",").rstrip()
    return assigned


def _presets_in(value: Any, name: str, depth: int = 0) -> Iterator[FoundPreset]:
    """The presets in a document: one, a list of them, or objects of them by name, or by model and name."""
    if isinstance(value, list) and depth == 0:
        for item in value:
            yield from _presets_in(item, name, depth + 1)
    elif isinstance(value, dict):
        if settings.recognise(value):
            yield settings.read(value, name)
        elif depth < 2:
            for key, item in value.items():
                yield from _presets_in(item, title(key) or name, depth + 1)
