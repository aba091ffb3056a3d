"""Every error has a status."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pyg_ui.api.errors import STATUSES, failure_of
from pyg_ui.errors import EngineBusyError, InputError, PygmalionError


def tree(kind: type[PygmalionError]) -> Iterator[type[PygmalionError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


@pytest.mark.parametrize("kind", [kind for kind in tree(PygmalionError) if kind.__module__ == "pyg_ui.errors"])
def test_every_class_of_the_tree_has_a_status_of_its_own(kind: type[PygmalionError]) -> None:
    assert STATUSES[kind] in (range(400, 500) if issubclass(kind, InputError) else (500, 503))


def test_a_class_made_elsewhere_takes_its_parents_status() -> None:
    class OddInputError(InputError):
        pass

    assert failure_of(OddInputError("no")).status == 400


def test_only_a_full_queue_asks_to_come_back() -> None:
    assert "Retry-After" in failure_of(EngineBusyError("full")).headers
    assert not failure_of(InputError("wrong")).headers


def test_the_unforeseen_is_a_500_without_its_text() -> None:
    failure = failure_of(RuntimeError("secret"))
    assert failure.status == 500
    assert "secret" not in failure.message
