"""The files of the weight cache, and how much space they take. Needs no torch, because the page reads it without."""

import contextlib
from pathlib import Path

from pyg_ui.engine.leftovers import remove_leftovers

PART_SUFFIX = ".part"
"""Of files that are not complete."""
_SUFFIX = ".safetensors"


class WeightFiles:
    """The complete files of a weight cache, one for each key."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def num_bytes(self) -> int:
        """Space that the cache takes on the disk, with what is being written."""
        total = 0
        for path in (each for suffix in (_SUFFIX, PART_SUFFIX) for each in self._directory.glob(f"*{suffix}")):
            with contextlib.suppress(FileNotFoundError):  # another process removed it
                total += path.stat().st_size
        return total

    def clear(self) -> None:
        """Remove all files. A loaded model keeps what it has mapped."""
        self.tidy()
        for path in self._directory.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                path.unlink()

    def tidy(self) -> None:
        """Remove the unfinished files of writers that were killed."""
        remove_leftovers(self._directory, f"*{PART_SUFFIX}")

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{_SUFFIX}"
