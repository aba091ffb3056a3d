"""The sampling parameters, each declared once.

A declaration holds the valid range of a parameter, the narrower range of its slider, its neutral value, its group and
its help. The check of values, the page's sliders, the API's schema and the documentation are made from it. How a
parameter changes the logits is decided in `sampling`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self

from pyg_ui.errors import ParameterError

TRANSFORMERS_ORDER = (
    "repetition", "penalties", "dry", "no_repeat_ngram", "temperature", "top_k", "top_p", "min_p", "top_a", "tfs",
    "typical_p", "epsilon_cutoff", "eta_cutoff", "xtc",
)  # fmt: skip
"""The order in which transformers applies its processors. Samplers that it lacks stand beside similar ones."""

KOBOLD_ORDER = (
    "repetition", "penalties", "dry", "no_repeat_ngram", "top_k", "top_a", "top_p", "min_p", "tfs", "typical_p",
    "temperature", "epsilon_cutoff", "eta_cutoff", "xtc",
)  # fmt: skip
"""KoboldAI's default order: truncation before temperature."""


class Group(StrEnum):
    """The section of the page in which a parameter appears."""

    LENGTH = "Length"
    SAMPLING = "Sampling"
    REPETITION = "Repetition"
    TRUNCATION = "More truncation"
    DRY = "DRY"
    XTC = "XTC"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Everything about one parameter."""

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
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._is_valid(value):
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

    def _is_valid(self, value: float) -> bool:
        if isinstance(value, float) and (not math.isfinite(value) or (self.is_integer and not value.is_integer())):
            return False
        above = value > self.minimum if self.minimum_excluded else value >= self.minimum
        return above and value <= self.maximum


def _plain(number: float) -> str:
    return f"{int(number):,}" if float(number).is_integer() else f"{number:g}"


def _declare(
    default: float,
    label: str,
    help: str,
    group: Group,
    *,
    valid: tuple[float, float] | tuple[float, float, bool],
    slider: tuple[float, float, float],
    neutral: float | None,
) -> Any:
    """A dataclass field that carries its declaration.

    `valid` is (minimum, maximum), with True behind them if the minimum is excluded. `slider` is (minimum, maximum,
    step).
    """
    declaration = {
        "default": default, "neutral": neutral, "minimum": valid[0], "maximum": valid[1],
        "slider_minimum": slider[0], "slider_maximum": slider[1], "step": slider[2],
        "is_integer": isinstance(default, int), "minimum_excluded": len(valid) == 3,
        "group": group, "label": label, "help": help,
    }  # fmt: skip
    return field(default=default, metadata=declaration)


@dataclass(frozen=True, slots=True)
class SamplingParameters:
    """How the next tokens are chosen.

    Every instance is valid: the constructor checks each parameter and raises ParameterError, which names the
    parameter and its valid range.
    """

    max_new_tokens: int = _declare(
        180, "Max new tokens", "The longest a reply may become, in tokens (about ¾ of a word each).",
        Group.LENGTH, valid=(1, 2048), slider=(16, 512, 4), neutral=None,
    )  # fmt: skip
    min_new_tokens: int = _declare(
        0, "Min new tokens", "The model may not end its reply before this many tokens.",
        Group.LENGTH, valid=(0, 2048), slider=(0, 200, 1), neutral=0,
    )  # fmt: skip
    seed: int = _declare(
        -1, "Seed", "The same seed, prompt and settings give the same reply. -1 draws a new seed each time.",
        Group.LENGTH, valid=(-1, 2**53 - 1), slider=(-1, 2**31 - 1, 1), neutral=-1,
    )  # fmt: skip
    temperature: float = _declare(
        0.5, "Temperature", "Higher is more surprising, lower more predictable. 0 always takes the likeliest token.",
        Group.SAMPLING, valid=(0, 2), slider=(0, 2, 0.01), neutral=1.0,
    )  # fmt: skip
    top_p: float = _declare(
        0.9, "Top-p", "Keeps the likeliest tokens whose probabilities add up to this much. 1 keeps all.",
        Group.SAMPLING, valid=(0, 1), slider=(0, 1, 0.01), neutral=1.0,
    )  # fmt: skip
    top_k: int = _declare(
        0, "Top-k", "Keeps only this many of the likeliest tokens. 0 keeps all.",
        Group.SAMPLING, valid=(0, 1000), slider=(0, 100, 1), neutral=0,
    )  # fmt: skip
    typical_p: float = _declare(
        1.0, "Typical-p", "Keeps tokens about as surprising as expected, up to this much probability. 1 keeps all.",
        Group.SAMPLING, valid=(0, 1, True), slider=(0.01, 1, 0.01), neutral=1.0,
    )  # fmt: skip
    min_p: float = _declare(
        0.0, "Min-p", "Drops tokens less likely than this share of the likeliest one. 0 drops none.",
        Group.SAMPLING, valid=(0, 1), slider=(0, 1, 0.01), neutral=0.0,
    )  # fmt: skip
    repetition_penalty: float = _declare(
        1.05, "Repetition penalty", "Makes tokens already in the text less likely. 1 is off; above 1.2 the 6B breaks.",
        Group.REPETITION, valid=(0, 10, True), slider=(1, 3, 0.01), neutral=1.0,
    )  # fmt: skip
    repetition_penalty_range: int = _declare(
        0, "Penalty range", "How many of the last tokens repetition penalty and DRY look at. 0 looks at all.",
        Group.REPETITION, valid=(0, 2048), slider=(0, 2048, 8), neutral=0,
    )  # fmt: skip
    repetition_penalty_slope: float = _declare(
        0.0, "Penalty slope", "With a penalty range: weakens the penalty for its older tokens. 0 penalises all alike.",
        Group.REPETITION, valid=(0, 10), slider=(0, 10, 0.1), neutral=0.0,
    )  # fmt: skip
    frequency_penalty: float = _declare(
        0.0, "Frequency penalty", "Lowers a token's logit by this much for each time it was generated.",
        Group.REPETITION, valid=(-2, 2), slider=(-2, 2, 0.01), neutral=0.0,
    )  # fmt: skip
    presence_penalty: float = _declare(
        0.0, "Presence penalty", "Lowers the logit of each token that was generated at all by this much, once.",
        Group.REPETITION, valid=(-2, 2), slider=(-2, 2, 0.01), neutral=0.0,
    )  # fmt: skip
    no_repeat_ngram_size: int = _declare(
        0, "No-repeat n-gram", "Forbids any run of this many tokens to appear twice. 0 forbids nothing.",
        Group.REPETITION, valid=(0, 100), slider=(0, 20, 1), neutral=0,
    )  # fmt: skip
    tfs: float = _declare(
        1.0, "Tail-free sampling", "Cuts the tail where the probabilities stop bending. 1 keeps all.",
        Group.TRUNCATION, valid=(0, 1), slider=(0, 1, 0.01), neutral=1.0,
    )  # fmt: skip
    top_a: float = _declare(
        0.0, "Top-a", "Drops tokens below this times the square of the likeliest probability. 0 drops none.",
        Group.TRUNCATION, valid=(0, 1), slider=(0, 1, 0.01), neutral=0.0,
    )  # fmt: skip
    epsilon_cutoff: float = _declare(
        0.0, "Epsilon cut-off", "Drops tokens less likely than this. 0 drops none; try 0.0003.",
        Group.TRUNCATION, valid=(0, 1), slider=(0, 0.01, 0.0001), neutral=0.0,
    )  # fmt: skip
    eta_cutoff: float = _declare(
        0.0, "Eta cut-off", "Drops unlikely tokens, more strictly where the model is sure. 0 drops none; try 0.0003.",
        Group.TRUNCATION, valid=(0, 1), slider=(0, 0.01, 0.0001), neutral=0.0,
    )  # fmt: skip
    dry_multiplier: float = _declare(
        0.0, "DRY multiplier", "Strength of the penalty on continuing a run that stands in the text. 0 is off.",
        Group.DRY, valid=(0, 100), slider=(0, 5, 0.05), neutral=0.0,
    )  # fmt: skip
    dry_base: float = _declare(
        1.75, "DRY base", "How fast the DRY penalty grows with the length of the repeated run.",
        Group.DRY, valid=(1, 8), slider=(1, 4, 0.05), neutral=None,
    )  # fmt: skip
    dry_allowed_length: int = _declare(
        2, "DRY allowed length", "Repeated runs up to this many tokens go unpunished.",
        Group.DRY, valid=(1, 100), slider=(1, 20, 1), neutral=None,
    )  # fmt: skip
    xtc_probability: float = _declare(
        0.0, "XTC probability", "How often the likeliest tokens are taken away so that rarer ones get a turn.",
        Group.XTC, valid=(0, 1), slider=(0, 1, 0.01), neutral=0.0,
    )  # fmt: skip
    xtc_threshold: float = _declare(
        0.1, "XTC threshold", "Of the tokens at least this likely, XTC leaves only the least likely.",
        Group.XTC, valid=(0, 1), slider=(0, 0.5, 0.01), neutral=None,
    )  # fmt: skip
    sampler_order: tuple[str, ...] = TRANSFORMERS_ORDER
    """The samplers in the order in which they act: the names in TRANSFORMERS_ORDER, each once."""

    def __post_init__(self) -> None:
        for declared in DECLARATIONS:
            object.__setattr__(self, declared.name, declared.check(getattr(self, declared.name)))
        if sorted(self.sampler_order) != sorted(TRANSFORMERS_ORDER):
            names = ", ".join(TRANSFORMERS_ORDER)
            raise ParameterError("sampler_order", "sampler_order must name each of these once: {names}.", names=names)
        if self.min_new_tokens > self.max_new_tokens:
            raise ParameterError(
                "min_new_tokens",
                "min_new_tokens must not be above max_new_tokens: lower it or raise the other.",
            )

    @property
    def is_greedy(self) -> bool:
        """Whether the likeliest token is always chosen."""
        return self.temperature == 0

    @classmethod
    def neutral(cls, **changes: Any) -> Self:
        """The parameters with which no sampler changes the model's distribution, with `changes`."""
        values = {d.name: d.neutral for d in DECLARATIONS if d.neutral is not None}
        return cls(**(values | changes))

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """These parameters with some replaced. Raises ParameterError for an unknown name or a bad value."""
        unknown = changes.keys() - {f.name for f in fields(self)}
        if unknown:
            name = sorted(unknown)[0]
            raise ParameterError(name, "There is no sampling parameter called {name!r}.", name=name)
        return replace(self, **changes)


DECLARATIONS: tuple[Declaration, ...] = tuple(
    Declaration(name=item.name, **item.metadata) for item in fields(SamplingParameters) if item.metadata
)
"""Every declared parameter, in the order of the page."""


def declaration(name: str) -> Declaration:
    """The declaration of one parameter. Raises KeyError for an unknown name."""
    return {d.name: d for d in DECLARATIONS}[name]
