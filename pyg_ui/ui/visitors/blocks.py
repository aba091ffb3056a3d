"""Gradio's `Blocks`, which takes no addresses from visitors.

For a file, an event may carry an address instead of the path of an upload. Gradio would fetch it.
"""

from typing import Any

import gradio as gr
from gradio_client.utils import is_file_obj_with_meta, is_http_url_like


class UploadsOnly(gr.Blocks):
    """Refuses every event that carries an address as a file."""

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> list[Any]:
        """The values for a handler. Raises gr.Error for an address."""
        if _has_address(inputs):
            raise gr.Error("Upload the file. This server fetches no addresses.", print_exception=False)
        values: list[Any] = await super().preprocess_data(block_fn, inputs, state, explicit_call)
        return values


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
