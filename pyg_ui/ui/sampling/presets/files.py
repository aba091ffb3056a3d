"""Presets as files: what is dropped on the page becomes presets, and a preset becomes a file to keep.

A file is read whole before anything changes, so that nothing is ever half imported; what could not be honoured is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from pyg_ui.errors import PygmalionError
from pyg_ui.library.containers.files import file_name, read_file
from pyg_ui.library.presets.files import dump_preset, read_presets
from pyg_ui.library.presets.preset import PRESET_DECLARATIONS, Preset
from pyg_ui.library.presets.settings import FoundPreset
from pyg_ui.library.store.presets import KeptPreset
from pyg_ui.ui.display import as_text
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import notify
from pyg_ui.ui.sampling.presets.choice import PresetDesk, is_unsaved, unsaved_name
from pyg_ui.ui.sampling.presets.handlers import PresetLibrary
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say

MAX_NAMED = 12
"""How many things a report names before it only counts."""


@dataclass(frozen=True)
class PresetFiles:
    """The handlers, and what they need."""

    library: PresetLibrary

    def bring_in(
        self, session: Session, desk: PresetDesk, paths: Sequence[str] | None, **fields: Any
    ) -> tuple[Any, ...]:
        """Keep the presets in the files and choose the last. Empties the drop zone, and reports as HTML."""
        kept: list[KeptPreset] = []
        report: list[str] = []
        for path in paths or ():
            try:
                found, taken = self._take(session, Path(path))
                report.append(_told(found, taken, Path(path).name, session.language))
                kept += taken
            except PygmalionError as error:
                notify(error, session.language)
        told = "".join(f"<p>{as_text(each)}</p>" for each in report)
        if not kept:
            return (None, told, *self.library.view(session, desk), *(gr.skip() for _ in PRESET_DECLARATIONS))
        desk.set_aside(fields)
        desk.choose(kept[-1])
        return (None, told, *self.library.view(session, desk), *desk.chosen.preset.values.values())

    def take_out(self, session: Session, desk: PresetDesk, **fields: Any) -> str:
        """What the sliders say as a file, under the preset's name, for the browser to save; "" where it cannot."""
        chosen = desk.chosen
        name = unsaved_name(chosen, session.language) if is_unsaved(chosen) else chosen.preset.name
        try:
            preset = Preset(name, read_parameters(fields))
        except PygmalionError as error:
            notify(error, session.language)
            return ""
        return as_download(file_name(preset.name, ".json"), dump_preset(preset))

    def _take(self, session: Session, path: Path) -> tuple[Sequence[FoundPreset], Sequence[KeptPreset]]:
        try:
            data = read_file(path)
        finally:
            path.unlink(missing_ok=True)
        found = read_presets(data, path.name)
        return found, self.library.store.bring_in(session.owner, [each.preset for each in found])


def _told(found: Sequence[FoundPreset], kept: Sequence[KeptPreset], source: str, language: str) -> str:
    """What is to be said of a file."""
    if len(kept) == 1:
        parts = [say("presets.imported", language, name=kept[0].preset.name)]
    else:
        parts = [say("presets.imported_many", language, number=len(kept), file=source)]
    unused = dict.fromkeys(name[:40] for each in found for name in each.unused)
    corrected = dict.fromkeys(
        f"{say(f'sampling.{each.name}', language)} {each.given:g} → {each.used:g}"
        for preset in found for each in preset.corrections
    )  # fmt: skip
    if unused:
        parts.append(say("presets.unused", language, names=_listed(list(unused), language)))
    if corrected:
        parts.append(say("presets.corrected", language, values=_listed(list(corrected), language)))
    return " ".join(parts)


def _listed(names: Sequence[str], language: str) -> str:
    listed, number = ", ".join(names[:MAX_NAMED]), len(names) - MAX_NAMED
    return say("presets.more", language, names=listed, number=number) if number > 0 else listed
