"""Fixtures that several folders share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

from tests.server import AppServer, running_app

# Two workers (`-n 2`) and the servers that they start share the cores: a thread that waits for another one sleeps.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

# Machines are shared: no test may fail because a neighbour was busy.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """One real app process with demo-neo loaded, for all tests that only talk to it."""
    with running_app(tmp_path_factory.mktemp("server") / "app.log") as server:
        yield server


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Writes a figure that was measured into the report of the run."""
    reporter = request.config.pluginmanager.get_plugin("terminalreporter")
    return reporter.write_line if reporter is not None else lambda line: None
