"""Presets: named sampling parameters, those that people know from other programs and those of their own.

A preset holds every parameter but the seed, which is one reply's. Its values stand within the sliders' ranges, so that
the page can show what it uses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pyg_ui.dialogue.character import one_line
from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters
from pyg_ui.errors import InputError

PRESET_DECLARATIONS = tuple(declared for declared in DECLARATIONS if declared.name != "seed")
"""What a preset holds, in the order of the page."""
MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Preset:
    """Sampling parameters with a name. Raises InputError for a name that nobody sees, or that is too long."""

    name: str
    """One line."""
    parameters: SamplingParameters

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name))
        if not self.name:
            raise InputError("The preset has no name. Give it one.")
        if len(self.name) > MAX_NAME_CHARACTERS:
            raise InputError(f"The name is too long: presets' names may have {MAX_NAME_CHARACTERS} characters.")

    @property
    def values(self) -> dict[str, float]:
        """What it holds, by the parameters' names."""
        return {declared.name: getattr(self.parameters, declared.name) for declared in PRESET_DECLARATIONS}


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that had to change, because no slider reaches it."""

    name: str
    given: float
    used: float


def fitted(values: Mapping[str, float]) -> tuple[SamplingParameters, tuple[Correction, ...]]:
    """The parameters that come nearest to the values, and where they differ.

    `values` go by the parameters' names; where one is missing, the parameter does nothing, and others are left out.
    """
    wanted = SamplingParameters.neutral()
    near = {
        declared.name: declared.clamp(values.get(declared.name, getattr(wanted, declared.name)), to_slider=True)
        for declared in PRESET_DECLARATIONS
    }
    near["min_new_tokens"] = min(near["min_new_tokens"], near["max_new_tokens"])
    corrections = [
        Correction(name, values[name], used) for name, used in near.items() if name in values and values[name] != used
    ]
    return SamplingParameters(**near), tuple(corrections)  # type: ignore[arg-type]  # whole where they must be


def folded_name(name: str) -> str:
    """The name as names are compared: `one_line`, whatever its case."""
    return one_line(name).casefold()


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, with a number where it is taken already, as far as names may be long."""
    names, wanted = {each.casefold() for each in taken}, one_line(name)[:MAX_NAME_CHARACTERS].strip()
    found, number = wanted, 1
    while found.casefold() in names:
        number += 1
        suffix = f" ({number})"
        found = wanted[: MAX_NAME_CHARACTERS - len(suffix)].rstrip() + suffix
    return found


PRESETS: tuple[Preset, ...] = (
    Preset(
        "Pygmalion UI default",
        SamplingParameters(),
    ),
    Preset(
        "Pygmalion (authors' UI)",
        SamplingParameters(temperature=0.5, top_p=0.9, repetition_penalty=1.05, max_new_tokens=196),
    ),
    Preset(
        "Pygmalion (text-generation-webui)",
        SamplingParameters(temperature=0.5, top_p=0.9, repetition_penalty=1.1, max_new_tokens=200),
    ),
    Preset(
        "Classic-Pygmalion-2.7b",
        SamplingParameters(
            temperature=0.43, top_p=0.96, tfs=0.68, max_new_tokens=180,
            repetition_penalty=1.17, repetition_penalty_slope=0.2, repetition_penalty_range=1024,
        ),
    ),
    Preset(
        "Classic-Pygmalion-6b",
        SamplingParameters(
            temperature=0.65, top_p=0.9, tfs=0.9, max_new_tokens=180,
            repetition_penalty=1.1, repetition_penalty_slope=0.9, repetition_penalty_range=1024,
        ),
    ),
    Preset(
        "Calibrated-Pygmalion-6b",
        SamplingParameters(
            temperature=1.0, top_p=0.9, top_k=40, tfs=0.9, max_new_tokens=180, repetition_penalty=1.01,
        ),
    ),
    Preset(
        "DragonSlayer-6b",
        SamplingParameters(temperature=0.79, top_p=0.9, tfs=0.95, max_new_tokens=180, repetition_penalty=1.19),
    ),
)  # fmt: skip
"""The built-in presets, in the order of the page."""
