"""The repository's own order: lint, types, and documents that agree with the code."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import pyg_ui
from tests.repository import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]],
    ids=["ruff check", "ruff format", "mypy strict"],
)
def test_checks_are_clean(arguments: list[str]) -> None:
    finished = subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.parametrize(
    "command",
    [
        "pip install -r requirements.txt && python app.py",
        "pip install -r requirements-dev.txt && python -m pytest -n 2",
    ],
)
def test_the_readme_holds_the_two_commands(command: str) -> None:
    assert f"\n{command}\n" in README


def test_continuous_integration_runs_the_second_command_as_written() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert lines[-1] == "pip install -r requirements-dev.txt && python -m pytest -n 2"


def test_the_space_runs_the_gradio_that_is_required() -> None:
    version = re.search(r"^sdk_version: (\d+\.\d+)\.\d+$", README, re.MULTILINE)
    required = re.search(r"^gradio>=(\d+\.\d+),", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert version is not None
    assert required is not None
    assert version[1] == required[1]


def test_the_changelog_knows_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(pyg_ui.__version__)}\b", changelog, re.MULTILINE)


def test_the_readmes_pictures_exist() -> None:
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README)
    assert pictures
    assert [p for p in pictures if not (ROOT / p).is_file()] == []
