"""SillyTavern's chats: JSON lines, one message each after a line of names. TavernAI's older ones as well.

A message of a third speaker, as group chats have them, keeps that speaker's name at its beginning. Messages that
SillyTavern hides from the model are left out, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn, Version
from pyg_ui.library.containers.documents import UnreadableError, dump_json
from pyg_ui.library.containers.fields import flag, section, text, whole_number
from pyg_ui.library.containers.outside import Container
from pyg_ui.library.transcripts.dates import parse_date

_NO_NAMES = ("", "unused")


def is_sillytavern(container: Container) -> bool:
    """Whether the container holds such a chat."""
    marks = ("user_name", "character_name", "chat_metadata", "mes")
    num_found = sum(mark in container.values for mark in marks)
    return num_found >= (1 if container.kind == "jsonl" else 2)


def parse_sillytavern(container: Container, name: str) -> tuple[Chat, int]:
    """The chat in the container, and the number of hidden messages; `name` is the character's where no line tells it.

    Raises UnreadableError.
    """
    header: dict[str, Any] = {}
    num_hidden = 0
    spoken: list[tuple[str, Turn]] = []
    for number, values in container.objects():
        if number == 1 and "mes" not in values:
            header = values
        elif flag(values, "is_system"):
            num_hidden += 1
        else:
            spoken.append(_turn(values, number))
    character_name = _name(header, "character_name", spoken, Role.CHARACTER) or name
    turns = tuple(_labelled(speaker, turn, character_name) for speaker, turn in spoken)
    person_name = _name(header, "user_name", spoken, Role.PERSON)
    return Chat(Character(character_name), person_name, turns, note=_note(header)), num_hidden


def dump_sillytavern(chat: Chat) -> str:
    """The chat with all its versions; `parse_sillytavern` makes the same of it, but for character and books."""
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
        raise UnreadableError(f"is broken in line {number}: it holds no message.")
    said, role = clean_text(values["mes"]), Role.PERSON if flag(values, "is_user") else Role.CHARACTER
    swipes = values.get("swipes") or []
    if not isinstance(swipes, list) or not all(isinstance(version, str) for version in swipes):
        raise UnreadableError(f"is broken in line {number}: its swipes must be a list of texts.")
    versions = list(map(clean_text, swipes))
    index = whole_number(values, "swipe_id")
    if index is None or not 0 <= index < len(versions):
        index = versions.index(said) if said in versions else len(versions)
    versions[index : index + 1] = [said]
    sent_at = parse_date(values.get("send_date"))
    return one_line(text(values, "name")), Turn(role, tuple(map(Version, versions)), index, sent_at)


def _name(header: Mapping[str, Any], key: str, spoken: list[tuple[str, Turn]], role: Role) -> str:
    """What the header calls one side, else what most messages of that side do; "" where neither does."""
    if (name := one_line(text(header, key))) not in _NO_NAMES:
        return name
    names = Counter(speaker for speaker, turn in spoken if turn.role is role and speaker not in _NO_NAMES)
    return names.most_common(1)[0][0] if names else ""


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
