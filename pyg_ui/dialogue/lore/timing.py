"""Which entries stay for a while after they entered, and which cannot enter again for a while.

Nothing of it is stored. The chat is gone through from its beginning, and its entries are called for each reply as they
were then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyg_ui.dialogue.lore.candidates import Candidate


@dataclass(frozen=True, slots=True)
class _Span:
    """A number of messages that a chat has while something holds."""

    start: int
    end: int
    is_kept: bool = False
    """Whether it holds even if the chat has not gone on since its start."""


@dataclass(slots=True)
class Timing:
    """The state of a chat's entries. Changes with every call of its methods."""

    sticky: set[Candidate] = field(default_factory=set)
    """Those that stay now."""
    cooling: set[Candidate] = field(default_factory=set)
    """Those that cannot enter now, unless they stay."""
    _sticky: dict[Candidate, _Span] = field(default_factory=dict)
    _cooling: dict[Candidate, _Span] = field(default_factory=dict)

    def advance(self, num_turns: int) -> None:
        """The chat has this many turns now. An entry that stays no longer begins to cool down."""
        for candidate in self._ended(self._sticky, num_turns):
            if (cooldown := candidate.entry.cooldown) > 0:
                self._cooling[candidate] = _Span(num_turns, num_turns + cooldown, is_kept=True)
        self._ended(self._cooling, num_turns)
        self.sticky, self.cooling = set(self._sticky), set(self._cooling)

    def enter(self, num_turns: int, entered: Iterable[Candidate]) -> None:
        """These entries entered when the chat had this many turns."""
        for each in entered:
            for spans, length in ((self._sticky, each.entry.sticky), (self._cooling, each.entry.cooldown)):
                if length > 0:
                    spans.setdefault(each, _Span(num_turns, num_turns + length))

    def _ended(self, spans: dict[Candidate, _Span], num_turns: int) -> list[Candidate]:
        """Drop the spans that hold no longer. The keys of those that have come to their end."""
        unborn = [each for each, span in spans.items() if num_turns <= span.start and not span.is_kept]
        ended = [each for each, span in spans.items() if each not in unborn and num_turns >= span.end]
        for each in (*unborn, *ended):
            del spans[each]
        return ended
