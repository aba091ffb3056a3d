"""Replies of the demo models in fp32 do not depend on who else is served: the same seed gives the same tokens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from pyg_ui.engine.engine import GenerationRequest
from pyg_ui.engine.linear.dense_scheme import choose_dense
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.precision import Precision
from pyg_ui.engine.serving.local import LocalEngine, load_engine
from tests.engine.local_engines import token_ids

SAID = "Hello!", "What is your name?", "Tell me of the sea, of the storm, and of the ship that never came home.", "Why?"


@pytest.fixture(scope="module", params=["demo-neo", "demo-j"])
def engine(request: pytest.FixtureRequest) -> Iterator[LocalEngine]:
    if not choose_dense(torch.float32).reorders_small:
        pytest.skip("this processor has no order of fp32 weights that keeps rows apart")
    engine = load_engine(ModelChoice(request.param, Precision.FP32), lambda progress: None, max_concurrency=4)
    yield engine
    engine.close()


def requests_of(engine: LocalEngine, number: int, num_new: int, first_seed: int) -> list[GenerationRequest]:
    """Prompts of many lengths, most of which begin alike, at a temperature that shows the smallest difference."""
    persona = "Mira's Persona: A sailor who has seen every port of the world.\n<START>\n"
    requests = []
    for index in range(first_seed, first_seed + number):
        prompt = persona * (index % 5 != 0) + "Mira: Aye.\n" * (index % 7) + f"You: {SAID[index % 4]}\nMira:"
        parameters = SamplingParameters.neutral(temperature=1.5, seed=index, max_new_tokens=num_new)
        requests.append(GenerationRequest(tuple(engine.encode(prompt)), parameters, ignore_end_of_text=True))
    return requests


def assert_company_changes_nothing(engine: LocalEngine, number: int, num_new: int, first_seed: int = 0) -> None:
    requests = requests_of(engine, number, num_new, first_seed)
    alone = [token_ids(engine.submit(request)) for request in requests]
    together = [engine.submit(request) for request in requests]
    assert [token_ids(generation) for generation in together] == alone


def test_company_changes_no_reply(engine: LocalEngine) -> None:
    assert_company_changes_nothing(engine, 24, 40)


@pytest.mark.trust
def test_company_changes_none_of_many_replies(engine: LocalEngine) -> None:
    for first_seed in range(0, 120, 30):
        assert_company_changes_nothing(engine, 30, 100, first_seed)
