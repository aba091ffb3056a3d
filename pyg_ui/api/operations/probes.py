"""The probes: is the process alive, and does a model serve? They read memory only, and need no thread and no key."""

from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from pyg_ui.api.errors import RETRY_AFTER
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelStatus


class Health(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class LoadingProgress(BaseModel):
    """How far a load has come."""

    stage: str
    fraction: float | None
    """From 0 to 1; null where it is unknown."""


class Readiness(BaseModel):
    """Whether a model serves."""

    status: Literal["ready", "loading", "unavailable"]
    model: str | None
    """The id of the model that serves."""
    reason: str | None
    """Why none serves, or why the last load failed."""
    progress: LoadingProgress | None
    """How far the current load has come. Another model may serve meanwhile."""


def add_probes(router: APIRouter, models: ModelManager) -> None:
    """`/health` and `/ready`."""

    @router.get("/health", summary="Whether the process lives")
    async def health() -> Health:
        return Health()

    @router.get("/ready", summary="Whether a model serves", responses={503: {"model": Readiness}})
    async def ready(response: Response) -> Readiness:
        """200 while a model serves, else 503 with the reason."""
        readiness = _readiness(models.status)
        if readiness.status != "ready":
            response.status_code = 503
        if readiness.status == "loading":
            response.headers.update(RETRY_AFTER)
        return readiness


def _readiness(status: ModelStatus) -> Readiness:
    loading = status.progress if status.loading is not None else None
    progress = LoadingProgress(stage=str(loading.stage), fraction=loading.fraction) if loading else None
    error = None if status.error is None else str(status.error)
    if status.is_closing:
        return Readiness(status="unavailable", model=None, reason="The server is shutting down.", progress=None)
    if status.model is not None:
        return Readiness(status="ready", model=status.model.id, reason=error, progress=progress)
    if status.loading is not None:
        return Readiness(status="loading", model=None, reason="The model is still being loaded.", progress=progress)
    reason = (
        error or "No model is loaded. Load one on the page, behind the model's name at its top, or start with --model."
    )
    return Readiness(status="unavailable", model=None, reason=reason, progress=None)
