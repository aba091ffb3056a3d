"""The routes that turn text into tokens and back, for clients that count before every message."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from pydantic import BaseModel

from pyg_ui.api.fields.body import read_object
from pyg_ui.api.fields.declaration import read_request, request_body
from pyg_ui.api.fields.kinds import optional_text, token_ids
from pyg_ui.api.kobold.errors import REFUSALS
from pyg_ui.api.model_lookup import serving_engine
from pyg_ui.api.prompt_length import encode
from pyg_ui.engine.manager import ModelManager


@dataclass(frozen=True, slots=True)
class TokenCountRequest:
    """The fields of a request to count tokens."""

    prompt: str = optional_text("prompt", "The text to count.")


class TokenCount(BaseModel):
    """How many tokens a text has, and which."""

    value: int
    ids: list[int]


@dataclass(frozen=True, slots=True)
class DetokenizeRequest:
    """The fields of a request to turn tokens into text."""

    ids: tuple[int, ...] = token_ids("ids", "The ids of the tokens.")


class Detokenized(BaseModel):
    """The text of some tokens."""

    result: str
    bytes: list[list[int]]
    """The bytes of each token, which may be part of a character."""
    success: bool = True


def add_tokens(router: APIRouter, models: ModelManager) -> None:
    """Counting, and the way back."""

    @router.post("/api/extra/tokenize", include_in_schema=False)
    @router.post(
        "/api/extra/tokencount",
        summary="Count tokens",
        responses=REFUSALS,
        openapi_extra=request_body(TokenCountRequest, {"prompt": "How are you?"}),
    )
    async def token_count(request: Request) -> TokenCount:
        """`/api/extra/detokenize` with such `ids` goes the other way."""
        text = read_request(TokenCountRequest, await read_object(request)).prompt
        ids = await encode(serving_engine(models), text)
        return TokenCount(value=len(ids), ids=list(ids))

    @router.post("/api/extra/detokenize", include_in_schema=False)
    async def detokenize(request: Request) -> Detokenized:
        body, engine = await read_object(request), serving_engine(models)
        ids = read_request(DetokenizeRequest, body, engine.model.vocabulary_size).ids
        return Detokenized(result=engine.decode(ids), bytes=[list(engine.token_bytes(each)) for each in ids])
