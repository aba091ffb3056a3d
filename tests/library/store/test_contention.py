"""One SQLite database under load: several processes, a lock that somebody holds, a disk that is full."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from tests.library.store.victims import OWNER, begin_chat, fill_disk, hold_lock, last_text, open_and_talk
from tests.measuring import PROCESSES, cost_of


@pytest.mark.parametrize(
    ("num_processes", "num_messages", "held_s"),
    [(2, 10, 0.5), pytest.param(6, 100, 5.0, marks=pytest.mark.trust)],
)
def test_processes_that_share_a_database_lose_nothing(
    num_processes: int, num_messages: int, held_s: float, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    begun = PROCESSES.Event()
    with ProcessPoolExecutor(num_processes, mp_context=PROCESSES) as pool:
        # All begin with an empty folder: one creates the database, and the others wait for it.
        tasks = [pool.submit(open_and_talk, tmp_path, num_messages) for _ in range(num_processes)]
        first = tasks[0].result()
        holder = PROCESSES.Process(target=hold_lock, args=(tmp_path, begun, held_s))
        holder.start()
        begun.wait()
        tasks += [pool.submit(open_and_talk, tmp_path, num_messages) for _ in range(num_processes)]
        talks = [first, *(task.result() for task in tasks[1:])]
        holder.join()
    database = Database.in_directory(tmp_path)
    database.open()
    for id, revision in talks:
        assert revision == num_messages + 1
        texts = [turn.text for turn in ChatStore(database).load(OWNER, id).chat.turns]
        assert texts == [f"No. {number}" for number in range(num_messages)]
    database.close()
    tell(f"{len(talks)} processes, {num_messages} saves each, the lock held for {held_s} s: 0 lost")


def test_a_full_disk_changes_nothing_and_the_next_save_works(tmp_path: Path) -> None:
    id = begin_chat(tmp_path)
    problem, last = cost_of(fill_disk, tmp_path, id).result
    assert "cannot be used" in problem
    assert last == last_text(tmp_path, id) == "There is room again."
