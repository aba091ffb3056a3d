"""Makes an engine's request of a chat."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from pyg_ui.dialogue.chat import Chat, Turn
from pyg_ui.dialogue.prompt import NEXT_REPLY, Prompt, build_prompt
from pyg_ui.dialogue.reply import ReplyText, stop_strings
from pyg_ui.engine.engine import Engine, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import PromptTooLongError

_MOST_RESERVED = 4
"""At most one part in this many of the context is reserved for the reply, so that a long limit keeps the history."""


@dataclass(frozen=True, slots=True)
class PlannedReply:
    """A request for a chat's next turn. It can be submitted several times."""

    chat: Chat
    prompt: Prompt
    request: GenerationRequest
    context_length: int
    begun: Turn = NEXT_REPLY
    """The next speaker, and the beginning of their turn."""

    @property
    def room(self) -> int:
        """How many new tokens the context holds after the prompt; at least 1."""
        return self.context_length - len(self.request.prompt_ids)

    def request_with(self, parameters: SamplingParameters) -> GenerationRequest:
        """The same request with other parameters, and no more new tokens than there is room for."""
        return replace(self.request, parameters=parameters.with_at_most(self.room))

    def reader(self) -> ReplyText:
        """Turns one generation's text into the text of the reply, after its beginning."""
        return ReplyText(self.request.stop, begun=self.begun.text)

    def display_text(self, text: str) -> str:
        """The reply, or a piece of it that the reader returned, with its macros expanded for the screen."""
        return self.chat.macros(self.chat.person_name, None).expand(text)


async def plan_reply(
    engine: Engine, chat: Chat, parameters: SamplingParameters, stops: Sequence[str] = (), begun: Turn = NEXT_REPLY
) -> PlannedReply:
    """The request for the next turn, which ends with the turn or at one of `stops`.

    The reply may go on to the end of the context. Raises PromptTooLongError if the prompt fits by no means.
    """
    context_length = engine.model.context_length
    prompt = await asyncio.to_thread(_fitting_prompt, engine, chat, parameters, begun)
    prompt_ids = await asyncio.to_thread(engine.encode, prompt.text)
    all_stops = tuple(dict.fromkeys([*stop_strings(chat), *stops]))
    request = GenerationRequest(tuple(prompt_ids), parameters.with_at_most(context_length - len(prompt_ids)), all_stops)
    return PlannedReply(chat, prompt, request, context_length, begun)


def _fitting_prompt(engine: Engine, chat: Chat, parameters: SamplingParameters, begun: Turn) -> Prompt:
    """The prompt that leaves room for the reply, or for as much of it as what is never dropped leaves."""
    context_length = engine.model.context_length
    count_tokens = cache(engine.count_tokens)  # a second attempt has mostly the same texts
    reserved = max(min(parameters.max_new_tokens, context_length // _MOST_RESERVED), 1)
    try:
        return build_prompt(chat, count_tokens, context_length - reserved, begun)
    except PromptTooLongError as error:
        # If this does not fit either, its error tells what fits at most.
        most = min(error.num_tokens, context_length - 1)
        return build_prompt(chat, count_tokens, most, begun)
