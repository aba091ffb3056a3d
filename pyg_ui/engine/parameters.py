"""The sampling parameters, each declared once.

A declaration holds the valid range of a parameter, the narrower range of its slider, its neutral value, its group and
its help. The check of values, the page's sliders, the API's schema and the documentation are made from it. How a
parameter changes the logits is decided in `sampling`.
"""

from collections.abc import Callable, Mapping
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
        is_above = value > self.minimum if self.minimum_excluded else value >= self.minimum
        return is_above and value <= self.maximum and (not self.is_integer or value == int(value))


def _plain(number: float) -> str:
    return f"{int(number):,}" if float(number).is_integer() else f"{number:g}"


def _declare(
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


@dataclass(frozen=True, slots=True)
class SamplingParameters:
    """How the next tokens are chosen.

    Every instance is valid: the constructor checks each parameter and raises ParameterError, which names the
    parameter and its valid range.
    """

    max_new_tokens: int = _declare(180, Group.LENGTH, neutral=None, valid=(1, 2048), slider=(16, 512, 4))(
        "Max new tokens", "The longest a reply may become, in tokens (about ¾ of a word each)."
    )
    min_new_tokens: int = _declare(0, Group.LENGTH, neutral=0, valid=(0, 2048), slider=(0, 200, 1))(
        "Min new tokens", "The model may not end its reply before this many tokens."
    )
    seed: int = _declare(-1, Group.LENGTH, neutral=-1, valid=(-1, 2**53 - 1), slider=(-1, 2**31 - 1, 1))(
        "Seed", "The same seed, prompt and settings give the same reply. -1 draws a new seed each time."
    )
    temperature: float = _declare(0.5, Group.SAMPLING, neutral=1.0, valid=(0, 2), slider=(0, 2, 0.01))(
        "Temperature", "Higher is more surprising, lower more predictable. 0 always takes the likeliest token."
    )
    top_p: float = _declare(0.9, Group.SAMPLING, neutral=1.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Top-p", "Keeps the likeliest tokens whose probabilities add up to this much. 1 keeps all."
    )
    top_k: int = _declare(0, Group.SAMPLING, neutral=0, valid=(0, 1000), slider=(0, 100, 1))(
        "Top-k", "Keeps only this many of the likeliest tokens. 0 keeps all."
    )
    typical_p: float = _declare(1.0, Group.SAMPLING, neutral=1.0, valid=(0, 1, True), slider=(0.01, 1, 0.01))(
        "Typical-p", "Keeps tokens about as surprising as expected, up to this much probability. 1 keeps all."
    )
    min_p: float = _declare(0.0, Group.SAMPLING, neutral=0.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Min-p", "Drops tokens less likely than this share of the likeliest one. 0 drops none."
    )
    repetition_penalty: float = _declare(1.05, Group.REPETITION, neutral=1.0, valid=(0, 10, True), slider=(1, 3, 0.01))(
        "Repetition penalty", "Makes tokens already in the text less likely. 1 is off; above 1.2 the 6B breaks."
    )
    repetition_penalty_range: int = _declare(0, Group.REPETITION, neutral=0, valid=(0, 2048), slider=(0, 2048, 8))(
        "Penalty range", "How many of the last tokens repetition penalty and DRY look at. 0 looks at all."
    )
    repetition_penalty_slope: float = _declare(0.0, Group.REPETITION, neutral=0.0, valid=(0, 10), slider=(0, 10, 0.1))(
        "Penalty slope", "With a penalty range: weakens the penalty for its older tokens. 0 penalises all alike."
    )
    frequency_penalty: float = _declare(0.0, Group.REPETITION, neutral=0.0, valid=(-2, 2), slider=(-2, 2, 0.01))(
        "Frequency penalty", "Lowers a token's logit by this much for each time it was generated."
    )
    presence_penalty: float = _declare(0.0, Group.REPETITION, neutral=0.0, valid=(-2, 2), slider=(-2, 2, 0.01))(
        "Presence penalty", "Lowers the logit of each token that was generated at all by this much, once."
    )
    no_repeat_ngram_size: int = _declare(0, Group.REPETITION, neutral=0, valid=(0, 100), slider=(0, 20, 1))(
        "No-repeat n-gram", "Forbids any run of this many tokens to appear twice. 0 forbids nothing."
    )
    tfs: float = _declare(1.0, Group.TRUNCATION, neutral=1.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Tail-free sampling", "Cuts the tail where the probabilities stop bending. 1 keeps all."
    )
    top_a: float = _declare(0.0, Group.TRUNCATION, neutral=0.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Top-a", "Drops tokens below this times the square of the likeliest probability. 0 drops none."
    )
    epsilon_cutoff: float = _declare(0.0, Group.TRUNCATION, neutral=0.0, valid=(0, 1), slider=(0, 0.01, 0.0001))(
        "Epsilon cut-off", "Drops tokens less likely than this. 0 drops none; try 0.0003."
    )
    eta_cutoff: float = _declare(0.0, Group.TRUNCATION, neutral=0.0, valid=(0, 1), slider=(0, 0.01, 0.0001))(
        "Eta cut-off", "Drops unlikely tokens, more strictly where the model is sure. 0 drops none; try 0.0003."
    )
    dry_multiplier: float = _declare(0.0, Group.DRY, neutral=0.0, valid=(0, 100), slider=(0, 5, 0.05))(
        "DRY multiplier", "Strength of the penalty on continuing a run that stands in the text. 0 is off."
    )
    dry_base: float = _declare(1.75, Group.DRY, neutral=None, valid=(1, 8), slider=(1, 4, 0.05))(
        "DRY base", "How fast the DRY penalty grows with the length of the repeated run."
    )
    dry_allowed_length: int = _declare(2, Group.DRY, neutral=None, valid=(1, 100), slider=(1, 20, 1))(
        "DRY allowed length", "Repeated runs up to this many tokens go unpunished."
    )
    xtc_probability: float = _declare(0.0, Group.XTC, neutral=0.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "XTC probability", "How often the likeliest tokens are taken away so that rarer ones get a turn."
    )
    xtc_threshold: float = _declare(0.1, Group.XTC, neutral=None, valid=(0, 1), slider=(0, 0.5, 0.01))(
        "XTC threshold", "Of the tokens at least this likely, XTC leaves only the least likely."
    )
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
                "min_new_tokens", "min_new_tokens must not be above max_new_tokens: lower it or raise the other."
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
            name = min(unknown)
            raise ParameterError(name, "There is no sampling parameter called {name!r}.", name=name)
        return replace(self, **changes)

    def with_at_most(self, num_new_tokens: int) -> Self:
        """These parameters with at most this many new tokens."""
        most = min(self.max_new_tokens, num_new_tokens)
        return replace(self, max_new_tokens=most, min_new_tokens=min(self.min_new_tokens, most))


DECLARATIONS: tuple[Declaration, ...] = tuple(
    Declaration(name=item.name, **item.metadata) for item in fields(SamplingParameters) if item.metadata
)
"""Every declared parameter, in the order of the page."""


def declaration(name: str) -> Declaration:
    """The declaration of one parameter. Raises KeyError for an unknown name."""
    return {d.name: d for d in DECLARATIONS}[name]
