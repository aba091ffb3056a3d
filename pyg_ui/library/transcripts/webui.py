"""text-generation-webui's chats: rows of two texts, in an old format (`data`) and a new one (`internal`, `metadata`).

The character's name is only in the file's name. In the new format, `metadata` holds the versions of each message.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import section
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.transcript import Transcript

GREETING_ROW = "<|BEGIN-VISIBLE-CHAT|>"
"""The person's text in a row whose other text is the character's greeting."""

_SIDES = ((Role.PERSON, "user"), (Role.CHARACTER, "assistant"))
_ADDED_TO_NAMES = re.compile(r"^persistent_|_persistent$|[_-]?\d{8}[_-]\d{2}[_-]\d{2}[_-]\d{2}$")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    rows, values = _rows(document), document.values
    if "visible" in values or "data_visible" in values:
        return "webui" if not rows or any(isinstance(row, list) for row in rows) else ""
    is_plain = "internal" in values or values.keys() == {"data"}
    return "webui" if is_plain and any(map(_is_row, rows)) else ""


def read(document: Document) -> Transcript:
    """The chat, with the character that the file is named after."""
    messages, metadata = Messages(document, is_in_rows=True), section(document.values, "metadata")
    turns = tuple(_turns(_rows(document), metadata, messages))
    messages.tell()
    name = _ADDED_TO_NAMES.sub("", document.name) or document.name
    return Transcript((Chat(Character(name), turns=turns),))


def _rows(document: Document) -> list[Any]:
    """The rows; those for the screen count where the others are missing."""
    given = (document.values.get(key) for key in ("internal", "data", "visible", "data_visible"))
    return next((rows for rows in given if isinstance(rows, list)), [])


def _is_row(row: Any) -> bool:
    return isinstance(row, list) and len(row) == 2 and any(isinstance(each, str) for each in row)


def _turns(rows: list[Any], metadata: Mapping[str, Any], messages: Messages) -> Iterator[Turn]:
    """The turns of the rows."""
    for place, row in messages.newest(list(enumerate(rows))):
        messages.number = place + 1
        if not isinstance(row, list) or len(row) != 2:
            messages.total += 1
            messages.miss()
            continue
        for (role, side), said in zip(_SIDES, row, strict=True):
            if (said and said != GREETING_ROW) or not isinstance(said, str):
                messages.total += 1
                about = metadata.get(f"{side}_{place}")
                if turn := _turn(role, said, about if isinstance(about, dict) else {}, messages):
                    yield turn


def _turn(role: Role, said: Any, about: Mapping[str, Any], messages: Messages) -> Turn | None:
    index, sent_at = about.get("current_version_index"), about.get("timestamp")
    return messages.turn(role, said, about.get("versions"), index, sent_at)
