"""Makes a chat of the messages that a client of the API sends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.errors import InputError


class Speaker(StrEnum):
    """The author of a message."""

    NARRATOR = "narrator"
    """Describes the character; not a part of the conversation."""
    PERSON = "person"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation that a client keeps."""

    speaker: Speaker
    text: str
    name: str = ""
    """The speaker's name. The last name of each speaker counts."""


def chat_of(
    messages: Sequence[ChatMessage], characters: Mapping[str, Character], default_name: str, character_name: str = ""
) -> Chat:
    """The chat of these messages, oldest first.

    The narrator's messages are the character's persona, and their name is the character's if it has none of its own.
    With `character_name`, the character is the one of that name in `characters`, and the chat begins with its greeting
    unless the character speaks first. Raises InputError for an unknown character, and CharacterError for a name without
    a visible character.
    """
    names = {message.speaker: message.name for message in messages if message.name}
    told = [message.text for message in messages if message.speaker is Speaker.NARRATOR]
    said = [message for message in messages if message.speaker is not Speaker.NARRATOR]
    if character_name:
        known = _known(characters, character_name)
        character = replace(known, persona="\n".join([known.persona, *told]).strip())
    else:
        name = names.get(Speaker.CHARACTER) or names.get(Speaker.NARRATOR) or default_name
        character = Character(name, persona="\n".join(told))
    begins_with_greeting = not said or said[0].speaker is Speaker.PERSON
    chat = Chat.start(character) if begins_with_greeting else Chat(character)
    chat = replace(chat, person_name=names.get(Speaker.PERSON, chat.person_name))
    for message in said:
        if message.speaker is Speaker.PERSON:
            chat = chat.say(message.text)
        elif message.text.strip():
            chat = replace(chat, turns=(*chat.turns, Turn.of(Role.CHARACTER, message.text)))
    return chat


def _known(characters: Mapping[str, Character], name: str) -> Character:
    if name not in characters:
        known = ", ".join(characters) or "none"
        raise InputError("There is no character of that name here. Those that are here: {known}.", known=known)
    return characters[name]
