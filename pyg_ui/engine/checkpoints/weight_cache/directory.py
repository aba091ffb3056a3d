"""The files of the weight cache, and how much space they take. Needs no torch, because the page reads it without."""

import contextlib
from pathlib import Path

_SUFFIX = ".safetensors"


class WeightFiles:
    """The complete files of a weight cache, one for each key."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @property
    def num_bytes(self) -> int:
        """Space that the cache takes on the disk."""
        total = 0
        for path in self._directory.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # another process removed it
                total += path.stat().st_size
        return total

    def clear(self) -> None:
        """Remove all files. A loaded model keeps what it has mapped."""
        for path in self._directory.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(OSError):
                path.unlink()

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{_SUFFIX}"
