"""Who needs a model waits for it."""

from __future__ import annotations

import asyncio
import threading

import pytest

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.errors import (
    NoModelError,
)
from tests.engine.workshop import TIMEOUT_S, Workshop, load


def test_who_needs_an_engine_waits_for_the_first_load(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> Engine:
        models.start_loading(ModelChoice("first"))
        waiting = asyncio.create_task(models.wait_for_engine(TIMEOUT_S))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        workshop.release()
        return await waiting

    assert asyncio.run(journey()) is workshop.engines["first"]


def test_who_waits_learns_that_the_load_failed(models: ModelManager, workshop: Workshop) -> None:
    models.start_loading(ModelChoice("broken"))
    workshop.release()
    with pytest.raises(NoModelError, match="The weight wte is missing"):
        asyncio.run(models.wait_for_engine(TIMEOUT_S))


def test_who_waits_too_long_is_told_to_come_back(models: ModelManager) -> None:
    models.start_loading(ModelChoice("slow"))
    with pytest.raises(NoModelError, match="Try again"):
        asyncio.run(models.wait_for_engine(0.05))


def test_who_gave_up_waiting_may_wait_again(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> Engine:
        models.start_loading(ModelChoice("first"))
        with pytest.raises(NoModelError, match="Try again"):
            await models.wait_for_engine(0.01)
        workshop.release()
        return await models.wait_for_engine(TIMEOUT_S)

    assert asyncio.run(journey()) is workshop.engines["first"]


def test_who_waits_for_a_cancelled_load_is_told(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> None:
        models.start_loading(ModelChoice("first"))
        waiting = asyncio.create_task(models.wait_for_engine(TIMEOUT_S))
        await asyncio.sleep(0.05)
        models.cancel_loading()
        workshop.release()
        with pytest.raises(NoModelError, match="Load one"):
            await waiting

    asyncio.run(journey())


def test_forty_who_wait_take_no_thread(models: ModelManager, workshop: Workshop) -> None:
    async def journey() -> list[Engine]:
        models.start_loading(ModelChoice("first"))
        num_threads = threading.active_count()
        waiting = [asyncio.create_task(models.wait_for_engine(TIMEOUT_S)) for _ in range(40)]
        await asyncio.sleep(0.05)
        assert threading.active_count() == num_threads
        workshop.release()
        return await asyncio.gather(*waiting)

    assert asyncio.run(journey()) == [workshop.engines["first"]] * 40


def test_during_a_switch_nobody_waits(models: ModelManager, workshop: Workshop) -> None:
    load(models, workshop, "old")
    models.start_loading(ModelChoice("new"))
    assert asyncio.run(models.wait_for_engine(TIMEOUT_S)) is workshop.engines["old"]
