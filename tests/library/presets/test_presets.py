import pytest

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.presets.preset import Preset, fitted, free_name

# temperature, top_p, top_k, typical_p, tfs, repetition penalty, slope, range, max new tokens
TABLE = {
    "Pygmalion (authors' UI)": (0.5, 0.9, 0, 1, 1, 1.05, 0, 0, 196),
    "Pygmalion (text-generation-webui)": (0.5, 0.9, 0, 1, 1, 1.1, 0, 0, 200),
    "Classic-Pygmalion-2.7b": (0.43, 0.96, 0, 1, 0.68, 1.17, 0.2, 1024, 180),
    "Classic-Pygmalion-6b": (0.65, 0.9, 0, 1, 0.9, 1.1, 0.9, 1024, 180),
    "Calibrated-Pygmalion-6b": (1.0, 0.9, 40, 1, 0.9, 1.01, 0, 0, 180),
    "DragonSlayer-6b": (0.79, 0.9, 0, 1, 0.95, 1.19, 0, 0, 180),
}


def test_the_presets_are_those_of_the_reference_and_change_nothing_else() -> None:
    for preset in PRESETS[1:]:
        temperature, top_p, top_k, typical_p, tfs, penalty, slope, reach, new = TABLE[preset.name]
        assert preset.parameters == SamplingParameters.neutral(
            temperature=temperature,
            top_p=top_p,
            top_k=top_k,
            typical_p=typical_p,
            tfs=tfs,
            repetition_penalty=penalty,
            repetition_penalty_slope=slope,
            repetition_penalty_range=reach,
            max_new_tokens=new,
        )
    assert [preset.name for preset in PRESETS[1:]] == list(TABLE)


def test_the_first_preset_is_what_the_page_starts_with() -> None:
    assert PRESETS[0].parameters == SamplingParameters()


def test_every_preset_stands_within_the_sliders() -> None:
    for preset in PRESETS:
        assert fitted(preset.values) == (preset.parameters, ())


@pytest.mark.parametrize("name", ["", " \n", "x" * 61])
def test_a_name_is_seen_and_short(name: str) -> None:
    with pytest.raises(InputError, match="name"):
        Preset(name, SamplingParameters())


@pytest.mark.parametrize(
    ("name", "free"),
    [("Calm", "Calm (3)"), ("calm", "calm (3)"), ("Warm", "Warm"), ("x" * 60, "x" * 56 + " (2)"), ("x" * 99, None)],
)
def test_a_taken_name_gets_a_number(name: str, free: str | None) -> None:
    assert free_name(name, ["Calm", "CALM (2)", "x" * 60]) == (free or "x" * 56 + " (2)")
