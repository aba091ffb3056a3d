"""SillyTavern's chats, read and written: JSON lines, one message each after a line of names. Lists are read too.

TavernAI's chats are read too, and Chub's, in which a text is an object with a `message`. The names on the messages
count more than those of the first row, which stay as they were when a character is renamed. Messages of a third
speaker, as in group chats, begin with that speaker's name. Messages that SillyTavern hides from the model are left out
and counted.
"""

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import AuthorsNote, Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.fields import flag, section, text, whole_number
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import labelled, speaker_of
from pyg_ui.library.transcripts.transcript import Transcript

_SEED_LIMIT = 2**63
_NO_NAMES = ("", "unused")
_NAMES = ("user_name", "character_name")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    first = document.first_row
    is_message = "mes" in first and any(mark in first for mark in ("name", "is_user", "send_date"))
    is_header = "chat_metadata" in first or any(name in first for name in _NAMES)
    is_named = (is_header and document.has_rows) or all(name in first for name in _NAMES)
    return "sillytavern" if is_message or is_named else ""


def read(document: Document) -> Transcript:
    """The chat. The character is named after the file where no line names it. Raises UnreadableError."""
    header: dict[str, Any] = {}
    num_hidden = 0
    spoken: list[tuple[str, Turn]] = []
    messages = Messages(document)
    for values in messages.each_row():
        if "mes" not in values and not header and _is_header(values):
            header = values
            messages.uncount()
        elif flag(values, "is_system"):
            num_hidden += 1
        elif turn := _turn(values, messages):
            spoken.append((_speaker(values, messages), turn))
    messages.tell()
    character_name = _name(header, "character_name", spoken, Role.CHARACTER) or document.name
    person_name = _name(header, "user_name", spoken, Role.PERSON)
    turns = labelled(spoken, character_name)
    chat = Chat(Character(character_name), person_name, turns, note=_note(header), seed=_seed(header))
    return Transcript((chat,), num_hidden)


def dump_sillytavern(chat: Chat) -> str:
    """The chat with all its versions. `read` makes the same of it, except for lorebooks and the character's texts."""
    dates = [turn.sent_at.isoformat() for turn in chat.turns if turn.sent_at is not None]
    note, metadata = chat.note, dict[str, Any]()
    if note is not None:
        metadata = {"note_prompt": note.text, "note_depth": note.depth, "note_interval": note.interval}
    if chat.seed is not None:
        metadata["chat_id_hash"] = chat.seed
    header = {
        "user_name": chat.person_name,
        "character_name": chat.character.name,
        "create_date": dates[0] if dates else "",
        "chat_metadata": metadata,
    }
    return "".join(dump_json(line, indent=None) for line in (header, *(_message(chat, turn) for turn in chat.turns)))


def _is_header(values: Mapping[str, Any]) -> bool:
    return any(key in values for key in (*_NAMES, "chat_metadata", "create_date"))


def _turn(values: Mapping[str, Any], messages: Messages) -> Turn | None:
    role = Role.PERSON if flag(values, "is_user") else Role.CHARACTER
    versions, index = values.get("swipes"), values.get("swipe_id")
    return messages.turn(role, values.get("mes"), versions, index, values.get("send_date"))


def _speaker(values: Mapping[str, Any], messages: Messages) -> str:
    """The name on a message. A narrator's message belongs to nobody."""
    extra = values.get("extra")
    is_narrated = isinstance(extra, dict) and extra.get("type") == "narrator"
    name = messages.name(values.get("name"))
    return "" if is_narrated or name in _NO_NAMES else name


def _name(header: Mapping[str, Any], key: str, spoken: list[tuple[str, Turn]], role: Role) -> str:
    """The name on most messages of that role, else that of the header; "" if neither has one."""
    said = one_line(text(header, key))
    return speaker_of(spoken, role, preferred=said) or ("" if said in _NO_NAMES else said)


def _note(header: Mapping[str, Any]) -> AuthorsNote | None:
    metadata = section(header, "chat_metadata")
    note = clean_text(text(metadata, "note_prompt") or text(header, "notes"))
    if not note.strip():
        return None
    values = {name: whole_number(metadata, f"note_{name}") for name in ("depth", "interval")}
    return AuthorsNote(note, **{name: max(value, 0) for name, value in values.items() if value is not None})


def _seed(header: Mapping[str, Any]) -> int | None:
    """The number that decides what macros draw in this chat."""
    seed = whole_number(section(header, "chat_metadata"), "chat_id_hash")
    return seed if seed is not None and 0 <= seed < _SEED_LIMIT else None


def _message(chat: Chat, turn: Turn) -> dict[str, Any]:
    is_person = turn.role is Role.PERSON
    versions = [chat.lasting_text(turn, version) for version in turn.versions]
    swipes = {"swipes": versions, "swipe_id": turn.index} if len(versions) > 1 else {}
    return {
        "name": chat.person_name if is_person else chat.character.name,
        "is_user": is_person,
        "is_system": False,
        "send_date": turn.sent_at.isoformat() if turn.sent_at else "",
        "mes": versions[turn.index],
        "extra": {},
        **swipes,
    }
