"""LangChain's clients of the hosted endpoint and of Kobold, against the real process."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
from pydantic import SecretStr

from tests.server import AppServer

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the library warns about itself
    from langchain_community.llms import CerebriumAI, KoboldApiLLM

pytestmark = pytest.mark.server

PROMPT = "You: Hello!\nBob:"
GREEDY: dict[str, Any] = {"temperature": 0, "max_length": 20}


def test_the_hosted_endpoints_client(app_server: AppServer) -> None:
    llm = CerebriumAI(
        endpoint_url=f"{app_server.url}/demo-neo-webhook/predict",
        cerebriumai_api_key=SecretStr("none"),
        model_kwargs={**GREEDY, "repetition_penalty": 1},
    )
    text = llm.invoke(PROMPT)
    assert text.startswith(PROMPT)
    assert len(text) > len(PROMPT)


def test_kobolds_client(app_server: AppServer) -> None:
    llm = KoboldApiLLM(endpoint=app_server.url, **GREEDY)
    text = llm.invoke(PROMPT, stop=["\n"])
    assert text
    assert "\n" not in text
