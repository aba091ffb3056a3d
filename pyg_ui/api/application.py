"""The API's application: its routes, the checks over all of them, its error shapes and its documentation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from pyg_ui import __version__
from pyg_ui.api import predict
from pyg_ui.api.auth import OPEN_PATHS, KeyCheck
from pyg_ui.api.cross_origin import CrossOrigin, OriginCheck, OriginRule
from pyg_ui.api.docs_page import docs_page
from pyg_ui.api.errors import add_error_handlers
from pyg_ui.api.kobold import errors as kobold_errors
from pyg_ui.api.kobold.generate import generate_router
from pyg_ui.api.kobold.info import info_router
from pyg_ui.api.kobold.running import RunningGenerations
from pyg_ui.api.metrics import Metrics, metrics_router
from pyg_ui.api.openai import errors as openai_errors
from pyg_ui.api.openai.chat import chat_router
from pyg_ui.api.openai.completions import completions_router
from pyg_ui.api.openai.models import models_router
from pyg_ui.api.operations import operations_router
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.service import ChatService

_DESCRIPTION = """Text from the Pygmalion dialogue models.

Bodies are JSON objects in UTF-8, at most 1 MiB, whatever the content type says. Unknown fields are ignored, null
counts as absent, and numbers may be written as text. Where the server has keys, send one in the header
`Authorization`, as it is or as `Bearer KEY`.
"""


def build_api(
    *,
    models: ModelManager,
    service: ChatService | None = None,
    metrics: Metrics | None = None,
    api_keys: Sequence[str] = (),
    is_public: bool = False,
    is_local: bool = False,
    cors_origins: Sequence[str] = (),
    load_on_request: ModelChoice | None = None,
) -> FastAPI:
    """Wire the API together. Raises SettingsError for an empty key.

    Without keys everybody may use it, unless `is_public`: then it answers nobody but the probes. Pages of other
    origins may use it where `cross_origin` says so. A predict request for a model that does not serve loads it as
    `load_on_request` says, if that is given.
    """
    origins = OriginRule(cors_origins, has_keys=bool(api_keys), is_local=is_local)
    api = FastAPI(
        title="Pygmalion UI",
        version=__version__,
        description=_DESCRIPTION,
        # Every route that is ever added is behind the checks, except the paths that `auth` lists.
        dependencies=[Depends(OriginCheck(origins)), Depends(KeyCheck(api_keys, is_public=is_public))],
        docs_url=None,  # the framework's own pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    api.add_middleware(CrossOrigin, rule=origins)
    api.include_router(operations_router(models))
    api.include_router(metrics_router(metrics or Metrics()))
    api.include_router(predict.predict_router(models, load_on_request))
    api.include_router(models_router(models))
    api.include_router(completions_router(models))
    api.include_router(chat_router(models, service or ChatService(models)))
    running = RunningGenerations()
    api.include_router(info_router(models, running))
    api.include_router(generate_router(models, running))
    add_error_handlers(api, [predict.DIALECT, openai_errors.DIALECT, kobold_errors.DIALECT])
    _describe(api)

    @api.head("/docs", include_in_schema=False)
    @api.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(docs_page(api.openapi(), str(request.base_url).rstrip("/")))

    return api


def _describe(api: FastAPI) -> None:
    """Let the OpenAPI document say which routes want a key, and leave out the framework's own error, never sent."""

    def document() -> dict[str, Any]:
        if api.openapi_schema is None:
            described = get_openapi(
                title=api.title, version=api.version, description=api.description, routes=api.routes
            )
            components = described.setdefault("components", {})
            scheme = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "KEY or Bearer KEY"}
            components["securitySchemes"] = {"key": scheme}
            for name in ("HTTPValidationError", "ValidationError"):
                components.get("schemas", {}).pop(name, None)
            for path, methods in described["paths"].items():
                for operation in methods.values():
                    operation["responses"].pop("422", None)
                    if path not in OPEN_PATHS:
                        operation["security"] = [{"key": []}, {}]
            api.openapi_schema = described
        return api.openapi_schema

    api.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way
