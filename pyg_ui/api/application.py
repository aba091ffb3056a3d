"""The API's application: its routes, the checks over all of them, its error shapes and its documentation."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse

from pyg_ui import __version__
from pyg_ui.api.dialect import Backend
from pyg_ui.api.errors import add_error_handlers
from pyg_ui.api.guard.access import OPEN_PATHS, Access
from pyg_ui.api.guard.cross_origin import CrossOrigin
from pyg_ui.api.guard.keys import KeyCheck
from pyg_ui.api.guard.origins import OriginCheck, OriginRule
from pyg_ui.api.kobold.dialect import kobold_dialect
from pyg_ui.api.openai.dialect import openai_dialect
from pyg_ui.api.operations.docs_page import docs_page
from pyg_ui.api.operations.metrics import Metrics, metrics_router
from pyg_ui.api.operations.probes import probes_router
from pyg_ui.api.predict import predict_dialect
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.service import ChatService

_DESCRIPTION = """Text from the Pygmalion dialogue models.

Bodies are JSON objects in UTF-8, at most 1 MiB, whatever the content type says. Unknown fields are ignored, null
counts as absent, and numbers may be written as text. Where the server has keys, send one in the header
`Authorization`, as it is or as `Bearer KEY`.
"""


_DIALECTS = (predict_dialect, openai_dialect, kobold_dialect)


def build_api(
    *,
    models: ModelManager,
    service: ChatService | None = None,
    metrics: Metrics | None = None,
    access: Access | None = None,
    load_on_request: ModelChoice | None = None,
) -> FastAPI:
    """Wire the API together. Raises SettingsError for an empty key.

    A predict request for a model that is not loaded loads it as `load_on_request` says, if that is given.
    """
    access = access or Access()
    origins = OriginRule(access)
    api = FastAPI(
        title="Pygmalion UI",
        version=__version__,
        description=_DESCRIPTION,
        # The checks guard every route, also one that is added later, except OPEN_PATHS.
        dependencies=[Depends(OriginCheck(origins)), Depends(KeyCheck(access))],
        docs_url=None,  # the framework's own pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    api.add_middleware(CrossOrigin, rule=origins)
    backend = Backend(models, service or ChatService(models), load_on_request)
    dialects = [make(backend) for make in _DIALECTS]
    routers = [router for dialect in dialects for router in dialect.routers]
    for router in (probes_router(models), metrics_router(metrics or Metrics()), *routers):
        api.include_router(router)
    add_error_handlers(api, dialects)
    _describe(api)

    @api.head("/docs", include_in_schema=False)
    @api.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(docs_page(api.openapi(), str(request.base_url).rstrip("/")))

    return api


def _describe(api: FastAPI) -> None:
    """Add to the OpenAPI document which routes need a key. Remove the framework's own error, which is never sent."""

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
