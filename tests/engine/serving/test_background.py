"""Jobs are done in order, let go of, and never outlive the model that they belong to."""

from __future__ import annotations

import logging
import threading

import pytest

from pyg_ui.engine.serving.background import BackgroundWork


def test_jobs_are_done_in_order() -> None:
    done: list[int] = []
    work = BackgroundWork([lambda i=i: done.append(i) for i in range(5)])
    assert work.wait(timeout_s=60)
    assert done == [0, 1, 2, 3, 4]


def test_closing_waits_for_the_job_at_hand_and_does_no_other() -> None:
    begun, may_end, done = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        may_end.wait(60)
        done.append(1)

    work = BackgroundWork([first, lambda: done.append(2)])
    assert begun.wait(60)
    closing = threading.Thread(target=work.close)
    closing.start()
    assert not work.wait(timeout_s=0.01)
    may_end.set()
    closing.join(60)
    assert done == [1]


def test_each_job_waits_for_its_turn_and_none_comes_after_closing() -> None:
    turn, waits, done = threading.Semaphore(0), threading.Semaphore(0), []

    def wait_for_turn() -> None:
        waits.release()
        assert turn.acquire(timeout=60)

    work = BackgroundWork([lambda i=i: done.append(i) for i in range(3)], wait_for_turn=wait_for_turn)
    assert waits.acquire(timeout=60)
    assert done == []
    turn.release()
    assert waits.acquire(timeout=60)
    assert done == [0]
    work.stop()
    turn.release()
    work.close()
    assert done == [0]


def test_a_job_that_fails_ends_the_work_and_is_told_to_the_operator(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    with caplog.at_level(logging.ERROR):
        work = BackgroundWork([lambda: 1 / 0, lambda: done.append(2)])
        assert work.wait(timeout_s=60)
    assert done == []
    assert "slower" in caplog.text
