"""Zip archives, such as CharX files: their members are read within limits.

Only members that are stored or deflated are read, because only of these an unpacker gives no more than it is asked for.
Nothing is written to disk. Names in the archive are looked up and never used as paths.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from pyg_ui.dialogue.character import one_line
from pyg_ui.library.unreadable import UnreadableError

_MAX_DIRECTORY_BYTES = 2**20
_END = struct.Struct("<4s4xHHII")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_PIECE_BYTES = 2**16


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that is open for reading."""

    names: frozenset[str]
    _zip: zipfile.ZipFile

    @classmethod
    def open(cls, data: bytes) -> Self:
        """The archive in the bytes. Raises UnreadableError."""
        _check_directory(data)
        with _explained():
            opened = zipfile.ZipFile(io.BytesIO(data))
            return cls(frozenset(opened.namelist()), opened)

    def read(self, name: str, limit: int) -> bytes:
        """A member, unpacked. Whatever size the archive states, no more than `limit` bytes are unpacked.

        Raises UnreadableError.
        """
        if name not in self.names:
            raise UnreadableError("{file} is no character: the archive holds no {name}.", name=name)
        if self._zip.getinfo(name).compress_type not in _METHODS:
            raise UnreadableError(
                "{file} cannot be used: {name} in it is packed in an unusual way. Pack the archive again, with "
                "Deflate.",
                name=one_line(name)[:80],
            )
        data = bytearray()
        with _explained(), self._zip.open(name) as file:
            while len(data) <= limit and (piece := file.read(_PIECE_BYTES)):
                data += piece
        if len(data) > limit:
            raise UnreadableError(
                "{file} is too large: {name} in it may have {limit} MiB. Export the character as JSON.",
                name=one_line(name)[:80], limit=round(limit / 2**20, 1),
            )  # fmt: skip
        return bytes(data)

    def size_of(self, name: str) -> int:
        """The size of a member, unpacked, as the archive states it. `read` never returns more than that."""
        return self._zip.getinfo(name).file_size


def is_archive(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive, or as a JPEG that an archive was appended to."""
    return data.startswith((b"PK\3\4", b"PK\5\6")) or (data[:3] == b"\xff\xd8\xff" and _end_of(data) >= 0)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableError("{file} cannot be used: the archive is broken or locked with a password.") from error


def _end_of(data: bytes) -> int:
    """Where the record at the archive's end begins; negative if there is none."""
    return data.rfind(b"PK\5\6", max(len(data) - 65_557, 0))


def _check_directory(data: bytes) -> None:
    """Refuse an archive whose directory is too large for memory, before anything of it is read."""
    end = _end_of(data)
    if end < 0 or len(data) < end + _END.size:
        raise UnreadableError("{file} is cut off: {_what} has no end. Download it again.", _what="the archive")
    *_, size, _ = _END.unpack_from(data, end)
    if size > _MAX_DIRECTORY_BYTES or data[end - 20 : end - 16] == b"PK\6\7":
        raise UnreadableError(
            "{file} is too large: the archive's list of files may have {limit} MiB. Export the character as JSON.",
            limit=_MAX_DIRECTORY_BYTES // 2**20,
        )
