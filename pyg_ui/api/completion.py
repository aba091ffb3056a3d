"""From a prompt to what several generations write: the part that every dialect shares.

All the generations of a request are started together or not at all, and end together when their client goes away.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from anyio import to_thread

from pyg_ui.api.fields import PromptInput
from pyg_ui.engine.engine import Chunk, Engine, Finish, Generation, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters, declaration
from pyg_ui.errors import PromptTooLongError


async def encode(engine: Engine, prompt: PromptInput) -> tuple[int, ...]:
    """The prompt's token ids."""
    if isinstance(prompt, tuple):
        return prompt
    # In a thread, because a long prompt takes long enough to hold up everybody else's requests.
    return tuple(await to_thread.run_sync(engine.encode, prompt))


def shortened(parameters: SamplingParameters, num_prompt_tokens: int, context_length: int) -> SamplingParameters:
    """The parameters with as many new tokens as the prompt leaves room for. Raises PromptTooLongError for none."""
    room = context_length - num_prompt_tokens
    if room < 1:
        raise PromptTooLongError(
            f"The prompt has {num_prompt_tokens:,} tokens; this model holds {context_length:,}, prompt and reply "
            f"together. Shorten the prompt to at most {context_length - 1:,} tokens.",
            num_tokens=num_prompt_tokens,
            limit=context_length,
        )
    return with_at_most(parameters, room)


def with_at_most(parameters: SamplingParameters, num_new_tokens: int) -> SamplingParameters:
    """The parameters with no more new tokens than these."""
    most = min(parameters.max_new_tokens, num_new_tokens)
    least = min(parameters.min_new_tokens, most)
    return parameters.with_changes({"max_new_tokens": most, "min_new_tokens": least})


def with_own_seed(parameters: SamplingParameters, index: int) -> SamplingParameters:
    """The parameters for the choice at `index`: a seed that was given is counted up, so that choices differ."""
    if parameters.seed == -1 or index == 0:
        return parameters
    num_seeds = int(declaration("seed").maximum) + 1
    return parameters.with_changes({"seed": (parameters.seed + index) % num_seeds})


def submit_all(engine: Engine, requests: Sequence[GenerationRequest]) -> list[Generation]:
    """Start them all. Where one cannot be started, none goes on and what `Engine.submit` raises is raised."""
    generations: list[Generation] = []
    try:
        generations.extend(engine.submit(request) for request in requests)
    except Exception:
        cancel_all(generations)
        raise
    return generations


def cancel_all(generations: Sequence[Generation]) -> None:
    """Ask the engine to stop all of them."""
    for generation in generations:
        generation.cancel()


async def interleaved(generations: Sequence[Generation]) -> AsyncGenerator[tuple[int, Chunk | Finish], None]:
    """What each of them adds, as it comes, with its index; each one's Finish is its last.

    Raises what the engine fails with. Leaving the iteration cancels them all.
    """
    news: asyncio.Queue[tuple[int, Chunk | Finish | Exception]] = asyncio.Queue()

    async def read(index: int, generation: Generation) -> None:
        try:
            async for chunk in generation:
                news.put_nowait((index, chunk))
            assert generation.result is not None, "it has ended well"
            news.put_nowait((index, generation.result))
        except Exception as error:
            news.put_nowait((index, error))

    readers = [asyncio.create_task(read(index, generation)) for index, generation in enumerate(generations)]
    num_running = len(readers)
    try:
        while num_running:
            index, item = await news.get()
            if isinstance(item, Exception):
                raise item
            num_running -= isinstance(item, Finish)
            yield index, item
    finally:
        cancel_all(generations)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def whole_texts(generations: Sequence[Generation]) -> list[str]:
    """The whole text of each. Raises what the engine fails with; cancelling it cancels them all."""
    texts = [""] * len(generations)
    async for index, item in interleaved(generations):
        if isinstance(item, Chunk):
            texts[index] += item.text
    return texts
