"""YAML documents as plain values: mappings, lists and texts.

Tags are refused because they name Python objects, anchors and aliases because they can multiply a document's size.
Scalars stay texts, so that a character called No keeps its name. Only an empty one or `null` becomes None.
"""

import re
from typing import Any

import yaml

from pyg_ui.library.containers.json_text import MAX_DEPTH, plain
from pyg_ui.library.containers.text import decode_text
from pyg_ui.library.unreadable import UnreadableError

MAX_YAML_MIB = 1
MAX_YAML_BYTES = MAX_YAML_MIB * 2**20
MAX_YAML_VALUES = 20_000
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _TextLoader(_Loader):  # type: ignore[misc]
    """Makes texts of scalars, and None of empty ones."""


_NULL = "tag:yaml.org,2002:null"
_TextLoader.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_TextLoader.add_constructor(_NULL, lambda loader, node: None)


def parse_yaml(data: bytes) -> Any:
    """The value that a YAML document describes. Raises UnreadableError."""
    text = decode_text(data)
    if len(data) > MAX_YAML_BYTES:
        raise UnreadableError(
            "{file} is too large: YAML files may have {limit} MiB. Save it as JSON.", limit=MAX_YAML_MIB
        )
    try:
        _check_events(text)
        return plain(yaml.load(text, Loader=_TextLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        if mark is None:
            raise UnreadableError("{file} is not valid YAML.") from error
        raise UnreadableError(
            "{file} is not valid YAML at line {line}, column {column}.", line=mark.line + 1, column=mark.column + 1
        ) from error


def _check_events(text: str) -> None:
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_TextLoader)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableError("{file} cannot be used: it has YAML anchors or aliases. Write the texts out.")
        if getattr(event, "tag", None):
            raise UnreadableError("{file} cannot be used: it has YAML tags. Remove them.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableError("{file} is not usable: its YAML is nested too deeply.")
        if number > MAX_YAML_VALUES:
            raise UnreadableError(
                "{file} is too large: its YAML may hold {limit:,} values. Save it as JSON.", limit=MAX_YAML_VALUES
            )
