"""What the preset panel's controls do: choose, save, rename, delete, restore, import and export presets.

A browser may name any preset; the store finds only the owner's own and the built-in ones. Switching to another preset
remembers the sliders' changed values, so that no click loses them. If something fails, every preset stays as it was.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from pyg_ui.engine.parameters import EVERY_DECLARATION
from pyg_ui.errors import PygmalionError
from pyg_ui.library.containers.files import file_name
from pyg_ui.library.presets.files import dump_preset
from pyg_ui.library.presets.preset import Preset, PresetValue, folded_name, free_name
from pyg_ui.library.store.presets import PresetStore, StoredPreset
from pyg_ui.ui.display import as_text
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.events import skipped
from pyg_ui.ui.form.sampling import read_parameters, shown_value
from pyg_ui.ui.notices import errors_shown, inform
from pyg_ui.ui.sampling.keeper import SettingsKeeper
from pyg_ui.ui.sampling.moods import length_values, mood_values
from pyg_ui.ui.sampling.presets import view as views
from pyg_ui.ui.sampling.presets.files import read_upload, report_text
from pyg_ui.ui.sampling.presets.open_preset import Naming, OpenPreset, settings_of, shows
from pyg_ui.ui.session import Session


@dataclass(frozen=True)
class PresetHandlers:
    """The handlers, and what they need."""

    store: PresetStore
    keeper: SettingsKeeper

    # -- which preset -------------------------------------------------------------------------------------------

    def view(self, session: Session, opened: OpenPreset, typed: str | None = None) -> views.PresetView:
        """The panel, with `typed` in the box for a name. With None the box keeps its text while a name is asked for."""
        owner = session.record.owner
        presets, last_deleted = self.store.built_in, None
        with errors_shown(session.language):
            presets, last_deleted = self.store.find(owner), self.store.last_deleted(owner)
        return views.preset_view(opened, presets, last_deleted, session.language, typed)

    def follow(self, session: Session, opened: OpenPreset, **fields: Any) -> views.ChangeView:
        """A slider has moved."""
        before = opened.is_changed, opened.mood, opened.length
        self._keep(session, opened, fields)
        is_same = before == (opened.is_changed, opened.mood, opened.length)
        return skipped(views.ChangeView) if is_same else views.change_view(opened)

    def choose_mood(self, session: Session, opened: OpenPreset, mood: str, **fields: Any) -> tuple[Any, ...]:
        """Give the sliders the values of a mood. Returns the changed part of the view with the sliders.

        The choice of a length stays: another one may have been clicked meanwhile.
        """
        values = mood_values(mood)
        return views.with_sliders(self._move(session, opened, values, fields)._replace(length=gr.skip()), values)

    def choose_length(self, session: Session, opened: OpenPreset, length: str, **fields: Any) -> tuple[Any, ...]:
        """Give the sliders the values of a length, as `choose_mood` those of a mood."""
        values = length_values(length)
        return views.with_sliders(self._move(session, opened, values, fields)._replace(mood=gr.skip()), values)

    def choose(self, session: Session, opened: OpenPreset, id: str, **fields: Any) -> tuple[Any, ...]:
        """Give the sliders a preset's values; the seed stays. Returns the view with the sliders."""
        values: Mapping[str, PresetValue] = {}
        with errors_shown(session.language):
            preset = opened.find_unsaved(id) or self.store.load(session.record.owner, id)
            values = opened.switch(preset, fields)
        self._keep(session, opened, fields, values)
        return views.with_sliders(self.view(session, opened), values)

    def reset(self, session: Session, opened: OpenPreset, **fields: Any) -> tuple[Any, ...]:
        """Give every field its default, the seed too. Returns the view with the sliders."""
        opened.switch(self.store.built_in[0], fields)
        values = {each.name: each.default for each in EVERY_DECLARATION}
        self._keep(session, opened, fields, values)
        return views.with_sliders(self.view(session, opened), values)

    # -- what is saved ------------------------------------------------------------------------------------------

    def save(self, session: Session, opened: OpenPreset, **fields: Any) -> views.PresetView:
        """Save the sliders' values in the chosen preset."""
        with errors_shown(session.language):
            opened.choose_saved(self.store.replace(session.record.owner, opened.chosen.id, read_parameters(fields)))
        self._keep(session, opened, fields)
        return self.view(session, opened)

    def delete(self, session: Session, opened: OpenPreset, **fields: Any) -> views.PresetView:
        """Put the chosen preset in the trash. The sliders stay."""
        deleted = opened.chosen
        with errors_shown(session.language):
            self.store.trash(session.record.owner, deleted.id)
            opened.choose(opened.remember(settings_of(fields) or deleted.preset.parameters))
        self._keep(session, opened, fields)
        return self.view(session, opened)

    def restore(self, session: Session, opened: OpenPreset, **fields: Any) -> views.PresetView:
        """Bring back the preset that was deleted last. The sliders stay."""
        with errors_shown(session.language):
            restored = self.store.restore(session.record.owner)
            if shows(restored.preset, fields):
                opened.choose_saved(restored)
        self._keep(session, opened, fields)
        return self.view(session, opened)

    # -- its name -----------------------------------------------------------------------------------------------

    def ask_to_save_as(self, session: Session, opened: OpenPreset) -> views.PresetView:
        """Ask for the name of another preset, and propose one."""
        opened.ask_for(Naming.SAVE_AS)
        proposed = ""
        if not opened.is_unsaved:
            with suppress(PygmalionError):  # `view` shows it
                taken = [each.preset.name for each in self.store.find(session.record.owner)]
                proposed = free_name(opened.chosen.preset.name, taken)
        return self.view(session, opened, proposed)

    def ask_to_rename(self, session: Session, opened: OpenPreset) -> views.PresetView:
        """Ask for another name of the chosen preset."""
        opened.ask_for(Naming.RENAME)
        return self.view(session, opened, opened.chosen.preset.name)

    def cancel(self, session: Session, opened: OpenPreset) -> views.PresetView:
        """Ask for no name any more."""
        opened.ask_for(None)
        return self.view(session, opened)

    def retype(self, opened: OpenPreset, name: str | None) -> views.PresetView:
        """The name was changed: a warning of the former name no longer counts."""
        if folded_name(name or "") != opened.warned_of:
            opened.warned_of = ""
        return views.warning_view(opened)

    def confirm(self, session: Session, opened: OpenPreset, name: str | None, **fields: Any) -> views.PresetView:
        """The name was given. Another preset of the owner's is replaced only after a warning."""
        typed = name or ""
        with errors_shown(session.language):
            if opened.naming is Naming.RENAME:
                opened.chosen = self.store.rename(session.owner, opened.chosen.id, typed)
                opened.ask_for(None)
            elif opened.naming is Naming.SAVE_AS:
                self._save_as(session, opened, typed, fields)
        self._keep(session, opened, fields)
        return self.view(session, opened, typed if opened.naming else None)

    def _save_as(self, session: Session, opened: OpenPreset, name: str, fields: Mapping[str, Any]) -> None:
        """Save the sliders' values under this name, or warn first that it is another preset's."""
        found = self.store.named(session.record.owner, name)
        other = found if found is not None and not found.is_built_in else None
        was_warned_of, opened.warned_of = opened.warned_of, folded_name(other.preset.name) if other is not None else ""
        if opened.warned_of not in ("", was_warned_of):
            return
        owner, parameters = session.owner, read_parameters(fields)
        if other is not None:
            opened.choose_saved(self.store.replace(owner, other.id, parameters))
        else:
            opened.choose_saved(self.store.add(owner, Preset(name, parameters)))

    # -- files --------------------------------------------------------------------------------------------------

    def import_files(
        self, session: Session, opened: OpenPreset, paths: Sequence[str] | None, **fields: Any
    ) -> tuple[Any, ...]:
        """Save the presets in the files and choose the last. Returns the view with the sliders.

        A file is read whole before anything changes, so nothing is ever half imported.
        """
        saved: list[StoredPreset] = []
        report = ""
        for path in map(Path, paths or ()):
            with errors_shown(session.language):
                found = read_upload(path)
                added = self.store.add_all(session.owner, [each.preset for each in found])
                report += f"<p>{as_text(report_text(found, added, path.name, session.language))}</p>"
                saved += added
        values = opened.switch(saved[-1], fields) if saved else {}
        self._keep(session, opened, fields, values)
        return views.with_sliders(self.view(session, opened)._replace(files=None, report=report), values)

    def import_dropped(self, session: Session, opened: OpenPreset, paths: Sequence[str], **fields: Any) -> Any:
        """Save the presets in files that were dropped elsewhere on the page, and tell so in a notice."""
        if not paths:
            return gr.skip()
        before = {each.id for each in self.store.find(session.record.owner)}
        view = self.import_files(session, opened, paths, **fields)
        for each in self.store.find(session.record.owner):
            if each.id not in before:
                inform("presets.imported", session.language, name=each.preset.name)
        return view

    def export(self, session: Session, opened: OpenPreset, **fields: Any) -> str:
        """The sliders' values as a file for the browser to save, under the preset's name; "" if they are not valid."""
        name = views.name_of(opened.chosen, session.language)
        with errors_shown(session.language):
            preset = Preset(name, read_parameters(fields))
            return as_download(file_name(preset.name, ".json"), dump_preset(preset))
        return ""

    # -- what lasts ---------------------------------------------------------------------------------------------

    def _move(
        self, session: Session, opened: OpenPreset, values: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> views.ChangeView:
        """Keep these values, beside what the others were last: `fields` are old where an answer is still on its way."""
        self._keep(session, opened, {**fields, **opened.fields}, values)
        return views.change_view(opened)

    def _keep(
        self, session: Session, opened: OpenPreset, fields: Mapping[str, Any], values: Mapping[str, Any] | None = None
    ) -> None:
        """Keep what the sliders say, once they have these other `values`."""
        now = {**fields, **{name: shown_value(value) for name, value in (values or {}).items()}}
        opened.note(now)
        if (parameters := settings_of(now)) is not None:
            self.keeper.keep(session, opened.settings, parameters, opened.chosen.id, fields["candidates"])
