"""The growing choices of a request, piece by piece: what is streamed, and what a whole answer is put together from.

Both go through `deltas`, so that what is streamed adds up to what is answered whole.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pyg_ui.api.openai.token_log import LoggedToken
from pyg_ui.engine.engine import Chunk, Finish, FinishReason, Generation
from pyg_ui.service.side_by_side import interleaved

FinishName = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Ending:
    """How a choice ended."""

    reason: FinishName
    num_tokens: int
    """How many tokens were generated for it."""

    @classmethod
    def of(cls, finish: Finish) -> Ending:
        """In OpenAI's words."""
        reason: FinishName = "length" if finish.reason is FinishReason.LENGTH else "stop"
        return cls(reason, finish.timings.num_new_tokens)


@dataclass(frozen=True, slots=True)
class Delta:
    """What is new in one choice: text, or how it ended."""

    index: int
    text: str = ""
    tokens: tuple[LoggedToken, ...] = ()
    ending: Ending | None = None


class ChoiceWriter(Protocol):
    """Makes one choice of what the engine emits."""

    def take(self, item: Chunk | Finish) -> Iterator[Delta]:
        """What is new by a chunk, or by the finish, which is the last."""


@dataclass(slots=True)
class Choice:
    """One choice, whole once its ending is there."""

    text: str = ""
    tokens: list[LoggedToken] = field(default_factory=list)
    ending: Ending | None = None


async def deltas(generations: Sequence[Generation], writers: Sequence[ChoiceWriter]) -> AsyncGenerator[Delta, None]:
    """The deltas of all choices as they come. Raises what the engine fails with; leaving cancels the generations."""
    async with aclosing(interleaved(generations)) as items:
        async for index, item in items:
            for delta in writers[index].take(item):
                yield delta


async def whole_choices(generations: Sequence[Generation], writers: Sequence[ChoiceWriter]) -> list[Choice]:
    """All choices, whole."""
    choices = [Choice() for _ in generations]
    async with aclosing(deltas(generations, writers)) as pieces:
        async for delta in pieces:
            choice = choices[delta.index]
            choice.text += delta.text
            choice.tokens += delta.tokens
            choice.ending = delta.ending or choice.ending
    return choices
