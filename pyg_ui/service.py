"""What a person can do in a chat: say something and get a reply, or have the last reply written anew.

The one place where the dialogue and the engine meet: a chat becomes a prompt within the model's context, the
engine's chunks become a growing reply. Refuses to know the page and the API: it hands out chats and replies, whoever
shows them decides how often. It keeps no chat itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.prompt import Prompt, build_prompt
from pyg_ui.dialogue.reply import ReplyText, stop_strings
from pyg_ui.engine.generation import Engine, Finish, FinishReason, GenerationRequest, ModelInfo
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineError, InputError


@dataclass(frozen=True, slots=True)
class ReplyUpdate:
    """How far a reply has come. The chat of the latest update is the one to keep, however the reply ends."""

    chat: Chat
    model: ModelInfo | None = None
    """Who writes; None in the first update, which does not wait for a model that is being loaded."""
    finish: Finish | None = None
    """How the reply ended; in the last update only."""
    num_dropped_turns: int = 0
    """How many of the oldest turns the prompt left out."""


class Speaker(StrEnum):
    """Who a message is from."""

    NARRATOR = "narrator"
    """Says who the character is; no part of the conversation."""
    PERSON = "person"
    CHARACTER = "character"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation that somebody else keeps."""

    speaker: Speaker
    text: str
    name: str = ""
    """What the speaker is called; the last name of each speaker counts."""


@dataclass(frozen=True, slots=True)
class PlannedReply:
    """A chat's next reply, ready to be generated, as often as one likes."""

    chat: Chat
    prompt: Prompt
    request: GenerationRequest

    def reader(self) -> ReplyText:
        """What makes a reply of one generation's text."""
        return ReplyText(self.request.stop)

    def display_text(self, text: str) -> str:
        """What is shown of the reply, or of a piece of it that the reader gave: its macros resolved."""
        return self.chat.display_text(Turn(Role.CHARACTER, text))


async def plan_reply(
    engine: Engine, chat: Chat, parameters: SamplingParameters, stops: Sequence[str] = ()
) -> PlannedReply:
    """The exact prompt within the context, and where the reply ends: with the turn, or at one of `stops`.

    Raises PromptTooLongError.
    """
    budget = engine.model.context_length - parameters.max_new_tokens
    prompt = await asyncio.to_thread(build_prompt, chat, engine.count_tokens, budget)
    prompt_ids = await asyncio.to_thread(engine.encode, prompt.text)
    all_stops = tuple(dict.fromkeys([*stop_strings(chat), *stops]))
    return PlannedReply(chat, prompt, GenerationRequest(tuple(prompt_ids), parameters, all_stops))


class ChatService:
    """Replies from whichever model serves.

    Replies are async generators: closing one, or cancelling the task that reads it, cancels the generation within a
    step. While a reply is under way they raise NoModelError (none is loaded, and none is being loaded),
    PromptTooLongError, EngineBusyError, EngineStoppedError, or EngineError where the model wrote nothing at all.
    """

    def __init__(self, models: ModelManager, characters: Sequence[Character] = ()) -> None:
        self._models = models
        self._characters = {character.name: character for character in characters}

    def chat_of(self, messages: Sequence[Message], default_name: str, character_name: str = "") -> Chat:
        """The chat that these messages make, oldest first.

        What the narrator says is the character's persona; it may name a character that has no name of its own. Where
        the service knows, it is that one's, with its greeting in front unless the character speaks first anyway.
        Raises InputError for an unknown character, CharacterError for a name without a visible character.
        """
        names = {message.speaker: message.name for message in messages if message.name}
        told = [message.text for message in messages if message.speaker is Speaker.NARRATOR]
        said = [message for message in messages if message.speaker is not Speaker.NARRATOR]
        if character_name:
            known = self._character(character_name)
            character = replace(known, persona="\n".join([known.persona, *told]).strip())
        else:
            name = names.get(Speaker.CHARACTER) or names.get(Speaker.NARRATOR) or default_name
            character = Character(name, persona="\n".join(told))
        begins_with_greeting = not said or said[0].speaker is Speaker.PERSON
        chat = Chat.start(character) if begins_with_greeting else Chat(character)
        chat = replace(chat, person_name=names.get(Speaker.PERSON, chat.person_name))
        for message in said:
            chat = _with_message(chat, message)
        return chat

    def _character(self, name: str) -> Character:
        if name not in self._characters:
            known = ", ".join(self._characters) or "none"
            raise InputError(f"There is no character of that name here. Those that are here: {known}.")
        return self._characters[name]

    async def reply(self, chat: Chat, text: str, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
        """The person says `text` and the character answers; a blank text is sent as `...`.

        The first update comes at once and holds what the person said; the others hold a growing reply to it. After
        an error before the first word, the last update's chat ends with the person's turn: `Chat.undo` gives the
        text back, and `regenerate` tries again.
        """
        asked = chat.say(text)
        yield ReplyUpdate(asked)
        async with aclosing(self._write(asked, parameters)) as updates:
            async for update in updates:
                yield update

    async def regenerate(self, chat: Chat, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
        """The character answers anew what the person said last.

        The first update comes at once and holds the chat as it is: the previous reply is given up only for the first
        word of the new one, so a failure before it loses nothing. Raises InputError where the person has not
        spoken.
        """
        if not chat.can_regenerate:
            raise InputError("There is no reply to write anew yet. Say something first.")
        yield ReplyUpdate(chat)
        async with aclosing(self._write(chat.without_last_reply(), parameters)) as updates:
            async for update in updates:
                yield update

    async def _write(self, asked: Chat, parameters: SamplingParameters) -> AsyncGenerator[ReplyUpdate, None]:
        """Updates with a growing reply to the last turn of `asked`, none of them with an empty one."""
        engine = await self._models.wait_for_engine()
        planned = await plan_reply(engine, asked, parameters)
        generation = engine.submit(planned.request)
        reply = planned.reader()

        def update(finish: Finish | None = None) -> ReplyUpdate:
            return ReplyUpdate(asked.with_reply(reply.text), engine.model, finish, planned.prompt.num_dropped_turns)

        async with aclosing(aiter(generation)) as chunks:
            async for chunk in chunks:
                if reply.feed(chunk.text):
                    yield update()
        reply.end()
        finish = generation.result
        if reply.text:
            yield update(finish)
        elif finish is None or finish.reason is not FinishReason.CANCELLED:
            # An empty bubble would puzzle the person, and in the prompt teach the model to say nothing.
            raise EngineError(f"{asked.character.name} said nothing. Try again, or write something else.")


def _with_message(chat: Chat, message: Message) -> Chat:
    if message.speaker is Speaker.PERSON:
        return chat.say(message.text)
    return replace(chat, turns=(*chat.turns, Turn(Role.CHARACTER, message.text))) if message.text.strip() else chat
