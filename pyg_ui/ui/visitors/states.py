"""What Gradio remembers of each page that it knows by a session's name. Programs may invent any number of names.

Gradio would keep all of the page's components as they stand in its configuration, twice, for links that show a page as
it was. This page has no such links, so a session keeps its state, and the components that were changed for it.
"""

from collections import ChainMap
from types import SimpleNamespace
from typing import Any

import gradio as gr
from gradio.state_holder import SessionState, StateHolder

MOST_SESSIONS = 2_000
"""The sessions that were used last are remembered; a page that is forgotten opens anew."""


class LeanStates(StateHolder):
    """Gradio's sessions."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Gradio gives no types here

    def serve(self, page: gr.Blocks, app: Any) -> None:
        """Take the place of what Gradio's application has, before anybody has come."""
        page.state_session_capacity = MOST_SESSIONS
        self.set_blocks(page)
        app.state_holder = self

    def __getitem__(self, session_id: str) -> SessionState:
        if session_id not in self.session_data:
            self.session_data[session_id] = LeanState(self.blocks)
        return super().__getitem__(session_id)


class LeanState(SessionState):
    """A session without the configuration of its components."""

    def __init__(self, blocks: gr.Blocks) -> None:
        # Gradio fills in the configuration of those that are in `blocks`.
        shared = blocks.default_config
        super().__init__(SimpleNamespace(default_config=shared, blocks=()))  # type: ignore[arg-type]
        self.blocks_config.fns = shared.fns
        self.blocks_config.blocks = ChainMap({}, shared.blocks)  # type: ignore[assignment]  # used as a mapping only

    def __setitem__(self, key: int, value: Any) -> None:
        super().__setitem__(key, value)
        self.config_values.clear()

    def _update_config(self, key: int) -> None:
        """Keep nothing of a component that was drawn."""

    def _update_value_in_config(self, key: int, value: Any) -> None:
        """Keep nothing of a value that came or went."""
