"""Pictures other than PNG: the text that is hidden in them, and their conversion.

The only module that decodes pixels, and only after the picture's size was checked.
"""

from __future__ import annotations

import io
import re
import warnings

from PIL import Image, UnidentifiedImageError

from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.containers.documents import UnreadableError
from pyg_ui.library.containers.png import check_dimensions

MAX_DECODED_PIXELS = 12 * 10**6
"""Pixels take four bytes each, twice while they are converted."""
THUMBNAIL_SIZE = (192, 288)
"""The box that thumbnails fit into."""

_USER_COMMENT, _EXIF, _DESCRIPTION = 0x9286, 0x8769, 0x010E
_CHARACTER_CODES = {b"ASCII\0\0\0": "latin-1", b"UNICODE\0": "utf-16", b"JIS\0\0\0\0\0": "ascii", b"\0" * 8: "utf-8"}
_NUMBERS = re.compile(r"\s*\d{1,3}(?:\s*,\s*\d{1,3})+\s*")
_BROKEN = (Warning, OSError, ValueError, SyntaxError, Image.DecompressionBombError)


def is_picture(data: bytes) -> bool:
    """Whether the bytes begin as a picture other than PNG."""
    return (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[:3] == b"\xff\xd8\xff" or data[:4] == b"GIF8"


def hidden_text(data: bytes) -> bytes | None:
    """The text in a WebP's or JPEG's metadata; None where it holds none. Raises UnreadableError."""
    try:
        # Pillow warns where it could read only some of the metadata; half of a card is none.
        with warnings.catch_warnings(action="error"), _open(data) as image:
            exif = image.getexif()
            comment = exif.get_ifd(_EXIF).get(_USER_COMMENT) or exif.get(_USER_COMMENT) or exif.get(_DESCRIPTION)
    except _BROKEN as error:
        raise UnreadableError("cannot be used: its metadata is broken.") from error
    if not comment:
        return None
    return _comment_text(comment if isinstance(comment, bytes) else str(comment).encode("utf-8", "replace"))


def as_png(data: bytes) -> bytes:
    """The picture as PNG. Raises UnreadableError."""
    try:
        with _open(data) as image:
            written = io.BytesIO()
            image.convert("RGBA" if image.has_transparency_data else "RGB").save(written, "PNG")
            return written.getvalue()
    except _BROKEN as error:
        raise UnreadableError("cannot be used: its picture is broken.") from error


def thumbnail(picture: bytes | None, name: str) -> bytes:
    """A small WebP of the picture, or of one drawn from the name where there is none that can be shown."""
    try:
        with _open(picture or draw_portrait(name)) as image:
            image.thumbnail(THUMBNAIL_SIZE)
            written = io.BytesIO()
            image.convert("RGBA" if image.has_transparency_data else "RGB").save(written, "WEBP", quality=80)
            return written.getvalue()
    except (*_BROKEN, UnreadableError):
        if picture is None:
            raise
        return thumbnail(None, name)


def _open(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=("WEBP", "JPEG", "GIF", "PNG"))
    except UnidentifiedImageError as error:
        raise UnreadableError("cannot be used: its picture is broken.") from error
    check_dimensions(*image.size, limit=MAX_DECODED_PIXELS)
    return image


def _comment_text(comment: bytes) -> bytes:
    """The UTF-8 text in an Exif comment: after a character code, or spelled as a list of bytes."""
    code = _CHARACTER_CODES.get(comment[:8])
    text = comment[8:].decode(code, "replace") if code else comment.decode("utf-8", "replace")
    if _NUMBERS.fullmatch(text):
        return bytes(int(number) & 0xFF for number in text.split(","))
    return text.strip("\0 \n").encode("utf-8", "replace")
