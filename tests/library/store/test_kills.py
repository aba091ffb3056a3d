"""Processes are killed while they create, migrate and write a database. Every database opens again, with what it held.

The usual run kills a few. `python -m pytest -m trust` kills 500 in all.
"""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from ctypes import c_int64
from pathlib import Path
from typing import Any

import pytest

from pyg_ui.library.store.database import FILE_NAME
from tests.library.store.victims import begin_chat, last_text, make_older, open_database, save_replies
from tests.measuring import PROCESSES

few_and_many = pytest.mark.parametrize("number", [4, pytest.param(167, marks=pytest.mark.trust)])


def kill(act: Callable[..., None], *arguments: Any, after_s: float) -> None:
    """Kill a process that does this, so long after its start."""
    process = PROCESSES.Process(target=act, args=arguments)
    process.start()
    process.join(after_s)
    process.kill()
    process.join()
    process.close()


def duration(act: Callable[..., None], *arguments: Any) -> float:
    """How long a process takes that nobody kills, from its start to its end."""
    process = PROCESSES.Process(target=act, args=arguments)
    process.start()
    begun = time.monotonic()
    process.join()
    process.close()
    return time.monotonic() - begun


@few_and_many
def test_a_database_whose_creation_was_killed_is_created(
    tmp_path: Path, number: int, tell: Callable[[str], None]
) -> None:
    duration(open_database, tmp_path / "first")
    longest = duration(open_database, tmp_path / "second")
    num_begun = 0
    for attempt in range(number):
        directory = tmp_path / str(attempt)
        kill(open_database, directory, after_s=random.Random(attempt).uniform(0, longest))
        num_begun += (directory / FILE_NAME).exists()
        assert last_text(directory, begin_chat(directory)) == "Tell me everything."
        shutil.rmtree(directory)
    tell(f"{number} killed while they created a database, {num_begun} of them after its file: 0 locked")


@few_and_many
def test_a_database_whose_migration_was_killed_is_migrated(
    tmp_path: Path, number: int, tell: Callable[[str], None]
) -> None:
    old = tmp_path / "old"
    id = begin_chat(old)
    make_older(old)
    longest = duration(open_database, shutil.copytree(old, tmp_path / "first"))
    num_begun = 0
    for attempt in range(number):
        directory = shutil.copytree(old, tmp_path / str(attempt))
        kill(open_database, directory, after_s=random.Random(attempt).uniform(0, longest))
        num_begun += len(list(directory.iterdir())) > 1
        assert last_text(directory, id) == "Tell me everything."
        assert not list(directory.glob("*.part*"))
        for copy in directory.glob("*.before-*"):
            assert copy.stat().st_mode & 0o077 == 0
            copy.replace(directory / FILE_NAME)
            assert last_text(directory, id) == "Tell me everything."
        shutil.rmtree(directory)
    tell(f"{number} killed while they migrated a database, {num_begun} of them after the start: 0 locked")


@few_and_many
def test_a_database_whose_writer_was_killed_has_every_finished_save(
    tmp_path: Path, number: int, tell: Callable[[str], None]
) -> None:
    id = begin_chat(tmp_path)
    num_saved = PROCESSES.RawValue(c_int64, 0)
    for attempt in range(number):
        before = num_saved.value
        kill(save_replies, tmp_path, id, num_saved, after_s=random.Random(attempt).uniform(0.05, 0.3))
        num_found = last_text(tmp_path, id).count("word")
        # The last save may have been finished before it was counted.
        assert num_saved.value <= num_found <= num_saved.value + 1
        assert num_saved.value >= before
        num_saved.value = num_found
    tell(f"{number} killed while they saved, {num_saved.value} saves: 0 lost, 0 locked")
