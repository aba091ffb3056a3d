"""What the free text panel's controls do: the model writes on from whatever stands in the box, and undo goes back."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from pyg_ui.engine.manager import ModelManager
from pyg_ui.service.free_text import write_on
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.live.pace import Pace
from pyg_ui.ui.notices import notify
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.free_text.view import FreeTextState, FreeTextView, free_text_view, update_view
from pyg_ui.ui.translations import say

MAX_STEPS = 50
"""How many texts undo goes back to."""


@dataclass(frozen=True)
class FreeTextHandlers:
    """The handlers, and what they need."""

    models: ModelManager
    pace: Pace

    async def write(
        self, session: Session, state: FreeTextState, text: str | None, **fields: Any
    ) -> AsyncGenerator[FreeTextView, None]:
        """Stream the text as the model writes on."""
        before, language, is_first = text or "", session.language, True
        try:
            parameters = read_parameters(fields)
            yield free_text_view(state, note=say("free_text.waiting", language), is_writing=True)
            engine = await self.models.wait_for_engine()
            async with aclosing(self.pace.newest(write_on(engine, before, parameters))) as updates:
                async for update in updates:
                    if is_first:
                        state.past, is_first = [*state.past, before][-MAX_STEPS:], False
                    yield update_view(state, update, language)
        except Exception as error:
            notify(error, language)
            yield free_text_view(state)

    def settle(self, state: FreeTextState) -> FreeTextView:
        """The model was stopped: the text stays."""
        return free_text_view(state)

    def undo(self, state: FreeTextState) -> FreeTextView:
        """Back to the text before the model wrote on last."""
        return free_text_view(state, state.past.pop() if state.past else None, "")
