"""From a model's id, as clients write it, to the engine that serves it, or to why there is none.

Ids are those of the catalogue, and that of the model that serves where it was given by path.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException

from pyg_ui.api.errors import RETRY_AFTER
from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.generation import Engine
from pyg_ui.engine.hub import Hub
from pyg_ui.engine.manager import ModelManager, ModelStatus
from pyg_ui.engine.source import served_id
from pyg_ui.errors import NoModelError

_LOADING = "The model is still being loaded. Try again in a moment."


def known_ids(status: ModelStatus) -> tuple[str, ...]:
    """The ids one may ask for: the catalogue's, and those of the models given by path that serve or are loading."""
    ids = [entry.id for entry in CATALOG]
    if status.model is not None:
        ids.append(status.model.id)
    if status.loading is not None:
        ids.append(served_id(status.loading.source, Hub()))
    return tuple(dict.fromkeys(ids))


def serving_engine(models: ModelManager) -> Engine:
    """The engine that serves, whatever model a request names.

    Raises HTTPException 503 with Retry-After while the first model is being loaded, and NoModelError where none is.
    """
    status = models.status
    if status.model is None and status.loading is not None:
        raise HTTPException(503, _LOADING, RETRY_AFTER)
    return models.engine


def find_engine(models: ModelManager, model_id: str) -> Engine:
    """The engine that serves `model_id`.

    Raises HTTPException: 404 for an unknown id, 503 with Retry-After while the model is being loaded. Raises
    NoModelError where no model serves or another one does.
    """
    status = models.status
    known = known_ids(status)
    if model_id not in known:
        raise HTTPException(404, f"There is no model of that id here. Known ids: {', '.join(known)}.")
    serves_another = status.model is None or status.model.id != model_id
    if serves_another and _is_coming(status, model_id):
        raise HTTPException(503, _LOADING, RETRY_AFTER)
    engine = models.engine
    if engine.model.id == model_id:
        return engine
    raise NoModelError(
        f"{model_id} is not loaded; this server serves {engine.model.id} now. Load {model_id} on the page's Model "
        f"panel, or start the server with --model {model_id}."
    )


def _is_coming(status: ModelStatus, model_id: str) -> bool:
    """Whether a load is under way after which `model_id` may serve."""
    return status.loading is not None and (status.model is None or served_id(status.loading.source, Hub()) == model_id)
