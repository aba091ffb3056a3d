"""Preset files that were dropped on the page: reads them and reports what became of them. Knows no components."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from pyg_ui.library.containers.files import read_file
from pyg_ui.library.presets.files import read_presets
from pyg_ui.library.presets.settings import FoundPreset
from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.translations import say

MAX_NAMED = 12
"""A report names this many things; of more it gives the number."""


def read_upload(path: Path) -> Sequence[FoundPreset]:
    """The presets in an uploaded file, which is deleted then. Raises InputError."""
    try:
        return read_presets(read_file(path), path.name)
    finally:
        path.unlink(missing_ok=True)


def report_text(found: Sequence[FoundPreset], saved: Sequence[StoredPreset], file: str, language: str) -> str:
    """What became of a file: the presets that were saved, and what could not be used or had to be changed."""
    if len(saved) == 1:
        parts = [say("presets.imported", language, name=saved[0].preset.name)]
    else:
        parts = [say("presets.imported_many", language, number=len(saved), file=file)]
    unused = _listed((name[:40] for each in found for name in each.unused), language)
    corrections = (correction for each in found for correction in each.corrections)
    corrected = _listed(
        (f"{say(f'sampling.{each.name}', language)} {each.given:g} → {each.used:g}" for each in corrections), language
    )
    if unused:
        parts.append(say("presets.unused", language, names=unused))
    if corrected:
        parts.append(say("presets.corrected", language, values=corrected))
    return " ".join(parts)


def _listed(texts: Iterable[str], language: str) -> str:
    names = list(dict.fromkeys(texts))
    listed, number = ", ".join(names[:MAX_NAMED]), len(names) - MAX_NAMED
    return say("presets.more", language, names=listed, number=number) if number > 0 else listed
