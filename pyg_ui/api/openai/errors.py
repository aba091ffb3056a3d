"""The errors as OpenAI's clients expect them, and when these clients should try again.

Their SDKs repeat a request by themselves on 408, 409, 429 and every 5xx, unless a header forbids it. Each trial may
cost a whole generation.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from pyg_ui.api.dialect import UNREADABLE, Failure, refusals
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
    template = "This model's maximum context length is {context_length} tokens. {reason}"
    counts = {"num_tokens": error.num_tokens, "limit": error.limit}
    return PromptTooLongError(template, context_length=model.context_length, reason=error, **counts)


def error_body(failure: Failure) -> Mapping[str, Any]:
    """The failure in OpenAI's shape."""
    cause = failure.cause
    kind, code = _KINDS.get(failure.status, ("invalid_request_error" if failure.status < 500 else "server_error", None))
    detail = ErrorDetail(
        message=failure.message,
        type=kind,
        param=cause.name if isinstance(cause, ParameterError) else None,
        code="context_length_exceeded" if isinstance(cause, PromptTooLongError) else code,
    )
    return ErrorBody(error=detail).model_dump()


def revise(failure: Failure) -> Failure:
    """A full queue is 429 here. Where trying again cannot help, a header tells the SDKs so."""
    if isinstance(failure.cause, EngineBusyError):
        return replace(failure, status=429)
    if failure.status >= 500 and "Retry-After" not in failure.headers:
        return replace(failure, headers={**failure.headers, "x-should-retry": "false"})
    return failure


_KINDS: Mapping[int, tuple[str, str | None]] = {
    401: ("authentication_error", "invalid_api_key"),
    403: ("permission_error", "origin_not_allowed"),
    404: ("invalid_request_error", "not_found"),
    429: ("rate_limit_error", "queue_full"),
    503: ("service_unavailable_error", "model_unavailable"),
}
"""The type and the code by status."""

REFUSALS = refusals(
    ErrorBody,
    {
        400: "The request cannot be done as asked; the message says what to change.",
        **UNREADABLE,
        429: "The queue is full, or this client asks for more than its share. Retry-After says when to try again.",
        503: "No model serves, or memory ran out. With Retry-After, a model is being loaded.",
    },
)
"""The errors that every generating route of this dialect may answer."""
