"""The sampling parameters, each declared once.

The check of values, the page's fields, the API's schema and the documentation are made from the declarations. How a
parameter changes the logits is decided in `sampling`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self

from pyg_ui.engine.declarations import (
    Declaration,
    Group,
    TextsDeclaration,
    declarations_of,
    declare,
    declare_texts,
)
from pyg_ui.errors import ParameterError

TRANSFORMERS_ORDER = (
    "repetition", "penalties", "dry", "no_repeat_ngram", "top_n_sigma", "temperature", "smoothing", "top_k", "top_p",
    "min_p", "top_a", "tfs", "typical_p", "epsilon_cutoff", "eta_cutoff", "xtc", "mirostat",
)  # fmt: skip
"""The order in which transformers applies its processors. Samplers that it lacks stand beside similar ones."""

KOBOLD_ORDER = (
    "repetition", "penalties", "dry", "no_repeat_ngram", "top_k", "top_a", "top_p", "min_p", "tfs", "typical_p",
    "temperature", "smoothing", "top_n_sigma", "epsilon_cutoff", "eta_cutoff", "xtc", "mirostat",
)  # fmt: skip
"""KoboldAI's default order: truncation before temperature."""


@dataclass(frozen=True, slots=True)
class SamplingParameters:
    """How the next tokens are chosen.

    Every instance is valid: the constructor checks each parameter and raises ParameterError, which names the
    parameter and its valid range.
    """

    max_new_tokens: int = declare(180, Group.LENGTH, neutral=None, valid=(1, 2048), slider=(16, 512, 4))(
        "Max new tokens", "The longest a reply may become, in tokens (about ¾ of a word each)."
    )
    min_new_tokens: int = declare(0, Group.LENGTH, neutral=0, valid=(0, 2048), slider=(0, 200, 1))(
        "Min new tokens", "The model may not end its reply before this many tokens."
    )
    seed: int = declare(-1, Group.LENGTH, neutral=-1, valid=(-1, 2**53 - 1), slider=(-1, 2**31 - 1, 1))(
        "Seed", "The same seed, prompt and settings give the same reply. -1 draws a new seed each time."
    )
    temperature: float = declare(0.5, Group.SAMPLING, neutral=1.0, valid=(0, 2), slider=(0, 2, 0.01))(
        "Temperature", "Higher is more surprising, lower more predictable. 0 always takes the likeliest token."
    )
    top_p: float = declare(0.9, Group.SAMPLING, neutral=1.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Top-p", "Keeps the likeliest tokens whose probabilities add up to this much. 1 keeps all."
    )
    top_k: int = declare(0, Group.SAMPLING, neutral=0, valid=(0, 1000), slider=(0, 100, 1))(
        "Top-k", "Keeps only this many of the likeliest tokens. 0 keeps all."
    )
    typical_p: float = declare(1.0, Group.SAMPLING, neutral=1.0, valid=(0, 1, True), slider=(0.01, 1, 0.01))(
        "Typical-p", "Keeps tokens about as surprising as expected, up to this much probability. 1 keeps all."
    )
    min_p: float = declare(0.0, Group.SAMPLING, neutral=0.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Min-p", "Drops tokens less likely than this share of the likeliest one. 0 drops none."
    )
    repetition_penalty: float = declare(1.05, Group.REPETITION, neutral=1.0, valid=(0, 10, True), slider=(1, 3, 0.01))(
        "Repetition penalty", "Makes tokens already in the text less likely. 1 is off; above 1.2 the 6B breaks."
    )
    repetition_penalty_range: int = declare(0, Group.REPETITION, neutral=0, valid=(0, 2048), slider=(0, 2048, 8))(
        "Penalty range", "How many of the last tokens repetition penalty and DRY look at. 0 looks at all."
    )
    repetition_penalty_slope: float = declare(0.0, Group.REPETITION, neutral=0.0, valid=(0, 10), slider=(0, 10, 0.1))(
        "Penalty slope", "With a penalty range: weakens the penalty for its older tokens. 0 penalises all alike."
    )
    frequency_penalty: float = declare(0.0, Group.REPETITION, neutral=0.0, valid=(-2, 2), slider=(-2, 2, 0.01))(
        "Frequency penalty", "Lowers a token's logit by this much for each time it was generated."
    )
    presence_penalty: float = declare(0.0, Group.REPETITION, neutral=0.0, valid=(-2, 2), slider=(-2, 2, 0.01))(
        "Presence penalty", "Lowers the logit of each token that was generated at all by this much, once."
    )
    no_repeat_ngram_size: int = declare(0, Group.REPETITION, neutral=0, valid=(0, 100), slider=(0, 20, 1))(
        "No-repeat n-gram", "Forbids any run of this many tokens to appear twice. 0 forbids nothing."
    )
    tfs: float = declare(1.0, Group.TRUNCATION, neutral=1.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Tail-free sampling", "Cuts the tail where the probabilities stop bending. 1 keeps all."
    )
    top_a: float = declare(0.0, Group.TRUNCATION, neutral=0.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "Top-a", "Drops tokens below this times the square of the likeliest probability. 0 drops none."
    )
    epsilon_cutoff: float = declare(0.0, Group.TRUNCATION, neutral=0.0, valid=(0, 1), slider=(0, 0.01, 0.0001))(
        "Epsilon cut-off", "Drops tokens less likely than this. 0 drops none; try 0.0003."
    )
    eta_cutoff: float = declare(0.0, Group.TRUNCATION, neutral=0.0, valid=(0, 1), slider=(0, 0.01, 0.0001))(
        "Eta cut-off", "Drops unlikely tokens, more strictly where the model is sure. 0 drops none; try 0.0003."
    )
    top_n_sigma: float = declare(0.0, Group.TRUNCATION, neutral=0.0, valid=(0, 100), slider=(0, 5, 0.01))(
        "Top-n-sigma", "Keeps tokens whose logit is within this many standard deviations of the largest. 0 keeps all."
    )
    dynatemp_range: float = declare(0.0, Group.DYNAMIC, neutral=0.0, valid=(0, 5), slider=(0, 2, 0.01))(
        "Dynamic range", "Temperature goes this far down where the model is sure and up where it is not. 0 is off."
    )
    dynatemp_exponent: float = declare(1.0, Group.DYNAMIC, neutral=None, valid=(0, 10), slider=(0, 10, 0.05))(
        "Dynamic exponent", "How doubtful the model must be for the temperature to rise: above 1 more, below 1 less."
    )
    smoothing_factor: float = declare(0.0, Group.DYNAMIC, neutral=0.0, valid=(0, 10), slider=(0, 10, 0.01))(
        "Smoothing factor", "Brings likely tokens closer together and pushes unlikely ones away. 0 is off; try 0.2."
    )
    smoothing_curve: float = declare(1.0, Group.DYNAMIC, neutral=None, valid=(1, 10), slider=(1, 10, 0.01))(
        "Smoothing curve", "With smoothing: higher pushes the unlikely tokens further away. 1 is the plain curve."
    )
    mirostat_mode: int = declare(0, Group.MIROSTAT, neutral=0, valid=(0, 2), slider=(0, 2, 2))(
        "Mirostat",
        "2 keeps text as surprising as tau says, in place of all truncation and XTC. 0 is off; 1 counts as 2.",
    )
    mirostat_tau: float = declare(5.0, Group.MIROSTAT, neutral=None, valid=(0, 100), slider=(0, 20, 0.01))(
        "Mirostat tau", "How surprising the tokens are to be on average, in bits."
    )
    mirostat_eta: float = declare(0.1, Group.MIROSTAT, neutral=None, valid=(0, 1), slider=(0, 1, 0.01))(
        "Mirostat eta", "How fast Mirostat follows what was drawn."
    )
    dry_multiplier: float = declare(0.0, Group.DRY, neutral=0.0, valid=(0, 100), slider=(0, 5, 0.05))(
        "DRY multiplier", "Strength of the penalty on continuing a run that stands in the text. 0 is off."
    )
    dry_base: float = declare(1.75, Group.DRY, neutral=None, valid=(1, 8), slider=(1, 4, 0.05))(
        "DRY base", "How fast the DRY penalty grows with the length of the repeated run."
    )
    dry_allowed_length: int = declare(2, Group.DRY, neutral=None, valid=(1, 100), slider=(1, 20, 1))(
        "DRY allowed length", "Repeated runs up to this many tokens go unpunished."
    )
    dry_sequence_breakers: tuple[str, ...] = declare_texts(("\n", ":", '"', "*"), Group.DRY)(
        "DRY breakers", "A repeated run ends at each of these texts, one a line; \\n is a new line."
    )
    xtc_probability: float = declare(0.0, Group.XTC, neutral=0.0, valid=(0, 1), slider=(0, 1, 0.01))(
        "XTC probability", "How often the likeliest tokens are taken away so that rarer ones get a turn."
    )
    xtc_threshold: float = declare(0.1, Group.XTC, neutral=None, valid=(0, 1), slider=(0, 0.5, 0.01))(
        "XTC threshold", "Of the tokens at least this likely, XTC leaves only the least likely."
    )
    banned_strings: tuple[str, ...] = declare_texts((), Group.BANNED)(
        "Banned strings", "Texts that no reply contains, one a line, in upper or lower case; \\n is a new line."
    )
    sampler_order: tuple[str, ...] = declare_texts(TRANSFORMERS_ORDER, Group.ORDER, words=TRANSFORMERS_ORDER)(
        "Order", "The samplers in the order in which they act, one a line. What is missing is put in its usual place."
    )

    def __post_init__(self) -> None:
        for declared in EVERY_DECLARATION:
            object.__setattr__(self, declared.name, declared.check(getattr(self, declared.name)))
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


EVERY_DECLARATION: tuple[Declaration | TextsDeclaration, ...] = tuple(declarations_of(SamplingParameters))
"""Every parameter, in the order of the page."""
DECLARATIONS: tuple[Declaration, ...] = tuple(each for each in EVERY_DECLARATION if isinstance(each, Declaration))
"""The parameters that are numbers."""
TEXTS_DECLARATIONS: tuple[TextsDeclaration, ...] = tuple(
    each for each in EVERY_DECLARATION if isinstance(each, TextsDeclaration)
)
"""The parameters that are lists of texts."""


def declaration(name: str) -> Declaration:
    """The declaration of a number. Raises KeyError for an unknown name."""
    return {d.name: d for d in DECLARATIONS}[name]
