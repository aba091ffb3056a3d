"""The dialect of OpenAI's API: its routes under `/v1`, and its errors."""

import re

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pyg_ui.api.connection import STREAMED
from pyg_ui.api.dialect import Backend, Dialect, ModelId, refusals
from pyg_ui.api.fields.body import read_object
from pyg_ui.api.fields.declaration import request_body
from pyg_ui.api.model_lookup import check_room, serving_engine
from pyg_ui.api.openai.answer import answer
from pyg_ui.api.openai.answer_models import CHAT, COMPLETION, ChatCompletion, Completion, Model, ModelList
from pyg_ui.api.openai.chat import CHAT_EXAMPLE, ChatRequest, start_chat
from pyg_ui.api.openai.completions import COMPLETION_EXAMPLE, CompletionRequest, start_completion
from pyg_ui.api.openai.errors import REFUSALS, ErrorBody, error_body, revise
from pyg_ui.api.openai.request import read_with_habits
from pyg_ui.engine.manager import ModelManager


def openai_dialect(backend: Backend) -> Dialect:
    """The dialect with its routes."""
    router = APIRouter(tags=["OpenAI"])
    _add_models(router, backend.models)

    @router.post(
        "/v1/completions",
        summary="Continue prompts",
        response_model=Completion,
        responses={**REFUSALS, 200: STREAMED},
        openapi_extra=request_body(CompletionRequest, COMPLETION_EXAMPLE),
    )
    async def completions(request: Request) -> Response:
        """Continue one prompt or several with the model that is loaded.

        A prompt is used as it is; one that does not fit by itself is 400. `max_tokens` is 16 if it is absent, and
        the completion is shorter where the context ends before. `max_tokens` 0 with `echo` and `logprobs` only scores
        the prompt.

        A sampler's number outside its range is moved into it. The list `warnings` of the answer, or of a stream's
        first event, names what was moved and every field that changes nothing here. A `tool_choice` that requires a
        tool, a JSON `response_format` and a `best_of` above `n` are refused.
        """
        check_room(backend.models)
        body = await read_object(request)
        engine = serving_engine(backend.models)
        wanted = CompletionRequest.read(body, engine.model.vocabulary_size)
        return await answer(request, engine, wanted, start_completion(engine, wanted), COMPLETION)

    @router.post(
        "/v1/chat/completions",
        summary="Answer in a conversation",
        response_model=ChatCompletion,
        responses={**REFUSALS, 200: STREAMED},
        openapi_extra=request_body(ChatRequest, CHAT_EXAMPLE),
    )
    async def chat_completions(request: Request) -> Response:
        """Write the character's next turn, with the prompt that the page would build.

        The reply ends with the character's turn. Where the conversation does not fit, its oldest turns are left out;
        where persona and newest message alone do not, the answer is 400. Where no limit is given, the reply has at
        most 180 tokens. For a long limit only a quarter of the context is kept free: the reply may go on to the
        context's end.

        A last message of the assistant is continued, and the answer has only what is new. Fields are clamped, refused
        and named in `warnings` as by `/v1/completions`.
        """
        check_room(backend.models)
        body = await read_object(request)
        engine = serving_engine(backend.models)
        wanted = read_with_habits(ChatRequest, body, engine.model.vocabulary_size)
        return await answer(request, engine, wanted, start_chat(engine, backend.service, wanted), CHAT)

    return Dialect(re.compile(r"^/v1(/|$)"), router, ErrorBody, error_body, revise)


def _add_models(router: APIRouter, models: ModelManager) -> None:
    """`/v1/models` and `/v1/models/{id}`. Only the model that is loaded is listed, because it alone answers."""
    not_loaded = refusals(ErrorBody, {404: "It is not loaded."})

    @router.get("/v1/models", summary="The model that answers")
    async def listed() -> ModelList:
        """The model that is loaded; an empty list while there is none."""
        info = models.status.model
        return ModelList(data=[Model.of(info)] if info else [])

    @router.get("/v1/models/{model_id:path}", summary="One model", responses=not_loaded)
    async def one(model_id: ModelId) -> Model:
        """The model of this id, if it is the one that is loaded."""
        info = models.status.model
        if info is None or info.id != model_id:
            raise HTTPException(404, f"That model is not loaded; {info.id if info else 'none'} is.")
        return Model.of(info)
