"""Events: how the page's components call their handlers, and what handlers are given and return.

Every event is private to the page, and none waits for another one: the engine alone says how many replies may be
asked for and whose turn it is.
"""

import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import wraps
from typing import Any, TypeVar

import gradio as gr

T = TypeVar("T")

_HALF = re.compile("[\ud800-\udfff]")

_SILENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "show_progress_on": []}
"""No component tells how far a call has come: at each step, Gradio would look up every one that any call has ever
changed, from the root of the page. An empty list is not the same as none: that would be all outputs."""
QUICK: dict[str, Any] = _SILENT | {"concurrency_limit": None}
"""For all handlers but AGAIN's."""
AGAIN: dict[str, Any] = QUICK | {"trigger_mode": "always_last"}
"""For handlers that answer at once. If the event comes again while one runs, it is called once more."""
IN_BROWSER: dict[str, Any] = {"api_visibility": "private", "queue": False}
"""For scripts that need no handler."""


def sent(event: gr.EventData | None) -> Any:
    """What came with an event; a browser may send anything."""
    return whole(event._data) if event is not None else None


def whole(value: Any) -> Any:
    """A value that came as JSON, with U+FFFD for each half of a character, which nobody can write, at any depth.

    Browsers send halves where a field's limit cuts an emoji in two.
    """
    if isinstance(value, str):
        return _HALF.sub("\N{REPLACEMENT CHARACTER}", value)
    if isinstance(value, list):
        return [whole(each) for each in value]
    return {whole(name): whole(each) for name, each in value.items()} if isinstance(value, dict) else value


def clicked(event: gr.EventData) -> Mapping[str, Any]:
    """What a script on the page sent with its event."""
    return data if isinstance(data := sent(event), dict) else {}


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


def outputs(view: Any, panel: Any) -> list[gr.components.Component]:
    """The components that a view is for: a NamedTuple with an update for each component, under the component's name."""
    return [getattr(panel, name) for name in view._fields]


def skipped(view: type[T]) -> T:
    """A view that leaves every component as it is."""
    names: Any = view
    return view(*(gr.skip() for _ in names._fields))


def in_a_row(*parts: Any) -> tuple[Any, ...]:
    """The components or the updates of all parts in one row, as Gradio takes them. A part may be a view of views.

    Wiring makes a view of components and a handler makes the same view of updates, both by the names of its fields.
    """
    row: list[Any] = []
    for part in parts:
        row += in_a_row(*part) if isinstance(part, tuple) else [part]
    return tuple(row)


def focus_name(event: Any, box: str, *buttons: str) -> None:
    """After the event, the focus is where a name can be typed at once, or back on the button that asks for one.

    `box` and `buttons` are ids of elements. The first button that is there counts.
    """
    script = f"""() => requestAnimationFrame(() => requestAnimationFrame(() => {{
      const name = document.querySelector('#{box} :is(input, textarea)');
      (name ?? {list(buttons)}.map((id) => document.getElementById(id)).find(Boolean)).focus();
      name?.select();
    }}))"""
    event.then(None, None, None, js=script, **IN_BROWSER)
