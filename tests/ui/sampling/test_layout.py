from typing import Any

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.engine.declarations import Declaration, Group, TextsDeclaration
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters
from pyg_ui.errors import ParameterError
from pyg_ui.library.presets.built_in import PRESETS
from pyg_ui.library.store.presets import StoredPreset
from pyg_ui.ui.form.sampling import read_parameters, shown_value
from pyg_ui.ui.sampling.layout import SamplingPanel, build_sampling_panel
from pyg_ui.ui.theme.theme import neutral_marks
from pyg_ui.ui.translations import LANGUAGES, tables
from tests.ui.building import built

DEFAULTS: dict[str, Any] = {declared.name: declared.default for declared in EVERY_DECLARATION}


def test_every_declaration_has_its_field() -> None:
    def build() -> SamplingPanel:
        with gr.Blocks():
            return build_sampling_panel([StoredPreset("first", PRESETS[0])])

    panel = built(build)
    assert list(panel.fields) == [declared.name for declared in EVERY_DECLARATION]
    for declared in EVERY_DECLARATION:
        field = panel.fields[declared.name]
        assert field.value == shown_value(declared.default)
        assert (field.label.key, field.info.key) == (f"sampling.{declared.name}", f"sampling.{declared.name}_help")
        if isinstance(field, gr.Slider):
            assert (field.minimum, field.maximum) == (declared.slider_minimum, declared.slider_maximum)
            assert field.step == declared.step


@pytest.mark.parametrize("declared", EVERY_DECLARATION, ids=lambda declared: declared.name)
def test_every_parameter_is_explained_in_every_language(declared: Declaration | TextsDeclaration) -> None:
    for key, english in ((declared.name, declared.label), (f"{declared.name}_help", declared.help)):
        words = tables()[f"sampling.{key}"]
        assert tuple(words) == LANGUAGES
        assert words["en"] == english
        assert key == declared.name or len(set(words.values())) == len(LANGUAGES), "a sentence is left untranslated"


def test_every_group_has_its_name_in_english() -> None:
    assert {group: tables()[f"sampling.group_{group.name.lower()}"]["en"] for group in Group} == {
        g: g.value for g in Group
    }


def test_fields_are_read_by_name() -> None:
    backwards = dict(reversed((DEFAULTS | {"temperature": 0.7, "top_k": 40}).items()))
    assert read_parameters(backwards) == SamplingParameters(temperature=0.7, top_k=40)


@given(st.lists(st.text(st.sampled_from("\0\n\r\t\v\x85\u2028\\0nrt a"), min_size=1, max_size=6), unique=True))
def test_a_list_of_texts_is_read_as_it_is_shown(texts: list[str]) -> None:
    shown = DEFAULTS | {"banned_strings": shown_value(tuple(texts))}
    assert read_parameters(shown).banned_strings == tuple(texts)


@pytest.mark.parametrize(("name", "value"), [("temperature", 5), ("seed", None), ("top_p", float("nan"))])
def test_a_bad_value_is_named(name: str, value: float | None) -> None:
    with pytest.raises(ParameterError, match=name):
        read_parameters(DEFAULTS | {name: value})


def test_neutral_values_are_marked_on_their_sliders() -> None:
    assert "#sampling-temperature { --neutral: 0.5000 }" in neutral_marks()
    assert "dry-base" not in neutral_marks()
