"""What the compare panel's controls do: write two replies to one prompt, and make one of them the chat's reply."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.service.drafts import compare
from pyg_ui.ui.chat.view import ChatView, chat_view
from pyg_ui.ui.events import skipped
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.live.pace import Pace
from pyg_ui.ui.notices import errors_shown, notify
from pyg_ui.ui.sampling.presets.view import Choices
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.compare.view import SLIDERS, CompareView, Comparison, compare_view, settings_of

_FROM_SLIDERS = ("max_new_tokens", "min_new_tokens", "seed")
"""What both sides take from the sliders: the length and the seed belong to the comparison, not to a preset."""


@dataclass(frozen=True)
class CompareHandlers:
    """The handlers, and what they need."""

    models: ModelManager
    presets: PresetStore
    pace: Pace

    async def write(
        self, session: Session, comparison: Comparison, settings_a: str, settings_b: str, **fields: Any
    ) -> AsyncGenerator[CompareView, None]:
        """Write two replies to what the person said last."""
        try:
            chat = session.chat
            if not chat.is_begun:
                raise InputError("Say something in the chat first; then compare replies to it.")
            chosen = settings_a, settings_b
            settings = [await asyncio.to_thread(self._settings, session, id, fields) for id in chosen]
            engine = await self.models.wait_for_engine()
            comparison.chat, comparison.versions = chat, ()
            async with aclosing(self.pace.newest(compare(engine, chat, settings))) as updates:
                async for versions in updates:
                    if comparison.chat is not chat:
                        return
                    comparison.versions = versions
                    yield compare_view(comparison, session.language, is_writing=True)
        except Exception as error:
            notify(error, session.language)
            yield compare_view(comparison, session.language)

    def settle(self, session: Session, comparison: Comparison) -> CompareView:
        """Both replies have ended, or were stopped."""
        return compare_view(comparison, session.language)

    def use(self, session: Session, comparison: Comparison, side: int) -> ChatView:
        """Make one of the two replies a further version of the chat's reply."""
        with errors_shown(session.language):
            if comparison.chat is not session.chat:
                raise InputError("The chat has moved on since. Write both again.")
            session.show(session.chat.with_replies([comparison.versions[side]]))
            comparison.chat = session.chat
            return chat_view(session)
        return skipped(ChatView)

    def offer(self, choices: Choices, chosen: Any) -> Any:
        """The visitor's presets have changed. A dropdown whose preset is gone shows the sliders."""
        is_there = chosen in [id for _, id in choices]
        return gr.update(choices=settings_of(choices), value=chosen if is_there else SLIDERS)

    def _settings(self, session: Session, id: str, fields: Mapping[str, Any]) -> SamplingParameters:
        shown = read_parameters(fields)
        if id == SLIDERS:
            return shown
        chosen = self.presets.load(session.record.owner, id).preset.parameters
        return chosen.with_changes({name: getattr(shown, name) for name in _FROM_SLIDERS})
