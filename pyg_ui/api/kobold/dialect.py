"""The dialect of KoboldAI and KoboldCpp: its routes under `/api`, and its errors."""

import re

from fastapi import APIRouter

from pyg_ui.api.dialect import Backend, Dialect
from pyg_ui.api.kobold.errors import ErrorBody, error_body, revise
from pyg_ui.api.kobold.generate import add_generate
from pyg_ui.api.kobold.info import add_info
from pyg_ui.api.kobold.running import RunningGenerations


def kobold_dialect(backend: Backend) -> Dialect:
    """The dialect with its routes."""
    router, running = APIRouter(tags=["Kobold"]), RunningGenerations()
    add_info(router, backend.models, running)
    add_generate(router, backend.models, running)
    return Dialect(re.compile(r"^/api(/|$)"), router, ErrorBody, error_body, revise)
