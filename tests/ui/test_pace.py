import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from pyg_ui.ui.pace import newest


async def collected(source: AsyncGenerator[int, None], interval_s: float) -> list[int]:
    return [number async for number in newest(source, interval_s)]


def test_a_quick_stream_is_drawn_seldom_and_ends_with_its_last_update() -> None:
    async def count() -> AsyncGenerator[int, None]:
        for number in range(200):
            await asyncio.sleep(0.001)
            yield number

    started = time.monotonic()
    drawn = asyncio.run(collected(count(), 0.05))
    assert drawn[0] == 0
    assert drawn[-1] == 199
    assert len(drawn) <= (time.monotonic() - started) / 0.05 + 2
    assert drawn == sorted(set(drawn))


def test_a_slow_stream_is_drawn_at_once() -> None:
    async def count() -> AsyncGenerator[int, None]:
        for number in range(3):
            await asyncio.sleep(0.03)
            yield number

    assert asyncio.run(collected(count(), 0.001)) == [0, 1, 2]


def test_an_update_before_a_pause_is_not_kept_waiting() -> None:
    async def burst() -> AsyncGenerator[int, None]:
        yield 0
        yield 1
        await asyncio.sleep(30)

    async def second() -> int:
        async with aclosing(newest(burst(), 0.02)) as drawn:
            return [await anext(drawn), await anext(drawn)][1]

    assert asyncio.run(asyncio.wait_for(second(), 5)) == 1


def test_what_was_written_before_an_error_is_drawn_before_it_is_raised() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 0
        yield 1
        raise ValueError("gone")

    drawn = []

    async def watch() -> None:
        async for number in newest(failing(), 0.02):
            drawn.append(number)

    with pytest.raises(ValueError, match="gone"):
        asyncio.run(watch())
    assert drawn == [0, 1]


@pytest.mark.parametrize("is_waiting", [False, True])
def test_leaving_closes_the_source(is_waiting: bool) -> None:
    closed = []

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 0
                await asyncio.sleep(30 if is_waiting else 0)
        finally:
            closed.append(True)

    async def leave() -> None:
        async with aclosing(newest(endless(), 0.01)) as drawn:
            await anext(drawn)

    asyncio.run(leave())
    assert closed == [True]
