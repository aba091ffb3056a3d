"""The fields of Kobold's requests: their names, and all that is forgiven."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pyg_ui.engine.parameters import KOBOLD_ORDER, SamplingParameters
from tests.api.kobold.kobold_client import generate, request_for
from tests.api.served import INFO, client_of
from tests.fakes import FakeEngine


def test_absent_fields_take_koboldcpps_defaults() -> None:
    request = request_for()
    assert request.parameters == SamplingParameters.neutral(
        max_new_tokens=200, temperature=0.75, top_p=0.92, top_k=100, repetition_penalty_range=320,
        sampler_order=KOBOLD_ORDER,
    )  # fmt: skip
    assert request.stop == ()
    assert not request.include_stop


def test_fields_reach_the_sampler_by_kobolds_names() -> None:
    request = request_for(
        max_length=30, temperature=0.6, top_p=0.8, top_k=5, top_a=0.1, typical=0.9, tfs=0.95, min_p=0.05, rep_pen=1.1,
        rep_pen_range=256, rep_pen_slope=0.7, sampler_seed=9, stop_sequence=["\nYou:"], singleline=True,
        trim_stop=False, use_default_badwordsids=True, sampler_order=[5, 6, 0, 1, 2, 3, 4],
    )  # fmt: skip
    assert request.parameters == SamplingParameters.neutral(
        max_new_tokens=30, temperature=0.6, top_p=0.8, top_k=5, top_a=0.1, typical_p=0.9, tfs=0.95, min_p=0.05,
        repetition_penalty=1.1, repetition_penalty_range=256, repetition_penalty_slope=0.7, seed=9,
        sampler_order=("temperature", "smoothing", "top_n_sigma", "repetition", "penalties", "dry", "no_repeat_ngram",
                       "top_k", "top_a", "top_p", "min_p", "tfs", "typical_p", "epsilon_cutoff", "eta_cutoff", "xtc",
                       "mirostat"),
    )  # fmt: skip
    assert request.stop == ("\n", "\nYou:")
    assert request.include_stop
    assert request.ignore_end_of_text


@pytest.mark.parametrize("value", [None, "x", [], ["a"], [9, -1], [6, 0, 1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], {}])
def test_kobolds_own_order_holds_where_none_is_understood(value: object) -> None:
    assert request_for(sampler_order=value).parameters.sampler_order == KOBOLD_ORDER


def test_numbers_are_clamped() -> None:
    parameters = request_for(
        max_length=350_000, temperature=5, top_p=1.5, top_k=-1, typical=0, tfs=-3, rep_pen=0, rep_pen_range=8192,
        sampler_seed=2**80, min_p=1e300,
    ).parameters  # fmt: skip
    assert parameters.max_new_tokens == 2047
    assert (parameters.temperature, parameters.top_p, parameters.top_k) == (2, 1, 0)
    assert (parameters.typical_p, parameters.repetition_penalty) == (1, 1), "what cannot be is off"
    assert (parameters.tfs, parameters.min_p, parameters.repetition_penalty_range) == (0, 1, 2048)
    assert parameters.seed == 2**53 - 1


@pytest.mark.parametrize("value", [None, True, "x", [], {}, "", "nan", [None]])
def test_wrong_kinds_of_values_count_as_absent(value: object) -> None:
    names = "max_length temperature top_p top_k rep_pen n max_context_length sampler_order genkey".split()
    assert request_for(**dict.fromkeys(names, value)) == request_for()
    if not isinstance(value, str):
        assert request_for(stop_sequence=value) == request_for()


def test_useless_stops_are_left_out() -> None:
    assert request_for(stop_sequence=["", "a", "a", "b" * 600, "c"]).stop == ("a", "c")
    assert request_for(stop_sequence=["\nYou:", None]).stop == ("\nYou:",)
    assert request_for(stop_sequence=[None, 5, ["x"], {}, "a"]).stop == ("a",)
    assert request_for(stop_sequence="").stop == ()
    assert len(request_for(stop_sequence=[str(i) for i in range(200)]).stop) == 64


def test_a_long_prompt_loses_its_beginning() -> None:
    engine = FakeEngine(lambda prompt: prompt[:3], model=replace(INFO, context_length=100))
    client = client_of(engine)
    assert generate(client, prompt="x" * 500 + "abc" + "y" * 77, max_length=20, max_context_length=8192) == ["abc"]
    generate(client, prompt="y" * 95, max_length=20)
    generate(client, prompt="y" * 500, max_length=2000)
    generate(client, prompt="y" * 500, max_length=20, max_context_length=50)
    generate(client, prompt="y" * 500, max_length=20, memory="Remember. ")
    generate(client, prompt="y" * 500, max_length=20, memory="m" * 500)
    sizes = [(len(request.prompt_ids), request.parameters.max_new_tokens) for request in engine.requests]
    assert sizes == [(80, 20), (95, 5), (50, 50), (30, 20), (80, 20), (80, 20)]
    assert engine.decode(engine.requests[4].prompt_ids).startswith("Remember. yyy")
