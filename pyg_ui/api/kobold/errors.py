"""How Kobold's clients expect errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from pyg_ui.api.errors import Dialect, Failure


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


_TYPES = {401: "unauthorized", 404: "not_found", 405: "method_not_allowed", 503: "service_unavailable"}

DIALECT = Dialect(re.compile(r"^/api(/|$)"), error_body)

REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": description}
    for status, description in {
        400: "The body is no JSON object, or holds no text to continue.",
        401: "The key is missing or wrong, or the server is public and has none.",
        413: "The body is larger than 1 MiB.",
        503: "No model serves, or the queue is full. With Retry-After, trying again can help.",
    }.items()
}
"""The answers that a generating route of this dialect may give beside its own."""
