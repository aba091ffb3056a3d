"""What could not be read of a file that was read otherwise, as sentences that name each part by its place.

A Document has one LeftOut. Its objects are FileObjects, which know it and their own place in the file, so that the
functions of `fields` can tell of a value of a wrong type. Objects that come from elsewhere, such as our database, are
plain dicts, and nothing is told of them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pyg_ui.errors import Message

MAX_SENTENCES = 20
"""The rest is counted."""
MAX_NUMBERS = 10
"""How many items of one list are named by number."""


class LeftOut:
    """Collects the sentences about one file, each once."""

    def __init__(self) -> None:
        self._sentences: list[Message] = []
        self._num_more = 0

    def add(self, sentence: Message) -> None:
        """Tell of something that was left out."""
        if sentence in self._sentences:
            return
        if len(self._sentences) < MAX_SENTENCES:
            self._sentences.append(sentence)
        else:
            self._num_more += 1

    @property
    def sentences(self) -> tuple[Message, ...]:
        """What was left out, in the order in which it was found."""
        more = Message("{number} more parts could not be read.", {"number": self._num_more})
        return (*self._sentences, more) if self._num_more else tuple(self._sentences)


class FileObject(dict[str, Any]):
    """An object in a file, which knows where it stands there."""

    __slots__ = ("left_out", "place")

    def __init__(self, values: Mapping[str, Any], left_out: LeftOut, place: Sequence[str] = ()) -> None:
        super().__init__(values)
        self.left_out = left_out
        self.place = tuple(place)
        """The keys that lead to it, the outermost first; in a list `entry 7`."""


def within(values: Mapping[str, Any], inner: dict[str, Any], *place: str) -> dict[str, Any]:
    """The object `inner`, which stands at this place in `values`. Without a place, it replaces `values`."""
    if not isinstance(values, FileObject):
        return inner
    return FileObject(inner, values.left_out, (*values.place, *place))


def tell(values: Mapping[str, Any], sentence: Message) -> None:
    """Tell of something in the object that was left out or replaced."""
    if isinstance(values, FileObject):
        values.left_out.add(sentence)


def tell_field(values: Mapping[str, Any], key: str) -> None:
    """Tell that a field could not be read."""
    tell(values, unread_part(_place(values, key)))


def tell_items(values: Mapping[str, Any], key: str, numbers: Sequence[int], total: int) -> None:
    """Tell which items of a field's list could not be read, counted from 1; nothing if there are none."""
    if numbers:
        given = {"place": _place(values, key), "number": len(numbers), "total": total, "which": listed(numbers)}
        tell(values, Message("{place}: {number} of {total} could not be read ({which}).", given))


def tell_surplus(values: Mapping[str, Any], key: str, total: int, limit: int) -> None:
    """Tell that only the first items of a field's list were kept."""
    given = {"place": _place(values, key), "total": total, "limit": limit}
    tell(values, Message("{place}: only {limit:,} of {total:,} were kept.", given))


def _place(values: Mapping[str, Any], key: str) -> str:
    return ": ".join((*(values.place if isinstance(values, FileObject) else ()), key))


def unread_part(place: str) -> Message:
    """The sentence about a part of a file."""
    return Message("{place} could not be read.", {"place": place})


def too_many_messages(limit: int) -> Message:
    """The sentence about a file with more messages than are kept."""
    return Message("Only {limit:,} messages were kept: the file has too many.", {"limit": limit})


def listed(numbers: Sequence[int]) -> str:
    """The numbers with commas; of many, the first ones."""
    shown = ", ".join(map(str, numbers[:MAX_NUMBERS]))
    return f"{shown}, ..." if len(numbers) > MAX_NUMBERS else shown


def item_place(key: str, number: int) -> str:
    """The place of an item in a field's list: `entry 7` for the seventh of `entries`."""
    one = f"{key[:-3]}y" if key.endswith("ies") else key.removesuffix("s")
    return f"{one} {number}"
