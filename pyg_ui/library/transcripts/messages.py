"""Reads the messages of a file one by one. A message that cannot be read is left out, counted and told of.

Readers ask `each` for the messages, and `turn` or `text` for what a message says. At the end they call `tell`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from pyg_ui.dialogue.character import clean_text, one_line
from pyg_ui.dialogue.chat import Role, Turn
from pyg_ui.errors import Message
from pyg_ui.library.containers.document import MAX_ROWS, Document
from pyg_ui.library.left_out import listed, too_many_messages
from pyg_ui.library.transcripts.dates import parse_date
from pyg_ui.library.transcripts.transcript import turn_of

MAX_CHATS = 1_000
"""The chats of a file. Of more, the last ones are kept."""
MAX_MESSAGES = MAX_ROWS
"""The messages of all chats in a file. Of longer chats, the newest messages are kept."""
MAX_VERSIONS = 200
"""The versions of a message."""
MAX_FURTHER_VERSIONS = 50_000
"""The versions of all messages in a file, beside the chosen ones."""

Item = TypeVar("Item")
_TEXT_KEYS = ("message", "text", "content")
"""Where some programs have the text, if a message or a version is an object."""


@dataclass(slots=True)
class Messages:
    """The messages of one file, and which of them could not be read."""

    document: Document
    is_in_rows: bool = False
    """Whether `number` counts rows of several messages."""
    number: int = 0
    """The line of the message that is being read, or its number in the file, from 1."""
    total: int = 0
    _room: int = MAX_MESSAGES
    _room_for_versions: int = MAX_FURTHER_VERSIONS
    _unread: list[int] = field(default_factory=list)
    _without_versions: list[int] = field(default_factory=list)
    _has_pictures: bool = False
    _names: dict[str, str] = field(default_factory=dict)

    def each(self, items: Sequence[Any], numbers: Iterable[int] | None = None) -> Iterator[dict[str, Any]]:
        """The objects in a list of messages. Without `numbers`, messages of several lists are numbered on."""
        return self._objects(self.newest(list(zip(numbers or count(self.number + 1), items, strict=False))))

    def newest(self, items: Sequence[Item]) -> Sequence[Item]:
        """The messages of one chat that are kept: as many of the newest as a file may still have."""
        kept = items[max(len(items) - self._room, 0) :]
        self._room -= len(kept)
        if len(kept) < len(items):
            self.document.left_out.add(too_many_messages(MAX_MESSAGES))
        return kept

    def each_text(self, items: Sequence[Any]) -> Iterator[str]:
        """The texts in a list of messages that are nothing else."""
        kept = self.newest(items)
        self.number += len(items) - len(kept)
        for item in kept:
            self.number += 1
            self.total += 1
            if (found := self.text(item)) is not None:
                yield found

    def each_row(self) -> Iterator[dict[str, Any]]:
        """The objects of the document's rows."""
        return self._objects(self.document.rows())

    def text(self, value: Any) -> str | None:
        """The text of the message that is being read; None if it has none, which counts as unread."""
        found = text_in(value)
        if found is None:
            self.miss()
        return found

    def name(self, value: Any) -> str:
        """A speaker's name as one line; "" if the value is none. Few names are on many messages."""
        if not isinstance(value, str):
            return ""
        if value not in self._names:
            self._names[value] = one_line(value)
        return self._names[value]

    def turn(self, role: Role, said: Any, versions: Any = None, index: Any = None, sent_at: Any = None) -> Turn | None:
        """The turn in the message that is being read; None if it has no text.

        `versions` holds all its texts, and `index` is the place of the chosen one, where the file tells of them.
        """
        text = text_in(said)
        if not versions:
            return self._turn(role, text, [], None, sent_at)
        given, place = self._kept_versions(versions if isinstance(versions, list) else [], index)
        found = [text_in(version) for version in given]
        if None in found or not given:
            self._without_versions.append(self.number)
        readable = [each for each in found if each is not None]
        chosen = None if place is None or found[place] is None else place - found[:place].count(None)
        if text is None and readable:
            text = readable[chosen or 0]
        return self._turn(role, text, readable, chosen, sent_at)

    def miss(self) -> None:
        """The message that is being read cannot be read."""
        if self._unread[-1:] != [self.number]:
            self._unread.append(self.number)

    def miss_picture(self) -> None:
        """The message has a picture or another file in it."""
        self._has_pictures = True

    def uncount(self) -> None:
        """The object that is being read is no message."""
        self.total -= 1

    def tell(self) -> None:
        """Tell of everything that was left out."""
        left_out = self.document.left_out
        if self._unread:
            given = {"number": len(self._unread), "total": self.total, "which": self._which(self._unread)}
            left_out.add(Message("{number} of {total} messages could not be read: {which}.", given))
        if self._without_versions:
            which = self._which(self._without_versions)
            left_out.add(Message("Other versions of messages could not be read: {which}.", {"which": which}))
        if self._has_pictures:
            left_out.add(Message("Pictures and other files in the messages were left out."))

    def _kept_versions(self, versions: list[Any], index: Any) -> tuple[list[Any], int | None]:
        """The versions that a file may still have, and the place of the chosen one among them, which is always kept."""
        place, room = _place(index, len(versions)), min(MAX_VERSIONS, self._room_for_versions + 1)
        if len(versions) > room:
            given = {"limit": MAX_VERSIONS, "total": MAX_FURTHER_VERSIONS}
            sentence = "Versions of messages were left out: a message may have {limit}, a file {total:,}."
            self.document.left_out.add(Message(sentence, given))
            first = max((place or 0) - room + 1, 0)
            versions, place = versions[first : first + room], None if place is None else place - first
        self._room_for_versions -= max(len(versions) - 1, 0)
        return versions, place

    def _turn(self, role: Role, text: str | None, versions: list[str], index: int | None, sent_at: Any) -> Turn | None:
        if text is None:
            self.miss()
            return None
        return turn_of(role, text, versions, index, parse_date(sent_at))

    def _objects(self, numbered: Iterable[tuple[int, Any]]) -> Iterator[dict[str, Any]]:
        for number, item in numbered:
            self.number = number
            self.total += 1
            if isinstance(item, dict):
                yield item
            else:
                self.miss()

    def _which(self, numbers: list[int]) -> Message:
        values, is_one = {"numbers": listed(numbers)}, len(numbers) == 1
        if self.document.kind == "jsonl":
            return Message("line {numbers}" if is_one else "lines {numbers}", values)
        if self.is_in_rows:
            return Message("row {numbers}" if is_one else "rows {numbers}", values)
        return Message("number {numbers}" if is_one else "numbers {numbers}", values)


def text_in(value: Any) -> str | None:
    """The text of a message or a version, which some programs keep in an object; None if there is none."""
    if isinstance(value, dict):
        value = next((value[key] for key in _TEXT_KEYS if isinstance(value.get(key), str)), None)
    return clean_text(value) if isinstance(value, str) else None


def _place(index: Any, number: int) -> int | None:
    """The index, which may be written as text, if it is one of so many places."""
    try:
        place = int(index)
    except (TypeError, ValueError, OverflowError):
        return None
    return place if 0 <= place < number else None
