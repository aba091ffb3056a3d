"""Speakers' labels in chats that are kept as text: `You: Hello!`."""

import re
from collections import Counter
from collections.abc import Collection, Iterable

from pyg_ui.dialogue.chat import Role, Turn

PERSON = "You"
"""The person's label in all formats."""

_LABEL = re.compile(r"^([^\s:*\"(][^:\n]{0,60}):(?=\s|$)", re.MULTILINE)


def label_of(text: str) -> str:
    """The speaker's label that the text begins with; "" if it has none."""
    match = _LABEL.match(text)
    return match[1].strip() if match else ""


def most_frequent(names: Iterable[str], ignored: Collection[str]) -> str:
    """The most frequent name that is not ignored; "" if there is none."""
    counts = Counter(name for name in names if name not in ignored)
    return counts.most_common(1)[0][0] if counts else ""


def labels_in(text: str) -> list[str]:
    """Every label that a line of the text begins with."""
    return [match[1].strip() for match in _LABEL.finditer(text)]


def split_turns(text: str, name: str) -> list[Turn]:
    """The turns in a text in which each turn begins with a label. Text before the first label is left out."""
    parts = re.split(rf"^({re.escape(PERSON)}|{re.escape(name)}):", text, flags=re.MULTILINE)
    spoken = zip(parts[1::2], parts[2::2], strict=True)
    return [Turn.of(Role.PERSON if label == PERSON else Role.CHARACTER, said.strip()) for label, said in spoken]
