"""Which part of the package may import which."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repository import ROOT

PACKAGE = ROOT / "pyg_ui"

MAY_IMPORT = {
    "errors": set(),
    "dialogue": {"errors"},
    "clients": set(),
    "waking": set(),
    "discretion": {"errors"},
    "engine": {"errors", "clients", "waking"},
    "library": {"errors", "dialogue", "engine"},
    "service": {"errors", "dialogue", "engine"},
    "settings": {"errors", "engine"},
    "api": {"errors", "clients", "engine", "service"},
    "ui": {"errors", "clients", "engine", "service", "dialogue", "library"},
    "opening": {"errors"},
    "surroundings": {"errors"},
    "application": {"errors", "clients", "opening", "engine", "library", "service", "settings", "api", "ui"},
    "app": {"discretion", "surroundings", "settings", "application"},
}
"""For each part, the other parts it may import. Nobody may import `training`."""

ENGINE_FOLDERS = {
    "compiled": set(),
    "gpu": set(),
    "linear": {"compiled"},
    "checkpoints": {"linear"},
    "sampling": set(),
    "decoding": {"checkpoints", "compiled", "gpu", "linear"},
    "remote": {"checkpoints", "serving"},
    "serving": {"checkpoints", "compiled", "decoding", "gpu", "linear", "sampling"},
}
"""For each folder of the engine, the other folders it may import. The modules beside them import none."""

MAY_USE = {
    "torch": {"engine"},
    "transformers": {"engine"},
    "accelerate": {"engine"},
    "bitsandbytes": {"engine"},
    "gradio": {"ui", "application", "opening"},
    "fastapi": {"api", "application"},
    "starlette": {"api", "application"},
    "pydantic": {"api", "settings"},
    "pydantic_settings": {"settings"},
    "PIL": {"library"},
    "yaml": {"library"},
    "regex": {"dialogue"},
    "httpx": {"engine"},
    "sqlalchemy": {"library"},
    "alembic": {"library"},
    "psycopg": {"library"},
    "prometheus_client": {"api"},
}
"""For each heavy library, the parts that may import it."""

TORCH_FREE = (
    "pyg_ui.engine.parameters",
    "pyg_ui.engine.engine",
    "pyg_ui.engine.manager",
    "pyg_ui.engine.catalog",
    "pyg_ui.engine.placement",
    "pyg_ui.engine.precision",
    "pyg_ui.engine.serving.scheduler",
    "pyg_ui.engine.remote.connecting",
    "pyg_ui.service.replies",
    "pyg_ui.settings",
    "pyg_ui.api.application",
    "pyg_ui.library.__main__",
    "app",
)


def _modules() -> list[Path]:
    return [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py"]


def _part(path: Path) -> str:
    relative = path.relative_to(ROOT).with_suffix("").parts
    return relative[0] if len(relative) == 1 else relative[1]


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield node.module or ""


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    part = _part(path)
    if part == "__init__":
        return
    for name in _imports(path):
        root, *rest = name.split(".")
        if root == "pyg_ui" and rest and rest[0] != part:
            assert rest[0] in MAY_IMPORT[part], f"{part} must not import {name}"
        assert root != "training", f"{path} must not import the training of the demo models"
        if root in MAY_USE:
            assert part in MAY_USE[root], f"{part} must not import {name}"


def test_the_engines_folders_import_one_way() -> None:
    engine = PACKAGE / "engine"
    for path in engine.rglob("*.py"):
        folder = path.relative_to(engine).parts[0]
        for name in _imports(path):
            imported = name.removeprefix("pyg_ui.engine.").split(".")[0] if name.startswith("pyg_ui.engine.") else ""
            if imported in ENGINE_FOLDERS and imported != folder:
                assert imported in ENGINE_FOLDERS.get(folder, ()), f"{path.relative_to(engine)} must not import {name}"


def test_dialogue_uses_the_standard_library_only() -> None:
    for path in (PACKAGE / "dialogue").rglob("*.py"):
        outside = {name.split(".")[0] for name in _imports(path)} - sys.stdlib_module_names - {"pyg_ui", "regex"}
        assert not outside, f"{path.name} imports {outside}"


@pytest.mark.parametrize("module", TORCH_FREE)
def test_imports_without_the_model_library(module: str) -> None:
    code = f"import sys, {module}; sys.exit(bool({{'torch', 'transformers'}} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_engine_imports_without_page_api_or_bitsandbytes() -> None:
    hidden = "gradio", "fastapi", "starlette", "pydantic", "bitsandbytes", "sqlalchemy"
    code = f"import sys; sys.modules.update(dict.fromkeys({hidden!r})); import pyg_ui.engine.serving.local"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_importing_app_starts_no_thread_and_reads_no_arguments() -> None:
    code = (
        "import sys, threading; sys.argv = ['x', '--no-such-option']; import app;"
        "names = [t.name for t in threading.enumerate() if t is not threading.main_thread()];"
        "assert not names, names; assert app.demo is not None"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr


def test_help_waits_for_no_heavy_library() -> None:
    code = (
        "import runpy, sys; sys.argv = ['app.py', '--help']\n"
        "try: runpy.run_path('app.py', run_name='__main__')\n"
        "except SystemExit: sys.exit(bool({'torch', 'gradio', 'fastapi', 'sqlalchemy'} & set(sys.modules)))\n"
        "sys.exit('it did not exit')"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    assert "--max-concurrency" in finished.stdout


def test_no_module_holds_mutable_state() -> None:
    for path in _modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            names = [t.id for t in getattr(node, "targets", [getattr(node, "target", None)]) if isinstance(t, ast.Name)]
            is_constant = all(name.isupper() or name.startswith("_") or name == "__version__" for name in names)
            if isinstance(value, ast.List | ast.Dict | ast.Set) and names:
                assert is_constant, f"{path}: {names} is mutable state of a module"
            assert not any(isinstance(inner, ast.Global) for inner in ast.walk(node)), f"{path} uses `global`"
