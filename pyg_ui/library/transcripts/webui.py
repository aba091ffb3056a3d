"""text-generation-webui's chats: rows of two texts, in an old format (`data`) and a new one (`internal`, `metadata`).

The character's name is only in the file's name. In the new format, `metadata` holds the versions of each message.
"""

import re
from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import Character, clean_text
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import clean, section, sections, whole_number
from pyg_ui.library.transcripts.dates import parse_date
from pyg_ui.library.transcripts.transcript import Transcript, turn_of
from pyg_ui.library.unreadable import UnreadableError

GREETING_ROW = "<|BEGIN-VISIBLE-CHAT|>"
"""The person's text in a row whose other text is the character's greeting."""

_SIDES = ((Role.PERSON, "user"), (Role.CHARACTER, "assistant"))
_ADDED_TO_NAMES = re.compile(r"_persistent$|[_-]?\d{8}[_-]\d{2}[_-]\d{2}[_-]\d{2}$")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    return "webui" if any(isinstance(document.values.get(key), list) for key in ("internal", "data")) else ""


def read(document: Document) -> Transcript:
    """The chat, with the character that the file is named after. Raises UnreadableError."""
    values = document.values
    rows = values["internal"] if isinstance(values.get("internal"), list) else values["data"]
    if not all(isinstance(row, list) and len(row) == 2 and all(isinstance(said, str) for said in row) for row in rows):
        raise UnreadableError("{file} cannot be used: each row of its chat must be two texts.")
    metadata = section(values, "metadata")
    turns = [
        _turn(role, said, section(metadata, f"{side}_{number}"))
        for number, row in enumerate(rows)
        for (role, side), said in zip(_SIDES, row, strict=True)
        if said and said != GREETING_ROW
    ]
    name = _ADDED_TO_NAMES.sub("", document.name) or document.name
    return Transcript((Chat(Character(name), turns=tuple(turns)),))


def _turn(role: Role, said: str, metadata: Mapping[str, Any]) -> Turn:
    versions = [clean(version, "content") for version in sections(metadata, "versions")]
    index = whole_number(metadata, "current_version_index")
    return turn_of(role, clean_text(said), versions, index, parse_date(metadata.get("timestamp")))
