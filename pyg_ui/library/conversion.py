"""Files of one format into files of another, by name; nothing is ever half-written."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pyg_ui.errors import InputError
from pyg_ui.library.cards import files as cards
from pyg_ui.library.cards.files import CardFile, CardFormat
from pyg_ui.library.recognition import BookFile, recognise_file
from pyg_ui.library.transcripts import files as transcripts
from pyg_ui.library.transcripts.files import ChatFile, ChatFormat

Form = TypeVar("Form", CardFormat, ChatFormat)

FORMATS = tuple(dict.fromkeys([*map(str, CardFormat), *map(str, ChatFormat)]))
"""Every format that files are written in; `pygmalion` is one for characters and one for chats."""

CARD_SUFFIXES = {".png": CardFormat.PNG, ".json": CardFormat.V2}
CHAT_SUFFIXES = {
    ".jsonl": ChatFormat.SILLYTAVERN,
    ".json": ChatFormat.PYGMALION,
    ".md": ChatFormat.MARKDOWN,
    ".txt": ChatFormat.TEXT,
}
"""The formats that a file's name asks for where nobody names one."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The files that were written, and what of the original they cannot hold."""

    paths: tuple[Path, ...]
    lost: tuple[str, ...]


def convert_file(source: Path, target: Path, form: str | None) -> Converted:
    """Write what `source` holds to `target`, in the format of that name or of the target's suffix.

    A folder gets a file named like the source; further chats of one file are numbered. Nothing is replaced but
    `target` itself, and that only where it is another file.
    Raises InputError, which names the file and the problem, and has then written nothing of the file at hand.
    """
    found = recognise_file(source)
    match found:
        case CardFile():
            card_form = _choose(source, target, form, CARD_SUFFIXES, CardFormat.PNG)
            contents = [cards.dump_card(found.card, card_form)]
            suffix, lost = card_form.suffix, cards.lost_in(found.card, card_form)
        case ChatFile():
            chat_form = _choose(source, target, form, CHAT_SUFFIXES, ChatFormat.SILLYTAVERN)
            contents = [transcripts.dump_chat(chat, chat_form) for chat in found.chats]
            suffix, lost = chat_form.suffix, transcripts.lost_in(found, chat_form)
        case BookFile():
            raise InputError(f"{source.name} is a lorebook. Only characters and chats are converted.")
    first = target / f"{source.stem}{suffix}" if target.is_dir() else target
    numbered = [first.with_stem(f"{first.stem}-{number}") for number in range(2, len(contents) + 1)]
    paths = (first, *numbered)
    taken = next((path for path in paths if path.exists() and (path != target or path.samefile(source))), None)
    if taken is not None:
        raise InputError(f"{source.name} is not converted: {taken} exists already.")
    for path, content in zip(paths, contents, strict=True):
        _write(path, content)
    return Converted(paths, lost)


def _choose(source: Path, target: Path, form: str | None, suffixes: dict[str, Form], default: Form) -> Form:
    """The format that was named, or that the target's suffix stands for; the default for a folder."""
    kinds = type(default)
    if form is not None:
        if form not in tuple(kinds):
            raise InputError(f"{source.name} cannot be written as {form}: choose {_either(map(str, kinds))}.")
        return kinds(form)
    if target.is_dir():
        return default
    if target.suffix.lower() not in suffixes:
        raise InputError(f"{target.name} names no format for {source.name}: end it in {_either(suffixes)}.")
    return suffixes[target.suffix.lower()]


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def _write(path: Path, content: bytes) -> None:
    """The file appears whole or not at all. Raises InputError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error
