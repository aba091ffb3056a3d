"""The events of a streamed answer: chunks, what went wrong in mid-stream, the count of tokens, `[DONE]`."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from pydantic import BaseModel

from pyg_ui.api.errors import failure_of
from pyg_ui.api.event_stream import event
from pyg_ui.api.openai.deltas import Ending
from pyg_ui.api.openai.errors import error_body
from pyg_ui.errors import PygmalionError

logger = logging.getLogger(__name__)

_DONE = event("[DONE]")


class Usage(BaseModel):
    """The exact count of tokens."""

    prompt_tokens: int
    """Each prompt once."""
    completion_tokens: int
    """All that was generated, including what a stop string cut off."""
    total_tokens: int

    @classmethod
    def count(cls, num_prompt_tokens: int, endings: Iterable[Ending | None]) -> Usage:
        """The sum over the choices that have ended."""
        num_new = sum(ending.num_tokens for ending in endings if ending)
        return cls(prompt_tokens=num_prompt_tokens, completion_tokens=num_new, total_tokens=num_prompt_tokens + num_new)


async def stream_events(
    frame: Mapping[str, Any], choices: AsyncGenerator[Mapping[str, Any], None]
) -> AsyncGenerator[bytes, None]:
    """One event for each choice's news, in a `frame` that all share. A failure becomes the last event."""
    try:
        async with aclosing(choices) as news:
            async for choice in news:
                yield _json_event({**frame, **choice})
    except PygmalionError as error:
        yield _json_event(error_body(failure_of(error)))
    except Exception as error:
        logger.exception("A stream failed")
        yield _json_event(error_body(failure_of(error)))
    else:
        yield _DONE


def _json_event(value: Mapping[str, Any]) -> bytes:
    return event(json.dumps(value, separators=(",", ":"), allow_nan=False))
