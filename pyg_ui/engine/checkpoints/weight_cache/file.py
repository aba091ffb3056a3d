"""One file of quantised weights in safetensors' layout: written tensor by tensor, mapped and verified when read.

The header is written last, into space reserved for it, so only one tensor is in memory at a time. Tensors begin at
multiples of 64 bytes. The layout allows no gaps, so the space between is filled with extra tensors that readers skip.
"""

import hashlib
import json
import mmap
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import torch
from torch import Tensor

from pyg_ui.engine.hardware import forget_pages

VERSION = "1"
"""Of the metadata's content. Files of another version are written anew."""
_ALIGNMENT, _CHECKED_WORDS = 64, 8192
_HEADER_BYTES = (1 << 20) - 8
"""The header follows eight bytes with this number."""
_PADDING = "padding."
_TYPES = {
    "I8": torch.int8,
    "U8": torch.uint8,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F32": torch.float32,
}
_TYPE_NAMES = {dtype: name for name, dtype in _TYPES.items()}


class DamagedFileError(Exception):
    """A file was not written by this module, is damaged, or belongs to another key. The message says which."""


class TensorFile:
    """Writes tensors to an open file, which is complete after `finish`."""

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


class MappedTensors(Mapping[str, Tensor]):
    """The tensors of a complete file, mapped and compared with their checksums.

    They take no memory until they are used, and stay valid when the file is replaced or removed. Raises
    DamagedFileError and OSError.
    """

    def __init__(self, path: Path, key: str) -> None:
        with path.open("rb") as file:
            header, self._data_start = _read_header(file, path.stat().st_size)
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        try:
            metadata = header.pop("__metadata__")
            self._entries = {name: entry for name, entry in header.items() if not name.startswith(_PADDING)}
            self._verify(metadata, key)
        except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
            raise DamagedFileError(f"its header makes no sense: {error}") from None

    def __getitem__(self, name: str) -> Tensor:
        entry = self._entries[name]
        dtype = _TYPES[entry["dtype"]]
        start, stop = entry["data_offsets"]
        if start == stop:
            return torch.empty(entry["shape"], dtype=dtype)
        count = (stop - start) // dtype.itemsize
        flat = torch.frombuffer(self._map, dtype=dtype, count=count, offset=self._data_start + start)
        return flat.view(entry["shape"])

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def release(self, name: str) -> None:
        """Free the memory of a tensor; if it is used again, it is read from the file again."""
        tensor = self[name]
        forget_pages(tensor.data_ptr(), tensor.nbytes)

    def _verify(self, metadata: dict[str, str], key: str) -> None:
        if metadata.get("version") != VERSION or metadata.get("key") != key:
            raise DamagedFileError("it is another program's, another version's or another checkpoint's")
        checksums = json.loads(metadata["checksums"])
        if checksums.keys() != self._entries.keys():
            raise DamagedFileError("its header does not name what it holds")
        for name, expected in checksums.items():
            if checksum(self[name]) != expected:
                raise DamagedFileError(f"the tensor {name} is not what was written")
            self.release(name)


def _read_header(file: BinaryIO, num_bytes: int) -> tuple[dict[str, Any], int]:
    """The header, and where the data begins. Raises DamagedFileError."""
    data_start = 8 + _HEADER_BYTES
    if num_bytes < data_start or struct.unpack("<Q", file.read(8)) != (_HEADER_BYTES,):
        raise DamagedFileError("it does not begin as it should")
    try:
        header = json.loads(file.read(_HEADER_BYTES))
        end = max((entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"), default=0)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DamagedFileError("its header cannot be read") from None
    if num_bytes != data_start + end:
        raise DamagedFileError("it is shorter or longer than its header says")
    return header, data_start


def checksum(tensor: Tensor) -> str:
    """Changes with any bit and with the order of blocks of 64 KiB; as quick as reading memory.

    It protects against accidents of the disk, not against people.
    """
    content = tensor.flatten().view(torch.uint8)
    num_whole = content.numel() // 8 * 8
    digest = hashlib.sha256(f"{tensor.dtype} {list(tensor.shape)}".encode())
    for block_sums in _sums(content[:num_whole].view(torch.int64)):
        digest.update(block_sums.numpy().data)
    digest.update(content[num_whole:].numpy().data)
    return digest.hexdigest()


def _sums(words: Tensor) -> tuple[Tensor, Tensor]:
    """The sums of each 8,192 words, and of the words after the last whole block; they wrap around."""
    num_blocks = words.numel() // _CHECKED_WORDS
    blocks = words[: num_blocks * _CHECKED_WORDS].view(num_blocks, _CHECKED_WORDS)
    return blocks.sum(dim=1), words[num_blocks * _CHECKED_WORDS :].sum(dim=0, keepdim=True)
