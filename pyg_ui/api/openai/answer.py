"""Answers of the generating routes, whole or as a stream of events. A route gives the shape of its choices."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pyg_ui.api.disconnect import while_connected
from pyg_ui.api.errors import stream_failure
from pyg_ui.api.event_stream import EventStream, event
from pyg_ui.api.openai.deltas import Delta, Job, Usage
from pyg_ui.api.openai.errors import context_exceeded, error_body
from pyg_ui.api.openai.request import OpenAiRequest
from pyg_ui.api.openai.token_log import LoggedToken
from pyg_ui.engine.engine import Engine
from pyg_ui.errors import PromptTooLongError

_DONE = event("[DONE]")


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """How a route writes its answers."""

    id_prefix: str
    kind: str
    """The field `object` of a whole answer."""
    streamed_kind: str
    """The same of an event."""
    content: Callable[[str], Mapping[str, Any]]
    """The fields that hold the text of a whole choice."""
    streamed_content: Callable[[str], Mapping[str, Any]]
    """The fields that hold the new text of a choice in an event."""
    logprobs: Callable[[Sequence[LoggedToken]], Mapping[str, Any]]
    opening: Mapping[str, Any] | None = None
    """The content of the event with which each choice begins, if the route sends one."""


async def answer(
    request: Request, engine: Engine, wanted: OpenAiRequest, starting: Awaitable[Job], shape: AnswerShape
) -> Response:
    """Wait for the whole answer, or begin to stream it, as `wanted` says. Raises what `starting` raises."""
    try:
        job = await starting
    except PromptTooLongError as error:
        raise context_exceeded(error, engine.model) from None
    frame = {
        "id": f"{shape.id_prefix}-{uuid.uuid4().hex}",
        "object": shape.streamed_kind if wanted.is_streamed else shape.kind,
        "created": int(time.time()),
        "model": engine.model.id,
    }
    if wanted.is_streamed:
        return EventStream(_events(frame, _pieces(wanted, job, shape)), job.generations)
    deltas = await while_connected(request.receive, job.whole_choices())
    choices = [_choice(delta, shape.content(delta.text), job, shape) for delta in deltas]
    usage = Usage.count(job.num_prompt_tokens, deltas)
    return JSONResponse({**frame, "choices": choices, "usage": usage.model_dump()})


async def _pieces(wanted: OpenAiRequest, job: Job, shape: AnswerShape) -> AsyncGenerator[Mapping[str, Any], None]:
    """The fields that differ from event to event."""
    usage: dict[str, Any] = {"usage": None} if wanted.with_usage else {}
    if shape.opening is not None:
        for index in range(len(job.generations)):
            yield {"choices": [_choice(Delta(index), shape.opening, job, shape)], **usage}
    ended = []
    async with aclosing(job.deltas()) as deltas:
        async for delta in deltas:
            if delta.ending:
                ended.append(delta)
            yield {"choices": [_choice(delta, shape.streamed_content(delta.text), job, shape)], **usage}
    if usage:
        yield {"choices": [], "usage": Usage.count(job.num_prompt_tokens, ended).model_dump()}


def _choice(delta: Delta, content: Mapping[str, Any], job: Job, shape: AnswerShape) -> dict[str, Any]:
    return {
        "index": delta.index,
        **content,
        "logprobs": shape.logprobs(delta.tokens) if job.has_logprobs else None,
        "finish_reason": delta.ending.reason if delta.ending else None,
    }


async def _events(
    frame: Mapping[str, Any], pieces: AsyncGenerator[Mapping[str, Any], None]
) -> AsyncGenerator[bytes, None]:
    """One event for each piece. A failure becomes the last event."""
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                yield _json_event({**frame, **piece})
    except Exception as error:
        yield _json_event(error_body(stream_failure(error)))
    else:
        yield _DONE


def _json_event(value: Mapping[str, Any]) -> bytes:
    return event(json.dumps(value, separators=(",", ":"), allow_nan=False))
