"""How a sampling parameter is declared: what is valid, its field on the page, its group and its help.

The parameters themselves are in `parameters`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from pyg_ui.errors import ParameterError

MAX_TEXTS = 200
"""How many texts a list may have."""
MAX_TEXT_CHARACTERS = 200
"""How many characters each of them may have."""


class Group(StrEnum):
    """The section of the page in which a parameter appears."""

    LENGTH = "Length"
    SAMPLING = "Sampling"
    REPETITION = "Repetition"
    TRUNCATION = "More truncation"
    DYNAMIC = "Dynamic temperature, smoothing"
    MIROSTAT = "Mirostat"
    DRY = "DRY"
    XTC = "XTC"
    BANNED = "Banned strings"
    ORDER = "Order of the samplers"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything about one parameter that is a number."""

    name: str
    """The field's name, which is also its name in APIs and preset files."""
    default: float
    neutral: float | None
    """The value with which the parameter changes nothing; None if there is no such value."""
    minimum: float
    maximum: float
    """The valid range, both ends included unless `minimum_excluded`."""
    slider_minimum: float
    slider_maximum: float
    step: float
    is_integer: bool
    minimum_excluded: bool
    group: Group
    label: str
    help: str

    @property
    def valid_range(self) -> str:
        """The valid range in words, for documentation: "above 0, up to 10"."""
        low, high = _plain(self.minimum), _plain(self.maximum)
        kind = "a whole number " if self.is_integer else ""
        return f"{kind}above {low}, up to {high}" if self.minimum_excluded else f"{kind}from {low} to {high}"

    def check(self, value: object) -> float:
        """Return `value` as this parameter's number.

        Raises ParameterError unless it is a finite number within the valid range. Booleans and text are not numbers
        here; an adapter that accepts numeric strings converts them first.
        """
        if isinstance(value, bool) or not isinstance(value, int | float) or not self.is_valid(value):
            template = (
                "{parameter} must be above {low}, up to {high}."
                if self.minimum_excluded
                else "{parameter} must be a whole number from {low} to {high}."
                if self.is_integer
                else "{parameter} must be from {low} to {high}."
            )
            low, high = _plain(self.minimum), _plain(self.maximum)
            raise ParameterError(self.name, template, parameter=self.name, low=low, high=high)
        return int(value) if self.is_integer else float(value)

    def clamp(self, value: float, *, to_slider: bool = False) -> float:
        """The nearest value that is valid, or on the slider (a step above a minimum that is excluded).

        NaN becomes the default.
        """
        if value != value:
            return self.default
        ends = (self.slider_minimum, self.slider_maximum) if to_slider else (self.minimum, self.maximum)
        inside = min(max(value, ends[0]), ends[1])
        if self.minimum_excluded and inside <= self.minimum:
            return self.minimum + self.step
        return round(inside) if self.is_integer else float(inside)

    def is_valid(self, value: float) -> bool:
        """Whether a number is within the valid range, and whole if it must be."""
        is_above = value > self.minimum if self.minimum_excluded else value >= self.minimum
        return is_above and value <= self.maximum and (not self.is_integer or value == int(value))


@dataclass(frozen=True, slots=True)
class TextsDeclaration:
    """Everything about one parameter that is a list of texts."""

    name: str
    default: tuple[str, ...]
    words: tuple[str, ...]
    """If there are any, the value has each of these once, in any order."""
    group: Group
    label: str
    help: str

    @property
    def valid_range(self) -> str:
        """What is valid in words, for documentation."""
        if self.words:
            return f"each of these once: {', '.join(self.words)}"
        return f"a list of at most {MAX_TEXTS} texts of 1 to {MAX_TEXT_CHARACTERS} characters"

    def check(self, value: object) -> tuple[str, ...]:
        """Return the texts, each once. Raises ParameterError unless it is a list of valid texts."""
        texts = tuple(value) if isinstance(value, list | tuple) else ()
        if self.words:
            if sorted(map(str, texts)) != sorted(self.words):
                names = ", ".join(self.words)
                template = "{parameter} must name each of these once: {names}."
                raise ParameterError(self.name, template, parameter=self.name, names=names)
        elif not isinstance(value, list | tuple) or self.clamp(texts) != texts:
            template = "{parameter} must be a list of at most {most} texts of 1 to {longest} characters."
            raise ParameterError(self.name, template, parameter=self.name, most=MAX_TEXTS, longest=MAX_TEXT_CHARACTERS)
        return texts

    def clamp(self, texts: Iterable[object]) -> tuple[str, ...]:
        """The valid ones of these texts, each once. An order is completed: see `completed`."""
        known = [
            text for text in dict.fromkeys(text for text in texts if isinstance(text, str)) if self._is_valid(text)
        ]
        return completed(known, self.words) if self.words else tuple(known[:MAX_TEXTS])

    def _is_valid(self, text: str) -> bool:
        return text in self.words if self.words else 1 <= len(text) <= MAX_TEXT_CHARACTERS


def completed(names: Iterable[str], usual: Sequence[str]) -> tuple[str, ...]:
    """The names in their order, with those of `usual` that are missing: each behind the one that it usually follows."""
    order = [name for name in dict.fromkeys(names) if name in usual]
    for place, name in enumerate(usual):
        if name not in order:
            order.insert(order.index(usual[place - 1]) + 1 if place else 0, name)
    return tuple(order)


def _plain(number: float) -> str:
    return f"{int(number):,}" if float(number).is_integer() else f"{number:g}"


def declare(
    default: float,
    group: Group,
    *,
    neutral: float | None,
    valid: tuple[float, float] | tuple[float, float, bool],
    slider: tuple[float, float, float],
) -> Callable[[str, str], Any]:
    """A function that takes a parameter's label and help, and returns the dataclass field with the declaration.

    `valid` is (minimum, maximum), with True after them if the minimum is excluded. `slider` is (minimum, maximum,
    step). A parameter is a whole number if its default is one.
    """
    declared: dict[str, object] = {
        "default": default, "neutral": neutral, "minimum": valid[0], "maximum": valid[1],
        "slider_minimum": slider[0], "slider_maximum": slider[1], "step": slider[2],
        "is_integer": isinstance(default, int), "minimum_excluded": len(valid) == 3, "group": group,
    }  # fmt: skip
    return lambda label, help: field(default=default, metadata=declared | {"label": label, "help": help})


def declare_texts(default: tuple[str, ...], group: Group, *, words: tuple[str, ...] = ()) -> Callable[[str, str], Any]:
    """As `declare`, for a parameter that is a list of texts."""
    declared: dict[str, object] = {"default": default, "words": words, "group": group}
    return lambda label, help: field(default=default, metadata=declared | {"label": label, "help": help})


def declarations_of(kind: type) -> Iterator[Declaration | TextsDeclaration]:
    """The declarations in a dataclass, in the order of its fields."""
    for item in fields(kind):
        maker: type[Declaration | TextsDeclaration] = TextsDeclaration if "words" in item.metadata else Declaration
        yield maker(name=item.name, **item.metadata)
