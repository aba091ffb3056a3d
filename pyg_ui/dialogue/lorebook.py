"""Lorebooks: notes about a character's world that enter the prompt when the conversation mentions them.

The rules are SillyTavern's; `docs/lorebooks.md` lists the fields of other programs and what becomes of each. `lore`
decides which entries enter, and `prompt` where they stand. Knows neither tokenizers nor file formats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DEFAULT_SCAN_DEPTH = 2
"""How many of the newest turns are searched by default: a message and the one before it."""
DEFAULT_DEPTH = 4
"""How many turns follow an entry that stands between the turns, by default."""
QUARTER = 0.25
"""The part of the prompt that SillyTavern gives to the entries of all books by default."""


class Position(StrEnum):
    """Where an entry stands."""

    BEFORE = "before_char"
    """Before the character's definition."""
    AFTER = "after_char"
    NOTE_TOP = "note_top"
    """Directly before the author's note. Entries around the note enter only where a note could."""
    NOTE_BOTTOM = "note_bottom"
    AT_DEPTH = "at_depth"
    """Between the turns, `depth` turns before the end."""
    EXAMPLES_TOP = "examples_top"
    """Before the example dialogue, as a block of its own."""
    EXAMPLES_BOTTOM = "examples_bottom"
    OUTLET = "outlet"
    """Only where a macro of the prompt asks for it, which no prompt of ours does. So the entry never enters."""


class KeyLogic(StrEnum):
    """Which secondary keys must be found, or must not, beside one of the keys."""

    AND_ANY = "and_any"
    """At least one is found."""
    NOT_ALL = "not_all"
    """At least one is not found."""
    NOT_ANY = "not_any"
    """None is found."""
    AND_ALL = "and_all"
    """All are found."""


class Voice(StrEnum):
    """Who says an entry that stands between the turns."""

    NARRATOR = "system"
    """Nobody: the entry is a line without a speaker's label."""
    PERSON = "user"
    CHARACTER = "assistant"


class Source(StrEnum):
    """A text that may be searched for keys beside the newest turns."""

    PERSON = "the person's description"
    CHARACTER = "the character's persona"
    SCENARIO = "the scenario"


@dataclass(frozen=True, slots=True)
class LorebookEntry:
    """One note, and what decides whether it enters and where it stands."""

    content: str
    """Leading lines that begin with `@@` are V3's decorators. They never enter a prompt."""
    keys: tuple[str, ...] = ()
    """One of them must be found. `/pattern/flags` is a regular expression as in JavaScript, all others are plain."""
    secondary_keys: tuple[str, ...] = ()
    """Only heeded if the entry is selective."""
    name: str = ""
    is_enabled: bool = True
    is_constant: bool = False
    """Whether it enters without being called by a key."""
    is_selective: bool = False
    logic: KeyLogic = KeyLogic.AND_ANY
    is_case_sensitive: bool | None = None
    """Of plain keys. None for the default: the letter case does not matter."""
    matches_whole_words: bool | None = False
    """Whether plain keys of one word are only found as whole words. None for SillyTavern's default: they are."""
    use_regex: bool = False
    """V3's mark, kept for other programs. Keys are patterns if they stand between slashes, whatever it says."""
    scan_depth: int | None = None
    """How many of the newest turns are searched; None for the book's number."""
    sources: tuple[Source, ...] = ()
    """What is searched beside the turns."""
    probability: float = 100
    """In per cent; drawn anew for each turn."""
    ignores_recursion: bool = False
    """Whether other entries cannot call it."""
    ends_recursion: bool = False
    """Whether it cannot call other entries."""
    recursion_level: int = 0
    """If above 0, it is only called once other entries have been, those with lower levels first."""
    position: Position = Position.BEFORE
    depth: int = DEFAULT_DEPTH
    """How many of the newest turns follow it, if it stands between the turns."""
    voice: Voice = Voice.NARRATOR
    insertion_order: float = 0
    """Entries with lower numbers come earlier in the prompt. If the budget is too small, they are left out first."""
    priority: float = 0
    """If the budget is too small, entries with lower numbers are left out first, whatever their order."""
    ignores_budget: bool = False
    groups: tuple[str, ...] = ()
    """Of the entries of a group, only one enters."""
    wins_group: bool = False
    """Whether it enters rather than others of its groups, and not by chance."""
    group_weight: float = 100
    """Its chance among the entries of a group, relative to theirs."""
    uses_group_scores: bool = False
    """Whether it leaves its groups if another entry of them has more keys that are found."""
    sticky: int = 0
    """For how many messages it stays once it has entered."""
    cooldown: int = 0
    """For how many messages it cannot enter again after that."""
    delay: int = 0
    """How many messages a chat must have before it can enter."""
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
    """The most tokens of its entries; None for no limit of its own."""
    budget_share: float | None = None
    """The most of the whole prompt that the entries of all such books take together, if it has no budget in tokens."""
    is_recursive: bool = False
    """Whether entries that entered, of any book, may call entries of this one."""
    rest: Mapping[str, Any] = field(default_factory=dict)
    """Fields of other programs, which are kept and not read."""
