"""ARCHITECTURE.md names what is there."""

import re

import pytest

from tests.repository import ROOT

TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
MOST_FILES = 4
CHANGES = dict(re.findall(r"^- \*\*(Add [^*]+)\*\*: (.+?)(?=^- |^## )", TEXT, re.MULTILINE | re.DOTALL))


def files_of(change: str) -> list[str]:
    """The files and folders that a change touches; samples for tests do not count."""
    return [name for name in re.findall(r"`([^`\s]+/[^`\s]*)`", CHANGES[change]) if not name.startswith("tests/")]


def test_it_opens_with_the_path_of_a_message_and_the_packages() -> None:
    sections = re.findall(r"^## (.+)\n\n(```mermaid)?", TEXT, re.MULTILINE)
    assert sections[:2] == [("The path of a message", "```mermaid"), ("The packages", "```mermaid")]


def test_it_tells_six_common_changes() -> None:
    kinds = {"a sampler", "a card format", "an API dialect", "a kernel", "a panel", "a language"}
    assert set(CHANGES) == {f"Add {kind}" for kind in kinds}


@pytest.mark.parametrize("change", CHANGES)
def test_a_common_change_touches_few_files_and_all_exist(change: str) -> None:
    files = files_of(change)
    assert 1 < len(files) <= MOST_FILES
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_every_name_in_the_list_of_packages_exists() -> None:
    tree = re.findall(r"^```\n(app\.py.+?)^```$", TEXT, re.MULTILINE | re.DOTALL)[0]
    above: list[str] = []
    for indent, names in re.findall(r"^( *)(\S+(?: \S+)*)(?: {2,}|$)", tree, re.MULTILINE):
        del above[len(indent) // 2 :]
        assert [name for name in names.split() if not ROOT.joinpath(*above, name).exists()] == []
        above.append(names.split()[-1])


def test_every_module_in_the_path_of_a_message_exists() -> None:
    drawing = TEXT.split("```mermaid")[1].split("```")[0]
    named = {name for label in re.findall(r'\["([\w/]+):', drawing) for name in [label]}
    assert named
    roots = [ROOT / "pyg_ui", ROOT / "pyg_ui" / "engine"]
    is_there = {
        name: any((root / name).with_suffix(end).exists() for root in roots for end in ("", ".py")) for name in named
    }
    assert [name for name, found in is_there.items() if not found] == []
