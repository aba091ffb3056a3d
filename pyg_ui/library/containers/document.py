"""Opens a file of any kind: PNG, WebP, JPEG, CharX, JSON, JSON lines or YAML, told by its content alone.

The result is plain values and the picture around them. What the values mean is decided by `cards`, `transcripts` and
`lorebooks`. A file is parsed once; every reader gets the same Document.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

from pyg_ui.dialogue.character import one_line
from pyg_ui.library.containers.archive import Archive, is_archive
from pyg_ui.library.containers.json_text import parse_json
from pyg_ui.library.containers.pictures import encode, is_picture, metadata_text, open_picture
from pyg_ui.library.containers.png import Png, is_png
from pyg_ui.library.containers.text import MAX_TEXT_BYTES, check_size
from pyg_ui.library.containers.yaml_text import parse_yaml
from pyg_ui.library.left_out import FileObject, LeftOut
from pyg_ui.library.unreadable import UnreadableError

PNG_KEYWORDS = ("ccv3", "chara")
"""The keywords of PNG texts that hold JSON, the preferred one first."""
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
    lines: tuple[bytes, ...] = ()
    """JSON lines, not parsed, so that a long chat is not in memory twice."""
    name: str = ""
    """The file's name without suffix, as one line. It never decides what the file is."""
    left_out: LeftOut = field(default_factory=LeftOut, compare=False)
    """What could not be read so far."""

    def objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects of the lines with their numbers from 1, without blank lines. Raises UnreadableError."""
        for number, line in enumerate(self.lines, 1):
            if line.strip():
                try:
                    yield number, FileObject(_object(parse_json(line)), self.left_out, (f"line {number}",))
                except UnreadableError as error:
                    raise broken_line(number, error.about("it")) from error


def open_document(data: bytes, file_name: str) -> Document:
    """What the file's bytes hold. Raises UnreadableError."""
    document = _open(data)
    values = FileObject(document.values, document.left_out)
    return replace(document, values=values, name=one_line(PurePath(file_name).stem))


def broken_line(number: int, problem: object) -> UnreadableError:
    """The error for one of a document's lines."""
    return UnreadableError("{file} is broken in line {line}: {_problem}", line=number, _problem=problem)


def _open(data: bytes) -> Document:
    if is_png(data):
        png = Png.parse(data)
        return Document("png", _picture_values(png.text(PNG_KEYWORDS)), png.without_texts(PNG_KEYWORDS))
    if is_archive(data):
        return _open_archive(data)
    if is_picture(data):
        with open_picture(data) as image:
            kind = "webp" if data[:4] == b"RIFF" else "jpeg"
            return Document(kind, _picture_values(metadata_text(image)), encode(image))
    beginning = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("{file} is no text, and no picture or archive that we know.")
    if beginning[:1] in (b"{", b"[", b'"', b""):
        return _open_json(data)
    return Document("yaml", _object(parse_yaml(data)))


def _open_archive(data: bytes) -> Document:
    archive = Archive.open(data)
    values = parse_json(archive.read(ARCHIVED_FILE, MAX_TEXT_BYTES))
    if not isinstance(values, dict):
        raise UnreadableError("{file} cannot be used: its {name} holds no object.", name=ARCHIVED_FILE)
    return Document("charx", values, archive=archive)


def _open_json(data: bytes) -> Document:
    end = data.find(b"\n", 0, MAX_TEXT_BYTES)
    first, is_long = data[: max(end, 0)].strip(), data.find(b"{", max(end, 0)) > 0
    if first.endswith(b"}") and is_long:
        check_size(len(data) // 4)  # only a line at a time is parsed, so the whole file may be longer
        try:
            return Document("jsonl", _object(parse_json(first)), lines=tuple(data.split(b"\n")))
        except UnreadableError:
            pass  # an object over several lines, of which the first happens to end in a bracket
    return Document("json", _object(parse_json(data)), lines=(data,))


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
