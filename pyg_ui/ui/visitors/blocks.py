"""Gradio's `Blocks`, which takes no addresses from visitors, and no events for a page that somebody else opened.

What a handler asks of the engine is asked by the visitor whose event it is. An event that the page itself would not
send is refused; it is no failure of the server's, and the log says nothing of it.

For a file, an event may carry an address instead of the path of an upload. Gradio would fetch it. And Gradio finds a
page's session by its hash, whoever has signed in since.
"""

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr
from gradio.processing_utils import check_all_files_in_cache
from gradio_client.utils import is_file_obj_with_meta, is_http_url_like

from pyg_ui.clients import current_client, place_of
from pyg_ui.ui.events import sent, whole
from pyg_ui.ui.owner import signed_in
from pyg_ui.ui.translations import preferred_language, say


class _UnusableEventError(Exception):
    """An event is for no handler, or carries what the page would not send: too few values, or ones of other kinds."""


class GuardedBlocks(gr.Blocks):
    """Refuses every event that carries an address as a file, or comes from another person than the page's first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._owners: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        """Who had signed in at the first event of each of Gradio's sessions."""

    async def process_api(
        self, block_fn: Any, inputs: list[Any], state: Any = None, request: Any = None, *others: Any, **named: Any
    ) -> dict[str, Any]:
        """The answer to an event.

        Raises gr.Error if somebody else has signed in since the page was opened, or if the event makes no sense.
        """
        if state is not None and isinstance(request, gr.Request):
            owner = signed_in(request)
            if self._owners.setdefault(state, owner) != owner:
                raise _refusal("account.another", request)
        current_client.set(_client_of(request))
        try:
            _check(block_fn, named.get("event_data"))
            answer: dict[str, Any] = await super().process_api(block_fn, inputs, state, request, *others, **named)
            return answer
        except _UnusableEventError:
            raise _refusal("account.unusable_event", request) from None
        except gr.Error as error:
            error.print_exception = False
            raise

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> list[Any]:
        """The values for a handler. Raises gr.Error for an address, and _UnusableEventError for what no field holds."""
        if any(map(is_http_url_like, _files_in(inputs))):
            raise gr.Error("Upload the file. This server fetches no addresses.")
        try:
            values: list[Any] = await super().preprocess_data(block_fn, whole(inputs), state, explicit_call)
        except Exception as error:
            # Each component raises what it likes. Whatever it is, it comes of what the event carries.
            raise _UnusableEventError from error
        if any(map(_is_odd_choice, block_fn.inputs, values)):
            raise _UnusableEventError
        return values


def _check(block_fn: Any, event_data: gr.EventData | None) -> None:
    """Raises _UnusableEventError for an event without a handler, and where its data tells of a file of the machine."""
    if block_fn.fn is None:
        raise _UnusableEventError
    if block_fn.collects_event_data:
        try:
            check_all_files_in_cache(sent(event_data))
        except (gr.Error, ValueError, OSError, RecursionError) as error:
            raise _UnusableEventError from error


def _refusal(key: str, request: Any) -> gr.Error:
    """What a visitor is told, in the language that the browser prefers."""
    headers = request.headers if isinstance(request, gr.Request) else {}
    return gr.Error(say(key, preferred_language(headers.get("accept-language"))), print_exception=False)


def _client_of(request: Any) -> str:
    """Who sent an event: who has signed in, or else an address."""
    if not isinstance(request, gr.Request):
        return ""
    return signed_in(request) or place_of(str(getattr(request.client, "host", "")))


def _files_in(value: Any) -> Iterator[str]:
    """The paths of all files, at any depth, in a value that came as JSON."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, list):
            left += each
        elif isinstance(each, dict):
            left += each.values()
            if isinstance(each.get("meta"), dict) and is_file_obj_with_meta(each):
                yield each["path"]


def _is_odd_choice(component: Any, value: Any) -> bool:
    """Whether a list stands for one choice: Gradio only looks at what is in it."""
    return isinstance(component, gr.Dropdown) and not component.multiselect and isinstance(value, list)
