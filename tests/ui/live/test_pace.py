import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from pyg_ui.ui.live.pace import Pace


async def collected(source: AsyncGenerator[int, None], interval_s: float) -> list[int]:
    return [number async for number in Pace(interval_s).newest(source)]


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
        async with aclosing(Pace(0.02).newest(burst())) as drawn:
            return [await anext(drawn), await anext(drawn)][1]

    assert asyncio.run(asyncio.wait_for(second(), 5)) == 1


def test_what_was_written_before_an_error_is_drawn_before_it_is_raised() -> None:
    async def failing() -> AsyncGenerator[int, None]:
        yield 0
        yield 1
        raise ValueError("gone")

    drawn = []

    async def watch() -> None:
        async for number in Pace(0.02).newest(failing()):
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
        async with aclosing(Pace(0.01).newest(endless())) as drawn:
            await anext(drawn)

    asyncio.run(leave())
    assert closed == [True]


def test_streams_share_one_rate_down_to_the_slowest() -> None:
    pace = Pace(0.05, 0.25)

    async def endless() -> AsyncGenerator[int, None]:
        while True:
            yield 0
            await asyncio.sleep(0.001)

    async def watch() -> list[float]:
        seen, streams = [pace.interval_s], []
        for _ in range(8):
            streams.append(pace.newest(endless()))
            await anext(streams[-1])
            seen.append(pace.interval_s)
        for stream in streams:
            await stream.aclose()
        return [*seen, pace.interval_s]

    assert asyncio.run(watch()) == pytest.approx([0.05, 0.05, 0.1, 0.15, 0.2, 0.25, 0.25, 0.25, 0.25, 0.05])
