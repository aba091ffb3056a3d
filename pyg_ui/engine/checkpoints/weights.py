"""Opens the weights of a checkpoint, checks them against the shapes a model expects, and reads them one at a time.

Files are mapped, so opening takes no time, and reading a weight copies it once into the wanted type. `.bin` files are
pickles; they are read in torch's weights-only mode, which runs no code in them.
"""

import contextlib
import logging
import pickle
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from pyg_ui.engine.checkpoints.blueprint import Blueprint
from pyg_ui.engine.hardware import forget_pages
from pyg_ui.errors import CheckpointError, UnsupportedError, WeightError

logger = logging.getLogger(__name__)

_ZIP, _PICKLE, _GIT_POINTER = b"PK\x03\x04", b"\x80", b"version https://git"
_SAFETENSORS_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
}
_WEIGHT_TYPES = frozenset(_SAFETENSORS_TYPES.values())
_MASK_BUFFER = re.compile(r"\.attn\.(attention\.)?(bias|masked_bias)$")
"""Causal masks. Old checkpoints store them beside the weights; today's models compute them."""

_PREFIX = "transformer."
"""Some checkpoints store the names of the weights without it."""


@dataclass(frozen=True, slots=True)
class StoredWeight:
    """A weight in its file."""

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype | None
    """None for anything but floating-point numbers of 16, 32 or 64 bits."""
    content: Any
    """A tensor, or safetensors' lazy slice of one."""
    is_mapped: bool
    """Whether the content is a view of the mapped file that was not read yet."""

    def copy_into(self, target: torch.Tensor) -> None:
        """Read it into a tensor of the same shape, in that tensor's type and on its device."""
        content: torch.Tensor = self.content[...]
        target.copy_(content)
        if self.is_mapped:
            storage = content.untyped_storage()
            forget_pages(storage.data_ptr(), storage.nbytes())

    @property
    def num_bytes(self) -> int:
        """Its size in the file."""
        return prod(self.shape) * (self.dtype.itemsize if self.dtype else 0)


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A checkpoint whose weights were found, each with the right shape."""

    blueprint: Blueprint
    files: tuple[Path, ...]
    weights: Mapping[str, StoredWeight]

    @property
    def num_bytes(self) -> int:
        """Size of all weights in the files."""
        return sum(weight.num_bytes for weight in self.weights.values())


@contextlib.contextmanager
def open_weights(paths: tuple[Path, ...]) -> Iterator[dict[str, StoredWeight]]:
    """Every weight of some files, by its name in them, without mask buffers.

    Raises WeightError that names a damaged file, UnsupportedError for a pickle that wants to run code.
    """
    with contextlib.ExitStack() as open_files:
        weights: dict[str, StoredWeight] = {}
        for path in paths:
            opened = _open_safetensors(path, open_files) if path.suffix == ".safetensors" else _open_pickle(path)
            weights |= {name: weight for name, weight in opened.items() if not _MASK_BUFFER.search(name)}
        yield weights


def match_weights(
    stored: Mapping[str, StoredWeight], expected: Mapping[str, tuple[int, ...]], *, tied: Mapping[str, str]
) -> dict[str, StoredWeight]:
    """The stored weights under the model's own names, each of the expected shape.

    `expected` maps the model's names to shapes; `tied` maps a name that may be absent to the name that has the same
    values. A stored name may lack _PREFIX, or have it where the model's has none. Raises WeightError that names a
    weight that is missing, misshapen or of a type that is no floating-point number. Unexpected weights are logged and
    left out.
    """
    found: dict[str, StoredWeight] = {}
    unknown: list[str] = []
    for name, weight in stored.items():
        known = next((known for known in (name, _PREFIX + name, name.removeprefix(_PREFIX)) if known in expected), None)
        if known is None:
            unknown.append(name)
        else:
            _check(weight, expected[known])
            found[known] = weight
    if unknown:
        logger.warning("%d unknown weights are left out: %s", len(unknown), ", ".join(sorted(unknown)[:8]))
    missing = [name for name in expected if name not in found and tied.get(name) not in found]
    if missing:
        raise WeightError(
            "The weight {name} is missing in the checkpoint ({number} missing in all). Download it again, or give "
            "another one.",
            name=missing[0],
            number=len(missing),
        )
    return found


def _check(weight: StoredWeight, shape: tuple[int, ...]) -> None:
    if weight.dtype is None:
        raise WeightError("The weight {name} holds no 16-, 32- or 64-bit floating-point numbers.", name=weight.name)
    if weight.shape != shape:
        raise WeightError(
            "The weight {name} has the shape {shape}; config.json asks for {expected}. The files do not belong "
            "together: download them again.",
            name=weight.name,
            shape=list(weight.shape),
            expected=list(shape),
        )


def _open_safetensors(path: Path, open_files: contextlib.ExitStack) -> dict[str, StoredWeight]:
    try:
        content = open_files.enter_context(safe_open(path, framework="pt"))
        slices = {name: content.get_slice(name) for name in content.keys()}  # noqa: SIM118  # not a dict
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(path, error) from None
    return {
        name: StoredWeight(name, tuple(part.get_shape()), _SAFETENSORS_TYPES.get(part.get_dtype()), part, True)
        for name, part in slices.items()
    }


def _open_pickle(path: Path) -> dict[str, StoredWeight]:
    _check_beginning(path)
    is_mapped = zipfile.is_zipfile(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about old pickles; real problems raise
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=is_mapped)
    except pickle.UnpicklingError:
        raise UnsupportedError(
            "{path} was refused: it holds more than weights, and reading the rest could run a program hidden in it. "
            "Nothing was run. Get the checkpoint as safetensors, or from a source you trust.",
            path=path,
        ) from None
    except Exception as error:  # a damaged file makes torch's reader raise almost anything
        raise _damaged(path, error) from None
    if not isinstance(content, dict):
        kind = type(content).__name__
        raise WeightError("{path} holds no weights but something of the type {type}.", path=path, type=kind)
    return {
        name: _stored_tensor(name, value.detach(), is_mapped=is_mapped)  # a parameter may want gradients
        for name, value in content.items()
        if isinstance(name, str) and isinstance(value, torch.Tensor)
    }


def _stored_tensor(name: str, value: torch.Tensor, *, is_mapped: bool) -> StoredWeight:
    return StoredWeight(
        name, tuple(value.shape), value.dtype if value.dtype in _WEIGHT_TYPES else None, value, is_mapped
    )


def _check_beginning(path: Path) -> None:
    beginning = _beginning(path)
    if beginning.startswith(_ZIP):
        if not zipfile.is_zipfile(path):
            raise _damaged(path, "it ends too early")
    elif not beginning.startswith(_PICKLE):
        raise _damaged(path, "it is no file of torch's")


def _damaged(path: Path, reason: object) -> WeightError:
    if _beginning(path).startswith(_GIT_POINTER):
        template = "{path} is only git's pointer to the weights. Run `git lfs pull` in its directory, or download it."
        return WeightError(template, path=path)
    short = (str(reason).splitlines() or [type(reason).__name__])[0][:200]
    template = "The weight file {path} is damaged or truncated ({_reason}). Download it again."
    return WeightError(template, path=path, _reason=short)


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(24)
    except OSError as error:
        raise CheckpointError("{path} cannot be read ({reason}).", path=path, reason=error.strerror) from None
