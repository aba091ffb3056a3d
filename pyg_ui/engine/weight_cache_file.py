"""One file of quantised weights: safetensors' layout, written tensor by tensor, mapped and verified when read.

The header is written last, into room kept for it, so no more than one tensor is in memory at a time. Tensors begin at
multiples of 64 bytes; the gaps, which the layout does not allow, are tensors of their own that readers do not see.
"""

from __future__ import annotations

import hashlib
import json
import struct
from pathlib import Path
from typing import BinaryIO

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

VERSION = "1"
"""Of what stands in the metadata. Files of another version are written anew."""
_ALIGNMENT, _CHECKED_WORDS = 64, 8192
_HEADER_BYTES = (1 << 20) - 8
"""Eight bytes with this number stand before the header."""
_PADDING = "padding."
_TYPE_NAMES = {
    torch.int8: "I8",
    torch.uint8: "U8",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.float32: "F32",
}


class DamagedFileError(Exception):
    """A file is no file of this module's, is damaged, or belongs to another key. The message says which."""


class TensorFile:
    """Writes tensors into an open file, which is complete after `finish`."""

    def __init__(self, file: BinaryIO, key: str) -> None:
        self._file, self._key = file, key
        self._entries: dict[str, object] = {}
        self._checksums: dict[str, str] = {}
        self._position = 0
        file.seek(8 + _HEADER_BYTES)

    def add(self, name: str, tensor: Tensor) -> None:
        """Append a tensor. Raises OSError, ValueError for a name that was added before."""
        if name in self._entries:
            raise ValueError(f"The tensor {name} was written before.")
        tensor = tensor.detach().cpu().contiguous()
        self._align()
        self._write(name, tensor)
        self._checksums[name] = checksum(tensor)

    def finish(self) -> None:
        """Write the header. Raises OSError."""
        metadata = {"version": VERSION, "key": self._key, "checksums": json.dumps(self._checksums)}
        header = json.dumps({"__metadata__": metadata, **self._entries}).encode()
        if len(header) > _HEADER_BYTES:
            raise OSError(f"{len(self._entries)} tensors do not fit into the header.")
        self._file.seek(0)
        self._file.write(struct.pack("<Q", _HEADER_BYTES) + header.ljust(_HEADER_BYTES))

    def _align(self) -> None:
        if num_missing := -self._position % _ALIGNMENT:
            self._write(f"{_PADDING}{len(self._entries)}", torch.zeros(num_missing, dtype=torch.uint8))

    def _write(self, name: str, tensor: Tensor) -> None:
        content = tensor.flatten().view(torch.uint8).numpy().data
        self._file.write(content)
        span = [self._position, self._position + len(content)]
        self._entries[name] = {
            "dtype": _TYPE_NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": span,
        }  # fmt: skip
        self._position = span[1]


def read_tensors(path: Path, key: str) -> dict[str, Tensor]:
    """The tensors of a complete file, mapped, each compared with its checksum. Raises DamagedFileError, OSError."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            if metadata.get("version") != VERSION or metadata.get("key") != key:
                raise DamagedFileError("it is another program's, another version's or another checkpoint's")
            checksums: dict[str, str] = json.loads(metadata["checksums"])
            names = {name for name in file.keys() if not name.startswith(_PADDING)}  # noqa: SIM118  # not a dict
            tensors = {name: file.get_tensor(name) for name in names}
    except (SafetensorError, ValueError, KeyError) as error:
        raise DamagedFileError(str(error)) from None
    if checksums.keys() != tensors.keys():
        raise DamagedFileError("its header does not name what it holds")
    for name, tensor in tensors.items():
        if checksum(tensor) != checksums[name]:
            raise DamagedFileError(f"the tensor {name} is not what was written")
    return tensors


def checksum(tensor: Tensor) -> str:
    """Changes with any bit and with the order of blocks of 64 KiB; as quick as memory is read.

    Against accidents of the disk, not against people.
    """
    content = tensor.flatten().view(torch.uint8)
    num_whole = content.numel() // 8 * 8
    digest = hashlib.sha256(f"{tensor.dtype} {list(tensor.shape)}".encode())
    for block_sums in _sums(content[:num_whole].view(torch.int64)):
        digest.update(block_sums.numpy().data)
    digest.update(content[num_whole:].numpy().data)
    return digest.hexdigest()


def _sums(words: Tensor) -> tuple[Tensor, Tensor]:
    """The sums of each 8,192 words, and of what is left; they wrap around."""
    num_blocks = words.numel() // _CHECKED_WORDS
    blocks = words[: num_blocks * _CHECKED_WORDS].view(num_blocks, _CHECKED_WORDS)
    return blocks.sum(dim=1), words[num_blocks * _CHECKED_WORDS :].sum(dim=0, keepdim=True)
