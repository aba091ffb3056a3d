"""What can be done with presets: choose, keep, name, throw away. Plain functions of a session, its desk and fields.

A browser may name any preset: the store finds none but the owner's. Choosing another one sets aside where the sliders
were moved to, so that no click loses it; the last three are remembered. Whatever fails, every preset stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.engine.parameters import DECLARATIONS
from pyg_ui.errors import PygmalionError
from pyg_ui.library.presets.preset import PRESET_DECLARATIONS, Preset, folded_name, free_name
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import notify
from pyg_ui.ui.sampling.presets.choice import (
    MarkView,
    Naming,
    PresetDesk,
    PresetView,
    WarningView,
    is_unsaved,
    mark_view,
    preset_view,
    settings_of,
    shows,
    warning_view,
)
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class PresetLibrary:
    """The handlers, and what they need."""

    store: PresetStore

    # -- which preset -------------------------------------------------------------------------------------------

    def view(self, session: Session, desk: PresetDesk, typed: str | None = None) -> PresetView:
        """The panel as it stands, `typed` in the name's box; None leaves there what somebody is typing."""
        owner = session.record.owner
        try:
            kept, last_deleted = self.store.find(owner), self.store.last_deleted(owner)
        except PygmalionError as error:
            notify(error, session.language)
            kept, last_deleted = self.store.built_in, None
        return preset_view(desk, kept, last_deleted, session.language, typed)

    def follow(self, desk: PresetDesk, **fields: Any) -> MarkView:
        """A slider has moved."""
        was_changed, desk.is_changed = desk.is_changed, not shows(desk.chosen.preset, fields)
        return mark_view(desk) if desk.is_changed != was_changed else MarkView(gr.skip(), gr.skip(), gr.skip())

    def choose(self, session: Session, desk: PresetDesk, id: str, **fields: Any) -> tuple[Any, ...]:
        """Fill the sliders from a preset; the seed stays."""
        try:
            aside = next((each for each in desk.aside if each.id == id), None)
            if aside is not None:
                desk.choose_aside(aside, fields)
            else:
                kept = self.store.load(session.record.owner, id)
                desk.set_aside(fields)
                desk.choose(kept)
        except PygmalionError as error:
            notify(error, session.language)
            return (*self.view(session, desk), *(gr.skip() for _ in PRESET_DECLARATIONS))
        return (*self.view(session, desk), *desk.chosen.preset.values.values())

    def reset(self, session: Session, desk: PresetDesk, **fields: Any) -> tuple[Any, ...]:
        """Bring every field back to what the page starts with, the seed too."""
        desk.set_aside(fields)
        desk.choose(self.store.built_in[0])
        return (*self.view(session, desk), *(declared.default for declared in DECLARATIONS))

    # -- what is kept -------------------------------------------------------------------------------------------

    def save(self, session: Session, desk: PresetDesk, **fields: Any) -> PresetView:
        """Keep what the sliders say in the chosen preset."""
        try:
            desk.choose_same(self.store.replace(session.record.owner, desk.chosen.id, read_parameters(fields)))
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, desk)

    def delete(self, session: Session, desk: PresetDesk, **fields: Any) -> PresetView:
        """Put the chosen preset in the trash. The sliders stay."""
        deleted = desk.chosen
        try:
            self.store.trash(session.record.owner, deleted.id)
            desk.choose_unsaved(settings_of(fields) or deleted.preset.parameters)
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, desk)

    def restore(self, session: Session, desk: PresetDesk, **fields: Any) -> PresetView:
        """Bring back the preset that was deleted last. The sliders stay."""
        try:
            kept = self.store.restore(session.record.owner)
            if shows(kept.preset, fields):
                desk.choose_same(kept)
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, desk)

    # -- how it is called ---------------------------------------------------------------------------------------

    def ask_to_keep(self, session: Session, desk: PresetDesk) -> PresetView:
        """Ask for the name of another preset, and propose one."""
        desk.ask_for(Naming.KEEP)
        proposed = ""
        if not is_unsaved(desk.chosen):
            with suppress(PygmalionError):  # which is told where the panel is drawn
                taken = [each.preset.name for each in self.store.find(session.record.owner)]
                proposed = free_name(desk.chosen.preset.name, taken)
        return self.view(session, desk, proposed)

    def ask_to_call(self, session: Session, desk: PresetDesk) -> PresetView:
        """Ask for another name of the chosen preset."""
        desk.ask_for(Naming.CALL)
        return self.view(session, desk, desk.chosen.preset.name)

    def cancel(self, session: Session, desk: PresetDesk) -> PresetView:
        """Ask for no name any more."""
        desk.end_naming()
        return self.view(session, desk)

    def retype(self, desk: PresetDesk, name: str | None) -> WarningView:
        """Another name is being typed: the warning was of the one before."""
        if folded_name(name or "") != desk.warned_of:
            desk.warned_of = ""
        return warning_view(desk)

    def confirm(self, session: Session, desk: PresetDesk, name: str | None, **fields: Any) -> PresetView:
        """The name is given. Another preset of the owner's is replaced only where they have been told."""
        typed = name or ""
        if desk.naming is None:  # given already, by a second click
            return self.view(session, desk)
        try:
            was_warned_of, desk.warned_of = desk.warned_of, self._replaced(session, desk, typed)
            if desk.warned_of in ("", was_warned_of):
                self._give(session, desk, typed, fields)
                typed = ""
        except PygmalionError as error:
            notify(error, session.language)
        return self.view(session, desk, typed)

    def _give(self, session: Session, desk: PresetDesk, name: str, fields: Mapping[str, Any]) -> None:
        owner = session.owner
        if desk.naming is Naming.CALL:
            desk.chosen = self.store.rename(owner, desk.chosen.id, name)
            desk.end_naming()
            return
        parameters = read_parameters(fields)
        other = self.store.named(owner, name) if desk.warned_of else None
        if other is not None:
            kept = self.store.replace(owner, other.id, parameters)
        else:
            kept = self.store.add(owner, Preset(name, parameters))
        desk.choose_same(kept)

    def _replaced(self, session: Session, desk: PresetDesk, name: str) -> str:
        """The folded name of the owner's preset that would be replaced; "" where none would."""
        other = self.store.named(session.record.owner, name) if desk.naming is Naming.KEEP else None
        return "" if other is None or other.is_built_in else folded_name(other.preset.name)
