"""From an exception to an answer: one table gives every error class its status, and each dialect its own shape.

Nothing here repeats a request: messages come from the exceptions, which never hold a prompt.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pyg_ui.api.mount import path_of
from pyg_ui.errors import (
    CharacterError,
    CheckpointError,
    CheckpointNotFoundError,
    EngineBusyError,
    EngineError,
    EngineStoppedError,
    InputError,
    NoModelError,
    NotEnoughMemoryError,
    NotFoundError,
    OutOfMemoryError,
    ParameterError,
    PromptTooLongError,
    PygmalionError,
    SettingsError,
    StoreError,
    TranscriptError,
    UnsupportedError,
    WeightError,
)

STATUSES: Mapping[type[PygmalionError], int] = {
    PygmalionError: 500,
    InputError: 400,
    ParameterError: 400,
    PromptTooLongError: 400,
    CharacterError: 400,
    TranscriptError: 400,
    NotFoundError: 404,
    CheckpointError: 503,
    CheckpointNotFoundError: 503,
    WeightError: 503,
    UnsupportedError: 503,
    NotEnoughMemoryError: 503,
    EngineError: 503,
    NoModelError: 503,
    EngineBusyError: 503,
    OutOfMemoryError: 503,
    EngineStoppedError: 503,
    StoreError: 503,
    SettingsError: 500,
}
"""The status of each class of `pyg_ui.errors`."""

RETRY_AFTER = {"Retry-After": "5"}
"""Sent where trying the same request again, some seconds later, can help."""

CLIENT_GONE = 499
"""What is logged for a request whose client went away; nobody reads it."""

_UNFORESEEN = "The server failed unexpectedly. Its log has the details."


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a request was not answered as wished, before it takes a dialect's shape."""

    status: int
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cause: Exception | None = None


def _as_it_is(failure: Failure) -> Failure:
    return failure


@dataclass(frozen=True, slots=True)
class Dialect:
    """A family of routes whose clients expect errors in a shape of their own."""

    paths: re.Pattern[str]
    """Searched in a request's path: the dialect's requests and no others."""
    error_body: Callable[[Failure], Mapping[str, Any]]
    revise: Callable[[Failure], Failure] = _as_it_is
    """What these clients expect instead: another status, further headers."""


def failure_of(error: Exception) -> Failure:
    """What to answer for an exception; anything unforeseen is a 500 that tells nothing."""
    if isinstance(error, PygmalionError):
        status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
        return Failure(status, str(error), RETRY_AFTER if isinstance(error, EngineBusyError) else {}, error)
    if isinstance(error, HTTPException):
        return Failure(error.status_code, _http_message(error), dict(error.headers or {}), error)
    if isinstance(error, RequestValidationError):
        places = sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})
        return Failure(400, f"The request is not valid at: {', '.join(places)}.")
    return Failure(500, _UNFORESEEN, cause=error)


def add_error_handlers(api: FastAPI, dialects: Sequence[Dialect]) -> None:
    """Answer every exception of `api`'s routes: in the dialect's shape, elsewhere as `{"message": ...}`."""

    async def answer(request: Request, error: Exception) -> Response:
        path = path_of(request.scope)
        dialect = next((dialect for dialect in dialects if dialect.paths.search(path)), _PLAIN)
        failure = dialect.revise(failure_of(error))
        return JSONResponse(dialect.error_body(failure), failure.status, failure.headers)

    async def answer_nobody(request: Request, error: Exception) -> Response:
        return Response(status_code=CLIENT_GONE)

    for kind in (PygmalionError, HTTPException, RequestValidationError, Exception):
        api.add_exception_handler(kind, answer)
    api.add_exception_handler(ClientDisconnect, answer_nobody)


def _plain_body(failure: Failure) -> Mapping[str, Any]:
    return {"message": failure.message}


_PLAIN = Dialect(re.compile(""), _plain_body)


def _http_message(error: HTTPException) -> str:
    """The exception's own words; the framework's bare phrases are replaced by ones that say what to do."""
    if error.detail != HTTPStatus(error.status_code).phrase:
        return str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return "The API has nothing at this address. /docs lists what it has."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"This address does not answer this method. Use {(error.headers or {}).get('Allow', 'another one')}."
    return f"{error.detail}."
