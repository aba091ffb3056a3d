"""Gives the endpoints their names, and the types that Gradio documents."""

from collections.abc import AsyncGenerator, Callable
from inspect import signature
from typing import Any, cast

from gradio.events import api

from pyg_ui.ui.endpoints.fields import PARAMETER_TYPES
from pyg_ui.ui.endpoints.handlers import ENDPOINTS, Endpoints
from pyg_ui.ui.events import streamed

_Parameters: Any = type("_Parameters", (), {"__total__": False, "__annotations__": PARAMETER_TYPES})
"""The sampling parameters as a type that Gradio can read. All of them may be left out."""


def wire_endpoints(endpoints: Endpoints) -> None:
    """Add the endpoints to the page that is being built."""
    for name in ENDPOINTS:
        api(_documented(getattr(endpoints, name)), api_name=name, concurrency_limit=None)


def _documented(handler: Callable[..., AsyncGenerator[str, None]]) -> Callable[..., AsyncGenerator[str, None]]:
    """The handler with the types of what a program sends and gets, for Gradio's documentation."""
    stream: Any = streamed(handler)
    stream.__annotations__ |= {"parameters": _Parameters | None, "return": str}
    stream.__signature__ = signature(handler).replace(return_annotation=str)
    return cast(Callable[..., AsyncGenerator[str, None]], stream)
