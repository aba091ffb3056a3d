"""The routes that Kobold's clients call when they connect, and before every message."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from pydantic import BaseModel

from pyg_ui.api.dialect import Responses
from pyg_ui.api.fields.body import read_object
from pyg_ui.api.fields.declaration import read_request, request_body
from pyg_ui.api.fields.kinds import optional_text
from pyg_ui.api.kobold.errors import REFUSALS
from pyg_ui.api.kobold.request import DEFAULTS
from pyg_ui.api.kobold.running import RunningGenerations
from pyg_ui.api.model_lookup import serving_engine
from pyg_ui.api.prompt_length import encode
from pyg_ui.engine.manager import ModelManager

API_VERSION = "1.2.5"
"""Of KoboldAI's interface."""
SERVER_VERSION = "1.78"
"""Of KoboldCpp's: clients stream, poll, abort and count tokens from certain versions on."""
NO_MODEL = "ReadOnly"
"""KoboldAI's name for the state in which none is loaded."""


class TextResult(BaseModel):
    """A text."""

    result: str


class NumberValue(BaseModel):
    """A number."""

    value: int


class ServerVersion(BaseModel):
    """Which server this claims to be."""

    result: str = "KoboldCpp"
    version: str = SERVER_VERSION


@dataclass(frozen=True, slots=True)
class TokenCountRequest:
    """The fields of a request to count tokens."""

    prompt: str = optional_text("prompt", "The text to count.")


class TokenCount(BaseModel):
    """How many tokens a text has, and which."""

    value: int
    ids: list[int]


class Performance(BaseModel):
    """How busy this dialect's clients keep the server."""

    idle: int
    """1 while none of their generations is running."""
    queue: int
    """How many are."""


def add_info(router: APIRouter, models: ModelManager, running: RunningGenerations) -> None:
    """Versions, limits, the model's name and the token count."""
    needs_model: Responses = {503: REFUSALS[503]}

    @router.get("/api/latest/info/version", include_in_schema=False)
    @router.get("/api/v1/info/version", summary="KoboldAI's interface version")
    async def api_version() -> TextResult:
        return TextResult(result=API_VERSION)

    @router.get("/api/extra/version", summary="KoboldCpp's version")
    async def server_version() -> ServerVersion:
        """Clients that find this address stream."""
        return ServerVersion()

    @router.get("/api/latest/model", include_in_schema=False)
    @router.get("/api/v1/model", summary="The model that answers")
    async def model() -> TextResult:
        """Its id; `ReadOnly` while none is loaded."""
        info = models.status.model
        return TextResult(result=info.id if info else NO_MODEL)

    @router.get("/api/latest/config/max_length", include_in_schema=False)
    @router.get("/api/v1/config/max_length", summary="Tokens of a reply by default")
    async def max_length() -> NumberValue:
        return NumberValue(value=DEFAULTS.max_new_tokens)

    @router.get("/api/latest/config/max_context_length", include_in_schema=False)
    @router.get("/api/v1/config/max_context_length", summary="Tokens of the context", responses=needs_model)
    @router.get("/api/extra/true_max_context_length", summary="Tokens of the context", responses=needs_model)
    async def max_context_length() -> NumberValue:
        return NumberValue(value=serving_engine(models).model.context_length)

    @router.get("/api/extra/perf", summary="How busy the server is")
    async def performance() -> Performance:
        return Performance(idle=int(not running.num_running), queue=running.num_running)

    @router.post(
        "/api/extra/tokencount",
        summary="Count tokens",
        responses=REFUSALS,
        openapi_extra=request_body(TokenCountRequest, {"prompt": "How are you?"}),
    )
    async def token_count(request: Request) -> TokenCount:
        text = read_request(TokenCountRequest, await read_object(request)).prompt
        ids = await encode(serving_engine(models), text)
        return TokenCount(value=len(ids), ids=list(ids))
