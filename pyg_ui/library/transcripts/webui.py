"""text-generation-webui's chats: rows of what both sides said, old (`data`) and new (`internal`, `metadata`).

The character's name stands in the file's name only. The new format keeps the versions of each message beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import Character, clean_text
from pyg_ui.dialogue.chat import Chat, Role, Turn, Version
from pyg_ui.library.containers.documents import UnreadableError
from pyg_ui.library.containers.fields import section, sections, text, whole_number
from pyg_ui.library.containers.outside import Container
from pyg_ui.library.transcripts.dates import parse_date

GREETING_ROW = "<|BEGIN-VISIBLE-CHAT|>"
"""What stands in the person's place where the character spoke first."""

_SIDES = ((Role.PERSON, "user"), (Role.CHARACTER, "assistant"))
_ADDED_TO_NAMES = re.compile(r"_persistent$|[_-]?\d{8}[_-]\d{2}[_-]\d{2}[_-]\d{2}$")


def is_webui_chat(container: Container) -> bool:
    """Whether the container holds such a chat."""
    return any(isinstance(container.values.get(key), list) for key in ("internal", "data"))


def parse_webui_chat(container: Container, name: str) -> Chat:
    """The chat in the container, with the character that the file is named after. Raises UnreadableError."""
    values = container.values
    rows = values["internal"] if isinstance(values.get("internal"), list) else values["data"]
    if not all(isinstance(row, list) and len(row) == 2 and all(isinstance(said, str) for said in row) for row in rows):
        raise UnreadableError("cannot be used: each row of its chat must be two texts.")
    metadata = section(values, "metadata")
    turns = [
        _turn(role, said, section(metadata, f"{side}_{number}"))
        for number, row in enumerate(rows)
        for (role, side), said in zip(_SIDES, row, strict=True)
        if said and said != GREETING_ROW
    ]
    return Chat(Character(_ADDED_TO_NAMES.sub("", name) or name), turns=tuple(turns))


def _turn(role: Role, said: str, metadata: Mapping[str, Any]) -> Turn:
    versions = [clean_text(text(version, "content")) for version in sections(metadata, "versions")]
    said, index = clean_text(said), whole_number(metadata, "current_version_index")
    if index is None or not 0 <= index < len(versions):
        index = versions.index(said) if said in versions else len(versions)
    sent_at = parse_date(metadata.get("timestamp"))
    versions[index : index + 1] = [said]
    return Turn(role, tuple(map(Version, versions)), index, sent_at)
