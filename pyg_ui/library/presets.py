"""Presets: named sampling parameters that people know from other programs, as data."""

from __future__ import annotations

from dataclasses import dataclass

from pyg_ui.engine.parameters import SamplingParameters


@dataclass(frozen=True, slots=True)
class Preset:
    """Sampling parameters with a name."""

    name: str
    parameters: SamplingParameters
    note: str
    """What it is for or where it comes from, in a sentence."""


PRESETS: tuple[Preset, ...] = (
    Preset(
        "Pygmalion UI default",
        SamplingParameters(),
        "What this page starts with: calm, in character, hardly repeating.",
    ),
    Preset(
        "Pygmalion (authors' UI)",
        SamplingParameters(temperature=0.5, top_p=0.9, repetition_penalty=1.05, max_new_tokens=196),
        "The settings of the authors' own first web page.",
    ),
    Preset(
        "Pygmalion (text-generation-webui)",
        SamplingParameters(temperature=0.5, top_p=0.9, repetition_penalty=1.1, max_new_tokens=200),
        "As text-generation-webui ships it: a little less repetition.",
    ),
    Preset(
        "Classic-Pygmalion-2.7b",
        SamplingParameters(
            temperature=0.43, top_p=0.96, tfs=0.68, max_new_tokens=180,
            repetition_penalty=1.17, repetition_penalty_slope=0.2, repetition_penalty_range=1024,
        ),
        "Made for the 2.7B model: cool, with a short tail.",
    ),
    Preset(
        "Classic-Pygmalion-6b",
        SamplingParameters(
            temperature=0.65, top_p=0.9, tfs=0.9, max_new_tokens=180,
            repetition_penalty=1.1, repetition_penalty_slope=0.9, repetition_penalty_range=1024,
        ),
        "Made for the 6B model: livelier than the 2.7B's.",
    ),
    Preset(
        "Calibrated-Pygmalion-6b",
        SamplingParameters(
            temperature=1.0, top_p=0.9, top_k=40, tfs=0.9, max_new_tokens=180, repetition_penalty=1.01,
        ),
        "Made for the 6B model: the model's own temperature, few repetition limits.",
    ),
    Preset(
        "DragonSlayer-6b",
        SamplingParameters(temperature=0.79, top_p=0.9, tfs=0.95, max_new_tokens=180, repetition_penalty=1.19),
        "Made for the 6B model: inventive, with a strong repetition penalty.",
    ),
)  # fmt: skip
"""Every preset, in the order of the page."""
