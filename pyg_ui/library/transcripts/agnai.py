"""Agnai's chats: a character's texts and a list of messages, each with the id of who sent it.

A message with a `userId` is the person's, whatever else it says. Exports call every chat "Exported"; the character's
name is then that of the card in the file, if there is one.
"""

from collections.abc import Mapping
from typing import Any

from pyg_ui.dialogue.character import Character, one_line
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.library.containers.document import Document
from pyg_ui.library.fields import flag, objects_in, section, text
from pyg_ui.library.transcripts.messages import Messages
from pyg_ui.library.transcripts.speakers import PERSON, labelled, speaker_of
from pyg_ui.library.transcripts.transcript import Transcript

_TITLES = ("", "Exported")
"""Names of chats that name nobody."""
_ONLY_OURS = ("sampleChat", "treeLeafId")


def recognise(document: Document) -> str:
    """The format's name; "" for other documents."""
    messages = document.values.get("messages")
    is_empty = messages == [] and any(key in document.values for key in _ONLY_OURS)
    is_chat = any("msg" in each for each in objects_in(messages))
    return "agnai" if is_chat or is_empty else ""


def read(document: Document) -> Transcript:
    """The chat. The character is named after the file where nothing in it names the character."""
    values, messages = document.values, Messages(document)
    chat = section(values, "chat")
    names = {_id(each): messages.name(each.get("name")) for each in _characters(values)}
    num_hidden = 0
    spoken: list[tuple[str, Turn]] = []
    for message in messages.each(values["messages"]):
        if flag(message, "ooc"):
            num_hidden += 1
        elif turn := _turn(message, messages):
            spoken.append((_speaker(message, turn.role, names, messages), turn))
    messages.tell()
    name = speaker_of(spoken, Role.CHARACTER) or next(filter(None, names.values()), "")
    given = one_line(text(values, "name"))
    name = name or ("" if given in _TITLES or chat else given) or document.name
    holder = next((each for each in _characters(values) if names[_id(each)] == name), {})
    sources = (values, chat, holder)
    character = Character(
        name,
        scenario=_first(sources, "scenario"),
        greeting=_first(sources, "greeting"),
        example_dialogue=_first(sources, "sampleChat"),
    )
    return Transcript((Chat(character, speaker_of(spoken, Role.PERSON), labelled(spoken, name)),), num_hidden)


def _characters(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cards in the file: one, a list, or an object of them by id."""
    given = values.get("characters")
    listed = list(given.values()) if isinstance(given, dict) else given if isinstance(given, list) else []
    return [each for each in (values.get("character"), *listed) if isinstance(each, dict)]


def _id(character: Mapping[str, Any]) -> str:
    return str(character.get("_id") or character.get("id"))


def _first(sources: tuple[Mapping[str, Any], ...], key: str) -> str:
    return next((found for source in sources if (found := text(source, key)).strip()), "")


def _speaker(message: Mapping[str, Any], role: Role, names: Mapping[str, str], messages: Messages) -> str:
    """The name on a message; "" if it has none. The person's label names no character."""
    if role is Role.PERSON:
        return messages.name(message.get("handle"))
    called = (names.get(str(message.get("characterId"))), message.get("name"), message.get("handle"))
    name = next(filter(None, map(messages.name, called)), "")
    return "" if name == PERSON else name


def _turn(message: Mapping[str, Any], messages: Messages) -> Turn | None:
    """The turn in a message, whose other versions are its `retries`."""
    role = Role.PERSON if message.get("userId") else Role.CHARACTER
    retries = message.get("retries")
    versions = [message.get("msg"), *retries] if isinstance(retries, list) and retries else None
    return messages.turn(role, message.get("msg"), versions, 0, message.get("createdAt"))
