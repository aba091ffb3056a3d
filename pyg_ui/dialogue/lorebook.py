"""Lorebooks: notes about a character's world that enter the prompt when the conversation mentions them.

An entry enters if one of its keys is found in the newest turns, or if it is constant. With recursion, which is off by
default, the entries that entered are searched for keys too. `lorebook_keys` finds the keys, and `prompt` decides where
the entries stand. Knows neither tokenizers nor file formats.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import dropwhile
from typing import Any

from pyg_ui.dialogue.lorebook_keys import KeyFinder
from pyg_ui.dialogue.macros.expansion import Macros

DEFAULT_SCAN_DEPTH = 2
"""How many of the newest turns are searched by default: a message and the one before it."""


class Position(StrEnum):
    """Where an entry stands: before or after the character's definition."""

    BEFORE = "before_char"
    AFTER = "after_char"


@dataclass(frozen=True, slots=True)
class LorebookEntry:
    """One note, and the keys that call it."""

    content: str
    """Leading lines that begin with `@@` are meant for other programs and never enter a prompt."""
    keys: tuple[str, ...] = ()
    """One of them must be found. Blank ones are ignored."""
    secondary_keys: tuple[str, ...] = ()
    """If the entry is selective, one of them must be found too."""
    name: str = ""
    is_enabled: bool = True
    is_constant: bool = False
    """Whether it always enters."""
    is_selective: bool = False
    is_case_sensitive: bool = False
    use_regex: bool = False
    """Whether the keys are regular expressions, plain or as `/pattern/flags`."""
    position: Position = Position.BEFORE
    insertion_order: float = 0
    """Entries with lower numbers come earlier."""
    priority: float = 0
    """If the budget is too small, entries with lower numbers are left out first."""
    rest: Mapping[str, Any] = field(default_factory=dict)
    """Fields of other programs, which are kept and not read."""


@dataclass(frozen=True, slots=True)
class Lorebook:
    """Entries, and how they are searched for."""

    entries: tuple[LorebookEntry, ...] = ()
    name: str = ""
    description: str = ""
    scan_depth: int | None = None
    """How many of the newest turns are searched; None for the default."""
    token_budget: int | None = None
    """The most tokens of the entries that are not constant; None for no limit."""
    is_recursive: bool = False
    """Whether the entries that entered are searched too."""
    rest: Mapping[str, Any] = field(default_factory=dict)
    """Fields of other programs, which are kept and not read."""


@dataclass(frozen=True, slots=True)
class CalledLore:
    """The entries for one prompt, in their order."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def call_lore(book: Lorebook, turns: Sequence[str], count_tokens: Callable[[str], int], macros: Macros) -> CalledLore:
    """The entries that the newest turns call, within the book's budget. `turns` are texts, oldest first."""
    depth = DEFAULT_SCAN_DEPTH if book.scan_depth is None else max(book.scan_depth, 0)
    newest = "\n".join(turns[-depth:] if depth else ())
    entries = [entry for entry in book.entries if entry.is_enabled]
    found = _called(entries, newest, KeyFinder(macros), is_recursive=book.is_recursive)
    called = [each for each in (_with_prompt_text(entry, macros) for entry in found) if each.content]
    kept, room = [entry for entry in called if entry.is_constant], book.token_budget
    for entry in sorted(called, key=lambda entry: (-entry.priority, entry.insertion_order)):
        if entry.is_constant:
            continue
        size = 0 if room is None else count_tokens(entry.content)
        if room is None or size <= room:
            kept.append(entry)
            room = None if room is None else room - size
    kept.sort(key=lambda entry: entry.insertion_order)
    return CalledLore(
        before=tuple(entry.content for entry in kept if entry.position is Position.BEFORE),
        after=tuple(entry.content for entry in kept if entry.position is Position.AFTER),
    )


def _with_prompt_text(entry: LorebookEntry, macros: Macros) -> LorebookEntry:
    """The entry with its text for the prompt: no lines for other programs, no outer white space, macros expanded."""
    content = _own_text(entry)
    return replace(entry, content=macros.expand(content, place=content).strip())


def _searched_text(entry: LorebookEntry, macros: Macros) -> str:
    """The entry's text in which the keys of others are searched."""
    content = _own_text(entry)
    return macros.with_hidden_keys(content, place=content).strip()


def _own_text(entry: LorebookEntry) -> str:
    """The entry's text without the lines for other programs."""
    return "\n".join(dropwhile(lambda line: line.startswith("@@"), entry.content.strip().split("\n")))


def _called(
    entries: Sequence[LorebookEntry], text: str, finder: KeyFinder, *, is_recursive: bool
) -> list[LorebookEntry]:
    """Constant entries and those that the text calls; with recursion, also those that the called ones call."""
    waiting, called = list(entries), list[LorebookEntry]()
    while text:
        found = [entry for entry in waiting if entry.is_constant or _is_called(entry, text, finder)]
        waiting = [entry for entry in waiting if not any(entry is other for other in found)]
        called += found
        text = "\n".join(_searched_text(entry, finder.macros) for entry in found) if is_recursive else ""
    return called + [entry for entry in waiting if entry.is_constant]


def _is_called(entry: LorebookEntry, text: str, finder: KeyFinder) -> bool:
    def is_found(keys: Sequence[str]) -> bool:
        return finder.finds(keys, text, use_regex=entry.use_regex, is_case_sensitive=entry.is_case_sensitive)

    needs_both = entry.is_selective and bool(entry.secondary_keys)
    return is_found(entry.keys) and (not needs_both or is_found(entry.secondary_keys))
