"""The errors as Kobold's clients expect them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from pyg_ui.api.dialect import UNREADABLE, Failure, refusals
from pyg_ui.errors import OutOfMemoryError


class ErrorDetail(BaseModel):
    """What went wrong."""

    msg: str
    """What happened and what to do."""
    type: str


class ErrorBody(BaseModel):
    """The answer to a request that failed."""

    detail: ErrorDetail


def error_body(failure: Failure) -> Mapping[str, Any]:
    """The failure in Kobold's shape."""
    kind = _TYPES.get(failure.status, "bad_request" if failure.status < 500 else "server_error")
    return ErrorBody(detail=ErrorDetail(msg=failure.message, type=kind)).model_dump()


def revise(failure: Failure) -> Failure:
    """Out of memory is 507 here."""
    return replace(failure, status=507) if isinstance(failure.cause, OutOfMemoryError) else failure


_TYPES = {
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    429: "too_many_requests",
    503: "service_unavailable",
    507: "out_of_memory",
}

REFUSALS = refusals(
    ErrorBody,
    {
        400: "The body is no JSON object, or holds no text to continue.",
        **UNREADABLE,
        503: "No model serves, or the queue is full. With Retry-After, trying again can help.",
        507: "Memory ran out.",
    },
)
"""The errors that every generating route of this dialect may answer."""
FOLLOWING_REFUSALS = refusals(ErrorBody, {400: "The body is no JSON object.", **UNREADABLE})
"""The errors of the routes by which clients follow a generation."""
