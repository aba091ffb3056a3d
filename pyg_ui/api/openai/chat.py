"""`/v1/chat/completions`: a conversation in, the character's next turn out.

The prompt is built, and the reply cut and cleaned, by the very code that serves the page; this module translates.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from pyg_ui.api.body import read_object
from pyg_ui.api.disconnect import while_connected
from pyg_ui.api.event_stream import STREAMED, EventStream
from pyg_ui.api.fields import FieldNames, Fields
from pyg_ui.api.model_lookup import serving_engine
from pyg_ui.api.openai.chat_answer import ChatCompletion, chat_logprobs
from pyg_ui.api.openai.deltas import Choice, Delta, Ending, deltas, whole_choices
from pyg_ui.api.openai.errors import REFUSALS, context_exceeded
from pyg_ui.api.openai.messages import messages_schema, read_messages, read_name
from pyg_ui.api.openai.parameters import FIELD_NAMES, MAX_LOGPROBS, CommonFields, common_schema
from pyg_ui.api.openai.stream import Usage, stream_events
from pyg_ui.api.openai.token_log import LoggedToken, TokenLog
from pyg_ui.api.prompt_length import with_at_most
from pyg_ui.api.schema import flag_schema, name_schema, object_schema, whole_number_schema
from pyg_ui.engine.engine import Chunk, Engine, Finish, Generation
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import PromptTooLongError
from pyg_ui.service import ChatService, Message, PlannedReply, plan_reply
from pyg_ui.service.side_by_side import submit_all, with_own_seed

DEFAULTS = SamplingParameters.neutral(max_new_tokens=SamplingParameters().max_new_tokens)

DEFAULT_NAME = "Assistant"
"""What a character without a name is called."""

NAMES: FieldNames = {**FIELD_NAMES, "max_new_tokens": ("max_completion_tokens", "max_tokens")}

EXAMPLE = {
    "model": "demo-neo",
    "messages": [
        {"role": "system", "content": "A big strong man with a big heart."},
        {"role": "assistant", "name": "Michael", "content": "Hello! I'm Michael."},
        {"role": "user", "content": "How are you doing on this wonderful day?"},
    ],
    "max_tokens": 60,
    "temperature": 0.5,
    "top_p": 0.9,
}


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A valid request."""

    messages: tuple[Message, ...]
    character: str
    """The name of a character that comes with the server; "" for none."""
    common: CommonFields
    has_limit: bool
    """Whether the request says how many new tokens it wants."""
    num_logprobs: int | None
    """How many of the likeliest tokens to report at each place; None reports no tokens."""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> ChatRequest:
        """Check a body's fields; unknown ones are ignored. Raises InputError."""
        fields = Fields(body)
        num_top = fields.whole_number("top_logprobs", 0, MAX_LOGPROBS) or 0
        return cls(
            messages=read_messages(body),
            character=read_name(fields, "character", "character"),
            common=CommonFields.read(body, NAMES, DEFAULTS),
            has_limit=any(body.get(name) is not None for name in NAMES["max_new_tokens"]),
            num_logprobs=num_top if fields.flag("logprobs") else None,
        )


class ReplyWriter:
    """Makes one choice of what the engine emits: the reply as the page would show it."""

    def __init__(self, index: int, planned: PlannedReply, log: TokenLog | None) -> None:
        self._index = index
        self._planned = planned
        self._reply = planned.reader()
        self._log = log
        self._tokens: list[LoggedToken] = []

    def take(self, item: Chunk | Finish) -> Iterator[Delta]:
        """What is new by a chunk, or by the finish, which is the last."""
        if isinstance(item, Chunk):
            self._tokens += self._log.feed(item) if self._log else ()
            yield from self._show(self._reply.feed(item.text))
        else:
            yield from self._show(self._reply.end(at_stop=item.stop is not None))
            yield Delta(self._index, tokens=tuple(self._tokens), ending=Ending.of(item))

    def _show(self, text: str) -> Iterator[Delta]:
        if text:
            yield Delta(self._index, self._planned.display_text(text), tuple(self._tokens))
            self._tokens.clear()


@dataclass(frozen=True, slots=True)
class Job:
    """A request under way."""

    model: str
    generations: list[Generation]
    writers: list[ReplyWriter]
    num_prompt_tokens: int


async def start(engine: Engine, service: ChatService, wanted: ChatRequest) -> Job:
    """Start every generation of a request. Raises InputError and what `Engine.submit` raises."""
    try:
        planned = await _plan(engine, service, wanted)
    except PromptTooLongError as error:
        raise context_exceeded(error, engine.model) from None
    with_tokens, num_top = wanted.num_logprobs is not None, wanted.num_logprobs or 0
    request = replace(
        planned.request,
        ignore_end_of_text=wanted.common.ignore_end_of_text,
        num_top_choices=max(num_top, 1) if with_tokens else 0,
    )
    indices = range(wanted.common.num_choices)
    writers = [ReplyWriter(index, planned, TokenLog(engine, num_top) if with_tokens else None) for index in indices]
    requests = [replace(request, parameters=with_own_seed(request.parameters, index)) for index in indices]
    return Job(engine.model.id, submit_all(engine, requests), writers, len(request.prompt_ids))


async def _plan(engine: Engine, service: ChatService, wanted: ChatRequest) -> PlannedReply:
    """The reply, with fewer new tokens than the default where only they fit and none are asked for by number."""
    chat = service.chat_of(wanted.messages, DEFAULT_NAME, wanted.character)
    parameters, stop = wanted.common.parameters, wanted.common.stop
    try:
        return await plan_reply(engine, chat, parameters, stop)
    except PromptTooLongError as error:
        room = engine.model.context_length - error.num_tokens
        if wanted.has_limit or room < 1:
            raise
        return await plan_reply(engine, chat, with_at_most(parameters, room), stop)


def chat_router(models: ModelManager, service: ChatService) -> APIRouter:
    """`/v1/chat/completions`."""
    router = APIRouter(tags=["OpenAI"])

    @router.post(
        "/v1/chat/completions",
        summary="Answer in a conversation",
        response_model=ChatCompletion,
        responses={**REFUSALS, 200: STREAMED},
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": _request_content()}}},
    )
    async def chat_completions(request: Request) -> Response:
        """Write the character's next turn, with the prompt that the page would build.

        The reply ends with the character's turn. Where the conversation does not fit, its oldest turns are left out;
        where persona and newest message alone do not, the answer is 400. Where no limit is given, the reply has at
        most 180 tokens, or what the prompt leaves of the context. `tools`, `response_format`, `logit_bias` and
        `user` are ignored.
        """
        wanted = ChatRequest.read(await read_object(request))
        job = await start(serving_engine(models), service, wanted)
        frame = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": job.model}
        if wanted.common.is_streamed:
            frame["object"] = "chat.completion.chunk"
            return EventStream(stream_events(frame, _pieces(job, wanted)), job.generations)
        choices = await while_connected(request.receive, whole_choices(job.generations, job.writers))
        usage = Usage.count(job.num_prompt_tokens, [choice.ending for choice in choices])
        whole = [_whole(index, choice, wanted) for index, choice in enumerate(choices)]
        return JSONResponse({**frame, "object": "chat.completion", "choices": whole, "usage": usage.model_dump()})

    return router


async def _pieces(job: Job, wanted: ChatRequest) -> AsyncGenerator[Mapping[str, Any], None]:
    """What differs from event to event."""
    usage: dict[str, Any] = {"usage": None} if wanted.common.with_usage else {}
    for index in range(len(job.writers)):
        yield {"choices": [_piece(Delta(index), {"role": "assistant", "content": ""}, wanted)], **usage}
    endings = []
    async with aclosing(deltas(job.generations, job.writers)) as pieces:
        async for delta in pieces:
            endings.append(delta.ending)
            yield {"choices": [_piece(delta, {"content": delta.text} if delta.text else {}, wanted)], **usage}
    if usage:
        yield {"choices": [], "usage": Usage.count(job.num_prompt_tokens, endings).model_dump()}


def _piece(delta: Delta, content: Mapping[str, str], wanted: ChatRequest) -> dict[str, Any]:
    reason = delta.ending.reason if delta.ending else None
    logprobs = chat_logprobs(delta.tokens) if wanted.num_logprobs is not None else None
    return {"index": delta.index, "delta": content, "logprobs": logprobs, "finish_reason": reason}


def _whole(index: int, choice: Choice, wanted: ChatRequest) -> dict[str, Any]:
    assert choice.ending is not None, "it is whole"
    return {
        "index": index,
        "message": {"role": "assistant", "content": choice.text},
        "logprobs": chat_logprobs(choice.tokens) if wanted.num_logprobs is not None else None,
        "finish_reason": choice.ending.reason,
    }


def _request_content() -> dict[str, Any]:
    common = common_schema(NAMES, DEFAULTS)
    common["max_completion_tokens"]["description"] += " Another name for max_tokens, which it overrides."
    # A reply is a turn, and what ends it is no part of it.
    del common["include_stop_str_in_output"]
    fields = {
        "messages": messages_schema(),
        "character": name_schema(
            "A character that comes with the server, by name: its persona, greeting and examples."
        ),
        **common,
        "logprobs": flag_schema("Whether to report the reply's tokens with their log-probabilities."),
        "top_logprobs": whole_number_schema("How many of the likeliest tokens to report too.", 0, MAX_LOGPROBS, 0),
    }
    return {"schema": object_schema("ChatRequest", fields, required=("messages",)), "example": EXAMPLE}
