"""Generating, streaming, polling and aborting, as Kobold's clients do it."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from pyg_ui.api.body import read_object, read_object_if_any
from pyg_ui.api.disconnect import while_connected
from pyg_ui.api.errors import failure_of
from pyg_ui.api.event_stream import STREAMED, EventStream, event
from pyg_ui.api.kobold.errors import GUARD_REFUSALS, REFUSALS, error_body, revise
from pyg_ui.api.kobold.parameters import KoboldRequest, generate_schema, read_genkey
from pyg_ui.api.kobold.running import Entry, Owner, RunningGenerations
from pyg_ui.api.model_lookup import serving_engine
from pyg_ui.api.schema import object_schema
from pyg_ui.engine.engine import Chunk, Engine, FinishReason, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import PygmalionError
from pyg_ui.service.side_by_side import submit_all, with_own_seed

logger = logging.getLogger(__name__)

EXAMPLE = {
    "prompt": "Michael's Persona: A big strong man with a big heart.\n<START>\nYou: How are you?\nMichael:",
    "max_context_length": 2048,
    "max_length": 80,
    "temperature": 0.65,
    "rep_pen": 1.1,
    "stop_sequence": ["\nYou:"],
}


class Result(BaseModel):
    """One text."""

    text: str
    """The completion alone."""


class Results(BaseModel):
    """The completions."""

    results: list[Result]


class Aborted(BaseModel):
    """Whether there was anything to abort."""

    success: bool


def generate_router(models: ModelManager, running: RunningGenerations) -> APIRouter:
    """`/api/v1/generate`, `/api/extra/generate/stream`, `/api/extra/generate/check` and `/api/extra/abort`."""
    router = APIRouter(tags=["Kobold"])
    body = {"requestBody": {"required": True, "content": {"application/json": _request_content()}}}

    @router.post("/api/latest/generate", include_in_schema=False)
    @router.post("/api/v1/generate", summary="Continue a prompt", responses=REFUSALS, openapi_extra=body)
    async def generate(request: Request) -> Results:
        """Continue `prompt` with the model that is loaded.

        Numbers are clamped to their ranges, fields that are unknown or hold the wrong kind of value are ignored, and
        of a prompt that is too long the beginning is cut off. Ignored on purpose: `mirostat*`, `dynatemp*`,
        `smoothing_factor`, `grammar`, `logit_bias`, `banned_tokens`, `images`, `quiet`, `frmt*`.
        """
        wanted = KoboldRequest.read(await read_object(request))
        entry = running.add(Owner.of(request, wanted.genkey), await _start(serving_engine(models), wanted))
        await while_connected(request.receive, _finish(running, entry))
        return Results(results=[Result(text=text) for text in entry.texts])

    @router.post(
        "/api/extra/generate/stream",
        summary="Continue a prompt, token by token",
        responses={**REFUSALS, 200: STREAMED},
        openapi_extra=body,
    )
    async def stream(request: Request) -> Response:
        """As `/api/v1/generate`, with one server-sent event for each token that has text to show:
        `{"token": "...", "finish_reason": null}`. The last one has an empty token and the reason. One result only.
        """
        wanted = KoboldRequest.read(await read_object(request))
        generations = await _start(serving_engine(models), wanted, most=1)
        entry = running.add(Owner.of(request, wanted.genkey), generations)
        return EventStream(_events(running, entry), generations)

    @router.get("/api/extra/generate/check", summary="The text so far", responses=GUARD_REFUSALS)
    @router.post("/api/extra/generate/check", summary="The text so far", responses=GUARD_REFUSALS)
    async def check(request: Request) -> Results:
        """How far your latest generation has come: the one with the `genkey` of the body, if it has one."""
        genkey = read_genkey(await read_object_if_any(request))
        return Results(results=[Result(text=running.text(Owner.of(request, genkey)))])

    @router.post("/api/extra/abort", summary="Stop a generation", responses=GUARD_REFUSALS)
    async def abort(request: Request) -> Aborted:
        """Stop your own generation: the one with the `genkey` of the body, if it has one. Others go on."""
        genkey = read_genkey(await read_object_if_any(request))
        return Aborted(success=running.abort(Owner.of(request, genkey)))

    return router


async def _start(engine: Engine, wanted: KoboldRequest, most: int | None = None) -> list[Generation]:
    memory_ids = await to_thread.run_sync(engine.encode, wanted.memory)
    prompt_ids = await to_thread.run_sync(engine.encode, wanted.prompt)
    prompt = wanted.fitted(memory_ids, prompt_ids, engine.model.context_length)
    requests = [
        GenerationRequest(
            prompt.token_ids,
            with_own_seed(prompt.parameters, index),
            wanted.stop,
            include_stop=wanted.include_stop,
            ignore_end_of_text=wanted.ignore_end_of_text,
        )
        for index in range(wanted.num_results)[:most]
    ]
    return submit_all(engine, requests)


async def _finish(running: RunningGenerations, entry: Entry) -> None:
    async with aclosing(running.follow(entry)) as items:
        async for _ in items:
            pass


async def _events(running: RunningGenerations, entry: Entry) -> AsyncGenerator[bytes, None]:
    try:
        async with aclosing(running.follow(entry)) as items:
            async for _, item in items:
                if not isinstance(item, Chunk):
                    yield _token("", "length" if item.reason is FinishReason.LENGTH else "stop")
                elif item.text:
                    yield _token(item.text, None)
    except Exception as error:
        if not isinstance(error, PygmalionError):
            logger.exception("A stream failed")
        yield event(json.dumps(error_body(revise(failure_of(error)))), "error")


def _token(text: str, finish_reason: str | None) -> bytes:
    return event(json.dumps({"token": text, "finish_reason": finish_reason}), "message")


def _request_content() -> dict[str, Any]:
    return {"schema": object_schema("KoboldRequest", generate_schema(), required=("prompt",)), "example": EXAMPLE}
