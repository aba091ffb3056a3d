"""Answers of the generating routes, whole or as a stream of events. A route gives the shape of its choices."""

import json
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pyg_ui.api.connection import EventStream, event, while_connected
from pyg_ui.api.errors import stream_failure
from pyg_ui.api.openai.answer_models import AnswerShape, usage
from pyg_ui.api.openai.deltas import Delta, Job
from pyg_ui.api.openai.errors import context_exceeded, error_body
from pyg_ui.api.openai.request import OpenAiRequest
from pyg_ui.engine.engine import Engine
from pyg_ui.errors import PromptTooLongError

_DONE = event("[DONE]")


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
    warnings = {"warnings": list(wanted.warnings)} if wanted.warnings else {}
    if wanted.is_streamed:
        return EventStream(_events(frame, warnings, job, shape, with_usage=wanted.with_usage), job.generations)
    deltas = await while_connected(request.receive, job.whole_choices())
    choices = [_choice(delta, shape.content(delta.text), job, shape) for delta in deltas]
    num_new = sum(delta.num_tokens for delta in deltas)
    counts = usage(job.num_prompt_tokens, num_new)
    return JSONResponse({**frame, **warnings, "choices": choices, "usage": counts})


async def _events(
    frame: Mapping[str, Any], opening: Mapping[str, Any], job: Job, shape: AnswerShape, *, with_usage: bool
) -> AsyncGenerator[bytes, None]:
    """The stream. Its first event has the fields of `opening` too. A failure becomes the last event."""
    frame = {**frame, "usage": None} if with_usage else frame
    try:
        async with aclosing(_bodies(job, shape, with_usage=with_usage)) as bodies:
            async for body in bodies:
                yield _json_event({**frame, **opening, **body})
                opening = {}
    except Exception as error:
        yield _json_event(error_body(stream_failure(error)))
    else:
        yield _DONE


async def _bodies(job: Job, shape: AnswerShape, *, with_usage: bool) -> AsyncGenerator[dict[str, Any], None]:
    """What each event adds to the frame: a delta, or the usage at the end if it is wanted."""
    num_new = 0
    if shape.opening is not None:
        for index in range(len(job.generations)):
            yield {"choices": [_choice(Delta(index), shape.opening, job, shape)]}
    async with aclosing(job.deltas()) as deltas:
        async for delta in deltas:
            num_new += delta.num_tokens
            yield {"choices": [_choice(delta, shape.streamed_content(delta.text), job, shape)]}
    if with_usage:
        yield {"choices": [], "usage": usage(job.num_prompt_tokens, num_new)}


def _choice(delta: Delta, content: Mapping[str, Any], job: Job, shape: AnswerShape) -> dict[str, Any]:
    return {
        "index": delta.index,
        **content,
        **({"token_ids": list(delta.token_ids)} if job.has_token_ids else {}),
        "logprobs": shape.logprobs(delta.tokens) if job.has_logprobs else None,
        "finish_reason": delta.finish_reason,
    }


def _json_event(value: Mapping[str, Any]) -> bytes:
    return event(json.dumps(value, separators=(",", ":"), allow_nan=False))
