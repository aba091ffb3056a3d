"""PNG files made chunk by chunk, as programs in the wild make them."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import Any

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND", b""


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*texts: tuple[bytes, bytes], width: int = 1, height: int = 1, after: bytes = b"") -> bytes:
    """A picture with these chunks before its pixels, and bytes after its end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), *texts, (b"IDAT", zlib.compress(b"\0\0")), END]
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in chunks) + after


def packed(values: Any) -> bytes:
    return base64.b64encode(json.dumps(values).encode())


def plain_text(keyword: bytes, text: bytes) -> tuple[bytes, bytes]:
    return b"tEXt", keyword + b"\0" + text


def packed_text(keyword: bytes, text: bytes) -> tuple[bytes, bytes]:
    return b"zTXt", keyword + b"\0\0" + zlib.compress(text)


def international_text(keyword: bytes, text: bytes, *, is_packed: bool = False) -> tuple[bytes, bytes]:
    body = zlib.compress(text) if is_packed else text
    return b"iTXt", keyword + b"\0" + bytes([is_packed, 0]) + b"en\0Karte\0" + body
