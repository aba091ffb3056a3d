"""The structure of the page: what lies in a panel's folder, and who may import whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository import ROOT

UI = ROOT / "pyg_ui" / "ui"

SHARED = ("chat_state", "endpoints", "form", "live", "theme", "translations", "visitors")
"""The folders that are no panels."""

FOLDERS = sorted(
    path.parent.relative_to(UI).as_posix()
    for path in UI.rglob("__init__.py")
    if path.parent != UI and path.parent.name not in SHARED
)
"""The panels, and the parts of panels that have folders of their own."""

MODULES = ("layout", "handlers", "wiring")
"""What each panel has: components; what they do; which component calls which handler."""

WITHOUT_HANDLERS = ("sampling",)
"""Panels whose parts handle everything."""

MAY_NOT_IMPORT = {"layout": {"handlers", "wiring"}, "handlers": {"wiring"}}

PANELS = ("account", "chat", "character", "gallery", "dropping", "personas", "chats", "sampling", "tools", "model")
MAY_IMPORT = {
    "account": set(),
    "chat": set(),
    "character": {"chat"},
    "gallery": {"chat", "character"},
    "dropping": {"chat", "character"},
    "personas": {"chat", "character"},
    "chats": {"chat", "character"},
    "sampling": {"chat"},
    "tools": {"chat", "sampling"},
    "model": {"chat"},
}
"""For each panel, the other panels it may import."""

REGISTERING = {
    "on", "then", "success", "click", "select", "submit", "change", "input", "blur", "release", "upload", "stop",
    "expand", "collapse", "tick",
}  # fmt: skip
"""Calls of these names register an event. `load` is not among them, because stores have such a method too."""


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def registered(path: Path) -> Iterator[str]:
    """The lines that register an event."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Attribute(attr=name)) if name in REGISTERING:
                yield f"{path.relative_to(UI)}:{node.lineno} {name}"


@pytest.mark.parametrize("panel", FOLDERS)
def test_a_panel_has_layout_handlers_and_wiring(panel: str) -> None:
    missing = [name for name in MODULES if not (UI / panel / f"{name}.py").is_file()]
    assert missing == (["handlers"] if panel in WITHOUT_HANDLERS else [])


@pytest.mark.parametrize("panel", FOLDERS)
def test_only_wiring_registers_events(panel: str) -> None:
    others = [path for path in sorted((UI / panel).glob("*.py")) if path.stem != "wiring"]
    assert [line for path in others for line in registered(path)] == []


@pytest.mark.parametrize("panel", FOLDERS)
def test_layout_knows_no_handlers_and_handlers_no_wiring(panel: str) -> None:
    for module, forbidden in MAY_NOT_IMPORT.items():
        if module == "handlers" and panel in WITHOUT_HANDLERS:
            continue
        names = {name.split(".")[-1] for name in imports(UI / panel / f"{module}.py") if name.startswith("pyg_ui.ui.")}
        assert names & forbidden == set(), f"{panel}/{module}.py"


@pytest.mark.parametrize("panel", PANELS)
def test_panels_import_each_other_one_way(panel: str) -> None:
    found = {name.split(".")[2] for path in (UI / panel).rglob("*.py") for name in imports(path) if name.count(".") > 1}
    assert found & set(PANELS) - {panel} <= MAY_IMPORT[panel]


def test_what_panels_share_knows_no_panel() -> None:
    shared = [*UI.glob("*.py"), *(UI / "form").glob("*.py")]
    for path in shared:
        if path.stem not in ("page", "arrival"):
            names = {name.split(".")[2] for name in imports(path) if name.startswith("pyg_ui.ui.")}
            assert names & set(PANELS) == set(), path.name


def test_what_a_browser_sends_is_read_in_one_place() -> None:
    readers = [path.name for path in UI.rglob("*.py") if "._data" in path.read_text(encoding="utf-8")]
    assert readers == ["events.py"]
