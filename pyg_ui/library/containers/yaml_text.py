"""YAML as strangers write it: plain mappings, lists and texts.

Tags, anchors and aliases are refused: the first name Python objects, the others multiply. Scalars stay texts, so that
a character called No keeps its name; only an empty one or `null` becomes None.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from pyg_ui.library.containers.documents import MAX_DEPTH, UnreadableError, decode_text, plain

MAX_YAML_BYTES = 2**20
MAX_YAML_VALUES = 20_000
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class _TextLoader(_Loader):  # type: ignore[misc]
    """Builds texts, and None for nothing."""


_NULL = "tag:yaml.org,2002:null"
_TextLoader.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])
_TextLoader.add_constructor(_NULL, lambda loader, node: None)


def parse_yaml(data: bytes) -> Any:
    """The value that a YAML document describes. Raises UnreadableError."""
    text = decode_text(data)
    if len(data) > MAX_YAML_BYTES:
        raise UnreadableError("is too large: YAML files may have 1 MiB.")
    try:
        _check_events(text)
        return plain(yaml.load(text, Loader=_TextLoader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise UnreadableError(f"is not valid YAML{place}.") from error


def _check_events(text: str) -> None:
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=_TextLoader)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableError("cannot be used: it has YAML anchors or aliases. Write the texts out.")
        if getattr(event, "tag", None):
            raise UnreadableError("cannot be used: it has YAML tags. Remove them.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableError("is not usable: its YAML is nested too deeply.")
        if number > MAX_YAML_VALUES:
            raise UnreadableError("is too large: its YAML holds too many values.")
