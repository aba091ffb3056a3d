"""The presets that come with the program. People know most of them from other programs."""

from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.library.presets.preset import Preset

PRESETS: tuple[Preset, ...] = (
    Preset("Pygmalion UI default", SamplingParameters()),
    Preset(
        "Pygmalion (authors' UI)",
        SamplingParameters(temperature=0.5, top_p=0.9, repetition_penalty=1.05, max_new_tokens=196),
    ),
    Preset(
        "Pygmalion (text-generation-webui)",
        SamplingParameters(temperature=0.5, top_p=0.9, repetition_penalty=1.1, max_new_tokens=200),
    ),
    Preset("Classic-Pygmalion-2.7b", SamplingParameters(
        temperature=0.43, top_p=0.96, tfs=0.68, max_new_tokens=180,
        repetition_penalty=1.17, repetition_penalty_slope=0.2, repetition_penalty_range=1024,
    )),
    Preset("Classic-Pygmalion-6b", SamplingParameters(
        temperature=0.65, top_p=0.9, tfs=0.9, max_new_tokens=180,
        repetition_penalty=1.1, repetition_penalty_slope=0.9, repetition_penalty_range=1024,
    )),
    Preset("Calibrated-Pygmalion-6b", SamplingParameters(
        temperature=1.0, top_p=0.9, top_k=40, tfs=0.9, max_new_tokens=180, repetition_penalty=1.01,
    )),
    Preset("DragonSlayer-6b", SamplingParameters(
        temperature=0.79, top_p=0.9, tfs=0.95, max_new_tokens=180, repetition_penalty=1.19,
    )),
)  # fmt: skip
"""The built-in presets, in the order of the page."""
