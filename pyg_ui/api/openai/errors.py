"""How OpenAI's clients expect errors, and when they should try again.

Their SDKs try again by themselves on 408, 409, 429 and every 5xx unless told otherwise, and each trial may cost a
whole generation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from pyg_ui.api.dialect import TOO_LARGE, Failure, refusals
from pyg_ui.engine.engine import ModelInfo
from pyg_ui.errors import EngineBusyError, ParameterError, PromptTooLongError


class ErrorDetail(BaseModel):
    """What went wrong."""

    message: str
    """What happened and what to do."""
    type: str
    param: str | None
    """The field that is wrong, where it is one."""
    code: str | None


class ErrorBody(BaseModel):
    """The answer to a request that failed."""

    error: ErrorDetail


def context_exceeded(error: PromptTooLongError, model: ModelInfo) -> PromptTooLongError:
    """The error in the words by which clients recognise it, followed by our own."""
    message = f"This model's maximum context length is {model.context_length} tokens. {error}"
    return PromptTooLongError(message, num_tokens=error.num_tokens, limit=error.limit)


def error_body(failure: Failure) -> Mapping[str, Any]:
    """The failure in OpenAI's shape."""
    cause = failure.cause
    detail = ErrorDetail(
        message=failure.message,
        type=_TYPES.get(failure.status, "invalid_request_error" if failure.status < 500 else "server_error"),
        param=cause.name if isinstance(cause, ParameterError) else None,
        code="context_length_exceeded" if isinstance(cause, PromptTooLongError) else _CODES.get(failure.status),
    )
    return ErrorBody(error=detail).model_dump()


def revise(failure: Failure) -> Failure:
    """A full queue is 429 here, and where trying again is of no use, the SDKs are told so."""
    if isinstance(failure.cause, EngineBusyError):
        return replace(failure, status=429)
    if failure.status >= 500 and "Retry-After" not in failure.headers:
        return replace(failure, headers={**failure.headers, "x-should-retry": "false"})
    return failure


_TYPES = {
    401: "authentication_error",
    403: "permission_error",
    429: "rate_limit_error",
    503: "service_unavailable_error",
}
_CODES = {
    401: "invalid_api_key",
    403: "origin_not_allowed",
    404: "not_found",
    429: "queue_full",
    503: "model_unavailable",
}

REFUSALS = refusals(
    ErrorBody,
    {
        400: "The request cannot be done as asked; the message says what to change.",
        413: TOO_LARGE,
        429: "The queue is full. Retry-After says when to try again.",
        503: "No model serves, or memory ran out. With Retry-After, a model is being loaded.",
    },
)
"""The errors that every generating route of this dialect may answer."""
