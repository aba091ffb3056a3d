"""Lists of messages as OpenAI's API takes them, `{"role", "content"}`, and as ShareGPT has them, `{"from", "value"}`.

A file is one list, an object that holds one, a list of such objects, or JSON lines of messages or of such objects. The
system's first messages are the character's persona, and may tell the names. Later ones, and what tools say, are kept as
text with a label.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from pyg_ui.dialogue.character import Character, clean_text, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.told_names import told_character, told_person
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import objects_in
from pyg_ui.library.transcripts.messages import MAX_CHATS, Messages, text_in
from pyg_ui.library.transcripts.speakers import labelled, most_frequent
from pyg_ui.library.transcripts.transcript import Transcript

_PEOPLE = ("user", "human", "person")
_CHARACTERS = ("assistant", "model", "gpt", "bot", "chatgpt", "character", "char", "ai")
_OTHERS = {"system": "System", "developer": "System", "tool": "Tool", "function": "Tool", "observation": "Tool"}
_LISTS = ("messages", "conversations", "conversation")
_CHARACTER_KEYS = ("character_name", "char_name", "bot_name", "assistant_name", "character", "char", "bot", "assistant")
_PERSON_KEYS = ("user_name", "username", "user")
_DATES = ("timestamp", "created_at", "create_time", "date")


@dataclass(frozen=True, slots=True)
class _Conversation:
    """A list of messages."""

    about: Mapping[str, Any]
    """The object that holds the list."""
    items: Sequence[Any]
    numbers: Iterable[int] | None = None
    """The lines that the messages are in."""


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    first = document.items[0] if document.items else document.first_row
    return "openai" if _is_session(document) or _is_list([first]) or _held_by(first) else ""


def read(document: Document) -> Transcript:
    """The chats that hold a message. A character without a name is named after the file."""
    messages = Messages(document)
    conversations = _conversations(document)[-MAX_CHATS - 1 :]  # one too many, so that the others are told of
    chats = [_chat(each, messages) for each in conversations]
    messages.tell()
    return Transcript(tuple(chat for chat in chats if chat.turns))


def _conversations(document: Document) -> list[_Conversation]:
    rows = list(document.rows())
    if _is_session(document) or _is_list([document.first_row]):
        rows = [(number, _inner(row)) for number, row in rows]
        rows = [
            (number, row) for number, row in rows if not (isinstance(row, dict) and "type" in row and not _speaker(row))
        ]
        return [_Conversation({}, [row for _, row in rows], [number for number, _ in rows])]
    is_lines, found = document.kind == "jsonl", list[_Conversation]()
    for number, row in rows:
        found += [_Conversation(about, listed, repeat(number) if is_lines else None) for about, listed in _held_by(row)]
        if not isinstance(row, dict | list):
            found.append(_Conversation({}, [row], [number] if is_lines else None))
    return found


def _held_by(holder: Any) -> list[tuple[Mapping[str, Any], Sequence[Any]]]:
    """The lists of messages in an object, or in its `chat`, each with the object that holds it; or the list itself."""
    if not isinstance(holder, dict):
        return [({}, holder)] if _is_list(holder) else []
    objects = [each for each in (holder, holder.get("chat")) if isinstance(each, dict)]
    return [(each, each[key]) for each in objects for key in _LISTS if _is_list(each.get(key))]


def _is_session(document: Document) -> bool:
    """Whether the lines are events, of which those of the type `message` hold a message."""
    return document.kind == "jsonl" and document.first_row.get("type") == "session"


def _inner(row: Any) -> Any:
    """The message in a row, which may be an event that holds one."""
    return row["message"] if isinstance(row, dict) and isinstance(row.get("message"), dict) else row


def _is_list(value: Any) -> bool:
    """Whether it is a list of messages: most of its objects say who speaks and what."""
    objects = objects_in(value)
    return 2 * sum(bool(_speaker(each)) and _key(each) in each for each in objects) > len(objects)


def _speaker(message: Mapping[str, Any]) -> str:
    """Who speaks: a word of the format; "" for anything else."""
    word = message.get("role", message.get("from"))
    word = word.lower() if isinstance(word, str) else ""
    return word if word in (*_PEOPLE, *_CHARACTERS, *_OTHERS) else ""


def _key(message: Mapping[str, Any]) -> str:
    return "content" if "role" in message else "value"


def _chat(conversation: _Conversation, messages: Messages) -> Chat:
    persona: list[str] = []
    spoken: list[tuple[str, Turn]] = []
    names: dict[Role, list[str]] = {Role.PERSON: [], Role.CHARACTER: []}
    for message in messages.each(conversation.items, conversation.numbers):
        word, name = _speaker(message), messages.name(message.get("name"))
        said, label = messages.text(_content(message.get(_key(message)), messages)), _OTHERS.get(word, "")
        if said is None:
            continue
        if label == "System" and not spoken:
            persona.append(said.strip())
            continue
        role = Role.PERSON if word in _PEOPLE else Role.CHARACTER
        sent_at = next((message[key] for key in _DATES if key in message), None)
        if turn := messages.turn(role, said, sent_at=sent_at):
            spoken.append((name or label, turn))
            names[role].append("" if label else name)
    about = conversation.about
    character = most_frequent(names[Role.CHARACTER]) or _name_in(about, _CHARACTER_KEYS) or told_character(persona)
    character = one_line(character) or messages.document.name
    person = most_frequent(names[Role.PERSON]) or _name_in(about, _PERSON_KEYS) or told_person(persona, character)
    return Chat(Character(character, "\n".join(persona)), person, labelled(spoken, character))


def _name_in(about: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first name under one of the keys, which some programs keep in an object."""
    given = [about.get(key) for key in keys]
    names = [each.get("name") if isinstance(each, dict) else each for each in given]
    return next((name for each in names if isinstance(each, str) and (name := one_line(each))), "")


def _content(content: Any, messages: Messages) -> str | None:
    """The text of a message, which may be a list of parts."""
    if not isinstance(content, list):
        return text_in(content)
    texts = [
        part if isinstance(part, str) else part.get("text") if isinstance(part, dict) else None for part in content
    ]
    if not all(isinstance(each, str) for each in texts):
        messages.miss_picture()
    found = [clean_text(each) for each in texts if isinstance(each, str)]
    return "\n".join(found) if found else None
