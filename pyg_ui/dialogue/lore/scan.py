"""One search through a chat for the keys of its lorebooks, with all that follows from what is found.

Entries that were found are searched for the keys of others, as often as new ones are found. Chance, groups and budgets
then decide which of them enter.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pyg_ui.dialogue.lore.candidates import Candidate, Scene
from pyg_ui.dialogue.lore.chance import Chance
from pyg_ui.dialogue.lore.groups import without_losers
from pyg_ui.dialogue.lore.keys import KeyFinder
from pyg_ui.dialogue.lorebook import KeyLogic


@dataclass(slots=True)
class Purse:
    """The tokens that are left for the entries of one book, or of several together."""

    room: float
    is_closed: bool = False
    """Whether an entry did not fit. Then no later one enters either."""

    def take(self, num_tokens: int) -> bool:
        """Whether an entry of this size enters."""
        self.is_closed = self.is_closed or num_tokens > self.room
        if not self.is_closed:
            self.room -= num_tokens
        return not self.is_closed


@dataclass(slots=True)
class Scan:
    """A scan of one state of a chat. `run` is called once."""

    candidates: Sequence[Candidate]
    scene: Scene
    finder: KeyFinder
    chance: Chance
    size: Callable[[Candidate], int]
    """The tokens of a candidate's line."""
    purses: Mapping[int, Purse]
    """By the number of each book that has a limit."""
    sticky: Collection[Candidate] = ()
    cooling: Collection[Candidate] = ()
    _entered: dict[Candidate, None] = field(default_factory=dict)
    _failed: set[Candidate] = field(default_factory=set)
    """Those that the draw left out."""
    _called_texts: list[str] = field(default_factory=list)
    _texts: dict[tuple[object, ...], str] = field(default_factory=dict)
    _level: int = 0
    _is_recursing: bool = False

    def run(self) -> list[Candidate]:
        """The entries that enter, in the order in which they were found."""
        levels = sorted({each.entry.recursion_level for each in self.candidates if each.entry.recursion_level > 0})
        self._level = levels.pop(0) if levels else 0
        while True:
            found = [each for each in self.candidates if self._is_open(each) and self._is_called(each)]
            found.sort(key=lambda each: each not in self.sticky)
            won = without_losers(found, self._entered, self.sticky, self.chance, self._score)
            new = [each for each in won if self._is_drawn(each) and self._fits(each)]
            self._entered |= dict.fromkeys(new)
            texts = [each.text for each in new if not each.entry.ends_recursion]
            if texts:
                self._called_texts.append("\n".join(texts))
            elif levels:
                self._level = levels.pop(0)
            else:
                return list(self._entered)
            self._is_recursing = True

    def _text_for(self, candidate: Candidate) -> str:
        """What the entry's keys are searched in. Entries with the same settings share one text."""
        called_texts = self._called_texts if candidate.is_recursive else []
        kind = candidate.scan_depth, candidate.entry.sources, len(called_texts)
        if kind not in self._texts:
            self._texts[kind] = self.scene.text_for(candidate, called_texts)
        return self._texts[kind]

    def _is_open(self, candidate: Candidate) -> bool:
        return candidate not in self._entered and candidate not in self._failed

    def _is_called(self, candidate: Candidate) -> bool:
        entry, conditions = candidate.entry, candidate.conditions
        stays = candidate in self.sticky
        if len(self.scene.roles) < entry.delay or (candidate in self.cooling and not stays):
            return False
        if not stays and not self._may_be_called_now(candidate):
            return False
        if conditions.is_forced is not None:
            return conditions.is_forced
        text = self._text_for(candidate)
        if not self._conditions_hold(candidate, text):
            return False
        return entry.is_constant or stays or self._keys_are_found(candidate, text)

    def _may_be_called_now(self, candidate: Candidate) -> bool:
        """Whether the entry's and its book's recursion allow it at this point of the scan."""
        level = candidate.entry.recursion_level
        if not self._is_recursing:
            return level <= 0
        return level <= self._level and candidate.is_recursive and not candidate.entry.ignores_recursion

    def _conditions_hold(self, candidate: Candidate, text: str) -> bool:
        entry, conditions, num_replies = candidate.entry, candidate.conditions, self.scene.num_replies
        is_known = None not in (conditions.greeting, self.scene.greeting)
        return (
            num_replies >= conditions.least_replies
            and num_replies % conditions.every == 0
            and (conditions.greeting == self.scene.greeting or not is_known)
            and all(self.finder.any_found(keys, text, entry) for keys in conditions.needed_keys)
            and not self.finder.any_found(conditions.excluded_keys, text, entry)
        )

    def _keys_are_found(self, candidate: Candidate, text: str) -> bool:
        entry = candidate.entry
        if not self.finder.any_found(entry.keys, text, entry):
            return False
        secondary = [key for key in entry.secondary_keys if key.strip()]
        if not entry.is_selective or not secondary:
            return True
        found = self.finder.found(secondary, text, entry)
        match entry.logic:
            case KeyLogic.AND_ANY:
                return any(found)
            case KeyLogic.NOT_ALL:
                return not all(found)
            case KeyLogic.NOT_ANY:
                return not any(found)
            case KeyLogic.AND_ALL:
                return all(found)

    def _score(self, candidate: Candidate) -> int:
        """How many of the entry's keys are found. Secondary keys that must not be found do not count."""
        entry = candidate.entry
        text = self._text_for(candidate)
        first = sum(self.finder.found(entry.keys, text, entry))
        second = self.finder.found(entry.secondary_keys, text, entry) if entry.keys else []
        is_counted = entry.logic is KeyLogic.AND_ANY or (entry.logic is KeyLogic.AND_ALL and all(second))
        return first + sum(second) if is_counted else first

    def _is_drawn(self, candidate: Candidate) -> bool:
        probability = candidate.entry.probability
        if probability >= 100 or candidate in self.sticky:
            return True
        if self.chance.draw("entry", candidate.place, candidate.text) * 100 < probability:
            return True
        self._failed.add(candidate)
        return False

    def _fits(self, candidate: Candidate) -> bool:
        purse = self.purses.get(candidate.place[0])
        if purse is None or candidate.entry.ignores_budget:
            return True
        return purse.take(self.size(candidate))
