"""Converts files of characters, chats and lorebooks to other formats. A file is written whole or not at all."""

import glob
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pyg_ui.engine.leftovers import remove_leftovers
from pyg_ui.errors import InputError, Message
from pyg_ui.library.cards import files as cards
from pyg_ui.library.cards.files import CardFile, CardFormat
from pyg_ui.library.lorebooks import written as lorebooks
from pyg_ui.library.lorebooks.files import BookFile
from pyg_ui.library.lorebooks.written import LorebookFormat
from pyg_ui.library.recognition import recognise_file
from pyg_ui.library.transcripts import files as transcripts
from pyg_ui.library.transcripts.files import ChatFormat
from pyg_ui.library.transcripts.transcript import Transcript

Form = TypeVar("Form", CardFormat, ChatFormat, LorebookFormat)

FORMATS = tuple(dict.fromkeys([*map(str, CardFormat), *map(str, ChatFormat), *map(str, LorebookFormat)]))
"""Every format that files are written in. There is a `pygmalion` for characters and one for chats."""

CARD_SUFFIXES = {".png": CardFormat.PNG, ".json": CardFormat.V2}
CHAT_SUFFIXES = {form.suffix: form for form in ChatFormat}
LOREBOOK_SUFFIXES = {".json": LorebookFormat.V3}
"""The formats for the suffixes of file names, where no format is named."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The files that were written, and what of the original is not in them."""

    paths: tuple[Path, ...]
    lost: tuple[str, ...]
    """The parts that the format cannot hold, in words."""
    left_out: tuple[Message, ...]
    """What could not be read."""


def convert_file(source: Path, target: Path, form: str | None) -> Converted:
    """Write what `source` holds to `target`, in the format of that name or of the target's suffix.

    If `target` is a folder, the file in it is named like the source. Further chats of one file are numbered. No file
    is replaced, except `target` itself if it is not the source.
    Raises InputError, which names file and problem. Then nothing of this source was written.
    """
    found = recognise_file(source)
    match found:
        case CardFile():
            card_form = _choose(source, target, form, CARD_SUFFIXES, CardFormat.PNG)
            contents = [cards.dump_card(found.card, card_form)]
            suffix, lost = card_form.suffix, cards.lost_in(found.card, card_form)
        case Transcript():
            chat_form = _choose(source, target, form, CHAT_SUFFIXES, ChatFormat.SILLYTAVERN)
            contents = [transcripts.dump_chat(chat, chat_form) for chat in found.chats]
            suffix, lost = chat_form.suffix, transcripts.lost_in(found, chat_form)
        case BookFile():
            book_form = _choose(source, target, form, LOREBOOK_SUFFIXES, LorebookFormat.V3)
            contents = [lorebooks.dump_lorebook(found.book, book_form)]
            suffix, lost = book_form.suffix, lorebooks.lost_in(found.book, book_form)
    first = target / f"{source.stem}{suffix}" if target.is_dir() else target
    numbered = [first.with_stem(f"{first.stem}-{number}") for number in range(2, len(contents) + 1)]
    paths = (first, *numbered)
    taken = next((path for path in paths if path.exists() and (path != target or path.samefile(source))), None)
    if taken is not None:
        raise InputError("{file} is not converted: {path} exists already.", file=source.name, path=taken)
    for path, content in zip(paths, contents, strict=True):
        _write(path, content)
    return Converted(paths, lost, found.left_out)


def _choose(source: Path, target: Path, form: str | None, suffixes: dict[str, Form], default: Form) -> Form:
    """The format that was named, or that the target's suffix stands for. A folder gets the default."""
    if form is None and target.is_dir():
        return default
    forms = suffixes if form is None else {str(each): each for each in type(default)}
    wanted = target.suffix.lower() if form is None else form
    if wanted in forms:
        return forms[wanted]
    values = {"file": source.name, "target": target.name, "form": form, "known": " or ".join(forms)}
    if form is None:
        raise InputError("{target} names no format for {file}: end it in {known}.", **values)
    raise InputError("{file} cannot be written as {form}: choose {known}.", **values)


def _write(path: Path, content: bytes) -> None:
    """Write the whole file or none. Raises InputError."""
    remove_leftovers(path.parent, f".{glob.escape(path.name)}.*.part")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            part.write_bytes(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError("{path} cannot be written: {reason}.", path=path, reason=error.strerror) from error
