"""Events: how the page's components call their handlers, and what handlers are given and return.

Every event is private to the page. Generating events share one limit, so that no more wait than can be served.
"""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import wraps
from typing import Any, TypeVar, get_type_hints

import gradio as gr

T = TypeVar("T")

NUM_GENERATING = 64
"""How many replies may be asked for at once. The engine decides how many of them are written at once."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
"""For handlers that answer at once."""
AGAIN: dict[str, Any] = QUICK | {"trigger_mode": "always_last"}
"""For handlers that answer at once, and are called once more where the event came again meanwhile."""
GENERATING: dict[str, Any] = {
    "api_visibility": "private", "show_progress": "hidden", "concurrency_limit": NUM_GENERATING,
    "concurrency_id": "generate",
}  # fmt: skip
"""For handlers that stream from the engine."""
IN_BROWSER: dict[str, Any] = {"api_visibility": "private", "queue": False}
"""For scripts that need no handler."""


def clicked(event: gr.EventData) -> Mapping[str, Any]:
    """What a script on the page sent with its event; a browser may send anything."""
    return event._data if isinstance(event._data, dict) else {}


def streamed(handler: Callable[..., AsyncGenerator[T, None]]) -> Callable[..., AsyncGenerator[T, None]]:
    """An async generator function out of a handler that returns a generator.

    Gradio streams only what is written as a generator function. The generator is closed when the event ends.
    """

    @wraps(handler)
    async def stream(*args: Any, **kwargs: Any) -> AsyncGenerator[T, None]:
        async with aclosing(handler(*args, **kwargs)) as views:
            async for view in views:
                yield view

    return stream


async def once(view: T) -> AsyncGenerator[T, None]:
    """A stream of one view."""
    yield view


def outputs(view: Any, panel: Any) -> list[gr.components.Component]:
    """The components that a view is for.

    A view is a NamedTuple with an update for each component, under the component's name. Where a field is itself a
    view, the panel has a panel of that name.
    """
    kinds = get_type_hints(view)
    found: list[gr.components.Component] = []
    for name in view._fields:
        part = getattr(panel, name)
        found += outputs(kinds[name], part) if hasattr(kinds[name], "_fields") else [part]
    return found


def skipped(view: type[T]) -> T:
    """A view that leaves every component as it is."""
    names: Any = view
    return view(*(gr.skip() for _ in names._fields))


def updates(view: Any) -> tuple[Any, ...]:
    """A view that holds other views, as Gradio takes it: in a row, in the order of `outputs`."""
    row: list[Any] = []
    for each in view:
        row += updates(each) if hasattr(each, "_fields") else [each]
    return tuple(row)
