"""The entries that may enter a prompt, prepared for a scan, and what they are searched in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Self

from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.dialogue.lore.decorators import Conditions, decorated
from pyg_ui.dialogue.lorebook import DEFAULT_SCAN_DEPTH, Lorebook, LorebookEntry, Source
from pyg_ui.dialogue.macros.expansion import Macros

TURN_MARK = "\x01"
"""Stands before each part of the searched text, so that a pattern can ask for a turn's beginning, as in SillyTavern."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """An enabled entry. Two candidates are never equal, even if their entries are."""

    entry: LorebookEntry
    """With its decorators applied, and without them in its text."""
    conditions: Conditions
    place: tuple[int, int]
    """The numbers of the book and of the entry within it."""
    macros: Macros
    """What macros in its text stand for."""
    scan_depth: int
    is_recursive: bool
    """Whether other entries may call it, as its book says."""

    @cached_property
    def text(self) -> str:
        """Its text as it is searched for other entries' keys. Few entries of a book ever need it."""
        content = self.entry.content
        return self.macros.with_hidden_keys(content, place=content).strip()


@dataclass(frozen=True, slots=True)
class Scene:
    """What is searched for keys in a chat, or in an earlier state of it."""

    roles: Sequence[Role]
    """The speakers of its turns, oldest first."""
    line: Callable[[int], str]
    """The text of the turn with this number, with its speaker's name."""
    source: Callable[[Source], str]
    """The text of a source."""
    greeting: int | None
    """Which greeting the chat began with; None if it began with none."""
    num_replies: int
    """How many of the turns are the character's."""

    def until(self, num_turns: int) -> Self:
        """The scene after that many turns."""
        roles = self.roles[:num_turns]
        return replace(self, roles=roles, num_replies=_num_replies(roles))

    def text_for(self, candidate: Candidate, called_texts: Sequence[str]) -> str:
        """The text that the entry's keys are searched in: the newest turn first, what entries say last."""
        if candidate.scan_depth <= 0:
            return ""
        newest = range(len(self.roles))[-candidate.scan_depth :]
        sources = map(self.source, candidate.entry.sources)
        parts = (*map(self.line, reversed(newest)), *filter(None, sources), *called_texts)
        return TURN_MARK + f"\n{TURN_MARK}".join(parts)


def candidates_of(chat: Chat, macros: Macros) -> list[Candidate]:
    """The enabled entries of all books, in the order in which they are taken: first what must not be left out."""
    found = [
        _candidate(book, entry, (i, k), macros)
        for i, book in enumerate(chat.all_lorebooks)
        for k, entry in enumerate(book.entries)
        if entry.is_enabled
    ]
    return sorted(found, key=lambda each: (each.place[0], -each.entry.priority, -each.entry.insertion_order))


def scene_of(chat: Chat, macros: Macros) -> Scene:
    """The whole chat. Its texts are made when they are searched: of a long chat, only the newest turns are."""
    character = chat.character
    sources = {
        Source.PERSON: chat.person_description,
        Source.CHARACTER: character.persona,
        Source.SCENARIO: character.scenario,
    }

    @cache
    def line(number: int) -> str:
        turn = chat.turns[number]
        if turn.role is Role.PERSON:
            return f"{chat.person_name}: {turn.text.strip()}"
        said = chat.macros(chat.person_name, turn.sent_at).expand_message(turn.text, has_hidden_keys=True)
        return f"{character.name}: {said.strip()}"

    @cache
    def source_text(source: Source) -> str:
        return macros.expand(sources[source]).strip()

    roles = [turn.role for turn in chat.turns]
    return Scene(
        roles,
        line,
        source_text,
        greeting=chat.turns[0].index if roles[:1] == [Role.CHARACTER] else None,
        num_replies=_num_replies(roles),
    )


def _num_replies(roles: Sequence[Role]) -> int:
    return sum(role is Role.CHARACTER for role in roles)


def _candidate(book: Lorebook, entry: LorebookEntry, place: tuple[int, int], macros: Macros) -> Candidate:
    effective, conditions = decorated(entry)
    depths = (effective.scan_depth, book.scan_depth, DEFAULT_SCAN_DEPTH)
    return Candidate(
        effective,
        conditions,
        place,
        macros,
        scan_depth=next(depth for depth in depths if depth is not None),
        is_recursive=book.is_recursive,
    )
