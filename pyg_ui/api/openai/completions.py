"""`/v1/completions`: prompts in, text out. The prompt is continued as it is, and nothing ends the text but the
request's own stop strings, its token limit and the model.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from pyg_ui.api.body import read_object
from pyg_ui.api.disconnect import while_connected
from pyg_ui.api.event_stream import STREAMED, EventStream
from pyg_ui.api.fields import Fields, PromptInput
from pyg_ui.api.model_lookup import serving_engine
from pyg_ui.api.openai.completion_answer import Completion, CompletionChoice, completion_logprobs
from pyg_ui.api.openai.deltas import Delta, Ending, deltas, whole_choices
from pyg_ui.api.openai.errors import REFUSALS, context_exceeded
from pyg_ui.api.openai.parameters import FIELD_NAMES, MAX_CHOICES, MAX_LOGPROBS, CommonFields, common_schema
from pyg_ui.api.openai.stream import Usage, stream_events
from pyg_ui.api.openai.token_log import TokenLog
from pyg_ui.api.prompt_length import encode, shortened
from pyg_ui.api.schema import flag_schema, object_schema, prompts_schema, whole_number_schema
from pyg_ui.engine.engine import Chunk, Engine, Finish, Generation, GenerationRequest
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import PromptTooLongError
from pyg_ui.service.side_by_side import submit_all, with_own_seed

DEFAULTS = SamplingParameters.neutral(max_new_tokens=16)

EXAMPLE = {
    "model": "demo-neo",
    "prompt": "Once upon a time",
    "max_tokens": 40,
    "temperature": 0.7,
    "stop": ["\n"],
}


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """A valid request."""

    prompts: tuple[PromptInput, ...]
    common: CommonFields
    num_logprobs: int | None
    """How many of the likeliest tokens to report at each place; None reports no tokens."""
    echo: bool
    """Whether the text begins with the prompt."""
    has_limit: bool
    """Whether the request says how many new tokens it wants."""
    is_scoring: bool
    """Whether no new token is wanted at all."""

    @classmethod
    def read(cls, body: Mapping[str, Any], vocabulary_size: int | None) -> CompletionRequest:
        """Check a body's fields; unknown ones are ignored. Raises InputError."""
        limit = body.get("max_tokens")
        is_scoring = limit == 0 and not isinstance(limit, bool)
        common = CommonFields.read({**body, "max_tokens": 1} if is_scoring else body, FIELD_NAMES, DEFAULTS)
        fields = Fields(body)
        return cls(
            prompts=fields.prompts("prompt", vocabulary_size, MAX_CHOICES // common.num_choices),
            common=common,
            num_logprobs=fields.whole_number("logprobs", 0, MAX_LOGPROBS),
            echo=fields.flag("echo"),
            has_limit=limit is not None,
            is_scoring=is_scoring,
        )


class CompletionWriter:
    """Makes one choice of what the engine emits."""

    def __init__(self, index: int, *, echo: str = "", log: TokenLog | None = None, is_scoring: bool = False) -> None:
        self._index = index
        self._echo = echo
        self._log = log
        self._is_scoring = is_scoring

    def take(self, item: Chunk | Finish) -> Iterator[Delta]:
        """What is new by a chunk, or by the finish, which is the last."""
        if self._echo:
            considered = item.prompt_choices if isinstance(item, Chunk) else ()
            tokens = self._log.feed_prompt(self._echo, considered) if self._log else ()
            yield Delta(self._index, self._echo, tokens)
            self._echo = ""
        if isinstance(item, Finish):
            yield self._end(item)
        elif not self._is_scoring:
            tokens = self._log.feed(item) if self._log else ()
            if item.text:
                yield Delta(self._index, item.text, tokens)

    def _end(self, finish: Finish) -> Delta:
        if self._is_scoring:
            return Delta(self._index, ending=Ending("length", 0))
        tokens = self._log.end(finish) if self._log else ()
        return Delta(self._index, tokens=tokens, ending=Ending.of(finish))


@dataclass(frozen=True, slots=True)
class Job:
    """A request under way."""

    model: str
    generations: list[Generation]
    writers: list[CompletionWriter]
    num_prompt_tokens: int


async def start(engine: Engine, wanted: CompletionRequest) -> Job:
    """Start every generation of a request. Raises PromptTooLongError and what `Engine.submit` raises."""
    requests: list[GenerationRequest] = []
    writers: list[CompletionWriter] = []
    num_prompt_tokens = 0
    for prompt in wanted.prompts:
        prompt_ids = await encode(engine, prompt)
        num_prompt_tokens += len(prompt_ids)
        parameters = _fitting(wanted, len(prompt_ids), engine)
        echo = (prompt if isinstance(prompt, str) else engine.decode(prompt_ids)) if wanted.echo else ""
        for number in range(wanted.common.num_choices):
            writers.append(_writer(engine, wanted, len(writers), prompt_ids, echo))
            requests.append(_request(wanted, prompt_ids, with_own_seed(parameters, number)))
    return Job(engine.model.id, submit_all(engine, requests), writers, num_prompt_tokens)


def _fitting(wanted: CompletionRequest, num_prompt_tokens: int, engine: Engine) -> SamplingParameters:
    """The parameters, with fewer new tokens only where the request does not say how many it wants."""
    parameters, limit = wanted.common.parameters, engine.model.context_length
    try:
        fitting = shortened(parameters, num_prompt_tokens, limit)
    except PromptTooLongError as error:
        raise context_exceeded(error, engine.model) from None
    if fitting.max_new_tokens < parameters.max_new_tokens and wanted.has_limit:
        num_tokens = num_prompt_tokens + parameters.max_new_tokens
        message = (
            f"You asked for {num_tokens:,} tokens: {num_prompt_tokens:,} in the prompt, "
            f"{parameters.max_new_tokens:,} for the completion. Shorten the prompt or lower max_tokens."
        )
        raise context_exceeded(PromptTooLongError(message, num_tokens=num_tokens, limit=limit), engine.model)
    return fitting


def _request(
    wanted: CompletionRequest, prompt_ids: tuple[int, ...], parameters: SamplingParameters
) -> GenerationRequest:
    with_tokens = wanted.num_logprobs is not None
    return GenerationRequest(
        prompt_ids,
        parameters,
        wanted.common.stop,
        include_stop=wanted.common.include_stop,
        ignore_end_of_text=wanted.common.ignore_end_of_text,
        num_top_choices=max(wanted.num_logprobs or 0, 1) if with_tokens else 0,
        with_prompt_choices=with_tokens and wanted.echo,
    )


def _writer(
    engine: Engine, wanted: CompletionRequest, index: int, prompt_ids: Sequence[int], echo: str
) -> CompletionWriter:
    num_top = wanted.num_logprobs
    log = None if num_top is None else TokenLog(engine, num_top, prompt_ids if wanted.echo else ())
    return CompletionWriter(index, echo=echo, log=log, is_scoring=wanted.is_scoring)


def completions_router(models: ModelManager) -> APIRouter:
    """`/v1/completions`."""
    router = APIRouter(tags=["OpenAI"])

    @router.post(
        "/v1/completions",
        summary="Continue prompts",
        response_model=Completion,
        responses={**REFUSALS, 200: STREAMED},
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": _request_content()}}},
    )
    async def completions(request: Request) -> Response:
        """Continue one prompt or several with the model that is loaded.

        A prompt is used as it is. Where `max_tokens` is absent, it is 16 or what the prompt leaves of the context;
        where it is given and does not fit, the answer is 400. `max_tokens` 0 with `echo` and `logprobs` only scores
        the prompt. `best_of`, `suffix`, `logit_bias` and `user` are ignored.
        """
        body = await read_object(request)
        engine = serving_engine(models)
        wanted = CompletionRequest.read(body, engine.model.vocabulary_size)
        job = await start(engine, wanted)
        frame = {
            "id": f"cmpl-{uuid.uuid4().hex}",
            "object": "text_completion",
            "created": int(time.time()),
            "model": job.model,
        }
        if wanted.common.is_streamed:
            return EventStream(stream_events(frame, _pieces(job, wanted)), job.generations)
        choices = await while_connected(request.receive, whole_choices(job.generations, job.writers))
        return JSONResponse(
            {
                **frame,
                "choices": [
                    _choice(Delta(index, choice.text, tuple(choice.tokens), choice.ending), wanted)
                    for index, choice in enumerate(choices)
                ],
                "usage": Usage.count(job.num_prompt_tokens, (choice.ending for choice in choices)).model_dump(),
            }
        )

    return router


async def _pieces(job: Job, wanted: CompletionRequest) -> AsyncGenerator[Mapping[str, Any], None]:
    """What differs from event to event."""
    usage: dict[str, Any] = {"usage": None} if wanted.common.with_usage else {}
    endings = []
    async with aclosing(deltas(job.generations, job.writers)) as pieces:
        async for delta in pieces:
            endings.append(delta.ending)
            yield {"choices": [_choice(delta, wanted)], **usage}
    if usage:
        yield {"choices": [], "usage": Usage.count(job.num_prompt_tokens, endings).model_dump()}


def _choice(delta: Delta, wanted: CompletionRequest) -> dict[str, Any]:
    logprobs = None if wanted.num_logprobs is None else completion_logprobs(delta.tokens)
    reason = delta.ending.reason if delta.ending else None
    choice = CompletionChoice(index=delta.index, text=delta.text, logprobs=logprobs, finish_reason=reason)
    return choice.model_dump()


def _request_content() -> dict[str, Any]:
    fields = {
        "prompt": prompts_schema("What to continue: a text, token ids, or a list of either.", MAX_CHOICES),
        **common_schema(FIELD_NAMES, DEFAULTS),
        "logprobs": whole_number_schema(
            "How many of the likeliest tokens to report at each place, with log-probabilities.", 0, MAX_LOGPROBS, None
        ),
        "echo": flag_schema("Whether the text begins with the prompt; with logprobs, its tokens are reported too."),
    }
    return {"schema": object_schema("CompletionRequest", fields, required=("prompt",)), "example": EXAMPLE}
