"""Presets: named sampling parameters.

A preset holds every parameter except the seed, which belongs to one reply. Values that come from elsewhere are brought
into the sliders' ranges, so that the page can show them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pyg_ui.dialogue.character import one_line
from pyg_ui.engine.parameters import DECLARATIONS, TEXTS_DECLARATIONS, SamplingParameters
from pyg_ui.errors import InputError

PRESET_DECLARATIONS = tuple(declared for declared in DECLARATIONS if declared.name != "seed")
"""The numbers that a preset holds, in the order of the page. It holds all lists of texts, too."""
PresetValue = float | tuple[str, ...]
MAX_NAME_CHARACTERS = 60


@dataclass(frozen=True, slots=True)
class Preset:
    """Sampling parameters with a name. Raises InputError for a name without a visible character, or a long one."""

    name: str
    """One line."""
    parameters: SamplingParameters

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", one_line(self.name))
        if not self.name:
            raise InputError("The preset has no name. Give it one.")
        if len(self.name) > MAX_NAME_CHARACTERS:
            raise InputError(
                "The name is too long: presets' names may have {number} characters.", number=MAX_NAME_CHARACTERS
            )

    @property
    def values(self) -> dict[str, PresetValue]:
        """The values of the parameters, by their names."""
        names = [*(number.name for number in PRESET_DECLARATIONS), *(texts.name for texts in TEXTS_DECLARATIONS)]
        return {name: getattr(self.parameters, name) for name in names}


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that was changed because it is outside the slider's range."""

    name: str
    given: float
    used: float


def fitted(
    values: Mapping[str, float], texts: Mapping[str, Iterable[object]] = MappingProxyType({})
) -> tuple[SamplingParameters, tuple[Correction, ...]]:
    """The parameters that are nearest to the values, and the numbers that were changed.

    `values` and `texts` have the parameters' names as keys; other keys are ignored. A missing parameter gets its
    neutral value.
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
    lists = {each.name: each.clamp(texts.get(each.name, each.default)) for each in TEXTS_DECLARATIONS}
    return SamplingParameters(**near, **lists), tuple(corrections)  # type: ignore[arg-type]  # `clamp` returns integers where they are needed


def folded_name(name: str) -> str:
    """The name in the form in which names are compared: one line, case-folded."""
    return one_line(name).casefold()


def free_name(name: str, taken: Sequence[str]) -> str:
    """The name, with a number if it is taken already. It is shortened to the longest name that is allowed."""
    names, wanted = {each.casefold() for each in taken}, one_line(name)[:MAX_NAME_CHARACTERS].strip()
    found, number = wanted, 1
    while found.casefold() in names:
        number += 1
        suffix = f" ({number})"
        found = wanted[: MAX_NAME_CHARACTERS - len(suffix)].rstrip() + suffix
    return found
