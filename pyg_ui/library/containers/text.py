"""Bytes as text, within a limit of size, and text without the characters that files and databases refuse."""

from pyg_ui.library.unreadable import UnreadableError

MAX_TEXT_MIB = 16
"""The size of a JSON document. Compressed ones are never unpacked beyond it."""
MAX_TEXT_BYTES = MAX_TEXT_MIB * 2**20


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
