"""A real process in surroundings that it did not choose: it serves, or says in one line why not.

The usual run tries what ends at once; `python -m pytest -m trust` starts the whole app in each of them.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.repository import ROOT
from tests.server import AppServer, running_app

pytestmark = pytest.mark.server

WITHOUT_HOME = ("env", "-u", "HOME", "setpriv", "--reuid=54321", "--regid=54321", "--clear-groups")
"""An account of which the system knows nothing."""


def mounted(options: str, folder: Path) -> tuple[str, ...]:
    """A command that runs another one while an empty file system with such options lies over a folder."""
    command = ("unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o {options} none "$0" && exec "$@"', str(folder))
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("No file system may be mounted here.")
    return command


def end_of(through: Sequence[str], data: Path | None, **own: str) -> str:
    """What the app says when it ends by itself at its start: one line."""
    command = [*through, sys.executable, str(ROOT / "app.py"), "--model", "demo-neo", "--port", "0"]
    options = ["--data-dir", str(data)] if data else []
    ended = subprocess.run(
        [*command, *options], cwd=ROOT, env=os.environ | own, capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 1, ended.stderr
    (line,) = ended.stderr.splitlines()
    return line


def check_it_serves(server: AppServer) -> None:
    """The page opens, and the model answers."""
    body = {"prompt": "You: Hello!\nMira:", "max_tokens": 3}
    with httpx.Client(base_url=server.url, timeout=60) as client:
        assert client.get("/").status_code == 200
        assert client.post("/v1/completions", json=body).json()["choices"][0]["finish_reason"] == "length"


def test_too_little_address_space_is_told(tmp_path: Path) -> None:
    line = end_of(("prlimit", "--as=1000000000"), tmp_path)
    assert line.startswith("app.py: This process may use 1.0 GB of addresses (ulimit -v), but needs 1.4 GB")


@pytest.mark.trust
def test_a_home_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    line = end_of(mounted("ro", tmp_path), None, HOME=str(tmp_path), XDG_DATA_HOME="")
    assert line.endswith("Read-only file system. Choose another place with --data-dir.")


@pytest.mark.trust
def test_with_a_place_for_chats_a_home_that_cannot_be_written_does_not_matter(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    own = {"HOME": str(home), "XDG_CACHE_HOME": ""}
    with running_app(tmp_path / "app.log", environment=own, through=mounted("ro", home)) as server:
        check_it_serves(server)


@pytest.mark.trust
def test_without_a_home_it_serves_and_says_that_chats_are_lost(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("Only root can take another account.")
    own = {"PYG_DATA_DIR": "", "XDG_DATA_HOME": "", "XDG_CACHE_HOME": ""}
    with running_app(tmp_path / "app.log", environment=own, through=WITHOUT_HOME) as server:
        check_it_serves(server)
        assert "chats are lost when this process ends" in server.log.read_text()


@pytest.mark.trust
def test_a_folder_for_temporary_files_from_which_nothing_is_run_does_not_matter(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    own = {"TMPDIR": str(folder)}
    with running_app(tmp_path / "app.log", environment=own, through=mounted("noexec,mode=1777", folder)) as server:
        check_it_serves(server)


@pytest.mark.trust
def test_with_64_descriptors_it_serves_again_once_those_who_hold_them_are_gone(tmp_path: Path) -> None:
    with running_app(tmp_path / "app.log", through=("prlimit", "--nofile=64")) as server:
        address = urlsplit(server.url)
        with ExitStack() as held:
            for _ in range(150):
                held.enter_context(socket.create_connection((address.hostname, address.port), timeout=60))
            with pytest.raises(httpx.HTTPError):
                httpx.get(server.url, timeout=5)
        check_it_serves(server)
        said = server.log.read_text()
    assert "Traceback" not in said
    assert said.count("out of system resource") == 1


@pytest.mark.trust
def test_two_processes_start_at_once_on_one_home(tmp_path: Path) -> None:
    own = {"HOME": str(tmp_path), "PYG_DATA_DIR": "", "XDG_DATA_HOME": "", "XDG_CACHE_HOME": ""}
    options = ("--model", "demo-neo", "--precision", "8bit")
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        starting = [running_app(tmp_path / f"{name}.log", options, own) for name in "ab"]
        for server in pool.map(stack.enter_context, starting):
            check_it_serves(server)
        assert list((tmp_path / ".cache/pyg_ui/weights").iterdir())
