"""Names of files that are made for people, safe in every system."""

from __future__ import annotations

import re

from pyg_ui.dialogue.character import one_line

_MAX_CHARACTERS = 60
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]+')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_name(title: str, suffix: str) -> str:
    """A file's name that resembles the title: never a path, never hidden, never one that Windows keeps to itself."""
    name = _FORBIDDEN.sub(" ", one_line(title)[:_MAX_CHARACTERS])
    name = " ".join(name.split()).strip(". ")
    if _RESERVED.fullmatch(name):
        name += "_"
    return (name or "untitled") + suffix
