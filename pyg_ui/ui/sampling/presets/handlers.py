"""What the preset panel's controls do: choose, save, rename, delete and restore presets.

A browser may name any preset; the store finds only the owner's own and the built-in ones. Switching to another preset
remembers the sliders' changed values, so that no click loses them. If something fails, every preset stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.parameters import DECLARATIONS
from pyg_ui.errors import PygmalionError
from pyg_ui.library.presets.preset import Preset, folded_name, free_name
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import notify
from pyg_ui.ui.sampling.presets.open_preset import Naming, OpenPreset, is_unsaved, settings_of, shows
from pyg_ui.ui.sampling.presets.view import (
    ChangeView,
    PresetView,
    WarningView,
    change_view,
    preset_view,
    warning_view,
    with_sliders,
)
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class PresetHandlers:
    """The handlers, and what they need."""

    store: PresetStore

    # -- which preset -------------------------------------------------------------------------------------------

    def view(self, session: Session, opened: OpenPreset, typed: str | None = None) -> PresetView:
        """The panel, with `typed` in the box for a name. With None the box keeps its text while a name is asked for."""
        owner = session.record.owner
        try:
            presets, last_deleted = self.store.find(owner), self.store.last_deleted(owner)
        except PygmalionError as error:
            notify(error, session.language)
            presets, last_deleted = self.store.built_in, None
        return preset_view(opened, presets, last_deleted, session.language, typed)

    def follow(self, opened: OpenPreset, **fields: Any) -> ChangeView:
        """A slider has moved."""
        was_changed, opened.is_changed = opened.is_changed, not shows(opened.chosen.preset, fields)
        return change_view(opened) if opened.is_changed != was_changed else ChangeView(gr.skip(), gr.skip(), gr.skip())

    def choose(self, session: Session, opened: OpenPreset, id: str, **fields: Any) -> tuple[Any, ...]:
        """Give the sliders a preset's values; the seed stays. Returns the view with the sliders."""
        values: Mapping[str, float] = {}
        try:
            preset = opened.find_unsaved(id) or self.store.load(session.record.owner, id)
            opened.switch(preset, fields)
            values = preset.preset.values
        except PygmalionError as error:
            notify(error, session.language)
        return with_sliders(self.view(session, opened), values)

    def reset(self, session: Session, opened: OpenPreset, **fields: Any) -> tuple[Any, ...]:
        """Give every field its default, the seed too. Returns the view with the sliders."""
        opened.switch(self.store.built_in[0], fields)
        return with_sliders(self.view(session, opened), {each.name: each.default for each in DECLARATIONS})

    # -- what is saved ------------------------------------------------------------------------------------------

    def save(self, session: Session, opened: OpenPreset, **fields: Any) -> PresetView:
        """Save the sliders' values in the chosen preset."""
        try:
            opened.choose_saved(self.store.replace(session.record.owner, opened.chosen.id, read_parameters(fields)))
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, opened)

    def delete(self, session: Session, opened: OpenPreset, **fields: Any) -> PresetView:
        """Put the chosen preset in the trash. The sliders stay."""
        deleted = opened.chosen
        try:
            self.store.trash(session.record.owner, deleted.id)
            opened.choose_unsaved(settings_of(fields) or deleted.preset.parameters)
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, opened)

    def restore(self, session: Session, opened: OpenPreset, **fields: Any) -> PresetView:
        """Bring back the preset that was deleted last. The sliders stay."""
        try:
            restored = self.store.restore(session.record.owner)
            if shows(restored.preset, fields):
                opened.choose_saved(restored)
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, opened)

    # -- its name -----------------------------------------------------------------------------------------------

    def save_as(self, session: Session, opened: OpenPreset) -> PresetView:
        """Ask for the name of another preset, and propose one."""
        opened.ask_for(Naming.SAVE_AS)
        proposed = ""
        if not is_unsaved(opened.chosen):
            with suppress(PygmalionError):  # `view` shows it
                taken = [each.preset.name for each in self.store.find(session.record.owner)]
                proposed = free_name(opened.chosen.preset.name, taken)
        return self.view(session, opened, proposed)

    def rename(self, session: Session, opened: OpenPreset) -> PresetView:
        """Ask for another name of the chosen preset."""
        opened.ask_for(Naming.RENAME)
        return self.view(session, opened, opened.chosen.preset.name)

    def cancel(self, session: Session, opened: OpenPreset) -> PresetView:
        """Ask for no name any more."""
        opened.ask_for(None)
        return self.view(session, opened)

    def retype(self, opened: OpenPreset, name: str | None) -> WarningView:
        """The name was changed: a warning of the former name no longer counts."""
        if folded_name(name or "") != opened.warned_of:
            opened.warned_of = ""
        return warning_view(opened)

    def confirm(self, session: Session, opened: OpenPreset, name: str | None, **fields: Any) -> PresetView:
        """The name was given. Another preset of the owner's is replaced only after a warning."""
        typed = name or ""
        if opened.naming is None:  # a second click
            return self.view(session, opened)
        try:
            was_warned_of, opened.warned_of = opened.warned_of, self._replaced(session, opened, typed)
            if opened.warned_of in ("", was_warned_of):
                self._give(session, opened, typed, fields)
                typed = ""
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, opened, typed)

    def _give(self, session: Session, opened: OpenPreset, name: str, fields: Mapping[str, Any]) -> None:
        owner = session.owner
        if opened.naming is Naming.RENAME:
            opened.chosen = self.store.rename(owner, opened.chosen.id, name)
            opened.ask_for(None)
            return
        parameters = read_parameters(fields)
        other = self.store.named(owner, name) if opened.warned_of else None
        if other is not None:
            saved = self.store.replace(owner, other.id, parameters)
        else:
            saved = self.store.add(owner, Preset(name, parameters))
        opened.choose_saved(saved)

    def _replaced(self, session: Session, opened: OpenPreset, name: str) -> str:
        """The folded name of the owner's preset that would be replaced; "" if there is none."""
        other = self.store.named(session.record.owner, name) if opened.naming is Naming.SAVE_AS else None
        return "" if other is None or other.is_built_in else folded_name(other.preset.name)
