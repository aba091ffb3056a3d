"""What a person can do in a chat: say something and get a reply, or have the last reply written anew.

The one place where the dialogue and the engine meet: a chat becomes a prompt within the model's context, the
engine's chunks become a growing reply. Refuses to know the page: it hands out chats, whoever shows them decides how
often. It keeps no chat itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.prompt import build_prompt
from pyg_ui.dialogue.reply import ReplyText, stop_strings
from pyg_ui.engine.generation import Finish, FinishReason, GenerationRequest, ModelInfo
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


class ChatService:
    """Replies from whichever model serves.

    Replies are async generators: closing one, or cancelling the task that reads it, cancels the generation within a
    step. While a reply is under way they raise NoModelError (none is loaded, and none is being loaded),
    PromptTooLongError, EngineBusyError, EngineStoppedError, or EngineError where the model wrote nothing at all.
    """

    def __init__(self, models: ModelManager) -> None:
        self._models = models

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
        budget = engine.model.context_length - parameters.max_new_tokens
        prompt = await asyncio.to_thread(build_prompt, asked, engine.count_tokens, budget)
        stops = stop_strings(asked)
        generation = engine.submit(GenerationRequest(tuple(engine.encode(prompt.text)), parameters, stops))
        reply = ReplyText(stops)

        def update(finish: Finish | None = None) -> ReplyUpdate:
            return ReplyUpdate(asked.with_reply(reply.text), engine.model, finish, prompt.num_dropped_turns)

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
