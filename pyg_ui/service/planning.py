"""Makes an engine's request of a chat."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from pyg_ui.dialogue.chat import Chat, Role, Turn
from pyg_ui.dialogue.prompt import NEXT_REPLY, Prompt, build_prompt
from pyg_ui.dialogue.reply import ReplyText, stop_strings
from pyg_ui.engine.engine import Engine, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters


@dataclass(frozen=True, slots=True)
class PlannedReply:
    """A request for a chat's next turn. It can be submitted several times."""

    chat: Chat
    prompt: Prompt
    request: GenerationRequest
    begun: Turn = NEXT_REPLY
    """The next speaker, and the beginning of their turn."""

    def reader(self) -> ReplyText:
        """Turns one generation's text into the text of the reply, after its beginning."""
        return ReplyText(self.request.stop, begun=self.begun.text)

    def display_text(self, text: str) -> str:
        """The reply, or a piece of it that the reader returned, with its macros expanded for the screen."""
        return self.chat.display_text(Role.CHARACTER, text)


async def plan_reply(
    engine: Engine, chat: Chat, parameters: SamplingParameters, stops: Sequence[str] = (), begun: Turn = NEXT_REPLY
) -> PlannedReply:
    """The request for the next turn, which ends with the turn or at one of `stops`.

    Raises PromptTooLongError.
    """
    budget = engine.model.context_length - parameters.max_new_tokens
    prompt = await asyncio.to_thread(build_prompt, chat, engine.count_tokens, budget, begun)
    prompt_ids = await asyncio.to_thread(engine.encode, prompt.text)
    all_stops = tuple(dict.fromkeys([*stop_strings(chat), *stops]))
    return PlannedReply(chat, prompt, GenerationRequest(tuple(prompt_ids), parameters, all_stops), begun)
