"""The routes that Kobold's clients call when they connect."""

from fastapi import APIRouter
from pydantic import BaseModel

from pyg_ui.api.dialect import Responses
from pyg_ui.api.kobold.errors import REFUSALS
from pyg_ui.api.kobold.request import DEFAULTS
from pyg_ui.api.kobold.running import RunningGenerations
from pyg_ui.api.model_lookup import serving_engine
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


class SoftPrompts(BaseModel):
    """KoboldAI's soft prompts, of which there are none here."""

    values: list[str] = []


class GenerationSettings(BaseModel):
    """What a client needs to know before it generates."""

    n_ctx: int
    """Tokens of the context."""


class Properties(BaseModel):
    """What llama.cpp and KoboldCpp tell of themselves."""

    chat_template: str = ""
    """These models have none."""
    total_slots: int = 1
    default_generation_settings: GenerationSettings


class Performance(BaseModel):
    """How busy this dialect's clients keep the server."""

    idle: int
    """1 while none of their generations is running."""
    queue: int
    """How many are."""


def add_info(router: APIRouter, models: ModelManager, running: RunningGenerations) -> None:
    """Versions, limits and the model's name."""
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
        num_running = running.num_running
        return Performance(idle=int(not num_running), queue=num_running)

    @router.get("/props", summary="Tokens of the context, as llama.cpp tells them", responses=needs_model)
    async def properties() -> Properties:
        """Clients that derive the context's size from the server read this."""
        settings = GenerationSettings(n_ctx=serving_engine(models).model.context_length)
        return Properties(default_generation_settings=settings)


def add_absent(router: APIRouter) -> None:
    """What clients ask for when they connect and this server does not have, as KoboldCpp tells of it."""

    @router.get("/api/latest/config/soft_prompt", include_in_schema=False)
    @router.get("/api/v1/config/soft_prompt", include_in_schema=False)
    async def soft_prompt() -> dict[str, str]:
        return {"value": ""}

    @router.get("/api/latest/config/soft_prompts_list", include_in_schema=False)
    @router.get("/api/v1/config/soft_prompts_list", include_in_schema=False)
    async def soft_prompts() -> SoftPrompts:
        return SoftPrompts()

    @router.get("/api/extra/preloadstory", include_in_schema=False)
    async def preloaded_story() -> dict[str, str]:
        return {}

    @router.get("/sdapi/v1/sd-models", include_in_schema=False)
    async def image_models() -> list[str]:
        return []
