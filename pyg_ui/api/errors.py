"""Turns exceptions into answers. One table gives each error class its status; the request's dialect gives the shape.

An answer never repeats the request: its message comes from the exception, which never holds a prompt.
"""

import logging
import math
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from pyg_ui import errors
from pyg_ui.api.dialect import Dialect, Failure
from pyg_ui.api.mount import path_of
from pyg_ui.errors import EngineBusyError, EngineStoppedError, PygmalionError, TooManyRequestsError

logger = logging.getLogger(__name__)

_CLASSES: Mapping[int, Sequence[type[PygmalionError]]] = {
    400: (
        errors.InputError, errors.ParameterError, errors.PromptTooLongError, errors.CharacterError,
        errors.TranscriptError,
    ),
    404: (errors.NotFoundError,),
    429: (TooManyRequestsError,),
    500: (PygmalionError, errors.SettingsError),
    503: (
        errors.CheckpointError, errors.CheckpointNotFoundError, errors.WeightError, errors.UnsupportedError,
        errors.NotEnoughMemoryError, errors.EngineError, errors.NoModelError, EngineBusyError, errors.OutOfMemoryError,
        errors.RemoteError, EngineStoppedError, errors.StoreError, errors.DatabaseError,
    ),
}  # fmt: skip
STATUSES = {kind: status for status, kinds in _CLASSES.items() for kind in kinds}
"""The status of each class of `pyg_ui.errors`."""

RETRY_AFTER = {"Retry-After": "5"}
"""Sent where the same request may succeed some seconds later."""

CLIENT_GONE = 499
"""The status in the log for a request whose client disconnected. It is not sent."""

_UNFORESEEN = "The server failed unexpectedly. Its log has the details."


def failure_of(error: Exception) -> Failure:
    """What to answer for an exception. An unforeseen one becomes a 500 without its text."""
    if isinstance(error, PygmalionError):
        status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
        return Failure(status, str(error), _when_to_retry(error), error)
    if isinstance(error, HTTPException):
        return Failure(error.status_code, _http_message(error), dict(error.headers or {}), error)
    if isinstance(error, RequestValidationError):
        places = sorted({".".join(map(str, problem["loc"])) for problem in error.errors()})
        return Failure(400, f"The request is not valid at: {', '.join(places)}.")
    return Failure(500, _UNFORESEEN, cause=error)


def _when_to_retry(error: PygmalionError) -> Mapping[str, str]:
    if isinstance(error, TooManyRequestsError):
        return {"Retry-After": str(math.ceil(error.wait_s))}
    return RETRY_AFTER if isinstance(error, (EngineBusyError, EngineStoppedError)) else {}


def stream_failure(error: Exception) -> Failure:
    """What to write into a stream that fails after its beginning. Unforeseen errors are logged here."""
    if not isinstance(error, PygmalionError):
        logger.error("A stream failed", exc_info=error)
    return failure_of(error)


def add_error_handlers(api: FastAPI, dialects: Sequence[Dialect]) -> None:
    """Answer every exception in the shape of the request's dialect. Other routes answer `{"message": ...}`."""

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


_PLAIN = Dialect(re.compile(""), APIRouter(), BaseModel, lambda failure: {"message": failure.message})


def _http_message(error: HTTPException) -> str:
    """The exception's message. The framework's bare phrases are replaced by sentences that say what to do."""
    if error.detail != HTTPStatus(error.status_code).phrase:
        return str(error.detail)
    if error.status_code == HTTPStatus.NOT_FOUND:
        return "The API has nothing at this address. /docs lists what it has."
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return f"This address does not answer this method. Use {(error.headers or {}).get('Allow', 'another one')}."
    return f"{error.detail}."
