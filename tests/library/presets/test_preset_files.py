"""Preset files of other programs: what they mean here, what of them is told, and what is refused."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.engine.declarations import Declaration
from pyg_ui.engine.parameter_dialects import order_by_names, order_by_numbers, with_temperature_last
from pyg_ui.engine.parameters import KOBOLD_ORDER, TRANSFORMERS_ORDER, SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.presets.files import MAX_PRESETS_IN_FILE, dump_preset, read_presets
from pyg_ui.library.presets.preset import PRESET_DECLARATIONS, Correction, Preset
from pyg_ui.library.presets.settings import FoundPreset
from tests import repository

SAMPLES = repository.SAMPLES / "presets"
neutral = SamplingParameters.neutral


def read(name: str) -> tuple[FoundPreset, ...]:
    return read_presets((SAMPLES / name).read_bytes(), name)


def read_values(values: dict[str, Any]) -> FoundPreset:
    (found,) = read_presets(json.dumps(values).encode(), "some.json")
    return found


@pytest.mark.parametrize(
    ("file_name", "name", "parameters", "unused"),
    [
        (
            "kobold.settings", "kobold",
            neutral(
                temperature=0.62, top_p=0.88, tfs=0.93, max_new_tokens=120, repetition_penalty=1.12,
                repetition_penalty_slope=0.6, repetition_penalty_range=512,
                sampler_order=order_by_numbers([6, 0, 1, 2, 3, 4, 5], KOBOLD_ORDER),
            ),
            ("file_version", "max_length"),
        ),
        (
            "sillytavern.json", "sillytavern",
            neutral(
                temperature=0.9, top_p=0.95, epsilon_cutoff=0.0003, min_p=0.02, repetition_penalty=1.1,
                repetition_penalty_slope=1, min_new_tokens=8, frequency_penalty=0.1, dry_allowed_length=3,
                xtc_probability=0.2, mirostat_mode=2, dry_sequence_breakers=("\n", ":"),
                sampler_order=with_temperature_last(order_by_numbers([6, 0, 1, 3, 4, 2, 5], KOBOLD_ORDER)),
            ),
            (),
        ),
        (
            "webui.yaml", "webui",
            neutral(
                temperature=0.55, dynatemp_range=0.45, eta_cutoff=0.0003, repetition_penalty=1.18,
                sampler_order=order_by_names(["temperature", "top_p"], TRANSFORMERS_ORDER),
            ),
            (),
        ),
        ("webui-greedy.yaml", "webui-greedy", neutral(temperature=0), ()),
        ("webui-old.txt", "webui-old", neutral(temperature=0.5, top_p=0.9, repetition_penalty=1.05), ()),
    ],
)  # fmt: skip
def test_a_file_of_another_program_means_the_same_here(
    file_name: str, name: str, parameters: SamplingParameters, unused: tuple[str, ...]
) -> None:
    (found,) = read(file_name)
    assert found == FoundPreset(Preset(name, parameters), unused, ())


def test_a_list_of_presets_brings_all_of_them() -> None:
    driftwood, fireworks = read("kobold-list.presets")
    assert (driftwood.preset.name, driftwood.preset.parameters.temperature, driftwood.unused) == ("Driftwood", 0.6, ())
    assert fireworks.corrections == (Correction("max_new_tokens", 600, 512),)
    assert fireworks.preset.parameters == neutral(temperature=1.4, typical_p=0.25, max_new_tokens=512)


def test_presets_may_stand_under_their_models_names() -> None:
    found = read("kobold-models.presets")
    assert [(each.preset.name, each.preset.parameters) for each in found] == [
        ("Slow river", neutral(temperature=0.5, tfs=0.9)),
        ("Rapids", neutral(temperature=1.1, top_k=30)),
    ]


@pytest.mark.parametrize("value", [False, 0, 0.0, "false", "No", " off "])
def test_who_does_not_sample_takes_the_likeliest_token(value: Any) -> None:
    found = read_values({"do_sample": value, "temperature": 0.9})
    assert found.preset.parameters.is_greedy
    assert found.unused == ()


@pytest.mark.parametrize("value", [True, 1, 1.0, "1.0", "True", "yes", None, "None", "", [], "maybe", 2, ["x"]])
def test_who_samples_or_does_not_say_keeps_the_temperature(value: Any) -> None:
    found = read_values({"do_sample": value, "temperature": 0.9})
    assert found.preset.parameters == neutral(temperature=0.9)
    assert found.unused == (("do_sample",) if value in ("maybe", 2, ["x"]) else ())


def test_what_no_slider_reaches_is_corrected_and_told() -> None:
    found = read_values({"temp": 7, "rep_pen": 0.5, "top_k": 40.5, "min_length": 100, "genamt": 50, "top_p": 1e300})
    assert found.preset.parameters == neutral(
        temperature=2, top_k=40, min_new_tokens=50, max_new_tokens=50, repetition_penalty=1
    )
    assert {each.name: (each.given, each.used) for each in found.corrections} == {
        "temperature": (7, 2), "repetition_penalty": (0.5, 1), "top_k": (40.5, 40), "min_new_tokens": (100, 50),
        "top_p": (1e300, 1),
    }  # fmt: skip


@pytest.mark.parametrize("value", ["warm", True, [1], {"x": 1}, "nan", "inf"])
def test_what_is_no_number_is_told_and_left_out(value: Any) -> None:
    found = read_values({"temp": 0.7, "top_a": value, "mystery": value})
    assert found.unused == ("top_a", "mystery")
    assert found.preset.parameters == neutral(temperature=0.7)


@pytest.mark.parametrize("value", [None, "", 0, False, [], {}, "false", "None"])
def test_what_is_off_is_missed_by_nobody(value: Any) -> None:
    assert read_values({"temp": 0.7, "mystery": value}).unused == ()


def test_parts_are_told_only_with_what_they_are_parts_of() -> None:
    breakers = {"dry_sequence_breakers": "[]x"}
    assert read_values({"temp": 1, "min_temp": 0.5, **breakers}).unused == ()
    assert read_values({"dry_multiplier": 0.8, **breakers}).unused == ("dry_sequence_breakers",)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "no sampling settings"),
        (b"Once upon a time.", "no sampling settings"),
        (b'{"spec": "chara_card_v2", "data": {"name": "Wren"}}', "no sampling settings"),
        (b'{"seed": 5}', "no sampling settings"),
        (b"[1, 2]", "no sampling settings"),
        (b'{"temp":', "not valid JSON"),
        (b"a: b: c", "not valid YAML"),
        (b"temperature: !!python/object/apply:os.system [x]", "YAML tags"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "is no text"),
        (b"\xff\xfe", "UTF-8"),
        (b'{"temp": ' + b"1" * 5000 + b"}", "cannot be read"),
        (b"temperature=0.7\n" + b" " * 2**20, "too large"),
        (json.dumps([{"temp": 1}] * (MAX_PRESETS_IN_FILE + 1)).encode(), "more than 100 presets"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named_with_its_problem(data: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=f"^odd.json .*{problem}"):
        read_presets(data, "odd.json")


@pytest.mark.parametrize("name", ["", "\n", "\u200b" * 70 + "x", "x" * 500, "../../etc/passwd"])
def test_any_name_becomes_a_name(name: str) -> None:
    assert 0 < len(read_values({"temp": 1, "name": name}).preset.name) <= 60


@pytest.mark.parametrize(
    ("text", "temperature"),
    [
        ("temp=0.7" + " " * 100_000 + ",", 0.7),
        ("temp=" + " " * 100_000 + "0.7", 0.7),
        ("temp=0.7\nmystery=x" + " " * 100_000 + "y", 0.7),
        (" temp\t=\t0.7 , \n\n", 0.7),
        ("temp: 0.7\nmystery: a=b\n", 0.7),
    ],
    ids=["spaces before a comma", "spaces before a value", "spaces within a value", "spaces around", "YAML"],
)
def test_lines_of_assignments_are_read_however_much_space_they_hold(text: str, temperature: float) -> None:
    started = time.process_time()
    (found,) = read_presets(text.encode(), "x.txt")
    assert found.preset.parameters == neutral(temperature=temperature)
    assert time.process_time() - started < 2


def test_of_a_file_of_endless_presets_only_the_first_are_read() -> None:
    data = json.dumps([{"temp": 1, **{f"x{number}": 1 for number in range(50)}}] * 2_000).encode()
    started = time.process_time()
    with pytest.raises(InputError, match="more than 100 presets"):
        read_presets(data, "odd.json")
    assert time.process_time() - started < 2


def test_a_long_number_is_only_too_large() -> None:
    assert read_presets(b'{"temp": 1' + b"0" * 400 + b"}", "x.json")[0].preset.parameters.temperature == 2


def on_the_slider(declared: Declaration) -> st.SearchStrategy[float]:
    num_steps = round((declared.slider_maximum - declared.slider_minimum) / declared.step)
    return st.integers(0, num_steps).map(lambda step: round(declared.slider_minimum + step * declared.step, 6))


characters = st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from("\n\t")
some_texts = st.lists(st.text(characters, min_size=1, max_size=20), unique=True, max_size=5).map(tuple)


@given(
    values=st.fixed_dictionaries({declared.name: on_the_slider(declared) for declared in PRESET_DECLARATIONS}),
    banned=some_texts,
    breakers=some_texts,
    order=st.permutations(TRANSFORMERS_ORDER).map(tuple),
)
def test_what_is_written_is_read_again(
    values: dict[str, Any], banned: tuple[str, ...], breakers: tuple[str, ...], order: tuple[str, ...]
) -> None:
    values["min_new_tokens"] = min(values["min_new_tokens"], values["max_new_tokens"])
    whole = {each.name: int(values[each.name]) for each in PRESET_DECLARATIONS if each.is_integer}
    preset = Preset(
        "Ann's own",
        SamplingParameters(
            **(values | whole), banned_strings=banned, dry_sequence_breakers=breakers, sampler_order=order
        ),
    )
    assert read_presets(dump_preset(preset), "x.json") == (FoundPreset(preset, (), ()),)


def test_sillytavern_finds_its_own_names() -> None:
    values = json.loads(dump_preset(PRESETS[3]))
    assert (values["temp"], values["rep_pen"], values["genamt"], values["tfs"]) == (0.43, 1.17, 180, 0.68)
    assert json.loads(dump_preset(Preset("x", neutral(epsilon_cutoff=0.0003))))["epsilon_cutoff"] == 3


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"temp": 1, "dynatemp": True, "min_temp": 0.4, "max_temp": 1.6}, {"temperature": 1.0, "dynatemp_range": 0.6}),
        ({"dynatemp": False, "min_temp": 0.4, "max_temp": 1.6, "temp": 0.7}, {"temperature": 0.7}),
        ({"dynamic_temperature": True, "dynatemp_high": 2, "top_k": 0}, {"temperature": 1.5, "dynatemp_range": 0.5}),
        ({"smoothing_factor": 0.3, "smoothing_curve": 2}, {"smoothing_factor": 0.3, "smoothing_curve": 2.0}),
        ({"temp": 1, "nsigma": 1.5}, {"top_n_sigma": 1.5}),
        ({"temp": 1, "banned_tokens": '"a shiver"\n"eyes"'}, {"banned_strings": ("a shiver", "eyes")}),
        ({"temp": 1, "dry_sequence_breakers": '"x", "y z"'}, {"dry_sequence_breakers": ("x", "y z")}),
    ],
)  # fmt: skip
def test_the_newer_samplers_are_read(values: dict[str, Any], changes: dict[str, Any]) -> None:
    found = read_values(values)
    assert found.preset.parameters == neutral(**{"temperature": 1.0} | changes)
    assert found.unused == ()


def test_lists_that_cannot_be_read_are_told() -> None:
    found = read_values({"temp": 1, "banned_tokens": "[1, 2]", "sampler_order": [9, 5], "banned_strings": [1]})
    assert found.unused == ("banned_tokens", "sampler_order", "banned_strings")
    assert found.preset.parameters == neutral(temperature=1)
