"""Free text: the model as a plain generator, without characters, labels or stop strings."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from pyg_ui.engine.engine import Engine, Finish, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.service.loops import LoopWatch


@dataclass(frozen=True, slots=True)
class FreeText:
    """A text that is being written."""

    text: str
    """The given text, and what the model has written after it."""
    num_unread_tokens: int
    """How many tokens at the beginning did not fit into the context."""
    finish: Finish | None = None
    """How it ended; only in the last update."""
    has_looped: bool = False
    """Whether it was ended where it began to repeat itself."""


async def write_on(engine: Engine, text: str, parameters: SamplingParameters) -> AsyncGenerator[FreeText, None]:
    """Yield the growing text. If it is longer than the context, the model reads its end.

    Closing it cancels the generation. Raises InputError for an empty text or if the new tokens alone fill the context,
    EngineBusyError and EngineStoppedError.
    """
    ids = await asyncio.to_thread(engine.encode, text)
    context_length = engine.model.context_length
    room = context_length - parameters.max_new_tokens
    if not ids:
        raise InputError("Write the beginning of a text; the model goes on from there.")
    if room <= 0:
        template = "Max new tokens fills this model's whole context of {number:,}. Lower it."
        raise InputError(template, number=context_length)
    num_unread = max(0, len(ids) - room)
    generation = engine.submit(GenerationRequest(tuple(ids[-room:]), parameters))
    loops = LoopWatch(text) if engine.model.may_loop else None
    async with aclosing(aiter(generation)) as chunks:
        async for chunk in chunks:
            if passed := chunk.text if loops is None else loops.feed(chunk.text):
                text += passed
                yield FreeText(text, num_unread)
            if loops is not None and loops.has_looped:
                generation.cancel()
    text += "" if loops is None else loops.end()
    yield FreeText(text, num_unread, generation.result, has_looped=loops is not None and loops.has_looped)
