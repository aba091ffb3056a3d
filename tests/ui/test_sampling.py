import gradio as gr
import pytest

from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters
from pyg_ui.errors import ParameterError
from pyg_ui.library.presets import PRESETS
from pyg_ui.ui.sampling import SamplingPanel, build_sampling_panel, fill, neutral_marks, read_parameters, recognise
from tests.ui.building import built

DEFAULTS = {declared.name: declared.default for declared in DECLARATIONS}


def test_every_declaration_has_its_field() -> None:
    def build() -> SamplingPanel:
        with gr.Blocks():
            return build_sampling_panel(PRESETS)

    panel = built(build)
    assert list(panel.fields) == [declared.name for declared in DECLARATIONS]
    for declared in DECLARATIONS:
        field = panel.fields[declared.name]
        assert (field.label, field.info, field.value) == (declared.label, declared.help, declared.default)
        if isinstance(field, gr.Slider):
            assert (field.minimum, field.maximum) == (declared.slider_minimum, declared.slider_maximum)
            assert field.step == declared.step


def test_fields_are_read_by_name() -> None:
    backwards = dict(reversed((DEFAULTS | {"temperature": 0.7, "top_k": 40}).items()))
    assert read_parameters(backwards) == SamplingParameters(temperature=0.7, top_k=40)


@pytest.mark.parametrize(("name", "value"), [("temperature", 5), ("seed", None), ("top_p", float("nan"))])
def test_a_bad_value_is_named(name: str, value: float | None) -> None:
    with pytest.raises(ParameterError, match=name):
        read_parameters(DEFAULTS | {name: value})


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_fills_every_field_and_is_recognised(preset: object) -> None:
    chosen = next(candidate for candidate in PRESETS if candidate is preset)
    name, note, *values = fill(PRESETS, chosen.name)
    fields = dict(zip((declared.name for declared in DECLARATIONS), values, strict=True))
    assert read_parameters(fields) == chosen.parameters
    assert recognise(PRESETS, fields) == (name, note) == (chosen.name, chosen.note)


def test_every_preset_stands_within_the_sliders() -> None:
    for preset in PRESETS:
        for declared in DECLARATIONS:
            assert declared.slider_minimum <= getattr(preset.parameters, declared.name) <= declared.slider_maximum


def test_reset_brings_the_defaults_back() -> None:
    assert fill(PRESETS, None)[2:] == list(DEFAULTS.values())


def test_own_settings_are_called_own() -> None:
    assert recognise(PRESETS, DEFAULTS | {"temperature": 1.23})[0] is None
    assert recognise(PRESETS, DEFAULTS | {"seed": None})[0] is None


def test_neutral_values_are_marked_on_their_sliders() -> None:
    assert "#sampling-temperature { --neutral: 0.5000 }" in neutral_marks()
    assert "dry-base" not in neutral_marks()
