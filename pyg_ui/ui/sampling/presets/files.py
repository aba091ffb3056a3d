"""Presets as files: files dropped on the page become presets, and the sliders' values become a file to download.

A file is read whole before anything changes, so nothing is ever half imported. The report names what could not be used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyg_ui.errors import PygmalionError
from pyg_ui.library.containers.files import file_name, read_file
from pyg_ui.library.presets.files import dump_preset, read_presets
from pyg_ui.library.presets.preset import Preset
from pyg_ui.library.presets.settings import FoundPreset
from pyg_ui.library.store.presets import KeptPreset
from pyg_ui.ui.display import as_text
from pyg_ui.ui.downloads import as_download
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import notify
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.presets.open_preset import OpenPreset, is_unsaved
from pyg_ui.ui.sampling.presets.view import unsaved_name, with_sliders
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say

MAX_NAMED = 12
"""A report names this many things; of more it gives the number."""


@dataclass(frozen=True)
class PresetFiles:
    """The handlers, and what they need."""

    handlers: PresetHandlers

    def bring_in(
        self, session: Session, opened: OpenPreset, paths: Sequence[str] | None, **fields: Any
    ) -> tuple[Any, ...]:
        """Save the presets in the files and choose the last. Returns the view with the sliders."""
        saved: list[KeptPreset] = []
        report: list[str] = []
        for path in map(Path, paths or ()):
            try:
                found = _read(path)
                added = self.handlers.store.bring_in(session.owner, [each.preset for each in found])
                report.append(_report(found, added, path.name, session.language))
                saved += added
            except PygmalionError as error:
                notify(error, session.language)
        values: Mapping[str, float] = {}
        if saved:
            opened.switch(saved[-1], fields)
            values = saved[-1].preset.values
        view = self.handlers.view(session, opened)._replace(
            files=None, report="".join(f"<p>{as_text(each)}</p>" for each in report)
        )
        return with_sliders(view, values)

    def take_out(self, session: Session, opened: OpenPreset, **fields: Any) -> str:
        """The sliders' values as a file for the browser to save, under the preset's name; "" if they are not valid."""
        chosen = opened.chosen
        name = unsaved_name(chosen, session.language) if is_unsaved(chosen) else chosen.preset.name
        try:
            preset = Preset(name, read_parameters(fields))
        except PygmalionError as error:
            notify(error, session.language)
            return ""
        return as_download(file_name(preset.name, ".json"), dump_preset(preset))


def _read(path: Path) -> Sequence[FoundPreset]:
    """The presets in an uploaded file, which is then deleted. Raises InputError."""
    try:
        data = read_file(path)
    finally:
        path.unlink(missing_ok=True)
    return read_presets(data, path.name)


def _report(found: Sequence[FoundPreset], saved: Sequence[KeptPreset], source: str, language: str) -> str:
    """What became of a file."""
    if len(saved) == 1:
        parts = [say("presets.imported", language, name=saved[0].preset.name)]
    else:
        parts = [say("presets.imported_many", language, number=len(saved), file=source)]
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
