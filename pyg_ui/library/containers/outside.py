"""What a file is outside: PNG, WebP, CharX, JSON, JSON lines or YAML, told by its content alone.

Out come plain values, and the picture where the file is one. What the values mean is decided by `cards` and
`transcripts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyg_ui.library.containers.charx import is_charx, read_charx
from pyg_ui.library.containers.documents import MAX_TEXT_BYTES, UnreadableError, check_size, parse_json
from pyg_ui.library.containers.pictures import as_png, hidden_text, is_picture
from pyg_ui.library.containers.png import is_png, read_text, without_cards
from pyg_ui.library.containers.yaml_text import parse_yaml

_NO_CARD = "is a picture without a character in it. Programs that shrink pictures remove it: get the original file."


@dataclass(frozen=True, slots=True)
class Container:
    """A file's content."""

    kind: str
    """png, webp, jpeg, charx, json, jsonl or yaml."""
    values: dict[str, Any]
    """The object in it; of JSON lines, the first one."""
    picture: bytes | None = None
    """A PNG without the card's chunks."""
    lines: tuple[bytes, ...] = ()
    """JSON lines, unread: a long chat is never held twice."""

    def objects(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The objects of the lines, with their numbers from 1; blank lines are passed over. Raises UnreadableError."""
        for number, line in enumerate(self.lines, 1):
            if line.strip():
                try:
                    yield number, _object(parse_json(line))
                except UnreadableError as error:
                    raise UnreadableError(f"is broken in line {number}: it {error}") from error


def open_container(data: bytes) -> Container:
    """What the bytes hold. Raises UnreadableError."""
    if is_png(data):
        return _open_png(data)
    if is_charx(data):
        values, picture = read_charx(data)
        return Container("charx", values, picture)
    if is_picture(data):
        return _open_picture(data)
    beginning = data[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("is no text, and no picture or archive that we know.")
    if beginning[:1] in (b"{", b"[", b'"', b""):
        return _open_json(data)
    return Container("yaml", _object(parse_yaml(data)))


def _open_png(data: bytes) -> Container:
    found = read_text(data)
    if found is None:
        raise UnreadableError(_NO_CARD)
    return Container("png", _object(parse_json(found[1])), without_cards(data))


def _open_picture(data: bytes) -> Container:
    text = hidden_text(data)
    if text is None:
        raise UnreadableError(_NO_CARD)
    return Container("webp" if data[:4] == b"RIFF" else "jpeg", _object(parse_json(text)), as_png(data))


def _open_json(data: bytes) -> Container:
    end = data.find(b"\n", 0, MAX_TEXT_BYTES)
    first, is_long = data[: max(end, 0)].strip(), data.find(b"{", max(end, 0)) > 0
    if first.endswith(b"}") and is_long:
        check_size(len(data) // 4)  # a line at a time is held, so the whole may be longer
        try:
            return Container("jsonl", _object(parse_json(first)), lines=tuple(data.split(b"\n")))
        except UnreadableError:
            pass  # an object over several lines, whose first happens to end in a bracket
    return Container("json", _object(parse_json(data)), lines=(data,))


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnreadableError("is not a character or chat: it holds no JSON object.")
    return value
