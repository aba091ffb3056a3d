"""One generation between its engine and its consumer: threads, asyncio, cancelling, failing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest

from pyg_ui.engine.engine import Chunk, Finish, FinishReason, Generation, GenerationRequest, Timings
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import EngineError

FINISH = Finish(FinishReason.LENGTH, Timings(0.1, 0.2, 0.3, 5, 2, 4), seed=7)
CHUNKS = [Chunk(character, (index,)) for index, character in enumerate("four")]


def new_generation() -> Generation:
    return Generation(GenerationRequest((1, 2), SamplingParameters()))


@pytest.fixture
def generation() -> Generation:
    return new_generation()


def emit_all(generation: Generation, delay_s: float = 0.0) -> None:
    for chunk in CHUNKS:
        time.sleep(delay_s)
        generation.emit(chunk)
    generation.finish(FINISH)


@pytest.fixture
def emitting(generation: Generation) -> Iterator[Generation]:
    """A generation whose chunks come one by one from another thread."""
    engine = threading.Thread(target=emit_all, args=(generation, 0.01))
    engine.start()
    yield generation
    engine.join()


async def collect(generation: Generation) -> list[Chunk]:
    return [chunk async for chunk in generation]


def test_a_thread_gets_every_chunk_in_order_and_then_the_end(emitting: Generation) -> None:
    assert list(emitting) == CHUNKS
    assert emitting.result == FINISH


def test_asyncio_gets_every_chunk_in_order_and_then_the_end(emitting: Generation) -> None:
    assert asyncio.run(collect(emitting)) == CHUNKS
    assert emitting.result == FINISH


def test_what_came_before_anybody_listened_is_not_lost(generation: Generation) -> None:
    emit_all(generation)
    assert generation.text() == "four"
    late = new_generation()
    emit_all(late)
    assert asyncio.run(collect(late)) == CHUNKS


def test_there_is_no_result_before_the_end(generation: Generation) -> None:
    generation.emit(CHUNKS[0])
    assert generation.result is None


def test_an_error_comes_after_the_chunks_that_were_emitted(generation: Generation) -> None:
    generation.emit(CHUNKS[0])
    generation.fail(EngineError("broken"))
    chunks = iter(generation)
    assert next(chunks) == CHUNKS[0]
    with pytest.raises(EngineError, match="broken"):
        next(chunks)
    assert generation.result is None


def test_asyncio_gets_the_error_after_the_chunks_too(generation: Generation) -> None:
    async def main() -> None:
        chunks = aiter(generation)
        assert await anext(chunks) == CHUNKS[0]
        with pytest.raises(EngineError, match="broken"):
            await anext(chunks)

    generation.emit(CHUNKS[0])
    generation.fail(EngineError("broken"))
    asyncio.run(main())


def test_a_generation_ends_once(generation: Generation) -> None:
    generation.finish(FINISH)
    generation.fail(EngineError("too late"))
    generation.finish(Finish(FinishReason.STOP, FINISH.timings, seed=1))
    assert list(generation) == []
    assert generation.result == FINISH
    failed = new_generation()
    failed.fail(EngineError("first"))
    failed.finish(FINISH)
    with pytest.raises(EngineError, match="first"):
        failed.text()
    assert failed.result is None


def test_cancelling_from_another_thread_is_seen_by_the_engine_and_ends_the_wait(generation: Generation) -> None:
    def serve_until_cancelled() -> None:
        while not generation.is_cancelled:
            time.sleep(0.001)
        generation.finish(Finish(FinishReason.CANCELLED, FINISH.timings, seed=0))

    engine = threading.Thread(target=serve_until_cancelled)
    engine.start()
    threading.Timer(0.02, generation.cancel).start()
    assert list(generation) == []
    engine.join()
    assert generation.result is not None
    assert generation.result.reason is FinishReason.CANCELLED


def test_cancelling_leaves_what_was_emitted_readable(generation: Generation) -> None:
    generation.emit(CHUNKS[0])
    generation.cancel()
    generation.finish(FINISH)
    assert list(generation) == CHUNKS[:1]


def test_leaving_the_loop_early_cancels(generation: Generation) -> None:
    generation.emit(CHUNKS[0])
    for _ in generation:
        break
    assert generation.is_cancelled


def test_leaving_the_asyncio_loop_early_cancels(generation: Generation) -> None:
    async def main() -> None:
        async for _ in generation:
            break

    generation.emit(CHUNKS[0])
    asyncio.run(main())
    assert generation.is_cancelled


def test_closing_the_async_iterator_cancels_at_once(generation: Generation) -> None:
    async def main() -> None:
        chunks = aiter(generation)
        await anext(chunks)
        await chunks.aclose()
        assert generation.is_cancelled

    generation.emit(CHUNKS[0])
    asyncio.run(main())


def test_a_cancelled_task_cancels_the_generation(generation: Generation) -> None:
    async def main() -> None:
        task = asyncio.create_task(collect(generation))
        await asyncio.sleep(0.01)
        assert not generation.is_cancelled
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert generation.is_cancelled

    asyncio.run(main())


def test_waiting_in_asyncio_leaves_the_loop_free(emitting: Generation) -> None:
    async def main() -> int:
        task, turns = asyncio.create_task(collect(emitting)), 0
        while not task.done():
            turns += 1
            await asyncio.sleep(0.001)
        return turns

    assert asyncio.run(main()) > 5


def test_an_engine_may_go_on_after_the_consumers_loop_was_closed(generation: Generation) -> None:
    loop = asyncio.new_event_loop()
    chunks = aiter(generation)
    generation.emit(CHUNKS[0])
    assert loop.run_until_complete(anext(chunks)) == CHUNKS[0]
    pending = loop.create_task(anext(chunks))
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    emit_all(generation)
    assert generation.result == FINISH
    pending.get_coro().close()


def test_consumers_that_come_and_go_never_trip_the_engine() -> None:
    """The engine wakes a reader at the very moment the reader leaves, many times over."""

    async def take_one(generation: Generation) -> None:
        async for _ in generation:
            break

    generations = [new_generation() for _ in range(300)]
    errors: list[BaseException] = []

    def emit() -> None:
        try:
            for generation in generations:
                for chunk in CHUNKS:
                    generation.emit(chunk)
        except BaseException as error:
            errors.append(error)

    async def main() -> None:
        await asyncio.gather(*map(take_one, generations))

    engine = threading.Thread(target=emit)
    engine.start()
    asyncio.run(main())
    engine.join()
    assert errors == []
    assert all(generation.is_cancelled for generation in generations)


def test_the_decoding_speed_counts_from_the_first_token() -> None:
    assert FINISH.timings.tokens_per_s == pytest.approx(10)
    assert Timings(0, 0, 0, 5, 0, 1).tokens_per_s == 0
    assert Timings(0, 0, 1, 5, 0, 0).tokens_per_s == 0
