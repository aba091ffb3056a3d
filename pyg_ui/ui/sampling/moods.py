"""Moods and lengths: what a person chooses without knowing a single parameter.

A mood stands for the values of many parameters, a length for the most tokens of a reply. Neither is kept by itself: the
page always shows the one that the fields' values make up.
"""

from collections.abc import Mapping
from typing import Any

from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters

CUSTOM = "custom"
"""Stands for values that make up no mood, or no length."""
_MOODS: Mapping[str, SamplingParameters] = {
    "calm": SamplingParameters(),
    "lively": SamplingParameters(temperature=0.75, repetition_penalty=1.08),
    # Pygmalion 6B falls apart above 1.2 of repetition penalty, and rambles at this temperature without `min_p`.
    "wild": SamplingParameters(temperature=1.1, top_p=0.95, min_p=0.05, repetition_penalty=1.1),
}
_LENGTHS: Mapping[str, int] = {"short": 60, "medium": 180, "long": 400}
_LEFT_ALONE = ("max_new_tokens", "min_new_tokens", "seed")
"""The numbers that belong to no mood. Lists of texts belong to none either."""
_IN_A_MOOD = tuple(declared.name for declared in DECLARATIONS if declared.name not in _LEFT_ALONE)

MOODS, LENGTHS = tuple(_MOODS), tuple(_LENGTHS)


def mood_values(mood: str) -> Mapping[str, float]:
    """The values of a mood, by the parameters' names; none for anything else, which a browser may send."""
    return {name: getattr(_MOODS[mood], name) for name in _IN_A_MOOD} if mood in MOODS else {}


def length_values(length: str) -> Mapping[str, float]:
    """The values of a length, by the parameters' names; none for anything else, which a browser may send."""
    return {"max_new_tokens": _LENGTHS[length], "min_new_tokens": 0} if length in LENGTHS else {}


def mood_of(fields: Mapping[str, Any]) -> str:
    """The mood that the fields' values make up."""
    return next((mood for mood in MOODS if _has(fields, mood_values(mood))), CUSTOM)


def length_of(fields: Mapping[str, Any]) -> str:
    """The length that the fields' values make up."""
    return next((length for length in LENGTHS if _has(fields, length_values(length))), CUSTOM)


def _has(fields: Mapping[str, Any], values: Mapping[str, float]) -> bool:
    return all(fields[name] == value for name, value in values.items())
