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
from pyg_ui.dialogue.told_names import is_impersonation, told_character, told_person
from pyg_ui.errors import InputError

_EXAMPLES = {"example_user": "{{user}}", "example_assistant": "{{char}}"}
"""The speakers of example dialogue, by the names of the instructions that hold it."""
_DIVIDER = re.compile(r"\[(?:example chat|start a new chat)\]", re.IGNORECASE)
"""Instructions with which front ends divide the examples from the conversation."""


class Speaker(StrEnum):
    """The author of a message."""

    NARRATOR = "narrator"
    """Instructs the model; not a part of the conversation."""
    PERSON = "person"
    CHARACTER = "character"
    TOOL = "tool"
    """Something that was called, or the call itself."""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation that a client keeps."""

    speaker: Speaker
    text: str
    name: str = ""
    """The speaker's name. The last name of each speaker counts, but each tool has its own."""


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

    The names are those of the messages, else those that the instructions tell. With `character_name`, the character is
    the one of that name in `characters`, and the chat begins with its greeting unless the character speaks first. The
    last message is continued if `continues`, or if that is None and the character said it. Raises InputError for an
    unknown character or for a last message that cannot be continued, and CharacterError for a name without a visible
    character.
    """
    first = next((i for i, message in enumerate(messages) if message.speaker in _ROLES), len(messages))
    told, said = messages[:first], messages[first:]
    begun = _begun(messages, continues)
    character = _character(messages, told, default_name, _known(characters, character_name) if character_name else None)
    begins_with_greeting = not said or said[0].speaker is Speaker.PERSON
    chat = Chat.start(character) if begins_with_greeting else Chat(character)
    instructions = [message.text for message in messages if message.speaker is Speaker.NARRATOR]
    person = _last_name(messages, Speaker.PERSON) or told_person(instructions, character.name)
    chat = _with_messages(
        replace(chat, person_name=person or chat.person_name),
        [*(message for message in told if message.speaker is Speaker.TOOL), *(said if begun is None else said[:-1])],
    )
    # Messages have no time of their own, and macros for the time tell that of the request.
    now = datetime.now(UTC)
    chat = replace(chat, turns=tuple(replace(turn, sent_at=now) for turn in chat.turns))
    if begun is None and messages[-1].speaker is Speaker.NARRATOR and said:
        begun = Turn.of(Role.PERSON, "") if is_impersonation(messages[-1].text, chat.person_name) else None
    return Conversation(chat, begun or NEXT_REPLY)


_ROLES = {Speaker.PERSON: Role.PERSON, Speaker.CHARACTER: Role.CHARACTER}


def _begun(messages: Sequence[ChatMessage], continues: bool | None) -> Turn | None:
    """The last message, if it is continued."""
    last = messages[-1]
    if continues and last.speaker not in _ROLES:
        raise InputError("Only a last message of assistant or user can be continued. Leave out continue_final_message.")
    if continues or (continues is None and last.speaker is Speaker.CHARACTER and last.text.strip()):
        return Turn.of(_ROLES[last.speaker], last.text)
    return None


def _character(
    messages: Sequence[ChatMessage], told: Sequence[ChatMessage], default_name: str, known: Character | None
) -> Character:
    """The character that the instructions before the conversation describe, over the known one if there is one."""
    instructions = [message for message in told if message.speaker is Speaker.NARRATOR]
    examples, persona = [], []
    for message in instructions:
        if message.name in _EXAMPLES:
            examples.append(f"{_EXAMPLES[message.name]}: {message.text}")
        elif _DIVIDER.fullmatch(message.text.strip()):
            examples.append(START)
        else:
            persona.append(message.text)
    if not any(example != START for example in examples):
        examples = []
    if known is not None:
        shown = "\n".join(filter(None, [known.example_dialogue, *examples]))
        return replace(known, persona="\n".join([known.persona, *persona]).strip(), example_dialogue=shown)
    named = [message for message in instructions if message.name not in _EXAMPLES]
    name = _last_name(messages, Speaker.CHARACTER) or _last_name(named, Speaker.NARRATOR)
    if not name:
        late = [message for message in messages if message.speaker is Speaker.NARRATOR and message not in instructions]
        name = told_character([*persona, *(message.text for message in late)]) or default_name
    return Character(name, persona="\n".join(persona), example_dialogue="\n".join(examples))


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


def _last_name(messages: Sequence[ChatMessage], speaker: Speaker) -> str:
    return next((each.name for each in reversed(messages) if each.speaker is speaker and each.name), "")


def _known(characters: Mapping[str, Character], name: str) -> Character:
    if name not in characters:
        known = ", ".join(characters) or "none"
        raise InputError("There is no character of that name here. Those that are here: {known}.", known=known)
    return characters[name]
