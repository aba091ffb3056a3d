"""Finds the engine for the model id in a request, or says why there is none.

Known ids are those of the catalogue, and the id of a model that was given by path.
"""

from dataclasses import replace

from starlette.exceptions import HTTPException

from pyg_ui.api.errors import RETRY_AFTER
from pyg_ui.engine.catalog import CATALOG, find_entry
from pyg_ui.engine.checkpoints.hub import Hub
from pyg_ui.engine.checkpoints.source import served_id
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice, ModelStatus
from pyg_ui.errors import NoModelError

_LOADING = "The model is still being loaded. Try again in a moment."


def serving_engine(models: ModelManager) -> Engine:
    """The engine that serves, whatever model a request names.

    Raises HTTPException 503 with Retry-After while the first model is loading, and NoModelError if none is loaded.
    """
    status = models.status
    if status.model is None and status.loading is not None:
        raise HTTPException(503, _LOADING, RETRY_AFTER)
    return models.engine


def check_room(models: ModelManager) -> None:
    """Raises EngineBusyError where the queue is full. Called before anything of a request is read: that takes time."""
    if models.status.model is not None:
        models.engine.check_room()


def check_known(models: ModelManager, model_id: str) -> None:
    """Raises HTTPException 404 for an unknown id."""
    status = models.status
    known = [entry.id for entry in CATALOG]
    if status.model is not None:
        known.append(status.model.id)
    if status.loading is not None:
        known.append(served_id(status.loading.source, Hub()))
    if model_id not in known:
        raise HTTPException(404, f"There is no model of that id here. Known ids: {', '.join(dict.fromkeys(known))}.")


async def engine_of(models: ModelManager, model_id: str, load_on_request: ModelChoice | None) -> Engine:
    """The engine that serves a known `model_id`. With `load_on_request`, a model of the catalogue is loaded if needed.

    Raises HTTPException 503 with Retry-After while the model is being loaded; NoModelError where no model serves,
    another one does, or this one cannot be loaded; EngineBusyError where another load came in between.
    """
    if load_on_request is not None and find_entry(model_id) is not None and not _serves(models.status, model_id):
        await _load(models, replace(load_on_request, source=model_id))
    status = models.status
    if not _serves(status, model_id) and _is_coming(status, model_id):
        raise HTTPException(503, _LOADING, RETRY_AFTER)
    engine = models.engine
    if engine.model.id == model_id:
        return engine
    template = (
        "{wanted} is not loaded; this server serves {serving} now. Load {wanted} on the page, behind the model's "
        "name at its top, or start the server with --model {wanted}."
    )
    raise NoModelError(template, wanted=model_id, serving=engine.model.id)


async def _load(models: ModelManager, choice: ModelChoice) -> None:
    """Load a model of the catalogue. If a load is running, wait for it first; it may bring the model."""
    status = await models.wait_for_load()
    if not _serves(status, choice.source):
        models.start_loading(choice)
        status = await models.wait_for_load()
    if not _serves(status, choice.source):
        reason = status.error or "The load was cancelled."
        raise NoModelError("{source} could not be loaded. {reason}", source=choice.source, reason=reason)


def _serves(status: ModelStatus, model_id: str) -> bool:
    return status.model is not None and status.model.id == model_id


def _is_coming(status: ModelStatus, model_id: str) -> bool:
    """Whether a load is running after which `model_id` may serve."""
    return status.loading is not None and (status.model is None or served_id(status.loading.source, Hub()) == model_id)
