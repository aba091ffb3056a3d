"""A chat's last reply token by token, and what the model expects at each place in it.

A reply is read back from its text, in the tokenizer's own way of cutting it. That is nearly always how it was
written, and where it is not, what the model expects is still exact for the tokens that are shown.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from itertools import accumulate

from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.engine.engine import Engine, GenerationRequest, NextTokenLogits
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineError
from pyg_ui.service.planning import plan_reply


@dataclass(frozen=True, slots=True)
class Passage:
    """The prompt of a reply, and the reply. A place is the number of the reply's tokens before it."""

    model_id: str
    prompt_ids: tuple[int, ...]
    reply_ids: tuple[int, ...]
    """None where nothing has been written yet."""
    pieces: tuple[bytes, ...]
    """What each of the reply's tokens stands for; the first brings the space after the speaker's label."""

    def ids_before(self, place: int) -> tuple[int, ...]:
        """The tokens that the model has read at this place."""
        return (*self.prompt_ids, *self.reply_ids[:place])

    def text_before(self, place: int) -> str:
        """The beginning of the reply, up to this place. Half a character at its end is left out."""
        return b"".join(self.pieces[:place]).decode("utf-8", errors="ignore").lstrip()

    def begun_with(self, place: int, piece: bytes) -> str | None:
        """The beginning of a reply in which `piece` stands at this place; None where that is no text to go on from.

        A reply's text neither begins nor ends with white space, and holds whole characters only.
        """
        try:
            return b"".join((*self.pieces[:place], piece)).decode().lstrip() if piece.strip() else None
        except UnicodeDecodeError:
            return None

    def place_of(self, character: int) -> int:
        """The place of the token to which the reply's character at this index belongs; the last one past the end."""
        text = b"".join(self.pieces).decode("utf-8", errors="replace")
        num_bytes = len(text[: character + len(text) - len(text.lstrip())].encode())
        ends = list(accumulate(map(len, self.pieces)))
        return next((place for place, end in enumerate(ends) if end > num_bytes), max(0, len(ends) - 1))


async def read_passage(engine: Engine, chat: Chat, parameters: SamplingParameters) -> Passage:
    """The last reply of a chat, or the one to come where it has none. Raises PromptTooLongError."""
    asked = chat.without_last_reply()
    is_written = len(asked.turns) < len(chat.turns) and chat.turns[-1].role is Role.CHARACTER
    planned = await plan_reply(engine, asked, parameters)
    reply_ids = await asyncio.to_thread(engine.encode, f" {chat.turns[-1].text.strip()}") if is_written else []
    room = max(0, engine.model.context_length - 1 - len(planned.request.prompt_ids))
    reply_ids = reply_ids[:room]
    pieces = tuple(map(engine.token_bytes, reply_ids))
    return Passage(engine.model.id, planned.request.prompt_ids, tuple(reply_ids), pieces)


async def look(engine: Engine, passage: Passage, place: int) -> NextTokenLogits:
    """What the model expects at a place of the passage. Raises EngineError and what submitting raises."""
    parameters = SamplingParameters(max_new_tokens=1)
    generation = engine.submit(GenerationRequest(passage.ids_before(place), parameters, wants_logits=True))
    async with aclosing(aiter(generation)) as chunks:
        async for chunk in chunks:
            if chunk.next_token is not None:
                return chunk.next_token
    raise EngineError("This model does not tell what it expects.")
