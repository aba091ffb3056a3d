"""The files of the weight cache, and how much space they take. Needs no torch, because the page reads it without."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

_SUFFIX = ".safetensors"


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """One checkpoint's weights in the cache."""

    key: str
    num_bytes: int
    last_used: float
    """Seconds since 1970."""


class WeightFiles:
    """The complete files of a weight cache."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def entries(self) -> list[CacheEntry]:
        """What the cache holds, the least recently used first."""
        found = []
        for path in self._directory.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(FileNotFoundError):  # another process removed it
                state = path.stat()
                found.append(CacheEntry(path.stem, state.st_size, state.st_mtime))
        return sorted(found, key=lambda entry: entry.last_used)

    @property
    def num_bytes(self) -> int:
        """Space that the cache takes on the disk."""
        return sum(entry.num_bytes for entry in self.entries())

    def remove(self, key: str) -> None:
        """Remove what was written under a key, if anything was. A model that is loaded keeps what it has mapped."""
        with contextlib.suppress(OSError):
            self._path(key).unlink(missing_ok=True)

    def shrink(self, max_bytes: int) -> None:
        """Remove the least recently used entries until the others take no more than `max_bytes`."""
        entries = self.entries()
        excess = sum(entry.num_bytes for entry in entries) - max_bytes
        for entry in entries:
            if excess <= 0:
                return
            self.remove(entry.key)
            excess -= entry.num_bytes

    def _path(self, key: str) -> Path:
        return self._directory / f"{key}{_SUFFIX}"
