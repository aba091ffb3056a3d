"""The tokens of a chat's last reply, and the model's logits at each place in it.

The tokens are those into which the tokenizer cuts the text of the reply. They are nearly always the tokens that were
generated; if they are not, the logits are still exact for the tokens that are shown.
"""

import asyncio
from contextlib import aclosing
from dataclasses import dataclass

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import Engine, GenerationRequest, NextTokenLogits
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineError
from pyg_ui.service.planning import plan_reply


@dataclass(frozen=True, slots=True)
class Passage:
    """A reply and its prompt. A place in the reply is the number of the reply's tokens before it."""

    prompt_ids: tuple[int, ...]
    reply_ids: tuple[int, ...]
    """Empty if there is no reply yet."""
    pieces: tuple[bytes, ...]
    """The bytes of each token of the reply. The first token includes the space after the speaker's label."""

    def ids_before(self, place: int) -> tuple[int, ...]:
        """The tokens that the model has read at this place."""
        return (*self.prompt_ids, *self.reply_ids[:place])

    def begun_with(self, place: int, piece: bytes) -> str | None:
        """The reply up to this place and then `piece`; None if a reply cannot be continued from there.

        A reply neither begins nor ends with white space, and has whole characters only.
        """
        try:
            return b"".join((*self.pieces[:place], piece)).decode().lstrip() if piece.strip() else None
        except UnicodeDecodeError:
            return None


async def read_passage(engine: Engine, chat: Chat, parameters: SamplingParameters) -> Passage:
    """The last reply of a chat, or an empty one if the chat ends with none. Raises PromptTooLongError."""
    reply = f" {chat.turns[-1].text.strip()}" if chat.is_answered else ""
    prompt_ids = (await plan_reply(engine, chat.without_last_reply(), parameters)).request.prompt_ids
    room = max(0, engine.model.context_length - 1 - len(prompt_ids))
    reply_ids = tuple(await asyncio.to_thread(engine.encode, reply))[:room]
    return Passage(prompt_ids, reply_ids, tuple(map(engine.token_bytes, reply_ids)))


async def logits_at(engine: Engine, passage: Passage, place: int) -> NextTokenLogits:
    """The logits of the next token at a place of the passage. Raises EngineError and what submitting raises."""
    parameters = SamplingParameters(max_new_tokens=1)
    generation = engine.submit(GenerationRequest(passage.ids_before(place), parameters, wants_logits=True))
    async with aclosing(aiter(generation)) as chunks:
        async for chunk in chunks:
            if chunk.next_token is not None:
                return chunk.next_token
    raise EngineError("This model does not tell what it expects.")
