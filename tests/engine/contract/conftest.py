"""Every test of this folder runs once for each engine."""

from __future__ import annotations

import pytest

from tests.engine.contract.makers import ENGINES, EngineMaker


@pytest.fixture(params=ENGINES, ids=lambda maker: maker.name)
def maker(request: pytest.FixtureRequest) -> EngineMaker:
    maker: EngineMaker = request.param
    return maker
