"""`POST /{id}-webhook/predict`: the endpoint of the server that once hosted Pygmalion. Prompt in, text out.

The prompt is used as it is: nothing is added to it, and there are no stop phrases but the request's own. Absent
fields take the hosted server's defaults; all other sampling parameters are neutral. A prompt that fits always gets an
answer: if prompt and new tokens together do not fit, the reply is shorter.
"""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from pyg_ui.api.connection import while_connected
from pyg_ui.api.dialect import UNREADABLE, Backend, Dialect, Failure, ModelId, refusals
from pyg_ui.api.fields.body import read_object
from pyg_ui.api.fields.declaration import read_request, request_body
from pyg_ui.api.fields.kinds import flag, stops, text, whole_number
from pyg_ui.api.fields.sampling import own_names, sampling
from pyg_ui.api.model_lookup import check_known, check_room, engine_of
from pyg_ui.api.prompt_length import encode, shortened
from pyg_ui.engine.engine import Engine, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.side_by_side import submit_all, whole_texts

SUCCESS = "Successfully generated text"

EXAMPLE = {
    "prompt": "Michael's Persona: A big strong man with a big heart\n<START>\n"
    "You: How are you doing on this wonderful day?\nMichael:",
    "max_length": 100, "temperature": 0.5, "stopping_criteria": ["The end."], "top_p": 0.5, "typical_p": 0.9,
    "repetition_penalty": 0.5, "top_k": 10,
}  # fmt: skip


class Prediction(BaseModel):
    """The answer to a predict request."""

    run_id: str
    """Unique to this request."""
    run_time_ms: float
    """How long the request took, in milliseconds."""
    message: str = Field(examples=[SUCCESS])
    result: str
    """The prompt (unless return_full_text is false) and the completion, with the stop phrase that ended it."""


class PredictionError(BaseModel):
    """The answer to a predict request that failed: as Prediction, with the reason as its message."""

    run_id: str
    run_time_ms: float
    """Always 0: a failed run counts as no time."""
    message: str
    """What happened and what to do."""
    result: None = None


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """The fields of a predict request. Absent ones take the defaults of the server that Pygmalion was hosted on."""

    prompt: str = text("prompt", "The text to continue, used as it is.")
    parameters: SamplingParameters = sampling(
        SamplingParameters.neutral(
            max_new_tokens=50, temperature=0.9, top_p=0.9, typical_p=0.9, repetition_penalty=0.5
        ),
        {
            "max_new_tokens": ["max_new_tokens", "max_length"],
            **own_names("temperature", "top_p", "typical_p", "top_k", "repetition_penalty"),
        },
    )
    stop: tuple[str, ...] = stops("stopping_criteria", "Phrases at which the completion ends. They stay in the text.")
    return_full_text: bool = flag("return_full_text", "Whether the result begins with the prompt.", default=True)
    pad_token_id: int | None = whole_number(
        "pad_token_id", "Accepted for older clients; it changes nothing.", 0, 2**31 - 1
    )


_REFUSALS = refusals(
    PredictionError,
    {
        400: "The request cannot be done as asked; the message says what to change.",
        404: "There is no model of this id.",
        **UNREADABLE,
        503: "The model is not loaded, or the queue is full. With Retry-After, trying again can help.",
    },
)


def predict_dialect(backend: Backend) -> Dialect:
    """The dialect with its only route, `/{id}-webhook/predict`."""
    router, models = APIRouter(tags=["predict"]), backend.models

    @router.post(
        "/{model_id}-webhook/predict",
        summary="Continue a prompt",
        openapi_extra=request_body(PredictRequest, EXAMPLE),
        responses=_REFUSALS,
    )
    async def predict(model_id: ModelId, request: Request) -> Prediction:
        """Continue `prompt` with the model of that id, and return the prompt followed by the completion.

        The prompt is used as it is. Stop phrases are searched in the completion only and stay in it. Where prompt
        and new tokens together exceed the model's context, the completion is shorter.

        An error has the same fields: its `message` says what happened and what to do, its `result` is null.

        A model that is not loaded is answered with 503. Where the server was started with `--load-on-request`, the
        request loads it instead, and waits for that.
        """
        started = time.perf_counter()
        check_known(models, model_id)
        check_room(models)
        body = await read_object(request)
        engine = await while_connected(request.receive, engine_of(models, model_id, backend.load_on_request))
        wanted = read_request(PredictRequest, body, engine.model.vocabulary_size)
        completion = await while_connected(request.receive, complete(engine, wanted))
        return Prediction(
            run_id=str(uuid.uuid4()),
            run_time_ms=(time.perf_counter() - started) * 1000,
            message=SUCCESS,
            result=wanted.prompt + completion if wanted.return_full_text else completion,
        )

    return Dialect(re.compile(r"-webhook(/|$)"), router, PredictionError, _error_body)


async def complete(engine: Engine, wanted: PredictRequest) -> str:
    """The completion's text. Raises what `Engine.submit` raises. Cancelling it stops the generation."""
    prompt_ids = await encode(engine, wanted.prompt)
    parameters = shortened(wanted.parameters, len(prompt_ids), engine.model.context_length)
    request = GenerationRequest(prompt_ids, parameters, wanted.stop, include_stop=True)
    (text,) = await whole_texts(submit_all(engine, [request]))
    return text


def _error_body(failure: Failure) -> Mapping[str, Any]:
    return PredictionError(run_id=str(uuid.uuid4()), run_time_ms=0.0, message=failure.message).model_dump()
