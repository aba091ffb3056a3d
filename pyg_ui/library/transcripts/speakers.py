"""Who speaks: names on messages, and speakers' labels in chats that are kept as text, such as `You: Hello!`."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from pyg_ui.dialogue.chat import Role, Turn

PERSON = "You"
"""The person's label in all formats."""

_LABEL = re.compile(r"^([^\s:*\"(][^:\n]{0,60}):(?=\s|$)", re.MULTILINE)


def label_of(text: str) -> str:
    """The speaker's label that the text begins with; "" if it has none."""
    match = _LABEL.match(text)
    return match[1].strip() if match else ""


def most_frequent(names: Iterable[str], ignored: Collection[str] = ("",), preferred: str = "") -> str:
    """The most frequent name that is not ignored; "" if there is none. Of several it is the preferred or the first."""
    counts = Counter(name for name in names if name not in ignored)
    most = max(counts.values(), default=0)
    frequent = [name for name, number in counts.items() if number == most]
    return preferred if preferred in frequent else next(iter(frequent), "")


def speaker_of(spoken: Iterable[tuple[str, Turn]], role: Role, preferred: str = "") -> str:
    """The name on most turns of that role, each given with its speaker's name; "" if none has a name."""
    return most_frequent((name for name, turn in spoken if turn.role is role), preferred=preferred)


def labels_in(text: str) -> list[str]:
    """Every label that a line of the text begins with."""
    return [match[1].strip() for match in _LABEL.finditer(text)]


def split_at_labels(text: str, names: Iterable[str]) -> list[tuple[str, str]]:
    """The parts of a text, each with the name before it. The name of a text before the first label is "".

    Names are found in any case at the beginning of a line, and come as they stand in `names`. Empty parts are left
    out.
    """
    known = {name.casefold(): name for name in reversed(list(names)) if name}
    longest_first = "|".join(map(re.escape, sorted(known.values(), key=len, reverse=True)))
    if not longest_first:
        return [("", text.strip())] if text.strip() else []
    parts = re.split(rf"^[^\S\n]*({longest_first}):(?=\s|$)", text, flags=re.MULTILINE | re.IGNORECASE)
    spoken = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    return [(known.get(name.casefold(), name), said.strip()) for name, said in spoken if said.strip()]


def labelled(spoken: Sequence[tuple[str, Turn]], character_name: str) -> tuple[Turn, ...]:
    """The turns, each given with its speaker's name. What a third speaker says begins with that one's name."""
    return tuple(
        turn if turn.role is Role.PERSON or speaker in ("", character_name) else _with_label(turn, speaker)
        for speaker, turn in spoken
    )


def _with_label(turn: Turn, speaker: str) -> Turn:
    return replace(turn, versions=tuple(replace(each, text=f"{speaker}: {each.text}") for each in turn.versions))
