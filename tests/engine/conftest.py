"""What tests of the model manager and of the compiled kernels are given."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pyg_ui.engine.compiled.kernels import Kernels
from pyg_ui.engine.manager import ModelManager
from tests.engine.decoders import compiled_kernels
from tests.engine.workshop import TIMEOUT_S, Workshop


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture
def models(workshop: Workshop) -> Iterator[ModelManager]:
    manager = ModelManager(workshop.load)
    yield manager
    workshop.release()
    manager.close()
    manager.wait(TIMEOUT_S)


@pytest.fixture
def kernels() -> Kernels:
    return compiled_kernels()
