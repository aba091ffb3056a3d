"""The choices of a request as they grow, in pieces called deltas.

Streams send each delta; whole answers join them. So both give the same texts. The shape of answers is not known here.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel

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
        """The ending in OpenAI's words."""
        reason: FinishName = "length" if finish.reason is FinishReason.LENGTH else "stop"
        return cls(reason, finish.timings.num_new_tokens)


@dataclass(frozen=True, slots=True)
class Delta:
    """What is new in one choice: text, tokens, or how it ended."""

    index: int
    text: str = ""
    tokens: tuple[LoggedToken, ...] = ()
    ending: Ending | None = None


class ChoiceWriter(Protocol):
    """Turns what the engine emits into the deltas of one choice."""

    def take(self, item: Chunk | Finish) -> Iterator[Delta]:
        """The deltas of a chunk, or of the finish. The last delta of the finish holds the ending."""


class Usage(BaseModel):
    """The exact count of tokens."""

    prompt_tokens: int
    """Each prompt once."""
    completion_tokens: int
    """All that was generated, including what a stop string cut off."""
    total_tokens: int

    @classmethod
    def count(cls, num_prompt_tokens: int, deltas: Iterable[Delta]) -> Usage:
        """The sum over the choices that have ended."""
        num_new = sum(delta.ending.num_tokens for delta in deltas if delta.ending)
        return cls(prompt_tokens=num_prompt_tokens, completion_tokens=num_new, total_tokens=num_prompt_tokens + num_new)


@dataclass(frozen=True, slots=True)
class Job:
    """A request that is running: a generation and a writer for each choice."""

    generations: list[Generation]
    writers: Sequence[ChoiceWriter]
    num_prompt_tokens: int
    has_logprobs: bool
    """Whether the answer reports tokens with their log-probabilities."""

    async def deltas(self) -> AsyncGenerator[Delta, None]:
        """The deltas of all choices as they come. Raises what the engine raises; closing it cancels the generations."""
        async with aclosing(interleaved(self.generations)) as items:
            async for index, item in items:
                for delta in self.writers[index].take(item):
                    yield delta

    async def whole_choices(self) -> list[Delta]:
        """Each choice as one delta that holds all of it."""
        parts: list[list[Delta]] = [[] for _ in self.generations]
        async with aclosing(self.deltas()) as deltas:
            async for delta in deltas:
                parts[delta.index].append(delta)
        return [_joined(index, deltas) for index, deltas in enumerate(parts)]


def _joined(index: int, deltas: Sequence[Delta]) -> Delta:
    tokens = tuple(token for delta in deltas for token in delta.tokens)
    return Delta(index, "".join(delta.text for delta in deltas), tokens, deltas[-1].ending)
