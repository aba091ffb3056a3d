"""Who runs next, without a model."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.engine.serving.scheduler import Queueing, Scheduler, chunk_end
from pyg_ui.errors import EngineBusyError


@dataclass(eq=False)
class Job:
    """A run that needs `num_chunks` chunks and then `num_tokens` steps."""

    num_chunks: int = 1
    num_tokens: int = 3
    is_cancelled: bool = False
    client: str = ""

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
    assert Scheduler[Job](Queueing(2), max_running=2).next_step() is None


def test_a_prompt_is_read_and_then_decodes() -> None:
    scheduler, job = Scheduler[Job](Queueing(2), max_running=2), Job(num_chunks=2)
    scheduler.add(job)
    assert [run_step(scheduler) for _ in range(3)] == [(job, ()), (job, ()), (None, (job,))]


def test_a_long_prompt_is_read_between_the_steps_of_the_others() -> None:
    scheduler, short, long = Scheduler[Job](Queueing(2), max_running=2), Job(1, 9), Job(3, 1)
    scheduler.add(short)
    scheduler.add(long)
    steps = [run_step(scheduler) for _ in range(5)]
    assert steps == [(short, ()), (long, (short,)), (long, (short,)), (long, (short,)), (None, (short, long))]


def test_the_first_to_come_is_the_first_to_be_read() -> None:
    scheduler, jobs = Scheduler[Job](Queueing(4), max_running=4), [Job(2, 9) for _ in range(3)]
    for job in jobs:
        scheduler.add(job)
    assert [run_step(scheduler)[0] for _ in range(6)] == [jobs[0], jobs[0], jobs[1], jobs[1], jobs[2], jobs[2]]


def test_nobody_begins_before_there_is_room() -> None:
    scheduler, jobs = Scheduler[Job](Queueing(4), max_running=1), [Job(1, 2), Job(1, 1)]
    for job in jobs:
        scheduler.add(job)
    steps = [run_step(scheduler) for _ in range(4)]
    assert steps == [(jobs[0], ()), (None, (jobs[0],)), (None, (jobs[0],)), (jobs[1], ())]


def test_a_full_queue_says_so() -> None:
    scheduler = Scheduler[Job](Queueing(2), max_running=1)
    for _ in range(2):
        scheduler.add(Job())
    with pytest.raises(EngineBusyError, match=r"2 requests are waiting.*Try again"):
        scheduler.add(Job())
    scheduler.next_step()
    scheduler.add(Job())


def test_cancelled_runs_are_found_wherever_they_stand_and_make_room() -> None:
    scheduler = Scheduler[Job](Queueing(3), max_running=2)
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
    scheduler = Scheduler[Job](Queueing(20), max_running=max_running)
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


def order_of(scheduler: Scheduler[Job], jobs: list[Job]) -> list[str]:
    """The clients whose runs begin, one after another."""
    for job in jobs:
        scheduler.add(job)
    begun: list[Job] = []
    while scheduler.all():
        prefill, _ = run_step(scheduler)
        if prefill is not None and prefill not in begun:
            begun.append(prefill)
    return [job.client for job in begun]


def test_clients_take_turns_whoever_asked_for_more() -> None:
    scheduler = Scheduler[Job](Queueing(20), max_running=1)
    jobs = [Job(client="ann") for _ in range(4)] + [Job(client="bob"), Job(client="eve"), Job(client="bob")]
    assert order_of(scheduler, jobs) == ["ann", "bob", "eve", "ann", "bob", "ann", "ann"]


def test_a_client_that_runs_less_comes_first() -> None:
    scheduler = Scheduler[Job](Queueing(20), max_running=3)
    jobs = [Job(1, 50, client="ann") for _ in range(5)] + [Job(1, 3, client="bob") for _ in range(3)]
    assert order_of(scheduler, jobs)[:5] == ["ann", "bob", "ann", "bob", "bob"]


def test_one_client_alone_may_have_its_share_only() -> None:
    scheduler = Scheduler[Job](Queueing(16, is_shared=True), max_running=3)
    for _ in range(4):
        scheduler.add(Job(1, 50, client="ann"))
    with pytest.raises(EngineBusyError, match="4 of your requests are waiting already"):
        scheduler.check_room("ann")
    with pytest.raises(EngineBusyError):
        scheduler.add(Job(client="ann"))
    scheduler.check_room("bob")
    for _ in range(4):
        run_step(scheduler)
    assert scheduler.num_running == 2, "a place is left"
    late = Job(client="bob")
    scheduler.add(late)
    assert run_step(scheduler)[0] is late


def test_a_few_clients_never_lock_another_out() -> None:
    scheduler = Scheduler[Job](Queueing(16, is_shared=True), max_running=3)
    for client in "abcd":
        for _ in range(4):
            scheduler.add(Job(client=client))
    scheduler.add(Job(client="ann"))
    with pytest.raises(EngineBusyError, match="17 requests are waiting already"):
        scheduler.add(Job(client="ann"))
    for number in range(64 - 17):
        scheduler.add(Job(client=f"client {number}"))
    with pytest.raises(EngineBusyError, match="64 requests"):
        scheduler.check_room("bob")


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 3), st.integers(1, 9)), max_size=30), st.integers(1, 4)
)
def test_while_somebody_waits_nobody_runs_more_than_one_ahead_of_them(
    sizes: list[tuple[str, int, int]], max_running: int
) -> None:
    scheduler = Scheduler[Job](Queueing(30), max_running=max_running)
    jobs = [Job(chunks, tokens, client=client) for client, chunks, tokens in sizes]
    for job in jobs:
        scheduler.add(job)
    begun: list[Job] = []
    while scheduler.all():
        waiting = scheduler.all()[scheduler.num_running :]
        running = Counter(job.client for job in scheduler.all()[: scheduler.num_running])
        prefill, _ = run_step(scheduler)
        if prefill is not None and prefill not in begun:
            begun.append(prefill)
            assert all(running[prefill.client] <= running[job.client] for job in waiting)
    for client in "abcd":
        assert [job for job in begun if job.client == client] == [job for job in jobs if job.client == client]
    assert len(begun) == len(jobs)


@given(st.integers(0, 2047), st.integers(1, 2048), st.integers(1, 600))
def test_chunks_end_at_multiples_or_at_the_end(start: int, length: int, size: int) -> None:
    stop = start + length
    end = chunk_end(start, stop, size)
    assert start < end <= min(stop, start + size)
    assert end == stop or end % size == 0
