"""The parameters' declarations: what is valid, what is refused and how, what is neutral."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from pyg_ui.engine.declarations import Declaration, completed
from pyg_ui.engine.parameters import (
    DECLARATIONS,
    KOBOLD_ORDER,
    TRANSFORMERS_ORDER,
    SamplingParameters,
    declaration,
)
from pyg_ui.engine.sampling.chain import SAMPLERS
from pyg_ui.errors import InputError, ParameterError
from tests.engine.sampling_rows import distribution, row

every_parameter = pytest.mark.parametrize("declared", DECLARATIONS, ids=lambda declared: declared.name)


def just_below(declared: Declaration) -> float:
    if declared.is_integer:
        return int(declared.minimum) - 1
    return declared.minimum if declared.minimum_excluded else math.nextafter(declared.minimum, -math.inf)


def just_above(declared: Declaration) -> float:
    return int(declared.maximum) + 1 if declared.is_integer else math.nextafter(declared.maximum, math.inf)


def assert_refused(declared: Declaration, value: Any) -> None:
    with pytest.raises(ParameterError) as caught:
        SamplingParameters(**{declared.name: value})
    assert caught.value.name == declared.name
    assert str(caught.value) == f"{declared.name} must be {declared.valid_range}."
    assert isinstance(caught.value, InputError)


@every_parameter
def test_the_ends_of_the_range_are_valid(declared: Declaration) -> None:
    lowest = math.nextafter(declared.minimum, math.inf) if declared.minimum_excluded else declared.minimum
    for value in (lowest, declared.maximum):
        assert declared.check(value) == value


@every_parameter
def test_beyond_the_range_is_refused_by_name_and_range(declared: Declaration) -> None:
    for value in (just_below(declared), just_above(declared), -1e300, 1e300):
        assert_refused(declared, value)


@every_parameter
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, False, "1", None, [1], 1j])
def test_what_is_no_finite_number_is_refused(declared: Declaration, value: Any) -> None:
    assert_refused(declared, value)


@every_parameter
def test_whole_numbers_are_asked_for_where_they_are_needed(declared: Declaration) -> None:
    whole = round(declared.maximum)
    checked = declared.check(float(whole))
    assert checked == whole
    assert isinstance(checked, int if declared.is_integer else float)
    assert isinstance(declared.check(whole), int if declared.is_integer else float)
    if declared.is_integer:
        assert_refused(declared, declared.default + 0.5)
        assert declared.valid_range.startswith("a whole number")


def test_huge_integers_are_refused_or_clamped_without_overflow() -> None:
    with pytest.raises(ParameterError, match="top_p must be from 0 to 1"):
        SamplingParameters(top_p=10**400)
    assert declaration("top_k").clamp(10**400) == 1000
    assert declaration("top_p").clamp(-(10**400)) == 0


@every_parameter
def test_sliders_lie_within_the_valid_range(declared: Declaration) -> None:
    assert declared.slider_minimum < declared.slider_maximum
    assert declared.step > 0
    for end in (declared.slider_maximum, declared.default):
        assert declared.check(end) == end
    assert declared.slider_minimum <= declared.default <= declared.slider_maximum
    if declared.neutral is not None:
        assert declared.check(declared.neutral) == declared.neutral
        assert declared.slider_minimum <= declared.neutral <= declared.slider_maximum
    assert declared.check(declared.slider_minimum) == declared.slider_minimum


@every_parameter
def test_every_parameter_is_explained(declared: Declaration) -> None:
    assert declared.label
    assert declared.help.endswith(".")
    assert declaration(declared.name) is declared
    assert hasattr(SamplingParameters(), declared.name)


@every_parameter
@pytest.mark.parametrize("value", [-math.inf, math.inf, math.nan, -3.7, 0.0, 0.3, 12.6, 1e300])
def test_clamping_gives_the_nearest_valid_value(declared: Declaration, value: float) -> None:
    clamped = declared.clamp(value)
    assert declared.check(clamped) == clamped
    if math.isnan(value):
        assert clamped == declared.default
    elif declared.minimum < value < declared.maximum and not declared.is_integer:
        assert clamped == value


@every_parameter
@pytest.mark.parametrize("value", [-math.inf, math.inf, math.nan, -3.7, 0.0, 0.3, 12.6, 1e300])
def test_clamping_to_the_slider_gives_the_nearest_value_on_it(declared: Declaration, value: float) -> None:
    clamped = declared.clamp(value, to_slider=True)
    assert declared.slider_minimum <= clamped <= declared.slider_maximum
    if not math.isnan(value):
        assert declared.check(clamped) == declared.clamp(clamped, to_slider=True) == clamped


@every_parameter
def test_clamping_leaves_valid_values_alone(declared: Declaration) -> None:
    lowest = math.nextafter(declared.minimum, math.inf) if declared.minimum_excluded else declared.minimum
    for value in (lowest, declared.default, declared.slider_maximum, declared.maximum):
        assert declared.clamp(value) == value


def test_neutral_parameters_leave_the_distribution_untouched() -> None:
    logits = torch.randn(500, generator=torch.Generator().manual_seed(1)) * 3
    tokens = [*range(40), *range(40)]
    torch.testing.assert_close(distribution(logits, row(tokens=tokens)), logits.softmax(-1), rtol=1e-5, atol=1e-9)


@pytest.mark.parametrize("name", [d.name for d in DECLARATIONS if d.neutral is not None])
def test_each_neutral_value_alone_changes_nothing(name: str) -> None:
    parameters = SamplingParameters.neutral()
    assert getattr(parameters, name) == declaration(name).neutral
    assert SamplingParameters.neutral(**{name: declaration(name).neutral}) == parameters
    assert not any(sampler.is_active(parameters) for sampler in SAMPLERS.values())


def test_only_temperature_zero_is_greedy() -> None:
    assert SamplingParameters(temperature=0).is_greedy
    assert not SamplingParameters(temperature=1e-9).is_greedy
    assert not SamplingParameters().is_greedy


def test_both_orders_name_every_sampler_once() -> None:
    assert sorted(TRANSFORMERS_ORDER) == sorted(KOBOLD_ORDER) == sorted(SAMPLERS)
    assert len(set(TRANSFORMERS_ORDER)) == len(TRANSFORMERS_ORDER)
    assert SamplingParameters(sampler_order=KOBOLD_ORDER).sampler_order == KOBOLD_ORDER


@pytest.mark.parametrize(
    "order", [(), TRANSFORMERS_ORDER[1:], (*TRANSFORMERS_ORDER, "top_k"), ("magic", *TRANSFORMERS_ORDER[1:])]
)
def test_an_incomplete_order_is_refused(order: tuple[str, ...]) -> None:
    with pytest.raises(ParameterError, match="sampler_order must name each of these once") as caught:
        SamplingParameters(sampler_order=order)
    assert caught.value.name == "sampler_order"


def test_a_minimum_above_the_maximum_length_is_refused() -> None:
    with pytest.raises(ParameterError, match="must not be above max_new_tokens") as caught:
        SamplingParameters(min_new_tokens=20, max_new_tokens=19)
    assert caught.value.name == "min_new_tokens"
    assert SamplingParameters(min_new_tokens=20, max_new_tokens=20).min_new_tokens == 20


def test_changes_are_checked_and_unknown_names_refused() -> None:
    parameters = SamplingParameters()
    assert parameters.with_changes({"top_k": 5}) == SamplingParameters(top_k=5)
    assert parameters == SamplingParameters()
    with pytest.raises(ParameterError, match="top_k"):
        parameters.with_changes({"top_k": -1})
    with pytest.raises(ParameterError, match="no sampling parameter called 'top_q'") as caught:
        parameters.with_changes({"top_q": 1})
    assert caught.value.name == "top_q"


def test_an_unknown_name_has_no_declaration() -> None:
    with pytest.raises(KeyError):
        declaration("top_q")


def test_an_order_that_lacks_names_is_completed_behind_those_that_they_usually_follow() -> None:
    new = ("top_n_sigma", "smoothing", "mirostat")
    earlier = tuple(name for name in TRANSFORMERS_ORDER if name not in new)
    assert completed(earlier, TRANSFORMERS_ORDER) == TRANSFORMERS_ORDER
    assert completed(["top_k", "temperature", "magic", "top_k"], ("temperature", "smoothing", "top_k", "top_p")) == (
        "top_k", "top_p", "temperature", "smoothing",
    )  # fmt: skip
    assert completed([], TRANSFORMERS_ORDER) == TRANSFORMERS_ORDER
