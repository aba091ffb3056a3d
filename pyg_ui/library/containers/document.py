"""Opens a file of any kind: PNG, WebP, JPEG, CharX, JSON, JSON lines or YAML, told by its content alone.

The result is plain values and the picture around them. What the values mean is decided by `cards`, `transcripts` and
`lorebooks`. A file is parsed once; every reader gets the same Document.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import PurePath
from typing import Any, Self

from pyg_ui.dialogue.character import one_line
from pyg_ui.errors import Message
from pyg_ui.library.containers.archive import Archive, is_archive
from pyg_ui.library.containers.json_text import parse_json
from pyg_ui.library.containers.pictures import encode, is_picture, metadata_text, open_picture
from pyg_ui.library.containers.png import Chunk, Png, is_png
from pyg_ui.library.containers.text import MAX_TEXT_BYTES, as_utf8, check_size
from pyg_ui.library.containers.yaml_text import parse_yaml
from pyg_ui.library.left_out import FileObject, LeftOut, too_many_messages, unread_part
from pyg_ui.library.unreadable import UnreadableError

PNG_KEYWORDS = ("ccv3", "chara", "naidata")
"""The keywords of PNG texts that hold JSON, the preferred one first."""
MAX_LINES_MIB = 32
"""The size of JSON lines."""
MAX_ROWS = 25_000
"""Of more rows, only the first and the newest are read."""
MAX_READ_BYTES = 16 * 2**20
"""Of longer JSON lines, only the first and the newest are read."""
_NUM_SAMPLED_LINES = 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_TEXTS = 4
"""How many texts of these keywords are tried."""
ARCHIVED_FILE = "card.json"
"""The file in an archive that holds JSON."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that has been opened."""

    kind: str
    """png, webp, jpeg, charx, json, jsonl or yaml."""
    values: dict[str, Any]
    """The JSON object in it; of JSON lines, the first one."""
    picture: bytes | None = None
    """The file as PNG without the JSON, where it is a picture."""
    archive: Archive | None = None
    """The archive that holds the JSON, with its other files."""
    lines: bytes = b""
    """JSON lines, not parsed, so that a long chat is not in memory twice."""
    items: Sequence[Any] = ()
    """What a JSON list at the top holds. The file then has no `values`."""
    name: str = ""
    """The file's name without suffix, as one line. It never decides what the file is."""
    keyword: str = ""
    """The keyword of the text in a PNG that held the JSON."""
    further: tuple[Chunk, ...] = ()
    """The other texts in a PNG that may hold JSON."""
    left_out: LeftOut = field(default_factory=LeftOut, compare=False)
    """What could not be read so far."""

    def versions(self) -> Iterator[Self]:
        """The document, and then as long as somebody asks those of further texts in a PNG, as the one before is bad."""
        yield self
        before = self.keyword
        for chunk in self.further:
            self.left_out.add(unread_part(before))
            before = chunk.keyword
            with suppress(UnreadableError):
                yield replace(self, values=FileObject(_picture_values(chunk.text()), self.left_out), keyword=before)

    @property
    def has_rows(self) -> bool:
        """Whether it is JSON lines, or a list with items."""
        return self.kind == "jsonl" or bool(self.items)

    @property
    def first_row(self) -> dict[str, Any]:
        """The first object of the rows; empty if there is none."""
        return next((item for item in self.items if isinstance(item, dict)), {}) if self.items else self.values

    def rows(self) -> Iterator[tuple[int, Any]]:
        """The JSON lines, the items of the list or the one object, with their numbers from 1; None for a broken line.

        Blank lines are left out. Of too many rows only the first and the newest come, which is told.
        """
        if self.kind != "jsonl":
            items = self.items or [self.values]
            skipped = self._skipped(len(items), MAX_ROWS - 1)
            yield from ((number, item) for number, item in enumerate(items, 1) if number not in skipped)
            return
        skipped = self._skipped(self.lines.count(b"\n") + 1, _num_newest(self.lines))
        for number, line in enumerate(io.BytesIO(self.lines), 1):
            if number not in skipped and (text := _stripped(line)):
                try:
                    row = parse_json(text)
                except UnreadableError:
                    row = None
                is_object = isinstance(row, dict)
                yield number, FileObject(row, self.left_out, (f"line {number}",)) if is_object else row

    def _skipped(self, total: int, num_newest: int) -> range:
        """The numbers of the rows that are not read."""
        if total <= num_newest + 1:
            return range(0)
        self.left_out.add(too_many_messages(num_newest + 1))
        return range(2, total - num_newest + 1)


def open_document(data: bytes, file_name: str) -> Document:
    """What the file's bytes hold. Raises UnreadableError."""
    document = _open(data)
    values = FileObject(document.values, document.left_out)
    return replace(document, values=values, name=one_line(PurePath(file_name).stem))


def _open(data: bytes) -> Document:
    if is_png(data):
        return _open_png(Png.parse(data))
    if is_archive(data):
        return _open_archive(data)
    if is_picture(data):
        with open_picture(data) as image:
            kind = "webp" if data[:4] == b"RIFF" else "jpeg"
            return Document(kind, _picture_values(metadata_text(image)), encode(image))
    text, num_broken = as_utf8(data) if len(data) <= MAX_LINES_MIB * 2**20 else (data, 0)
    document = _open_text(text)
    if num_broken:
        given = {"number": num_broken}
        document.left_out.add(Message("{number} characters could not be read: they are not in UTF-8.", given))
    return document


def _open_text(data: bytes) -> Document:
    beginning = data[:64].removeprefix(_BYTE_ORDER_MARK).lstrip()
    if b"\0" in data[:4096] and beginning[:1] != b"{":
        raise UnreadableError("{file} is no text, and no picture or archive that we know.")
    if beginning[:1] in (b"{", b"[", b'"', b""):
        return _open_json(data)
    return Document("yaml", _object(parse_yaml(data)))


def _open_png(png: Png) -> Document:
    """The first text that holds an object, with the texts after it."""
    texts = png.texts(PNG_KEYWORDS)[:_MAX_TEXTS]
    document = Document("png", {}, png.without_texts(PNG_KEYWORDS))
    for number, chunk in enumerate(texts, 1):
        try:
            values = _picture_values(chunk.text())
        except UnreadableError:
            if number == len(texts):
                raise
            document.left_out.add(unread_part(chunk.keyword))
        else:
            return replace(document, values=values, keyword=chunk.keyword, further=tuple(texts[number:]))
    return replace(document, values=_picture_values(None))


def _open_archive(data: bytes) -> Document:
    archive = Archive.open(data)
    within_folder = sorted(name for name in archive.names if name.endswith(f"/{ARCHIVED_FILE}"))
    name = ARCHIVED_FILE if ARCHIVED_FILE in archive.names or not within_folder else within_folder[0]
    values = parse_json(archive.read(name, MAX_TEXT_BYTES))
    if not isinstance(values, dict):
        raise UnreadableError("{file} cannot be used: its {name} holds no object.", name=ARCHIVED_FILE)
    return Document("charx", values, archive=archive)


def _open_json(data: bytes) -> Document:
    if _begins_with_object(data):
        return _open_lines(data)
    try:
        values = parse_json(data)
    except UnreadableError:
        are_objects = list(map(_is_object, _first_lines(data)))
        if not are_objects or 2 * sum(are_objects) < len(are_objects):
            raise
        return _open_lines(data)  # of which the first one is broken
    return Document("json", {}, items=values) if isinstance(values, list) else Document("json", _object(values))


def _open_lines(data: bytes) -> Document:
    check_size(len(data), MAX_LINES_MIB)  # only a line at a time is parsed, so the whole file may be longer
    document = Document("jsonl", {}, lines=data)
    return replace(document, values=next((row for _, row in document.rows() if isinstance(row, dict)), {}))


def _num_newest(lines: bytes) -> int:
    """How many lines at the end are read at most."""
    position, earliest = len(lines), len(lines) - MAX_READ_BYTES
    for number in range(MAX_ROWS - 1):
        position = lines.rfind(b"\n", 0, position)
        if position < max(earliest, 0):
            return max(number, 1)
    return MAX_ROWS - 1


def _begins_with_object(data: bytes) -> bool:
    """Whether the first line is an object by itself, and more lines follow. A document of one line is not parsed."""
    lines = _first_lines(data)
    first = next(lines, b"")
    return next(lines, None) is not None and _is_object(first)


def _first_lines(data: bytes) -> Iterator[bytes]:
    """Some of the first lines that are not blank. Only one is in memory at a time."""
    return filter(None, map(_stripped, islice(io.BytesIO(data), _NUM_SAMPLED_LINES)))


def _stripped(line: bytes) -> bytes:
    """The line without white space, and without the NULs that a crash leaves at a file's end."""
    return line.removeprefix(_BYTE_ORDER_MARK).strip(b"\0 \t\r\n")


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(parse_json(line), dict)
    except UnreadableError:
        return False


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError("{file} is not a character or chat: it holds no JSON object.")
    return value


def _picture_values(text: bytes | None) -> dict[str, Any]:
    if text is None:
        raise UnreadableError(
            "{file} is a picture without a character in it. Programs that shrink pictures remove it: get the original "
            "file."
        )
    return _object(parse_json(text))
