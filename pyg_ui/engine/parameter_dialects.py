"""How other programs write sampling parameters: orders of samplers, lists of texts, dynamic temperature.

Their names and numbers become ours. What we do not know is left out.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pyg_ui.engine.declarations import completed

KOBOLD_NUMBERS = (
    ("top_k",), ("top_a",), ("top_p", "min_p"), ("tfs",), ("typical_p",), ("temperature", "smoothing", "top_n_sigma"),
    ("repetition", "penalties", "dry", "no_repeat_ngram"),
)  # fmt: skip
"""Our samplers by KoboldAI's numbers, which count from 0."""
_REPETITION = 6

WEBUI_NAMES = {
    "repetition": "repetition_penalty", "penalties": "presence_penalty", "smoothing": "quadratic_sampling",
}  # fmt: skip
"""text-generation-webui's names for our samplers, where they differ from ours."""
_NAMES = {theirs: (ours,) for ours, theirs in WEBUI_NAMES.items()} | {
    "frequency_penalty": ("penalties",), "dynamic_temperature": ("temperature",), "typ_p": ("typical_p",),
    "typical": ("typical_p",), "tfs_z": ("tfs",), "penalties": ("repetition", "penalties"),
}  # fmt: skip
_TEMPERATURE = ("temperature", "smoothing")


def order_by_numbers(numbers: Iterable[int], usual: Sequence[str]) -> tuple[str, ...]:
    """Our samplers in the order of KoboldAI's numbers. What is left out follows in its usual order.

    The penalty comes first if it is left out, as in KoboldAI.
    """
    given = tuple(numbers)
    before = () if _REPETITION in given else (_REPETITION,)
    names = [name for number in (*before, *given) for name in KOBOLD_NUMBERS[number]]
    return tuple(dict.fromkeys([*names, *usual]))


def order_by_names(names: Iterable[str], usual: Sequence[str]) -> tuple[str, ...]:
    """Our samplers in the order of our, text-generation-webui's or llama.cpp's names, completed by `usual`."""
    ours = (name for each in names for name in _NAMES.get(each.strip(), (each.strip(),)))
    return completed(ours, usual)


def with_temperature_last(order: Iterable[str]) -> tuple[str, ...]:
    """The order with temperature and smoothing at its end, but for mirostat, which draws from what they leave."""
    return (*(name for name in order if name not in (*_TEMPERATURE, "mirostat")), *_TEMPERATURE, "mirostat")


def temperature_between(low: float, high: float) -> dict[str, float]:
    """The temperature and the dynamic range that reach from one temperature to another."""
    return {"temperature": round((low + high) / 2, 6), "dynatemp_range": round(abs(high - low) / 2, 6)}


def texts_in(value: Any) -> list[Any] | None:
    """The items of a list, or of a text that holds a JSON list, with or without its brackets; None for neither."""
    if isinstance(value, str):
        written = value.strip()
        try:
            value = json.loads(written if written.startswith("[") else f"[{written}]")
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, list) else None
