"""Gradio's `Blocks`, which takes no addresses from visitors, and no events for a page that somebody else opened.

What a handler asks of the engine is asked by the visitor whose event it is.

For a file, an event may carry an address instead of the path of an upload. Gradio would fetch it. And Gradio finds a
page's session by its hash, whoever has signed in since.
"""

from typing import Any
from weakref import WeakKeyDictionary

import gradio as gr
from gradio_client.utils import is_file_obj_with_meta, is_http_url_like

from pyg_ui.clients import current_client
from pyg_ui.ui.owner import signed_in
from pyg_ui.ui.translations import preferred_language, say


class GuardedBlocks(gr.Blocks):
    """Refuses every event that carries an address as a file, or comes from another person than the page's first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._owners: WeakKeyDictionary[Any, str] = WeakKeyDictionary()
        """Who had signed in at the first event of each of Gradio's sessions."""

    async def process_api(
        self, block_fn: Any, inputs: list[Any], state: Any = None, request: Any = None, *others: Any, **named: Any
    ) -> dict[str, Any]:
        """The answer to an event. Raises gr.Error if somebody else has signed in since the page was opened."""
        if state is not None and isinstance(request, gr.Request):
            owner = signed_in(request)
            if self._owners.setdefault(state, owner) != owner:
                language = preferred_language(request.headers.get("accept-language"))
                raise gr.Error(say("account.another", language), print_exception=False)
        current_client.set(_client_of(request))
        answer: dict[str, Any] = await super().process_api(block_fn, inputs, state, request, *others, **named)
        return answer

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> list[Any]:
        """The values for a handler. Raises gr.Error for an address."""
        if _has_address(inputs):
            raise gr.Error("Upload the file. This server fetches no addresses.", print_exception=False)
        values: list[Any] = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        return values


def _client_of(request: Any) -> str:
    """Who sent an event: who has signed in, or else an address."""
    if not isinstance(request, gr.Request):
        return ""
    return signed_in(request) or str(getattr(request.client, "host", ""))


def _has_address(value: Any) -> bool:
    """Whether a value that came as JSON holds a file, at any depth, whose path is an address."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, list):
            left += each
        elif isinstance(each, dict):
            left += each.values()
            if is_file_obj_with_meta(each) and is_http_url_like(each["path"]):
                return True
    return False
