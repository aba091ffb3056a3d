"""Files that ask for much are refused, or read in part, within 1.5 s of the processor and 150 MB of memory.

The usual run tries those that are made quickly; `python -m pytest -m trust` tries all.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pyg_ui.errors import InputError
from pyg_ui.library.containers.files import MAX_FILE_MIB, read_file
from pyg_ui.library.left_out import too_many_messages
from tests.library.bombs import ACCEPTED, MADE_SLOWLY, REFUSED
from tests.library.store.victims import open_database
from tests.library.using import use
from tests.measuring import Cost, cost_of
from tests.repository import SAMPLES

MOST_SECONDS, MOST_MEBIBYTES = 1.5, 150


def kinds(bombs: dict[str, Callable[[], bytes]]) -> list[Any]:
    slow = pytest.mark.trust
    return [
        pytest.param(kind, make, marks=[slow] if kind in MADE_SLOWLY else [], id=kind) for kind, make in bombs.items()
    ]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which something was stored already."""
    directory = tmp_path_factory.mktemp("data")
    open_database(directory)
    cost_of(use, SAMPLES / "chats" / "sillytavern.jsonl", directory)
    return directory


def cost_of_bomb(make: Callable[[], bytes], tmp_path: Path, directory: Path) -> Cost:
    path = tmp_path / "bad.file"
    path.write_bytes(make())
    cost = cost_of(use, path, directory)
    assert cost.seconds < MOST_SECONDS
    assert cost.mebibytes < MOST_MEBIBYTES
    return cost


@pytest.mark.parametrize(("kind", "make"), kinds(REFUSED))
def test_it_is_refused_quickly_and_cheaply(
    kind: str, make: Callable[[], bytes], tmp_path: Path, directory: Path, tell: Callable[[str], None]
) -> None:
    cost = cost_of_bomb(make, tmp_path, directory)
    assert cost.result.startswith("bad.file ")
    assert "\n" not in cost.result
    tell(f"{kind}: {cost.seconds:.2f} s, {cost.mebibytes:.0f} MB")


@pytest.mark.parametrize(("kind", "make"), kinds(ACCEPTED))
def test_it_is_read_quickly_and_cheaply(
    kind: str, make: Callable[[], bytes], tmp_path: Path, directory: Path, tell: Callable[[str], None]
) -> None:
    cost = cost_of_bomb(make, tmp_path, directory)
    assert cost.result.startswith("accepted")
    tell(f"{kind}: {cost.seconds:.2f} s, {cost.mebibytes:.0f} MB")


def test_of_a_long_chat_the_newest_messages_are_kept_and_the_others_told(tmp_path: Path, directory: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(ACCEPTED["chat of 26,000 turns"]())
    assert use(path, directory) == f"accepted\n{too_many_messages(25_000)}"


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_MIB * 2**20 + 1)
    with pytest.raises(InputError, match=r"^large\.json is too large: 64 MiB, and 64 MiB is the limit\. Split it"):
        read_file(path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000, "."])
def test_what_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        read_file(Path(name))
