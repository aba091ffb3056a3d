"""Who runs next, without a model."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.engine.serving.scheduler import Scheduler, chunk_end
from pyg_ui.errors import EngineBusyError


@dataclass(eq=False)
class Job:
    """A run that needs `num_chunks` chunks and then `num_tokens` steps."""

    num_chunks: int = 1
    num_tokens: int = 3
    is_cancelled: bool = False

    @property
    def is_prefilled(self) -> bool:
        return self.num_chunks == 0


def run_step(scheduler: Scheduler[Job]) -> tuple[Job | None, tuple[Job, ...]]:
    step = scheduler.next_step()
    assert step is not None
    for job in step.decode:
        job.num_tokens -= 1
    if step.prefill is not None:
        step.prefill.num_chunks -= 1
    for job in step.decode:
        if job.num_tokens == 0:
            scheduler.remove(job)
    return step.prefill, step.decode


def test_the_module_needs_no_torch() -> None:
    source = sys.modules[Scheduler.__module__].__dict__
    assert "torch" not in source


def test_there_is_nothing_to_do_at_first() -> None:
    assert Scheduler[Job](max_running=2, max_waiting=2).next_step() is None


def test_a_prompt_is_read_and_then_decodes() -> None:
    scheduler, job = Scheduler[Job](max_running=2, max_waiting=2), Job(num_chunks=2)
    scheduler.add(job)
    assert [run_step(scheduler) for _ in range(3)] == [(job, ()), (job, ()), (None, (job,))]


def test_a_long_prompt_is_read_between_the_steps_of_the_others() -> None:
    scheduler, short, long = Scheduler[Job](max_running=2, max_waiting=2), Job(1, 9), Job(3, 1)
    scheduler.add(short)
    scheduler.add(long)
    steps = [run_step(scheduler) for _ in range(5)]
    assert steps == [(short, ()), (long, (short,)), (long, (short,)), (long, (short,)), (None, (short, long))]


def test_the_first_to_come_is_the_first_to_be_read() -> None:
    scheduler, jobs = Scheduler[Job](max_running=4, max_waiting=4), [Job(2, 9) for _ in range(3)]
    for job in jobs:
        scheduler.add(job)
    assert [run_step(scheduler)[0] for _ in range(6)] == [jobs[0], jobs[0], jobs[1], jobs[1], jobs[2], jobs[2]]


def test_nobody_begins_before_there_is_room() -> None:
    scheduler, jobs = Scheduler[Job](max_running=1, max_waiting=4), [Job(1, 2), Job(1, 1)]
    for job in jobs:
        scheduler.add(job)
    steps = [run_step(scheduler) for _ in range(4)]
    assert steps == [(jobs[0], ()), (None, (jobs[0],)), (None, (jobs[0],)), (jobs[1], ())]


def test_a_full_queue_says_so() -> None:
    scheduler = Scheduler[Job](max_running=1, max_waiting=2)
    for _ in range(2):
        scheduler.add(Job())
    with pytest.raises(EngineBusyError, match=r"2 requests are waiting.*Try again"):
        scheduler.add(Job())
    scheduler.next_step()
    scheduler.add(Job())


def test_cancelled_runs_are_found_wherever_they_stand_and_make_room() -> None:
    scheduler = Scheduler[Job](max_running=2, max_waiting=3)
    decoding, prefilling, waiting, last = jobs = [Job(1, 9), Job(9, 1), Job(), Job()]
    for job in jobs[:3]:
        scheduler.add(job)
    run_step(scheduler)
    run_step(scheduler)
    scheduler.add(last)
    for job in (decoding, prefilling, waiting):
        job.is_cancelled = True
    assert scheduler.cancelled() == [decoding, prefilling, waiting]
    for job in scheduler.cancelled():
        scheduler.remove(job)
    assert scheduler.all() == [last]
    assert run_step(scheduler) == (last, ())


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 5)), max_size=20), st.integers(1, 4))
def test_everybody_is_served_in_order_and_never_more_than_there_is_room_for(
    sizes: list[tuple[int, int]], max_running: int
) -> None:
    scheduler = Scheduler[Job](max_running=max_running, max_waiting=20)
    jobs = [Job(*size) for size in sizes]
    for job in jobs:
        scheduler.add(job)
    begun: list[Job] = []
    while scheduler.all():
        before = [(job, job.num_tokens) for job in scheduler.all()[: scheduler.num_running] if job.is_prefilled]
        prefill, decode = run_step(scheduler)
        assert len(decode) + (prefill is not None) <= max_running
        assert all(job.num_tokens == count - 1 for job, count in before)
        if prefill is not None and prefill not in begun:
            begun.append(prefill)
    assert begun == jobs
    assert all(job.num_tokens == 0 for job in jobs)
    assert scheduler.next_step() is None


@given(st.integers(0, 2047), st.integers(1, 2048), st.integers(1, 600))
def test_chunks_end_at_multiples_or_at_the_end(start: int, length: int, size: int) -> None:
    stop = start + length
    end = chunk_end(start, stop, size)
    assert start < end <= min(stop, start + size)
    assert end == stop or end % size == 0
