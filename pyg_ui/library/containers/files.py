"""Files on disk: reading one within a limit of size, and a safe name for a new one."""

import re
from pathlib import Path

from pyg_ui.dialogue.character import one_line
from pyg_ui.errors import InputError

MAX_FILE_MIB = 64
"""Larger files are refused unread."""

_MAX_CHARACTERS = 60
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])\s*(\..*)?", re.IGNORECASE)
_REORDERING = dict.fromkeys(map(ord, "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
"""Invisible characters that show a text in another order: a name could seem to have another suffix."""


def read_file(path: Path) -> bytes:
    """The file's bytes. Raises InputError, which names the file, if it is no readable file, or too large."""
    name = one_line(path.name or str(path))
    try:
        if path.is_dir():
            raise InputError("{file} cannot be read: {_reason}.", file=name, _reason="it is a folder")
        if not path.is_file():
            raise InputError("{file} does not exist.", file=name)
        size = path.stat().st_size
        if size > MAX_FILE_MIB * 2**20:
            raise InputError(
                "{file} is too large: {size:,.0f} MiB, and {limit} MiB is the limit. Split it, or export it without "
                "pictures.",
                file=name, size=size / 2**20, limit=MAX_FILE_MIB,
            )  # fmt: skip
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "that is no file name"
        raise InputError("{file} cannot be read: {_reason}.", file=name, _reason=reason) from error


def file_name(title: str, suffix: str) -> str:
    """A file's name that resembles the title. It is no path, is not hidden, and is not reserved by Windows.

    It shows its characters in the order in which they stand.
    """
    name = _FORBIDDEN.sub(" ", one_line(title).translate(_REORDERING)[:_MAX_CHARACTERS])
    name = " ".join(name.split()).strip(". ")
    if _RESERVED.fullmatch(name):
        name += "_"
    return (name or "untitled") + suffix
