"""The package's own source code, parsed for the tests of its structure."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.repository import ROOT

PACKAGE = ROOT / "pyg_ui"
_LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """A file of Python source."""

    path: Path

    @property
    def place(self) -> str:
        """The path inside the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def name(self) -> tuple[str, ...]:
        """The parts of the dotted name, such as `("pyg_ui", "engine", "manager")`."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return parts[:-1] if self.is_package else parts

    @property
    def is_package(self) -> bool:
        return self.path.stem == "__init__"

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def lines(self) -> list[str]:
        return self.source.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @cached_property
    def code_lines(self) -> list[int]:
        """The numbers of the lines that hold more than a comment or a docstring."""
        tokens = tokenize.generate_tokens(io.StringIO(self.source).readline)
        filled = {
            number
            for token in tokens
            if token.type not in _LAYOUT
            for number in range(token.start[0], token.end[0] + 1)
        }
        return sorted(filled - self._docstring_lines)

    @property
    def _docstring_lines(self) -> set[int]:
        texts = (
            node
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        )
        return {number for text in texts for number in range(text.lineno, (text.end_lineno or text.lineno) + 1)}

    def functions(self) -> Iterator[Function]:
        """All functions and methods."""
        yield from (node for node in ast.walk(self.tree) if isinstance(node, Function))

    @cached_property
    def defined_names(self) -> set[str]:
        """What the module itself defines at its top level."""
        return {name for node in _top_level(self.tree.body) for name in _names_bound_by(node)}

    @cached_property
    def used_names(self) -> set[str]:
        """The names and attributes that the module's code reads."""
        reads = (node for node in ast.walk(self.tree) if isinstance(getattr(node, "ctx", None), ast.Load))
        return {
            node.id if isinstance(node, ast.Name) else node.attr
            for node in reads
            if isinstance(node, ast.Name | ast.Attribute)
        }

    @cached_property
    def texts(self) -> set[str]:
        """The strings of the module, some of which name an attribute."""
        constants = (node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant))
        return {value for value in constants if isinstance(value, str)}

    def imported_names(self) -> Iterator[tuple[str, ...]]:
        """What the module imports: each module, and each name taken from one, as the parts of a dotted name."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (tuple(alias.name.split(".")) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                module = tuple(node.module.split("."))
                yield module
                yield from ((*module, alias.name) for alias in node.names)


def other_modules() -> list[Module]:
    """The modules that use the package: the start, the training, the benchmarks and the tests."""
    folders = (ROOT / name for name in ("training", "benchmarks", "tests"))
    return [Module(path) for path in [ROOT / "app.py", *(file for folder in folders for file in folder.rglob("*.py"))]]


def package_modules() -> list[Module]:
    """All modules of `pyg_ui`."""
    return [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, also those in its conditions and `try` blocks."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from _top_level([*node.body, *node.orelse])


def _names_bound_by(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.ClassDef | Function):
        yield node.name
    yield from variables_bound_by(node)


def variables_bound_by(node: ast.stmt) -> Iterator[str]:
    """The names that an assignment gives values to, or that an annotation declares."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
