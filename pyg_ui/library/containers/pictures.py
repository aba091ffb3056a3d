"""Pictures that are decoded: the text in the metadata of WebP and JPEG files, and conversion to PNG and WebP.

This is the only module that decodes pixels. It checks the picture's size first.
"""

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageOps

from pyg_ui.library.containers.png import check_dimensions
from pyg_ui.library.unreadable import UnreadableError

MAX_DECODED_PIXELS = 9 * 10**6
"""A pixel takes four bytes, and a WebP is in memory four times while it is decoded."""
THUMBNAIL_SIZE = (192, 288)
"""The largest width and height of a thumbnail."""

_USER_COMMENT, _EXIF, _DESCRIPTION = 0x9286, 0x8769, 0x010E
_CHARACTER_CODES = {b"ASCII\0\0\0": "latin-1", b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "ascii", b"\0" * 8: "utf-8"}
_NUMBERS = re.compile(r"\s*\d{1,3}(?:\s*,\s*\d{1,3})+\s*")
_BROKEN = (Warning, OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a picture other than PNG."""
    return (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[:3] == b"\xff\xd8\xff" or data[:4] == b"GIF8"


@contextmanager
def open_picture(data: bytes) -> Iterator[Image.Image]:
    """The picture, not decoded yet. Raises UnreadableError, also where decoding fails later."""
    try:
        with Image.open(io.BytesIO(data), formats=("WEBP", "JPEG", "GIF", "PNG")) as image:
            check_dimensions(*image.size, limit=MAX_DECODED_PIXELS)
            yield image
    except _BROKEN as error:
        raise UnreadableError("{file} cannot be used: its picture is broken.") from error


def encode(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """The picture as a PNG, or in another of Pillow's formats."""
    written = io.BytesIO()
    mode = "RGBA" if image.has_transparency_data else "RGB"
    (image if image.mode == mode else image.convert(mode)).save(written, form, **options)
    return written.getvalue()


def as_png(data: bytes) -> bytes:
    """The picture as PNG. Raises UnreadableError."""
    with open_picture(data) as image:
        return encode(image)


def shrink(data: bytes, size: tuple[int, int] = THUMBNAIL_SIZE) -> bytes:
    """The picture as a WebP of at most this width and height. Raises UnreadableError."""
    with open_picture(data) as image:
        image.thumbnail(size)
        return encode(image, "WEBP", quality=80)


def crop_square(data: bytes, side: int) -> bytes:
    """The upper part of the picture as a square WebP of that side. Raises UnreadableError."""
    with open_picture(data) as image:
        # Portraits are upright, and faces are in their upper part.
        square = ImageOps.fit(image.convert("RGBA"), (side, side), centering=(0.5, 0.15))
        return encode(square, "WEBP", quality=80)


def metadata_text(image: Image.Image) -> bytes | None:
    """The text in the metadata of a WebP or JPEG; None if it holds none. Raises UnreadableError."""
    try:
        # Pillow only warns where it could not read all of the metadata. A part of a card must not count as a card.
        with warnings.catch_warnings(action="error"):
            exif = image.getexif()
            comment = exif.get_ifd(_EXIF).get(_USER_COMMENT) or exif.get(_USER_COMMENT) or exif.get(_DESCRIPTION)
    except _BROKEN as error:
        raise UnreadableError("{file} cannot be used: its metadata is broken.") from error
    if not comment:
        return None
    return _comment_text(comment if isinstance(comment, bytes) else str(comment).encode("utf-8", "replace"))


def _comment_text(comment: bytes) -> bytes:
    """The UTF-8 text in an Exif comment. It may follow a character code, or be a list of bytes as numbers."""
    code = _CHARACTER_CODES.get(comment[:8])
    text = comment[8:].decode(code, "replace") if code else comment.decode("utf-8", "replace")
    if _NUMBERS.fullmatch(text):
        return bytes(int(number) & 0xFF for number in text.split(","))
    return text.strip("\0 \n").encode("utf-8", "replace")
