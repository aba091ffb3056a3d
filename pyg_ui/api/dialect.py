"""What a dialect is: a family of routes, and the shape in which its clients expect errors.

Each dialect has a function that makes a Dialect of a Backend; `application` lists these functions.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.service.replies import ChatService

ModelId = Annotated[str, Path(description="The id of the model that serves.", examples=["demo-neo"])]

Responses = dict[int | str, dict[str, Any]]
"""Descriptions of a route's answers by status, as FastAPI takes them."""


@dataclass(frozen=True, slots=True)
class Backend:
    """What the routes of all dialects call."""

    models: ModelManager
    service: ChatService
    load_on_request: ModelChoice | None = None
    """How to load a model that a request names and that is not loaded; None if requests load nothing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request failed, before a dialect gives it a shape."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cause: Exception | None = None


@dataclass(frozen=True, slots=True)
class Dialect:
    """A family of routes whose clients expect errors in their own shape."""

    paths: re.Pattern[str]
    """A request belongs to the dialect if this pattern is found in its path."""
    router: APIRouter
    error_shape: type[BaseModel]
    error_body: Callable[[Failure], Mapping[str, Any]]
    revise: Callable[[Failure], Failure] = lambda failure: failure
    """Changes a failure to what these clients expect: another status, further headers."""


def refusals(shape: type[BaseModel], descriptions: Mapping[int, str]) -> Responses:
    """The documentation of errors in a dialect's shape, by status."""
    return {status: {"model": shape, "description": text} for status, text in descriptions.items()}


GUARDED = {
    401: "The key is missing or wrong, or the server is public and has none.",
    403: "The request comes from a web page that may not use this API.",
    429: "The server is public, and this client asks for more than its share. Retry-After says when to try again.",
}
"""The errors of the checks, which guard all routes of all dialects."""
UNREADABLE = {
    413: "The body is larger than 1 MiB.",
    415: "The body is packed in another way than by gzip or deflate.",
}
"""The errors of a body that is not even looked at, on every route that reads one."""
