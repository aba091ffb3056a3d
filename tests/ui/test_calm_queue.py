"""The queue of events leaves the processor to the model while nothing happens."""

from __future__ import annotations

import asyncio

import gradio as gr
import pytest

from pyg_ui.opening import with_calm_queue
from tests.ui.building import built


def test_the_queue_seldom_looks_for_events(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = built(lambda: with_calm_queue(gr.Blocks())._queue)
    slept: list[float] = []

    async def sleep(delay_s: float) -> None:
        slept.append(delay_s)
        queue.stopped = sum(slept) >= 1

    monkeypatch.setattr("gradio.queueing.asyncio.sleep", sleep)
    for watch in (queue.start_processing, queue.start_progress_updates):
        slept.clear()
        queue.stopped = False
        asyncio.run(watch())
        assert len(slept) <= 50
