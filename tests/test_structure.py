"""The size and the shape of the package: modules, functions, folders, circles of imports and repeated lines."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from tests.source_code import PACKAGE, Function, Module, other_modules, package_modules

MODULES = package_modules()
NAMES = {module.name for module in MODULES}

MOST_MODULE_LINES = 300
MOST_MEDIAN_LINES = 110
MOST_FUNCTION_LINES = 60
MOST_PARAMETERS = 7
MOST_MODULES_IN_A_FOLDER = 12
EQUAL_LINES = 8
MANY_MODULES = {
    "library/cards": "one dialect a module",
    "library/transcripts": "one dialect a module",
}
"""Folders that may hold more modules than others, with the reason."""

Graph = dict[str, dict[str, str]]
"""For each child of a folder the children that it imports, each with an import that shows it."""


def test_no_module_is_too_long() -> None:
    found = [
        f"{module.place} has {len(module.lines)} lines" for module in MODULES if len(module.lines) > MOST_MODULE_LINES
    ]
    assert not found, f"more than {MOST_MODULE_LINES} lines:\n" + "\n".join(found)


def test_most_modules_are_short() -> None:
    assert statistics.median(len(module.lines) for module in MODULES) <= MOST_MEDIAN_LINES


def test_no_function_is_too_long() -> None:
    found = [
        f"{module.place}:{function.lineno} {function.name} has {_num_lines(function)} lines"
        for module in MODULES
        for function in module.functions()
        if _num_lines(function) > MOST_FUNCTION_LINES
    ]
    assert not found, f"more than {MOST_FUNCTION_LINES} lines:\n" + "\n".join(found)


def test_no_function_has_too_many_parameters() -> None:
    found = [
        f"{module.place}:{function.lineno} {function.name} has {_num_parameters(function)} parameters"
        for module in MODULES
        for function in module.functions()
        if _num_parameters(function) > MOST_PARAMETERS and module.path != PACKAGE / "settings.py"
    ]
    assert not found, f"more than {MOST_PARAMETERS} parameters:\n" + "\n".join(found)


def test_no_folder_holds_too_many_modules() -> None:
    folders: dict[str, list[str]] = defaultdict(list)
    for module in MODULES:
        if not module.is_package:
            folders[module.path.parent.relative_to(PACKAGE).as_posix()].append(module.path.stem)
    found = [
        f"{folder} has {len(names)}: {' '.join(names)}"
        for folder, names in folders.items()
        if len(names) > MOST_MODULES_IN_A_FOLDER and folder not in MANY_MODULES
    ]
    assert not found, f"more than {MOST_MODULES_IN_A_FOLDER} modules:\n" + "\n".join(found)


def test_no_imports_go_in_a_circle() -> None:
    found = []
    for folder, graph in sorted(_imports_between_siblings().items()):
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = list(reversed(error.args[1]))
            steps = [f"  {graph[one][other]}" for one, other in pairwise(circle)]
            found.append(f"in {folder}: {' -> '.join(circle)}\n" + "\n".join(steps))
    assert not found, "\n".join(found)


def test_no_block_of_lines_stands_twice() -> None:
    first: dict[tuple[str, ...], tuple[Module, int]] = {}
    found = {}
    for module in MODULES:
        for number, block in _blocks(module):
            original, line = first.setdefault(block, (module, number))
            if original != module or number - line >= EQUAL_LINES:
                found.setdefault((original.place, module.place), f"{original.place}:{line} and {module.place}:{number}")
    assert not found, f"{EQUAL_LINES} equal lines of code:\n" + "\n".join(found.values())


def test_no_package_imports_names_only_to_hand_them_on() -> None:
    found = [
        f"{module.place} imports {'.'.join(name)}"
        for module in MODULES
        if module.is_package
        for name in module.imported_names()
        if name[0] == "pyg_ui" and name not in NAMES and name[-1] not in module.used_names
    ]
    assert not found, "\n".join(found)


def test_names_are_imported_from_where_they_are_defined() -> None:
    defined = {module.name: module.defined_names for module in MODULES}
    found = [
        f"{module.place} imports {name[-1]} from {'.'.join(name[:-1])}"
        for module in [*MODULES, *other_modules()]
        for name in module.imported_names()
        if name[:-1] in NAMES and name not in NAMES and name[-1] not in defined[name[:-1]]
    ]
    assert not found, "\n".join(found)


def _num_lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def _num_parameters(function: Function) -> int:
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return sum(argument.arg not in ("self", "cls") for argument in named)


def _imports_between_siblings() -> dict[str, Graph]:
    """For each folder, which of its modules and folders import which others."""
    folders: dict[str, Graph] = defaultdict(lambda: defaultdict(dict))
    for module in MODULES:
        for imported in module.imported_names():
            depth = _num_common(module.name, imported)
            if imported in NAMES and depth < min(len(module.name), len(imported)):
                step = f"{'.'.join(module.name)} imports {'.'.join(imported)}"
                folders[".".join(imported[:depth])][module.name[depth]].setdefault(imported[depth], step)
    return folders


def _num_common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many parts two names have in common at their beginning."""
    return next((index for index, pair in enumerate(zip(one, other, strict=False)) if len(set(pair)) > 1), len(one))


def _blocks(module: Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every block of lines of code without imports, and the number of its first line."""
    numbered = [(number, module.lines[number - 1].strip()) for number in module.code_lines]
    numbered = [(number, line) for number, line in numbered if not line.startswith(("import ", "from "))]
    for start in range(len(numbered) - EQUAL_LINES + 1):
        yield numbered[start][0], tuple(line for _, line in numbered[start : start + EQUAL_LINES])
