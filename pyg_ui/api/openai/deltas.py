"""The choices of a request as they grow, in pieces called deltas.

Streams send each delta; whole answers join them. So both give the same texts. The shape of answers is not known here.
"""

from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from pyg_ui.api.token_log import LoggedToken
from pyg_ui.engine.engine import Chunk, Finish, FinishReason, Generation
from pyg_ui.service.side_by_side import interleaved

FinishName = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Delta:
    """What is new in one choice: text, tokens, or how it ended."""

    index: int
    text: str = ""
    tokens: tuple[LoggedToken, ...] = ()
    finish_reason: FinishName | None = None
    """How the choice ended. Only its last delta has it."""
    num_tokens: int = 0
    """How many tokens were generated for the choice. Only its last delta has it."""
    token_ids: tuple[int, ...] = ()
    """The generated tokens, if they are wanted."""


ChoiceWriter = Callable[[Chunk | Finish], Iterator[Delta]]
"""Turns what the engine emits into the deltas of one choice."""


def finish_name(finish: Finish) -> FinishName:
    """The finish reason in OpenAI's words."""
    return "length" if finish.reason is FinishReason.LENGTH else "stop"


@dataclass(frozen=True, slots=True)
class Job:
    """A request that is running: a generation and a writer for each choice."""

    generations: list[Generation]
    writers: Sequence[ChoiceWriter]
    num_prompt_tokens: int
    has_logprobs: bool
    """Whether the answer reports tokens with their log-probabilities."""
    has_token_ids: bool = False
    """Whether the answer reports the ids of the generated tokens."""

    async def deltas(self) -> AsyncGenerator[Delta, None]:
        """The deltas of all choices as they come. Raises what the engine raises; closing it cancels the generations."""
        async with aclosing(interleaved(self.generations)) as items:
            async for index, item in items:
                for delta in self.writers[index](item):
                    yield delta

    async def whole_choices(self) -> list[Delta]:
        """Each choice as one delta that holds all of it."""
        choices = [Delta(index) for index in range(len(self.generations))]
        async with aclosing(self.deltas()) as deltas:
            async for delta in deltas:
                whole = choices[delta.index]
                text, tokens = whole.text + delta.text, (*whole.tokens, *delta.tokens)
                token_ids = (*whole.token_ids, *delta.token_ids)
                choices[delta.index] = replace(delta, text=text, tokens=tokens, token_ids=token_ids)
        return choices
