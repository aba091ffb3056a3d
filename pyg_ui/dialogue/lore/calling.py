"""The lorebook entries that enter the prompt of a chat.

All books of a chat are searched together. The result depends on the chat alone: what is left to chance is drawn from
its texts, and entries that stay for a while are found by going through the chat from its beginning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial

from pyg_ui.dialogue.chat import Chat, Role
from pyg_ui.dialogue.lore.candidates import Candidate, candidates_of, scene_of
from pyg_ui.dialogue.lore.chance import Chance
from pyg_ui.dialogue.lore.keys import KeyFinder
from pyg_ui.dialogue.lore.scan import Purse, Scan
from pyg_ui.dialogue.lore.timing import Timing
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry, Position, Voice
from pyg_ui.dialogue.macros.expansion import Macros

MAX_REPLAYED = 50
"""The most replies of a chat, the newest ones, for which entries are called again to see what stays."""
_REPLAYED_SPANS = 4
"""Turns older than this many times the longest time for which an entry stays and cools down are not looked at."""


@dataclass(frozen=True, slots=True)
class Lore:
    """The texts of the entries that enter, in the order in which they stand."""

    texts: Mapping[Position, Sequence[str]]
    spoken: Mapping[tuple[int, Voice], Sequence[str]]
    """Those between the turns, by how many turns follow them and by who says them."""


def placed_lore(chat: Chat, macros: Macros, count_tokens: Callable[[str], int], room: int) -> Lore:
    """The entries of a prompt in which macros stand for this, and which has this many tokens in all."""
    texts: dict[Position, list[str]] = {position: [] for position in Position}
    spoken: dict[tuple[int, Voice], list[str]] = {}
    for entry in call_lore(chat, macros, count_tokens, room):
        if text := _prompt_text(entry, macros):
            is_spoken = entry.position is Position.AT_DEPTH
            place = spoken.setdefault((entry.depth, entry.voice), []) if is_spoken else texts[entry.position]
            place.append(text)
    return Lore(texts, spoken)


def call_lore(chat: Chat, macros: Macros, count_tokens: Callable[[str], int], room: int) -> tuple[LorebookEntry, ...]:
    """The entries that enter, in the order in which they stand, without their decorators. `room` is the whole prompt's.

    The person is searched for by the name that the screen shows. Entries of the same order stand in the reverse order
    of their book, as in SillyTavern.
    """
    if not chat.all_lorebooks:
        return ()
    searched = replace(macros, user=chat.person_name)
    candidates, scene = candidates_of(chat, searched), scene_of(chat, searched)
    size = cache(lambda candidate: count_tokens(_prompt_text(candidate.entry, macros) + "\n"))

    def scan(num_turns: int, timing: Timing, finder: KeyFinder) -> list[Candidate]:
        return Scan(
            candidates,
            scene.until(num_turns),
            finder,
            Chance(chat.turns[:num_turns]),
            size,
            _purses(chat.all_lorebooks, room),
            timing.sticky,
            timing.cooling,
        ).run()

    replayed = partial(scan, finder=KeyFinder(searched))  # its limit of time holds for all replies together
    entered = scan(len(chat.turns), _timing(chat, candidates, replayed), KeyFinder(searched))
    entered.reverse()
    entered.sort(key=lambda each: each.entry.insertion_order)
    return tuple(each.entry for each in entered if each.text and each.entry.position is not Position.OUTLET)


def _prompt_text(entry: LorebookEntry, macros: Macros) -> str:
    return macros.expand(entry.content, place=entry.content).strip()


def _purses(books: Sequence[Lorebook], room: int) -> dict[int, Purse]:
    """The limits of one scan, by the numbers of the books that have one. Books that have a share share it."""
    purses: dict[int, Purse] = {}
    shared: Purse | None = None
    for i, book in enumerate(books):
        if book.token_budget is not None:
            purses[i] = Purse(book.token_budget)
        elif book.budget_share is not None:
            shared = shared or Purse(book.budget_share * room)
            purses[i] = shared
    return purses


def _timing(chat: Chat, candidates: Sequence[Candidate], scan: Callable[[int, Timing], Sequence[Candidate]]) -> Timing:
    """Which entries stay or cool down at the chat's end."""
    timing = Timing()
    longest = max((max(each.entry.sticky, 0) + max(each.entry.cooldown, 0) for each in candidates), default=0)
    if longest:
        first = max(len(chat.turns) - _REPLAYED_SPANS * longest, 1)
        replies = [i for i, turn in enumerate(chat.turns) if i >= first and turn.role is Role.CHARACTER]
        for num_turns in replies[-MAX_REPLAYED:]:
            timing.advance(num_turns)
            timing.enter(num_turns, scan(num_turns, timing))
        timing.advance(len(chat.turns))
    return timing
