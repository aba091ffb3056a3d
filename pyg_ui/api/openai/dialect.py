"""The dialect of OpenAI's API: its routes under `/v1`, and its errors."""

from __future__ import annotations

import re

from pyg_ui.api.dialect import Backend, Dialect
from pyg_ui.api.openai.chat import chat_router
from pyg_ui.api.openai.completions import completions_router
from pyg_ui.api.openai.errors import ErrorBody, error_body, revise
from pyg_ui.api.openai.models import models_router


def openai_dialect(backend: Backend) -> Dialect:
    """The dialect with its routes."""
    models = backend.models
    routers = models_router(models), completions_router(models), chat_router(models, backend.service)
    return Dialect(re.compile(r"^/v1(/|$)"), routers, ErrorBody, error_body, revise)
