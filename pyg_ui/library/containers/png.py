"""PNG files as lists of chunks: their texts are read and written, their pixels are never decoded.

Checksums are not checked, because programs open cards with wrong ones. Chunks that nobody asks for, such as other
programs' embedded assets, stay with the picture. Bytes after the picture's end are dropped.
"""

import binascii
import struct
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from pyg_ui.library.containers.text import MAX_TEXT_BYTES, check_size, text_too_large
from pyg_ui.library.unreadable import UnreadableError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MAX_PIXELS = 64 * 10**6
"""PNG files are not decoded here, but browsers decode them to show them."""
MAX_CHUNKS = 100_000
_MAX_PACKED_BYTES = 2 * MAX_TEXT_BYTES  # base64 takes a third more bytes than the text
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its kind, such as b"IDAT", and its data."""

    kind: bytes
    data: memoryview

    @property
    def keyword(self) -> str:
        """The keyword of a text chunk; "" for other chunks."""
        if self.kind not in _TEXT_KINDS:
            return ""
        return bytes(self.data[:80]).partition(b"\0")[0].decode("latin-1")

    def text(self) -> bytes:
        """What a text chunk holds, with compression and base64 undone. Raises UnreadableError."""
        if len(self.data) > _MAX_PACKED_BYTES:
            raise text_too_large()
        body = bytes(self.data).partition(b"\0")[2]
        if self.kind == b"zTXt":
            body = _inflate(body[1:])
        elif self.kind == b"iTXt":
            is_packed = body[:1] == b"\1"
            body = body[2:].partition(b"\0")[2].partition(b"\0")[2]  # after the language and the translated keyword
            body = _inflate(body) if is_packed else body
        return _unpack_base64(body)


@dataclass(frozen=True, slots=True)
class Png:
    """The chunks of a PNG up to its end, in their order."""

    chunks: tuple[Chunk, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """The PNG in the bytes. Raises UnreadableError for a picture that is cut off, or too large."""
        return cls(tuple(_chunks(data)))

    def texts(self, keywords: Iterable[str]) -> list[Chunk]:
        """The text chunks of the keywords, in any letter case: those of the first keyword come first."""
        return [chunk for keyword in keywords for chunk in self.chunks if chunk.keyword.lower() == keyword]

    def without_texts(self, keywords: Collection[str]) -> bytes:
        """The file without the texts of these keywords. Raises UnreadableError if it shows no picture."""
        chunks = [chunk for chunk in self.chunks if chunk.keyword.lower() not in keywords]
        if chunks[0].kind != b"IHDR" or not any(chunk.kind == b"IDAT" for chunk in chunks):
            raise UnreadableError("{file} cannot be used: its picture is broken.")
        return _join(chunks)

    def with_texts(self, texts: Iterable[tuple[str, bytes]]) -> bytes:
        """The file with tEXt chunks of these keywords and texts, packed as base64, before its pixels."""
        packed = ((keyword.encode("latin-1"), binascii.b2a_base64(text, newline=False)) for keyword, text in texts)
        added = [Chunk(b"tEXt", memoryview(keyword + b"\0" + text)) for keyword, text in packed]
        kinds = [chunk.kind for chunk in self.chunks]
        place = kinds.index(b"IDAT") if b"IDAT" in kinds else len(kinds) - 1
        return _join([*self.chunks[:place], *added, *self.chunks[place:]])


def is_png(data: bytes) -> bool:
    """Whether the bytes begin as a PNG."""
    return data.startswith(SIGNATURE)


def check_dimensions(width: int, height: int, *, limit: int = MAX_PIXELS) -> None:
    """Raise UnreadableError for a picture of more pixels than the limit."""
    if width * height > limit:
        raise UnreadableError(
            "{file} is too large: a picture of {width:,} x {height:,} pixels, and {limit:,} pixels are the limit. "
            "Export the character as JSON, or with a smaller picture.",
            width=width, height=height, limit=limit,
        )  # fmt: skip


def _chunks(png: bytes) -> Iterator[Chunk]:
    view, position = memoryview(png), len(SIGNATURE)
    for _ in range(MAX_CHUNKS):
        header = png[position : position + 8]
        if len(header) < 8:
            break
        size, kind = struct.unpack(">I4s", header)
        chunk = Chunk(kind, view[position + 8 : position + 8 + size])
        if len(chunk.data) < size:
            break
        if kind == b"IHDR" and size >= 8:
            check_dimensions(*struct.unpack(">II", chunk.data[:8]))
        yield chunk
        if kind == b"IEND":
            return
        position += size + 12
    raise UnreadableError("{file} is cut off: {_what} has no end. Download it again.", _what="the picture")


def _join(chunks: Iterable[Chunk]) -> bytes:
    parts: list[bytes | memoryview] = [SIGNATURE]
    for chunk in chunks:
        checksum = zlib.crc32(chunk.data, zlib.crc32(chunk.kind))
        parts += [struct.pack(">I", len(chunk.data)), chunk.kind, chunk.data, struct.pack(">I", checksum)]
    return b"".join(parts)


def _inflate(packed: bytes) -> bytes:
    """The decompressed bytes. Raises UnreadableError if they are broken or too many."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, _MAX_PACKED_BYTES)
    except zlib.error as error:
        raise UnreadableError("{file} cannot be used: the packed text of its card is broken.") from error
    if unpacker.unconsumed_tail:
        raise text_too_large()
    return data


def _unpack_base64(body: bytes) -> bytes:
    """The bytes that are packed as base64; some programs write JSON unpacked."""
    if body.lstrip()[:1] == b"{":
        return body
    try:
        data = binascii.a2b_base64(body + b"===")
    except binascii.Error as error:
        raise UnreadableError("{file} cannot be used: its card is no base64.") from error
    check_size(len(data))
    return data
