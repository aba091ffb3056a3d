"""The API's application: its routes, the checks over all of them, its error shapes and its documentation."""

from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from pyg_ui import __version__
from pyg_ui.api.addresses import PlainAddresses
from pyg_ui.api.dialect import GUARDED, Backend, refusals
from pyg_ui.api.errors import add_error_handlers
from pyg_ui.api.guard.access import OPEN_PATHS, Access, Guard
from pyg_ui.api.guard.cross_origin import CrossOrigin
from pyg_ui.api.guard.keys import KeyCheck
from pyg_ui.api.guard.origins import OriginRule
from pyg_ui.api.guard.rates import Rates
from pyg_ui.api.kobold.dialect import kobold_dialect
from pyg_ui.api.openai.dialect import openai_dialect
from pyg_ui.api.operations.docs_page import docs_page
from pyg_ui.api.operations.metrics import Metrics, add_metrics
from pyg_ui.api.operations.probes import add_probes
from pyg_ui.api.predict import predict_dialect
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.service.replies import ChatService

_DESCRIPTION = """Text from the Pygmalion dialogue models.

Bodies are JSON objects in UTF-8, at most 1 MiB, whatever the content type says; gzip and deflate are unpacked. Unknown
fields are ignored, null counts as absent, and numbers may be written as text. Where the server has keys, send one in
the header `Authorization`, as it is or as `Bearer KEY`.
"""


class _Api(FastAPI):
    """FastAPI, whose OpenAPI document also says which routes need a key."""

    def openapi(self) -> dict[str, Any]:
        is_known = self.openapi_schema is not None
        document = super().openapi()
        if not is_known:
            scheme = {"type": "apiKey", "in": "header", "name": "Authorization", "description": "KEY or Bearer KEY"}
            components = document["components"]
            components["securitySchemes"] = {"key": scheme}
            # The framework's own error is never sent.
            for name in ("HTTPValidationError", "ValidationError"):
                components["schemas"].pop(name, None)
            for path, methods in document["paths"].items():
                for operation in methods.values():
                    operation["responses"].pop("422", None)
                    if path not in OPEN_PATHS:
                        operation["security"] = [{"key": []}, {}]
        return document


def guard_of(access: Access, rates: Rates | None = None) -> Guard:
    """All checks of a request. Raises SettingsError for an empty key."""
    return Guard(OriginRule(access), rates or Rates(None), KeyCheck(access), has_keys=bool(access.api_keys))


def build_api(
    *,
    models: ModelManager,
    service: ChatService | None = None,
    metrics: Metrics | None = None,
    access: Access | None = None,
    rates: Rates | None = None,
    load_on_request: ModelChoice | None = None,
) -> FastAPI:
    """Wire the API together. Raises SettingsError for an empty key. Without `rates` clients may ask as they like.

    A predict request for a model that is not loaded loads it as `load_on_request` says, if that is given.
    """
    access = access or Access()
    api = _Api(
        title="Pygmalion UI",
        version=__version__,
        description=_DESCRIPTION,
        # Every route is checked, also one that is added later.
        dependencies=[Depends(guard_of(access, rates))],
        openapi_url=None,  # the framework's own route would not be checked
        docs_url=None,  # the framework's own pages load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
    )
    api.add_middleware(CrossOrigin, rule=OriginRule(access))
    api.add_middleware(PlainAddresses)
    backend = Backend(models, service or ChatService(models), load_on_request)
    dialects = [make(backend) for make in (predict_dialect, openai_dialect, kobold_dialect)]
    operations = APIRouter(tags=["operations"])
    add_probes(operations, models)
    add_metrics(operations, metrics or Metrics())
    api.include_router(operations)
    for dialect in dialects:
        api.include_router(dialect.router, responses=refusals(dialect.error_shape, GUARDED))
    add_error_handlers(api, dialects)

    @api.get("/openapi.json", include_in_schema=False)
    async def document() -> JSONResponse:
        return JSONResponse(api.openapi())

    @api.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> HTMLResponse:
        return HTMLResponse(docs_page(api.openapi(), str(request.base_url).rstrip("/")))

    return api
