"""`/v1/models`: which model answers. Only the one that is loaded is listed, because it alone does."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from pyg_ui.api.dialect import ModelId, refusals
from pyg_ui.api.openai.errors import ErrorBody
from pyg_ui.engine.engine import ModelInfo
from pyg_ui.engine.manager import ModelManager

_NOT_FOUND = refusals(ErrorBody, {404: "It is not loaded."})


class Model(BaseModel):
    """A model that answers."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    """Unknown, so always 0."""
    owned_by: str = "pygmalion-ui"
    max_model_len: int
    """Tokens that its context holds, prompt and reply together."""


class ModelList(BaseModel):
    """The models that answer: one, or none while none is loaded."""

    object: Literal["list"] = "list"
    data: list[Model]


def add_models(router: APIRouter, models: ModelManager) -> None:
    """`/v1/models` and `/v1/models/{id}`."""

    @router.get("/v1/models", summary="The model that answers")
    async def listed() -> ModelList:
        """The model that is loaded; an empty list while there is none."""
        info = models.status.model
        return ModelList(data=[_model(info)] if info else [])

    @router.get("/v1/models/{model_id:path}", summary="One model", responses=_NOT_FOUND)
    async def one(model_id: ModelId) -> Model:
        """The model of this id, if it is the one that is loaded."""
        info = models.status.model
        if info is None or info.id != model_id:
            raise HTTPException(404, f"That model is not loaded; {info.id if info else 'none'} is.")
        return _model(info)


def _model(info: ModelInfo) -> Model:
    return Model(id=info.id, max_model_len=info.context_length)
