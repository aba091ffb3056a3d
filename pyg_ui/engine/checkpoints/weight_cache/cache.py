"""Keeps quantised weights on disk, so that the next load maps them instead of quantising again.

A file gets its name only when it is complete, and is used only if it is exactly what was written. Errors of the cache
are logged, and the load continues without it.
"""

import contextlib
import hashlib
import logging
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from uuid import uuid4

from torch import Tensor

from pyg_ui.engine.checkpoints.weight_cache.directory import PART_SUFFIX, WeightFiles
from pyg_ui.engine.checkpoints.weight_cache.file import DamagedFileError, MappedTensors, TensorFile

logger = logging.getLogger(__name__)

_NUM_SAMPLES, _SAMPLE_BYTES = 64, 65536


def source_key(paths: Sequence[Path], layout: str) -> str:
    """The cache's key for weights that were made of some files; `layout` says in which form and format.

    A hash of everything would read the whole checkpoint, which the cache is there to avoid. So the key is a hash of
    names, sizes, modification times and 64 samples of 64 KiB, the first with safetensors' header. Training changes
    every weight, so the samples tell checkpoints apart; the time shows an edit of a single weight. Raises OSError.
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

    def open(self, key: str) -> MappedTensors | None:
        """The tensors written under a key, mapped from the file and verified; None where there are none."""
        path = self._path(key)
        self.tidy()
        if not path.exists():
            return None
        try:
            return MappedTensors(path, key)
        except (DamagedFileError, OSError) as error:
            logger.warning("The cached weights %s are not used and will be written anew: %s.", path, error)
            return None

    @contextlib.contextmanager
    def writer(self, key: str) -> Iterator["CacheWriter"]:
        """A writer for the tensors of a key. They are kept if the block ends without an error."""
        self.tidy()
        writer = CacheWriter(self._path(key), key)
        try:
            yield writer
            writer.publish()
        finally:
            writer.discard()


class CacheWriter:
    """Writes the tensors of one key to a file that no reader looks for, until it is published.

    A full disk, or one that cannot be written to, ends the writing with a warning.
    """

    def __init__(self, target: Path, key: str) -> None:
        self._tensors: TensorFile | None = None
        with self._discarded_on_errors():
            target.parent.mkdir(parents=True, exist_ok=True)
            self._target, self._part = target, target.with_name(f"{key}-{uuid4().hex}{PART_SUFFIX}")
            self._file = self._part.open("xb")
            self._tensors = TensorFile(self._file, key)

    def add(self, name: str, tensor: Tensor) -> None:
        """Write a tensor. Raises ValueError for a name that was added before."""
        if self._tensors is not None:
            with self._discarded_on_errors():
                self._tensors.add(name, tensor)

    def publish(self) -> None:
        """Give the complete file its name, once it is on the disk."""
        if self._tensors is not None:
            with self._discarded_on_errors():
                self._tensors.finish()
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
                self._part.replace(self._target)
                self._tensors = None

    def discard(self) -> None:
        """Remove what was written, unless it was published."""
        if self._tensors is not None:
            self._tensors = None
            with contextlib.suppress(OSError):
                self._file.close()
            with contextlib.suppress(OSError):
                self._part.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _discarded_on_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            logger.warning("The quantised weights are not kept on disk (%s).", error.strerror or error)
            self.discard()
