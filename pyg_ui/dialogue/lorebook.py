"""Lorebooks: notes about a character's world that enter the prompt when the conversation touches upon them.

An entry is called by its keys, found in the newest turns, or is constant. Recursion (entries that call entries) is
off unless the book asks for it. Which entries enter is decided here, where they stand is decided by `prompt`; how
keys are found is `lorebook_keys`' business. Refuses to know tokenizers and file formats.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pyg_ui.dialogue.lorebook_keys import KeyFinder
from pyg_ui.dialogue.macros import expand

DEFAULT_SCAN_DEPTH = 2
"""How many of the newest turns are searched where the book does not say: a message and what it answers."""


class Position(StrEnum):
    """Where an entry stands: before or after the character's own definition."""

    BEFORE = "before_char"
    AFTER = "after_char"


@dataclass(frozen=True, slots=True)
class LorebookEntry:
    """One note, and what calls it."""

    content: str
    """Leading lines that begin with `@@` are directions to other programs; they never enter a prompt."""
    keys: tuple[str, ...] = ()
    """Any one of them calls the entry; blank ones call nothing."""
    secondary_keys: tuple[str, ...] = ()
    """Where the entry is selective, one of them must be found as well."""
    name: str = ""
    is_enabled: bool = True
    is_constant: bool = False
    """Whether it enters without being called."""
    is_selective: bool = False
    is_case_sensitive: bool = False
    use_regex: bool = False
    """Whether the keys are regular expressions, plain or as `/pattern/flags`."""
    position: Position = Position.BEFORE
    insertion_order: float = 0
    """Lower ones come earlier."""
    priority: float = 0
    """Where the budget is short, lower ones are left out first."""
    rest: Mapping[str, Any] = field(default_factory=dict)
    """What other programs keep with it: passed on, never read."""

    def text(self, *, char: str, user: str) -> str:
        """What enters the prompt: macros expanded, no directions, no white space around it."""
        lines = self.content.strip().split("\n")
        first = next((i for i, line in enumerate(lines) if not line.startswith("@@")), len(lines))
        return expand("\n".join(lines[first:]), char=char, user=user).strip()


@dataclass(frozen=True, slots=True)
class Lorebook:
    """Entries, and how they are called."""

    entries: tuple[LorebookEntry, ...] = ()
    name: str = ""
    description: str = ""
    scan_depth: int | None = None
    """How many of the newest turns are searched; None for the default."""
    token_budget: int | None = None
    """Tokens that called entries may take beside the constant ones; None for no limit of its own."""
    is_recursive: bool = False
    """Whether the texts of called entries are searched too."""
    rest: Mapping[str, Any] = field(default_factory=dict)
    """What other programs keep with it: passed on, never read."""


@dataclass(frozen=True, slots=True)
class CalledLore:
    """The entries for one prompt, in the order in which they stand."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    num_left_out: int = 0
    """Called entries for which the budget had no room; constant ones are never left out."""
    unusable_keys: tuple[str, ...] = ()
    """Patterns that are no valid regular expressions, or took too long."""


def call_lore(
    book: Lorebook, turns: Sequence[str], count_tokens: Callable[[str], int], *, char: str, user: str
) -> CalledLore:
    """The entries that the newest of the turns' texts call, oldest turn first, in at most the book's budget."""
    depth = DEFAULT_SCAN_DEPTH if book.scan_depth is None else max(book.scan_depth, 0)
    finder = KeyFinder(char=char, user=user)
    called = _called(book, "\n".join(turns[len(turns) - min(depth, len(turns)) :]), finder, char=char, user=user)
    kept, room = [entry for entry in called if entry.is_constant], book.token_budget
    for entry in sorted(called, key=lambda entry: (-entry.priority, entry.insertion_order)):
        if entry.is_constant:
            continue
        size = 0 if room is None else count_tokens(entry.text(char=char, user=user))
        if room is None or size <= room:
            kept.append(entry)
            room = None if room is None else room - size
    placed = sorted(kept, key=lambda entry: entry.insertion_order)
    return CalledLore(
        before=tuple(entry.text(char=char, user=user) for entry in placed if entry.position is Position.BEFORE),
        after=tuple(entry.text(char=char, user=user) for entry in placed if entry.position is Position.AFTER),
        num_left_out=len(called) - len(kept),
        unusable_keys=finder.unusable_keys,
    )


def _called(book: Lorebook, text: str, finder: KeyFinder, *, char: str, user: str) -> list[LorebookEntry]:
    """Constant entries and those that the text calls, without empty ones; with recursion, what those call in turn."""
    waiting = [entry for entry in book.entries if entry.is_enabled and entry.text(char=char, user=user)]
    called: list[LorebookEntry] = []
    while text:
        found = [entry for entry in waiting if entry.is_constant or _is_called(entry, text, finder)]
        waiting = [entry for entry in waiting if not any(entry is other for other in found)]
        called += found
        text = "\n".join(entry.text(char=char, user=user) for entry in found) if book.is_recursive else ""
    return called + [entry for entry in waiting if entry.is_constant]


def _is_called(entry: LorebookEntry, text: str, finder: KeyFinder) -> bool:
    def is_found(keys: Sequence[str]) -> bool:
        return finder.finds(keys, text, use_regex=entry.use_regex, is_case_sensitive=entry.is_case_sensitive)

    needs_both = entry.is_selective and bool(entry.secondary_keys)
    return is_found(entry.keys) and (not needs_both or is_found(entry.secondary_keys))
