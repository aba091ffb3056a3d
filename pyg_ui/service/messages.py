"""Makes a chat of the messages that a client of the API sends.

Instructions before the conversation are the character's persona. Instructions among its turns stay where they are, as
directions, and so does what tools say.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Direction, Role, Turn
from pyg_ui.dialogue.prompt import NEXT_REPLY, START
from pyg_ui.dialogue.told_names import (
    asked_character,
    is_continuation,
    is_impersonation,
    is_same_name,
    told_character,
    told_members,
    told_person,
    without_label,
)
from pyg_ui.errors import InputError

_EXAMPLES = {"example_user": "{{user}}", "example_assistant": "{{char}}"}
"""The speakers of example dialogue, by the names of the instructions that hold it."""
_DIVIDER = re.compile(r"\[(?:example chat|start a new (?:group )?chat\b[^\[\]\n]*)\]", re.IGNORECASE)
"""Instructions with which front ends divide the examples from the conversation."""


class Speaker(StrEnum):
    """The author of a message."""

    NARRATOR = "narrator"
    """Instructs the model; not a part of the conversation."""
    PERSON = "person"
    CHARACTER = "character"
    OTHER = "other"
    """Another character of a group."""
    TOOL = "tool"
    """Something that was called, or the call itself."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation that a client keeps."""

    speaker: Speaker
    text: str
    name: str = ""
    """The speaker's name. Each tool has its own; in a group, so has each character."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat, and the turn that is written next."""

    chat: Chat
    begun: Turn = NEXT_REPLY
    """The next speaker, and the beginning of their turn if a message is continued."""


def conversation_of(
    messages: Sequence[ChatMessage],
    characters: Mapping[str, Character],
    default_name: str,
    character_name: str = "",
    *,
    continues: bool | None = None,
) -> Conversation:
    """The conversation of these messages, oldest first.

    The names are those of the messages, else those that the instructions tell; names in front of texts are taken off.
    With `character_name`, the character is the one of that name in `characters`, and the chat begins with its greeting
    unless the character speaks first. The last message is continued if `continues`, or if that is None and the
    character said it or the instructions after it say so. Raises InputError for an unknown character or for a last
    message that cannot be continued, and CharacterError for a name without a visible character.
    """
    known = _known(characters, character_name) if character_name else None
    told, said = _divided([_divider_or_same(message) for message in messages])
    instructions = _instructions([*told, *said])
    name = known.name if known else _name_of_character(told, said, instructions, default_name)
    person = _name_of_person(said, instructions, name)
    others = () if known else _others(said, instructions, name)
    said = [_spoken(message, name, person, others) for message in said]
    character = _described(known or Character(name), told, person)
    begins_with_greeting = not said or said[0].speaker is Speaker.PERSON
    chat = Chat.start(character) if begins_with_greeting else Chat(character)
    chat = replace(chat, person_name=person or chat.person_name)
    begun, said = _next_turn(said, chat.person_name, continues)
    chat = _with_messages(chat, [*(each for each in told if each.speaker is Speaker.TOOL), *said])
    # Messages have no time of their own, and macros for the time tell that of the request.
    now = datetime.now(UTC)
    chat = replace(chat, turns=tuple(replace(turn, sent_at=now) for turn in chat.turns))
    return Conversation(chat, begun)


_ROLES = {Speaker.PERSON: Role.PERSON, Speaker.CHARACTER: Role.CHARACTER}


def _divided(messages: Sequence[ChatMessage]) -> tuple[Sequence[ChatMessage], Sequence[ChatMessage]]:
    """What stands before the conversation, and the rest."""
    first = next((i for i, message in enumerate(messages) if _talks(message)), len(messages))
    return messages[:first], messages[first:]


def _talks(message: ChatMessage) -> bool:
    return message.speaker in _ROLES or message.speaker is Speaker.OTHER


def _last_turn(said: Sequence[ChatMessage]) -> int:
    """The index of the last message that is a turn; -1 if there is none."""
    return max((i for i, message in enumerate(said) if _talks(message)), default=-1)


def _next_turn(said: Sequence[ChatMessage], person: str, continues: bool | None) -> tuple[Turn, Sequence[ChatMessage]]:
    """The turn that is written next, and the messages without the one that it continues."""
    last = _last_turn(said)
    is_last = 0 <= last == len(said) - 1
    if continues and not (is_last and said[last].speaker in _ROLES):
        raise InputError("Only a last message of assistant or user can be continued. Leave out continue_final_message.")
    after = [message.text for message in said[last + 1 :] if message.speaker is Speaker.NARRATOR]
    if continues or (last >= 0 and continues is None and _is_begun(said[last], after, is_last=is_last)):
        return Turn.of(_ROLES[said[last].speaker], said[last].text), [*said[:last], *said[last + 1 :]]
    if any(is_impersonation(text, person) for text in after):
        return Turn.of(Role.PERSON, ""), said
    return NEXT_REPLY, said


def _is_begun(message: ChatMessage, after: Sequence[str], *, is_last: bool) -> bool:
    """Whether the last turn is to be continued, by its place or by the instructions after it."""
    if message.speaker not in _ROLES or not message.text.strip():
        return False
    return (is_last and message.speaker is Speaker.CHARACTER) or any(map(is_continuation, after))


def _described(character: Character, told: Sequence[ChatMessage], person: str) -> Character:
    """The character with what the instructions before the conversation add to it."""
    examples, persona = [], []
    for message in told:
        if message.speaker is not Speaker.NARRATOR:
            continue
        if message.name in _EXAMPLES:
            label = _EXAMPLES[message.name]
            names = [character.name] if label == "{{char}}" else [person]
            examples.append(f"{label}: {without_label(message.text, names)[1]}")
        elif _DIVIDER.fullmatch(message.text.strip()):
            examples.append(START)
        else:
            persona.append(message.text)
    if not any(example != START for example in examples):
        examples = []
    shown = "\n".join(filter(None, [character.example_dialogue, *examples]))
    return replace(character, persona="\n".join([character.persona, *persona]).strip(), example_dialogue=shown)


def _with_messages(chat: Chat, messages: Sequence[ChatMessage]) -> Chat:
    """The chat with the turns of these messages, and with the directions among them."""
    placed: list[tuple[int, ChatMessage]] = []
    for message in messages:
        if message.speaker is Speaker.PERSON:
            chat = chat.say(message.text)
        elif message.speaker is not Speaker.CHARACTER:
            placed.append((len(chat.turns), message))
        elif message.text.strip():
            chat = replace(chat, turns=(*chat.turns, Turn.of(Role.CHARACTER, message.text)))
    directions = tuple(
        Direction(_label(message), message.text, depth=len(chat.turns) - place) for place, message in placed
    )
    return replace(chat, directions=directions)


def _label(message: ChatMessage) -> str:
    return "Author's note" if message.speaker is Speaker.NARRATOR else message.name or "tool"


def _divider_or_same(message: ChatMessage) -> ChatMessage:
    """The message; as an instruction if it only divides, because some front ends send the user's role with it."""
    is_divider = message.speaker is Speaker.PERSON and _DIVIDER.fullmatch(message.text.strip())
    return ChatMessage(Speaker.NARRATOR, message.text) if is_divider else message


def _spoken(message: ChatMessage, name: str, person: str, others: Sequence[str]) -> ChatMessage:
    """The message without its speaker's name at the beginning of the text. What others of a group say is a line."""
    if message.speaker is Speaker.PERSON:
        return replace(message, text=without_label(message.text, [person])[1])
    if message.speaker is not Speaker.CHARACTER:
        return message
    label, text = without_label(message.text, [name, *others])
    speaker = label or message.name
    if speaker in others:
        return ChatMessage(Speaker.OTHER, text, speaker)
    return replace(message, text=text)


def _name_of_character(
    told: Sequence[ChatMessage], said: Sequence[ChatMessage], instructions: Sequence[str], default_name: str
) -> str:
    """The name of whoever is asked for the next message; see `conversation_of`."""
    sent = _names_of(Speaker.CHARACTER, said)
    told_name = asked_character(_instructions(said[_last_turn(said) + 1 :])) or told_character(instructions)
    if any(is_same_name(name, told_name) for name in sent):
        return told_name
    titles = [name for name in _names_of(Speaker.NARRATOR, told) if name not in _EXAMPLES]
    return next(reversed([*titles, *sent]), told_name) or default_name


def _name_of_person(said: Sequence[ChatMessage], instructions: Sequence[str], character: str) -> str:
    """The person's name; "" if none is given."""
    sent = next(reversed(_names_of(Speaker.PERSON, said)), "")
    told = told_person(instructions, character)
    return told if not sent or is_same_name(sent, told) else sent


def _others(said: Sequence[ChatMessage], instructions: Sequence[str], name: str) -> tuple[str, ...]:
    """The names of the others in a group, as messages and instructions have them."""
    names = dict.fromkeys([*told_members(instructions), *_names_of(Speaker.CHARACTER, said)])
    return tuple(each for each in names if not is_same_name(each, name))


def _names_of(speaker: Speaker, messages: Sequence[ChatMessage]) -> list[str]:
    """The names that this speaker's messages have, oldest first."""
    return [each.name for each in messages if each.speaker is speaker and each.name]


def _instructions(messages: Sequence[ChatMessage]) -> list[str]:
    return [each.text for each in messages if each.speaker is Speaker.NARRATOR and each.name not in _EXAMPLES]


def _known(characters: Mapping[str, Character], name: str) -> Character:
    if name not in characters:
        known = ", ".join(characters) or "none"
        raise InputError("There is no character of that name here. Those that are here: {known}.", known=known)
    return characters[name]
