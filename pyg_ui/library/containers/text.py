"""Bytes as text, within a limit of size, and text without the characters that files and databases refuse."""

from pyg_ui.library.unreadable import UnreadableError

MAX_TEXT_MIB = 16
"""The size of a JSON document. Compressed ones are never unpacked beyond it."""
MAX_TEXT_BYTES = MAX_TEXT_MIB * 2**20
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_REPLACEMENT = "\ufffd"
_MOST_BROKEN = 0.02
"""The part of a text's characters that may be broken."""


def check_size(num_bytes: int, limit_mib: int = MAX_TEXT_MIB) -> None:
    """Raise UnreadableError for a document that is too large."""
    if num_bytes > limit_mib * 2**20:
        raise text_too_large(limit_mib)


def text_too_large(limit_mib: int = MAX_TEXT_MIB) -> UnreadableError:
    """The error for a document that is too large."""
    return UnreadableError(
        "{file} is too large: its text may have {limit} MiB. Split it into several files, or make it shorter.",
        limit=limit_mib,
    )


def as_utf8(data: bytes) -> tuple[bytes, int]:
    """The text in UTF-8, and how many of its characters could not be read.

    UTF-16 is told by its mark. Text of which much cannot be read stays as it is, so that `decode_text` refuses it.
    """
    try:
        if data.startswith(_UTF_16_MARKS):
            return data.decode("utf-16").encode(), 0
        data.decode()
    except UnicodeDecodeError:
        text = data.decode(errors="replace")
        num_broken = text.count(_REPLACEMENT) - data.count(_REPLACEMENT.encode())
        if num_broken <= len(text) * _MOST_BROKEN and not data.startswith(_UTF_16_MARKS):
            return text.encode(), num_broken
    return data, 0


def decode_text(data: bytes) -> str:
    """The bytes as UTF-8, without a byte order mark. Raises UnreadableError."""
    check_size(len(data))
    try:
        return data.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UnreadableError("{file} is not a text file in UTF-8. Save it as UTF-8 and try again.") from error


def plain_text(text: str) -> str:
    """The text with NULs and unpaired surrogates replaced by U+FFFD."""
    if not text.isascii():
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\x00", "\ufffd")
