"""Quantised weights kept on disk, so that the next load maps them instead of rounding again.

A file appears under its name only when it is complete, and is read only if it is exactly what was written. The cache
is a convenience: whatever goes wrong with it is logged, and the load goes on without.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from torch import Tensor

from pyg_ui.engine.checkpoints.weight_cache.directory import WeightFiles
from pyg_ui.engine.checkpoints.weight_cache.file import DamagedFileError, MappedTensors, TensorFile

logger = logging.getLogger(__name__)

_PART_SUFFIX = ".part"
_ABANDONED_AFTER_S = 3600
_NUM_SAMPLES, _SAMPLE_BYTES = 64, 65536


def source_key(paths: Sequence[Path], layout: str) -> str:
    """Names the quantised form of some weight files; `layout` tells what was made of them, in which format.

    A full hash would read the whole checkpoint, which is what the cache saves. Names, sizes, times of change and 64
    samples of 64 KiB stand for it, the beginning with safetensors' header among them: training changes every weight,
    so the samples show another checkpoint, and the time shows an edit of a single one. Raises OSError.
    """
    digest = hashlib.sha256(layout.encode())
    for path in sorted(paths):
        state = path.stat()
        digest.update(f"\n{path.name} {state.st_size} {state.st_mtime_ns}\n".encode())
        with path.open("rb") as file:
            for index in range(_NUM_SAMPLES):
                file.seek(index * max(state.st_size - _SAMPLE_BYTES, 0) // (_NUM_SAMPLES - 1))
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:32]


class WeightCache(WeightFiles):
    """A directory of quantised weights, one file a key. Several processes may use it at once."""

    def __init__(self, directory: Path, *, enabled: bool = True) -> None:
        super().__init__(directory)
        self._enabled = enabled

    def open(self, key: str) -> MappedTensors | None:
        """The tensors written under a key, mapped from the file and verified; None where there are none."""
        path = self._path(key)
        if not (self._enabled and path.exists()):
            return None
        try:
            tensors = MappedTensors(path, key)
            os.utime(path)
        except (DamagedFileError, OSError) as error:
            logger.warning("The cached weights %s are not used and will be written anew: %s.", path, error)
            return None
        return tensors

    def writer(self, key: str) -> CacheWriter:
        """A context manager that takes the tensors of a key, one after the other."""
        return CacheWriter(self._path(key) if self._enabled else None, key)


class CacheWriter:
    """Takes the tensors of one key; they are kept if the `with` block ends without an error.

    A full disk, or one that cannot be written to, ends the writing, not the block.
    """

    def __init__(self, path: Path | None, key: str) -> None:
        self._path, self._key = path, key
        self._part: _Part | None = None

    def __enter__(self) -> CacheWriter:
        if self._path is not None:
            with self._giving_up_on_errors():
                self._part = _Part(self._path, self._key)
        return self

    def add(self, name: str, tensor: Tensor) -> None:
        """Write a tensor. Raises ValueError for a name that was added before."""
        if self._part is not None:
            with self._giving_up_on_errors():
                self._part.tensors.add(name, tensor)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is None and self._part is not None:
            with self._giving_up_on_errors():
                self._part.publish()
                self._part = None
        self._give_up()

    @contextlib.contextmanager
    def _giving_up_on_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            logger.warning("The quantised weights are not kept on disk (%s).", error.strerror or error)
            self._give_up()

    def _give_up(self) -> None:
        if self._part is not None:
            self._part.discard()
            self._part = None


class _Part:
    """A file that is being written, under a name that no reader looks for. Raises OSError."""

    def __init__(self, target: Path, key: str) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_abandoned(target.parent)
        self._target = target
        self._path = target.with_name(f"{key}-{uuid4().hex}{_PART_SUFFIX}")
        self._file = self._path.open("xb")
        self.tensors = TensorFile(self._file, key)

    def publish(self) -> None:
        """Give the complete file its name, once it is on the disk."""
        self.tensors.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._path.replace(self._target)

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _remove_abandoned(directory: Path) -> None:
    """Remove what writers that were killed have left behind."""
    for path in directory.glob(f"*{_PART_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _ABANDONED_AFTER_S:
                path.unlink()
