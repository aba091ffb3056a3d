"""Whatever valid parameters and finite logits come: a valid token with a positive probability, alone as in a batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torch import Tensor

from pyg_ui.engine.declarations import Declaration
from pyg_ui.engine.parameters import DECLARATIONS, TRANSFORMERS_ORDER, SamplingParameters
from pyg_ui.engine.sampling.row import SamplingRow
from pyg_ui.engine.sampling.sampler import sample
from tests.engine.sampling_rows import distribution

LARGEST = float(np.finfo(np.float32).max)


def valid_values(declared: Declaration) -> st.SearchStrategy[Any]:
    if declared.is_integer:
        return st.integers(int(declared.minimum), min(int(declared.maximum), 10**6))
    values = st.floats(declared.minimum, declared.maximum, exclude_min=declared.minimum_excluded)
    usual = st.floats(declared.slider_minimum, declared.slider_maximum, exclude_min=declared.minimum_excluded)
    return usual | values


@st.composite
def parameters(draw: st.DrawFn) -> SamplingParameters:
    changed = draw(st.lists(st.sampled_from(DECLARATIONS), max_size=8, unique_by=lambda declared: declared.name))
    values = {declared.name: draw(valid_values(declared)) for declared in changed}
    values["min_new_tokens"] = min(values.get("min_new_tokens", 0), values.get("max_new_tokens", 180))
    order = draw(st.just(TRANSFORMERS_ORDER) | st.permutations(TRANSFORMERS_ORDER).map(tuple))
    return SamplingParameters.neutral(**values, sampler_order=order)


def logits(size: int) -> st.SearchStrategy[Tensor]:
    elements = st.floats(-20, 20, width=32) | st.sampled_from([0.0, 1.0, 30.0]) | st.floats(-LARGEST, LARGEST, width=32)
    return arrays.arrays(np.float32, size, elements=elements).map(torch.from_numpy)


@st.composite
def steps(draw: st.DrawFn) -> tuple[Tensor, dict[str, Any]]:
    size = draw(st.integers(1, 40))
    ids = st.integers(0, size - 1)
    row: dict[str, Any] = {
        "parameters": draw(parameters()),
        "token_ids": draw(st.lists(ids, max_size=30)),
        "num_prompt_tokens": 0,
        "end_ids": draw(st.frozensets(ids, max_size=3)),
        "forbid_end_of_text": draw(st.booleans()),
        "num_top_choices": draw(st.integers(0, 3)),
        "token_bytes": tuple(draw(st.lists(st.sampled_from([b"a", b"b\n", b"No", b""]), max_size=size))),
        "protected_ids": draw(st.frozensets(ids, max_size=3)),
        "logit_bias": tuple(draw(st.dictionaries(ids, st.floats(-100, 100, width=32), max_size=3)).items()),
    }
    row["num_prompt_tokens"] = draw(st.integers(0, len(row["token_ids"])))
    return draw(logits(size)), row


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps())
def test_any_valid_parameters_give_a_possible_token(step: tuple[Tensor, dict[str, Any]]) -> None:
    line, fields = step
    row = SamplingRow(**fields)
    probabilities = distribution(line, row)
    assert bool(probabilities.isfinite().all())
    assert bool((probabilities >= 0).all())
    assert abs(float(probabilities.sum()) - 1) < 1e-4
    for _ in range(3):
        (token,) = sample(line[None], [row])
        assert 0 <= token.token_id < len(line)
        assert float(probabilities[token.token_id]) > 0
        assert len(token.choices) == (1 + min(row.num_top_choices, len(line)) if row.num_top_choices else 0)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(step=steps(), others=st.lists(parameters(), max_size=3))
def test_any_row_is_the_same_alone_and_in_a_batch(
    step: tuple[Tensor, dict[str, Any]], others: list[SamplingParameters]
) -> None:
    line, fields = step
    fields["parameters"] = fields["parameters"].with_changes({"seed": 3})
    beside = [SamplingRow(changed, [0], 1) for changed in others]
    batch = torch.stack([line + 0, *(line.flip(0) for _ in beside)])
    together = sample(batch, [SamplingRow(**fields), *beside])[0]
    assert together == sample(line[None], [SamplingRow(**fields)])[0]
