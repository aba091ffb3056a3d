"""Whatever the package defines is used by the package, by `app.py` or by the training of the demo models.

Names are compared, not objects: a method counts as used where any attribute of its name is read.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from tests.repository import ROOT
from tests.source_code import Function, Module, package_modules, variables_bound_by

MODULES = package_modules()
USERS = [*MODULES, Module(ROOT / "app.py"), *map(Module, sorted((ROOT / "training").rglob("*.py")))]

PLAIN_DECORATORS = (
    "abstractmethod", "asynccontextmanager", "cache", "cached_property", "classmethod", "contextmanager", "dataclass",
    "overload", "property", "staticmethod",
)  # fmt: skip
"""Decorators that do not hand a definition to a caller. Others do, for example those of routes."""
USED_ELSEWHERE = {
    "_update_config": "Gradio calls it",
    "_update_value_in_config": "Gradio calls it",
    "down_revision": "Alembic reads it",
    "process_bind_param": "SQLAlchemy calls it",
    "process_result_value": "SQLAlchemy calls it",
    "wait_until_improved": "benchmarks wait for it before they measure",
}


def test_every_function_and_class_is_used() -> None:
    used = {name for module in USERS for name in module.used_names} | set(USED_ELSEWHERE)
    _check(_functions_and_classes, used)


def test_every_constant_and_field_is_used() -> None:
    used = {name for module in USERS for name in (*module.used_names, *module.texts)} | set(USED_ELSEWHERE)
    _check(_constants_and_fields, used | _shared_fields())


def test_every_exception_is_still_defined_and_needed() -> None:
    defined = {
        name
        for module in MODULES
        for find in (_functions_and_classes, _constants_and_fields)
        for name, _ in find(module)
    }
    assert set(USED_ELSEWHERE) <= defined
    assert not {name for module in USERS for name in module.used_names} & set(USED_ELSEWHERE)


def _check(find: Callable[[Module], Iterator[tuple[str, int]]], used: set[str]) -> None:
    found = [f"{module.place}:{line} {name}" for module in MODULES for name, line in find(module) if name not in used]
    assert not found, "nothing uses:\n" + "\n".join(found)


def _functions_and_classes(module: Module) -> Iterator[tuple[str, int]]:
    """Each with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef | Function) and not _is_special(node.name) and not _is_registered(node):
            yield node.name, node.lineno


def _constants_and_fields(module: Module) -> Iterator[tuple[str, int]]:
    """The variables of modules and of dataclasses, each with its line."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Module) or (isinstance(node, ast.ClassDef) and "dataclass" in _decorators(node)):
            for statement in node.body:
                for name in variables_bound_by(statement):
                    if not _is_special(name):
                        yield name, statement.lineno


def _shared_fields() -> set[str]:
    """Fields of several classes: components of the page are paired with their values by name."""
    classes = (node for module in MODULES for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef))
    count = Counter(name for node in classes for statement in node.body for name in variables_bound_by(statement))
    return {name for name in count if count[name] > 1}


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _is_registered(node: ast.ClassDef | Function) -> bool:
    return any(decorator not in PLAIN_DECORATORS for decorator in _decorators(node))


def _decorators(node: ast.ClassDef | Function) -> list[str]:
    calls = (item.func if isinstance(item, ast.Call) else item for item in node.decorator_list)
    return [ast.unparse(item).split(".")[-1] for item in calls]
