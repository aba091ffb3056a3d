"""Counts what a character takes of a model's context: the tokens that stand in front of every reply."""

from collections import Counter
from dataclasses import dataclass, replace

from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.prompt import SegmentKind, build_prompt
from pyg_ui.engine.engine import Engine

_NO_LIMIT = 10**9
_NOT_TYPED = (SegmentKind.START, SegmentKind.CUE)


@dataclass(frozen=True, slots=True)
class Cost:
    """What never leaves the prompt, however long the conversation."""

    num_tokens: int
    limit: int
    """The model's context."""
    largest: SegmentKind
    """The part with most tokens."""

    @property
    def num_over(self) -> int:
        """How many tokens too many; 0 if it fits."""
        return max(self.num_tokens - self.limit, 0)


def cost_of(engine: Engine, chat: Chat) -> Cost:
    """The cost of the chat's character, person, note and lorebooks, before anything has been said."""
    prompt = build_prompt(replace(chat, turns=(), directions=()), engine.count_tokens, _NO_LIMIT)
    sizes: Counter[SegmentKind] = Counter()
    for segment in prompt.segments:
        sizes[segment.kind] += segment.num_tokens
    typed = [kind for kind in sizes if kind not in _NOT_TYPED] or [SegmentKind.PERSONA]
    return Cost(prompt.num_tokens, engine.model.context_length, max(typed, key=lambda kind: sizes[kind]))
