"""PNG files as containers of text: their chunks, read and written without decoding the picture.

Checksums are not checked: wrong ones are met in cards that every program opens. Chunks that we do not read, other
programs' embedded assets among them, stay with the picture. Bytes after the picture's end are dropped.
"""

from __future__ import annotations

import binascii
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyg_ui.library.containers.documents import MAX_TEXT_BYTES, UnreadableError, check_size

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CARD_KEYWORDS = ("ccv3", "chara")
"""The keywords of cards, the preferred one first."""
MAX_PIXELS = 64 * 10**6
"""A PNG is never decoded here, but whoever shows it will."""
MAX_CHUNKS = 100_000
_MAX_PACKED_BYTES = 2 * MAX_TEXT_BYTES  # base64 takes a third more than what it packs
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: its kind, such as b"IDAT", and its data."""

    kind: bytes
    data: memoryview

    @property
    def keyword(self) -> str:
        """What a text chunk is about; "" for other chunks."""
        if self.kind not in _TEXT_KINDS:
            return ""
        return bytes(self.data[:80]).partition(b"\0")[0].decode("latin-1")


def is_png(data: bytes) -> bool:
    """Whether the bytes begin as a PNG."""
    return data.startswith(SIGNATURE)


def read_text(png: bytes) -> tuple[str, bytes] | None:
    """Keyword and bytes of the card in the PNG; None where it holds none. Raises UnreadableError."""
    chunks = list(_chunks(png))
    for keyword in CARD_KEYWORDS:
        for chunk in chunks:
            if chunk.keyword == keyword:
                return keyword, _text_of(chunk)
    return None


def without_cards(png: bytes) -> bytes:
    """The picture with all its chunks but the cards'. Raises UnreadableError."""
    chunks = [chunk for chunk in _chunks(png) if chunk.keyword not in CARD_KEYWORDS]
    if chunks[0].kind != b"IHDR" or not any(chunk.kind == b"IDAT" for chunk in chunks):
        raise UnreadableError("cannot be used: its picture is broken.")
    return _join(chunks)


def with_texts(png: bytes, texts: Sequence[tuple[str, bytes]]) -> bytes:
    """The picture with tEXt chunks of these keywords and Latin-1 texts, before its pixels."""
    added = [Chunk(b"tEXt", memoryview(keyword.encode("latin-1") + b"\0" + text)) for keyword, text in texts]
    chunks = list(_chunks(png))
    first_pixels = next((i for i, chunk in enumerate(chunks) if chunk.kind == b"IDAT"), len(chunks) - 1)
    return _join([*chunks[:first_pixels], *added, *chunks[first_pixels:]])


def check_dimensions(width: int, height: int, *, limit: int = MAX_PIXELS) -> None:
    """Raise UnreadableError for a picture of more pixels than the limit."""
    if width * height > limit:
        raise UnreadableError(f"is too large: a picture of {width:,} x {height:,} pixels.")


def _chunks(png: bytes) -> Iterator[Chunk]:
    """The chunks up to IEND. Raises UnreadableError for a picture that is cut off, or too large."""
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
    raise UnreadableError("is cut off: the picture has no end. Download it again.")


def _join(chunks: Iterable[Chunk]) -> bytes:
    parts: list[bytes | memoryview] = [SIGNATURE]
    for chunk in chunks:
        checksum = zlib.crc32(chunk.data, zlib.crc32(chunk.kind))
        parts += [struct.pack(">I", len(chunk.data)), chunk.kind, chunk.data, struct.pack(">I", checksum)]
    return b"".join(parts)


def _text_of(chunk: Chunk) -> bytes:
    if len(chunk.data) > _MAX_PACKED_BYTES:
        raise UnreadableError("is too large: its card fills most of the file.")
    body = bytes(chunk.data).partition(b"\0")[2]
    if chunk.kind == b"zTXt":
        body = _inflate(body[1:])
    elif chunk.kind == b"iTXt":
        is_packed = body[:1] == b"\1"
        body = body[2:].partition(b"\0")[2].partition(b"\0")[2]  # past the language and the translated keyword
        body = _inflate(body) if is_packed else body
    return _unpack_base64(body)


def _inflate(packed: bytes) -> bytes:
    """The unpacked bytes. Raises UnreadableError where they are broken or too many."""
    unpacker = zlib.decompressobj()
    try:
        data = unpacker.decompress(packed, _MAX_PACKED_BYTES)
    except zlib.error as error:
        raise UnreadableError("cannot be used: the packed text of its card is broken.") from error
    if unpacker.unconsumed_tail:
        raise UnreadableError("is too large: its card unpacks to too many bytes.")
    return data


def _unpack_base64(body: bytes) -> bytes:
    """The bytes that a card's text packs; some programs do not pack it."""
    if body.lstrip()[:1] == b"{":
        return body
    try:
        data = binascii.a2b_base64(body + b"===")
    except binascii.Error as error:
        raise UnreadableError("cannot be used: its card is no base64.") from error
    check_size(len(data))
    return data
