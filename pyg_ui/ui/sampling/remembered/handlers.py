"""What the panel's controls do: tie the settings to the character or the chat, and untie them again.

Opening a chat or a character draws its settings. If the database fails, the sliders stay as they are.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.errors import PygmalionError, StoreError
from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.library.store.settings import Content, Place, Scope
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.events import skipped
from pyg_ui.ui.form.sampling import shown_value
from pyg_ui.ui.notices import errors_shown
from pyg_ui.ui.sampling.keeper import SettingsKeeper, place_of_character, place_of_chat
from pyg_ui.ui.sampling.kept_values import candidates_in, kept_values, parameters_in, preset_in
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.open_preset import OpenPreset, settings_of
from pyg_ui.ui.sampling.presets.view import PresetView
from pyg_ui.ui.sampling.remembered.view import RememberedView, SettingsView, remembered_view
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class RememberedHandlers:
    """The handlers, and what they need."""

    presets: PresetHandlers
    saver: ChatSaver

    @property
    def keeper(self) -> SettingsKeeper:
        """Where settings are kept."""
        return self.presets.keeper

    def arrive(self, session: Session, opened: OpenPreset) -> tuple[Any, ...]:
        """The settings for the first chat of a page."""
        with suppress(StoreError):  # the chats cannot be read either, which the page says already
            return self._draw(session, opened, *self.keeper.find(session))
        return SettingsView(
            remembered_view(session, opened.settings.place), gr.skip(), self.presets.view(session, opened), _unmoved()
        ).in_a_row()

    async def follow(self, session: Session, opened: OpenPreset) -> tuple[Any, ...]:
        """Another chat may be on the screen: show its settings, where they are others than those that are shown."""
        settings = opened.settings
        if settings.num_opened == session.num_opened:
            return _skipped()
        if session.record.parent_id and settings.place.scope is Scope.CHAT:
            await self.saver.keep(session)
        with errors_shown(session.language):
            await asyncio.to_thread(self.keeper.catch_up, session, settings)
            place, content = await asyncio.to_thread(self.keeper.find, session)
            if place != settings.place:
                return await asyncio.to_thread(self._draw, session, opened, place, content)
            settings.num_opened = session.num_opened
        return SettingsView(
            remembered_view(session, settings.place), gr.skip(), skipped(PresetView), _unmoved()
        ).in_a_row()

    def tie_to_character(self, session: Session, opened: OpenPreset, **fields: Any) -> RememberedView:
        """Keep the settings for this character from now on."""
        return self._tie(session, opened, place_of_character(session), fields)

    async def tie_to_chat(self, session: Session, opened: OpenPreset, **fields: Any) -> RememberedView:
        """Keep the settings for this chat from now on. A chat that was never stored is stored for it."""
        await self.saver.keep(session)
        return await asyncio.to_thread(self._tie, session, opened, place_of_chat(session), fields)

    def untie(self, session: Session, opened: OpenPreset, **fields: Any) -> tuple[Any, ...]:
        """Forget the settings of the chat or the character, and show those that count then.

        The values stay among the unsaved settings, so that they are not lost.
        """
        with errors_shown(session.language):
            now = settings_of(fields)
            self.keeper.untie(session, opened.settings)
            if now is not None:
                opened.remember(now)
            return self._draw(session, opened, *self.keeper.find(session))
        return _skipped()

    def _tie(self, session: Session, opened: OpenPreset, place: Place, fields: Mapping[str, Any]) -> RememberedView:
        with errors_shown(session.language):
            now = settings_of(fields)
            if now is not None and place.target:
                values = kept_values(now, opened.chosen.id, fields["candidates"])
                self.keeper.tie(session, opened.settings, place, values)
        return remembered_view(session, opened.settings.place)

    def _draw(self, session: Session, opened: OpenPreset, place: Place, content: Content) -> tuple[Any, ...]:
        parameters, candidates = parameters_in(content), candidates_in(content)
        opened.choose(self._chosen(session, opened, content))
        sliders = tuple(shown_value(getattr(parameters, each.name)) for each in EVERY_DECLARATION)
        opened.note({each.name: value for each, value in zip(EVERY_DECLARATION, sliders, strict=True)})
        settings = opened.settings
        settings.place, settings.num_opened = place, session.num_opened
        settings.known = kept_values(parameters, opened.chosen.id, candidates)
        presets = self.presets.view(session, opened)
        return SettingsView(remembered_view(session, place), candidates, presets, sliders).in_a_row()

    def _chosen(self, session: Session, opened: OpenPreset, content: Content) -> StoredPreset:
        """The preset that was chosen. If it was deleted since, its values are unsaved settings."""
        store, id = self.presets.store, preset_in(content)
        if not id:
            return store.built_in[0]
        with suppress(PygmalionError):
            return store.load(session.record.owner, id)
        return opened.remember(parameters_in(content))


def _unmoved() -> tuple[Any, ...]:
    return tuple(gr.skip() for _ in EVERY_DECLARATION)


def _skipped() -> tuple[Any, ...]:
    return SettingsView(skipped(RememberedView), gr.skip(), skipped(PresetView), _unmoved()).in_a_row()
