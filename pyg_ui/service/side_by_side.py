"""Several generations side by side: started together or not at all, read as they grow, cancelled together.

Used for the candidates of a reply, for comparisons, and for the choices of an API request. Knows neither chats nor
HTTP. Leaving an iteration early cancels every generation in it.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence

from pyg_ui.engine.engine import Chunk, Engine, Finish, Generation, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters, declaration


def with_own_seed(parameters: SamplingParameters, index: int) -> SamplingParameters:
    """The parameters for the generation at `index`: a seed that is set counts up, so that the texts differ.

    After the largest valid seed comes 0. An open seed stays open.
    """
    if parameters.seed == -1:
        return parameters
    num_seeds = int(declaration("seed").maximum) + 1
    return parameters.with_changes({"seed": (parameters.seed + index) % num_seeds})


def submit_all(engine: Engine, requests: Iterable[GenerationRequest]) -> list[Generation]:
    """Start a generation for each request. Where one cannot start, the others are cancelled.

    Raises what `Engine.submit` raises.
    """
    generations: list[Generation] = []
    try:
        generations.extend(engine.submit(request) for request in requests)
    except Exception:
        cancel_all(generations)
        raise
    return generations


def cancel_all(generations: Iterable[Generation]) -> None:
    """Ask the engine to stop all of them. One that has ended stays as it is."""
    for generation in generations:
        generation.cancel()


async def interleaved(generations: Sequence[Generation]) -> AsyncGenerator[tuple[int, Chunk | Finish], None]:
    """Yield what each generation adds, as it comes, with the generation's index. The last of each is its Finish.

    Raises what the first generation to fail raises.
    """
    news: asyncio.Queue[tuple[int, Chunk | Finish | Exception]] = asyncio.Queue()

    async def read(index: int, generation: Generation) -> None:
        try:
            async for chunk in generation:
                news.put_nowait((index, chunk))
            assert generation.result is not None, "it has ended without an error"
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
    """The whole text of each generation. Raises what `interleaved` raises."""
    texts = [""] * len(generations)
    async for index, item in interleaved(generations):
        if isinstance(item, Chunk):
            texts[index] += item.text
    return texts
