"""SillyTavern's chats, read and written: JSON lines, one message each after a line of names. TavernAI's are read too.

Messages of a third speaker, as in group chats, begin with that speaker's name. Messages that SillyTavern hides from
the model are left out and counted.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.library.containers.document import Document, broken_line
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.fields import flag, section, text, whole_number
from pyg_ui.library.transcripts.dates import parse_date
from pyg_ui.library.transcripts.speakers import most_frequent
from pyg_ui.library.transcripts.transcript import Transcript, turn_of

_NO_NAMES = ("", "unused")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    marks = ("user_name", "character_name", "chat_metadata", "mes")
    num_found = sum(mark in document.values for mark in marks)
    return "sillytavern" if num_found >= (1 if document.kind == "jsonl" else 2) else ""


def read(document: Document) -> Transcript:
    """The chat. The character is named after the file where no line names it. Raises UnreadableError."""
    header: dict[str, Any] = {}
    num_hidden = 0
    spoken: list[tuple[str, Turn]] = []
    for number, values in document.objects():
        if number == 1 and "mes" not in values:
            header = values
        elif flag(values, "is_system"):
            num_hidden += 1
        else:
            spoken.append(_turn(values, number))
    character_name = _name(header, "character_name", spoken, Role.CHARACTER) or document.name
    turns = tuple(_labelled(speaker, turn, character_name) for speaker, turn in spoken)
    person_name = _name(header, "user_name", spoken, Role.PERSON)
    return Transcript((Chat(Character(character_name), person_name, turns, note=_note(header)),), num_hidden)


def dump_sillytavern(chat: Chat) -> str:
    """The chat with all its versions. `read` makes the same of it, except for lorebooks and the character's texts."""
    dates = [turn.sent_at.isoformat() for turn in chat.turns if turn.sent_at is not None]
    metadata = {"note_prompt": chat.note.text, "note_depth": chat.note.depth} if chat.note else {}
    header = {
        "user_name": chat.person_name,
        "character_name": chat.character.name,
        "create_date": dates[0] if dates else "",
        "chat_metadata": metadata,
    }
    return "".join(dump_json(line, indent=None) for line in (header, *(_message(chat, turn) for turn in chat.turns)))


def _turn(values: Mapping[str, Any], number: int) -> tuple[str, Turn]:
    """The speaker's name and the turn in a line."""
    if not isinstance(values.get("mes"), str):
        raise broken_line(number, "it holds no message.")
    said, role = clean_text(values["mes"]), Role.PERSON if flag(values, "is_user") else Role.CHARACTER
    swipes = values.get("swipes") or []
    if not isinstance(swipes, list) or not all(isinstance(version, str) for version in swipes):
        raise broken_line(number, "its swipes must be a list of texts.")
    versions, index = list(map(clean_text, swipes)), whole_number(values, "swipe_id")
    turn = turn_of(role, said, versions, index, parse_date(values.get("send_date")))
    return one_line(text(values, "name")), turn


def _name(header: Mapping[str, Any], key: str, spoken: list[tuple[str, Turn]], role: Role) -> str:
    """The speaker's name in the header, else in most of their messages; "" if neither has one."""
    if (name := one_line(text(header, key))) not in _NO_NAMES:
        return name
    return most_frequent((speaker for speaker, turn in spoken if turn.role is role), ignored=_NO_NAMES)


def _labelled(speaker: str, turn: Turn, character_name: str) -> Turn:
    if turn.role is Role.PERSON or speaker in (*_NO_NAMES, character_name):
        return turn
    labelled = tuple(replace(version, text=f"{speaker}: {version.text}") for version in turn.versions)
    return replace(turn, versions=labelled)


def _note(header: Mapping[str, Any]) -> AuthorsNote | None:
    metadata = section(header, "chat_metadata")
    note = clean_text(text(metadata, "note_prompt") or text(header, "notes"))
    depth = whole_number(metadata, "note_depth")
    if not note.strip():
        return None
    return AuthorsNote(note) if depth is None else AuthorsNote(note, max(depth, 0))


def _message(chat: Chat, turn: Turn) -> dict[str, Any]:
    is_person = turn.role is Role.PERSON
    versions = [version.text for version in turn.versions]
    swipes = {"swipes": versions, "swipe_id": turn.index} if len(versions) > 1 else {}
    return {
        "name": chat.person_name if is_person else chat.character.name,
        "is_user": is_person,
        "is_system": False,
        "send_date": turn.sent_at.isoformat() if turn.sent_at else "",
        "mes": turn.text,
        "extra": {},
        **swipes,
    }
