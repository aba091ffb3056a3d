"""The values that are kept: every sampling field, the chosen preset and the number of candidates.

What is read back is checked field by field. A value that is unknown or invalid by now is replaced by its default.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pyg_ui.engine.declarations import Declaration
from pyg_ui.engine.parameters import EVERY_DECLARATION, SamplingParameters
from pyg_ui.errors import ParameterError
from pyg_ui.library.store.settings import Content
from pyg_ui.service.replies import MAX_CANDIDATES

PRESET, CANDIDATES = "preset", "candidates"
"""The names under which the preset's id and the number of candidates are kept."""


def kept_values(parameters: SamplingParameters, preset_id: str, candidates: Any) -> Content:
    """The values to keep, in a form that JSON can hold."""
    values: dict[str, Any] = {each.name: getattr(parameters, each.name) for each in EVERY_DECLARATION}
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return values | {PRESET: preset_id, CANDIDATES: candidates_in({CANDIDATES: candidates})}


def parameters_in(content: Content) -> SamplingParameters:
    """The sampling parameters in what was kept, each within its slider's range."""
    values: dict[str, Any] = {}
    for declared in EVERY_DECLARATION:
        with suppress(ParameterError):
            value = declared.check(content.get(declared.name))
            is_number = isinstance(declared, Declaration) and isinstance(value, int | float)
            values[declared.name] = declared.clamp(value, to_slider=True) if is_number else value  # type: ignore[call-arg, arg-type]  # only a number has a slider
    with suppress(ParameterError):
        return SamplingParameters(**values)
    return SamplingParameters(**values | {"min_new_tokens": 0})


def candidates_in(content: Content) -> int:
    """The number of candidates in what was kept."""
    number = content.get(CANDIDATES)
    return number if type(number) is int and 1 <= number <= MAX_CANDIDATES else 1


def preset_in(content: Content) -> str:
    """The id of the preset in what was kept; "" if there is none."""
    id = content.get(PRESET)
    return id if isinstance(id, str) else ""


def changes_since(before: Content, after: Content) -> Mapping[str, Any]:
    """The values that differ."""
    return {name: value for name, value in after.items() if name not in before or before[name] != value}
