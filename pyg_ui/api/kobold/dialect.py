"""The dialect of KoboldAI and KoboldCpp: its routes under `/api`, and its errors."""

from __future__ import annotations

import re

from pyg_ui.api.dialect import Backend, Dialect
from pyg_ui.api.kobold.errors import ErrorBody, error_body, revise
from pyg_ui.api.kobold.generate import generate_router
from pyg_ui.api.kobold.info import info_router
from pyg_ui.api.kobold.running import RunningGenerations


def kobold_dialect(backend: Backend) -> Dialect:
    """The dialect with its routes."""
    running = RunningGenerations()
    routers = info_router(backend.models, running), generate_router(backend.models, running)
    return Dialect(re.compile(r"^/api(/|$)"), routers, ErrorBody, error_body, revise)
