"""The dialect of KoboldAI and KoboldCpp: its errors, and the routes by which clients generate, stream, poll and abort.

`info` and `tokens` add the other routes.
"""

import json
import logging
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from pyg_ui.api.connection import STREAMED, EventStream, event, while_connected
from pyg_ui.api.dialect import Backend, Dialect
from pyg_ui.api.errors import stream_failure
from pyg_ui.api.fields.body import read_object
from pyg_ui.api.fields.declaration import read_request, request_body
from pyg_ui.api.kobold.errors import FOLLOWING_REFUSALS, REFUSALS, ErrorBody, error_body, revise
from pyg_ui.api.kobold.info import add_absent, add_info
from pyg_ui.api.kobold.request import NUM_TOP_TOKENS, KoboldRequest, NamedRequest
from pyg_ui.api.kobold.running import Entry, Owner, RunningGenerations
from pyg_ui.api.kobold.tokens import add_tokens
from pyg_ui.api.logprobs import ChatLogprobs, chat_logprobs
from pyg_ui.api.model_lookup import check_room, serving_engine
from pyg_ui.api.prompt_length import encode
from pyg_ui.api.token_log import TokenLog
from pyg_ui.engine.engine import Chunk, FinishReason
from pyg_ui.engine.manager import ModelManager
from pyg_ui.service.side_by_side import submit_all

logger = logging.getLogger(__name__)

EXAMPLE = {
    "prompt": "Michael's Persona: A big strong man with a big heart.\n<START>\nYou: How are you?\nMichael:",
    "max_context_length": 2048, "max_length": 80, "temperature": 0.65, "rep_pen": 1.1, "stop_sequence": ["\nYou:"],
}  # fmt: skip


class Result(BaseModel):
    """One text."""

    text: str
    """The completion alone."""
    warnings: list[str] | None = None
    """What was changed of the request, if it loses something by that."""


class Results(BaseModel):
    """The completions."""

    results: list[Result]


class LastLogprobs(BaseModel):
    """The tokens of a generation that asked for them with `logprobs`."""

    logprobs: ChatLogprobs | None


class Aborted(BaseModel):
    """Whether there was anything to abort."""

    success: bool


def kobold_dialect(backend: Backend) -> Dialect:
    """The dialect with its routes."""
    router, models, running = APIRouter(tags=["Kobold"]), backend.models, RunningGenerations()
    add_info(router, models, running)
    add_absent(router)
    add_tokens(router, models)
    body = request_body(KoboldRequest, EXAMPLE)

    @router.post("/api/latest/generate", include_in_schema=False, response_model_exclude_none=True)
    @router.post(
        "/api/v1/generate",
        summary="Continue a prompt",
        responses=REFUSALS,
        openapi_extra=body,
        response_model_exclude_none=True,
    )
    async def generate(request: Request) -> Results:
        """Continue `prompt` with the model that is loaded.

        Numbers are clamped to their ranges, fields that are unknown or hold the wrong kind of value are ignored, and
        of a prompt that is too long the beginning is cut off; `warnings` then say so. Ignored on purpose: `grammar`,
        `logit_bias`, `images`, `quiet`, `frmt*`.
        """
        entry = await _start(request, models, running)
        await while_connected(request.receive, _finish(entry))
        warnings = list(entry.warnings) or None
        return Results(results=[Result(text=text, warnings=warnings) for text in entry.texts])

    @router.post(
        "/api/extra/generate/stream",
        summary="Continue a prompt, token by token",
        responses={**REFUSALS, 200: STREAMED},
        openapi_extra=body,
    )
    async def stream(request: Request) -> Response:
        """As `/api/v1/generate`, with one server-sent event for each token that has text to show:
        `{"token": "...", "finish_reason": null}`. The last one has an empty token, the reason, and the `warnings` if
        there are any. One result only.
        """
        entry = await _start(request, models, running, most=1)
        return EventStream(_events(entry), entry.generations)

    _add_following(router, running)
    return Dialect(re.compile(r"^/(api|props|sdapi)(/|$)"), router, ErrorBody, error_body, revise)


def _add_following(router: APIRouter, running: RunningGenerations) -> None:
    """The routes by which clients follow and stop what they have started."""
    said: Any = {"responses": FOLLOWING_REFUSALS}

    @router.get("/api/extra/generate/check", summary="The text so far", response_model_exclude_none=True, **said)
    @router.post("/api/extra/generate/check", summary="The text so far", response_model_exclude_none=True, **said)
    async def check(request: Request) -> Results:
        """How far your latest generation has come: the one with the `genkey` of the body, if it has one."""
        return Results(results=[Result(text=running.text(await _owner(request)))])

    @router.get("/api/extra/last_logprobs", summary="The last tokens' log-probabilities", **said)
    @router.post("/api/extra/last_logprobs", summary="The last tokens' log-probabilities", **said)
    async def last_logprobs(request: Request) -> LastLogprobs:
        """The tokens of your latest generation so far: the one with the `genkey` of the body, if it has one.

        `logprobs` is null unless the request for it had `logprobs` true.
        """
        entry = running.newest(await _owner(request))
        logprobs = None if entry is None or entry.log is None else chat_logprobs(entry.tokens)
        return LastLogprobs.model_validate({"logprobs": logprobs})

    @router.post("/api/extra/abort", summary="Stop a generation", **said)
    async def abort(request: Request) -> Aborted:
        """Stop your own generation: the one with the `genkey` of the body, if it has one. Others go on."""
        return Aborted(success=running.abort(await _owner(request)))


async def _start(request: Request, models: ModelManager, running: RunningGenerations, most: int | None = None) -> Entry:
    """Start the results that a request wants, at most `most` of them."""
    check_room(models)
    wanted = read_request(KoboldRequest, await read_object(request))
    engine = serving_engine(models)
    memory_ids, prompt_ids = await encode(engine, wanted.memory), await encode(engine, wanted.prompt)
    requests = wanted.generation_requests(memory_ids, prompt_ids, engine.model.context_length)
    num_cut = len(memory_ids) + len(prompt_ids) - len(requests[0].prompt_ids)
    warnings = [_cut_warning(num_cut, engine.model.context_length)] if num_cut else []
    for warning in warnings:
        logger.warning("%s", warning)
    log = TokenLog(engine, NUM_TOP_TOKENS) if wanted.wants_logprobs else None
    return running.add(Owner.of(request, wanted.genkey), submit_all(engine, requests[:most]), log, warnings)


def _cut_warning(num_cut: int, context_length: int) -> str:
    return (
        f"The prompt was too long: its first {num_cut:,} tokens were not read. This model holds {context_length:,} "
        f"tokens, prompt and reply together. Set your program's context size to {context_length:,}."
    )


async def _owner(request: Request) -> Owner:
    body = await read_object(request, may_be_empty=True)
    return Owner.of(request, read_request(NamedRequest, body).genkey)


async def _finish(entry: Entry) -> None:
    async with aclosing(entry.follow()) as items:
        async for _ in items:
            pass


async def _events(entry: Entry) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(entry.follow()) as items:
            async for item in items:
                if not isinstance(item, Chunk):
                    reason = "length" if item.reason is FinishReason.LENGTH else "stop"
                    told = {"warnings": list(entry.warnings)} if entry.warnings else {}
                    yield _token("", reason, told)
                elif item.text:
                    yield _token(item.text, None)
    except Exception as error:
        yield event(json.dumps(error_body(revise(stream_failure(error)))), "error")


def _token(text: str, finish_reason: str | None, more: Mapping[str, Any] = MappingProxyType({})) -> bytes:
    return event(json.dumps({"token": text, "finish_reason": finish_reason, **more}), "message")
