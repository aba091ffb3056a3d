"""The dialect of OpenAI's API: its routes under `/v1`, and its errors."""

import re

from fastapi import APIRouter

from pyg_ui.api.dialect import Backend, Dialect
from pyg_ui.api.openai.chat import add_chat
from pyg_ui.api.openai.completions import add_completions
from pyg_ui.api.openai.errors import ErrorBody, error_body, revise
from pyg_ui.api.openai.models import add_models


def openai_dialect(backend: Backend) -> Dialect:
    """The dialect with its routes."""
    router = APIRouter(tags=["OpenAI"])
    for add_routes in (add_models, add_completions, add_chat):
        add_routes(router, backend)
    return Dialect(re.compile(r"^/v1(/|$)"), router, ErrorBody, error_body, revise)
