"""What the programs that serve models understand, each declared once.

Servers accept unknown fields in silence, so whatever is not in this table is not sent, and the page says that it is not
to be had. The engine asks for nothing that depends on which program answers in any other way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pyg_ui.engine.parameters import EVERY_DECLARATION

LENS = "lens"
"""The name of the lens among what a server lacks: it needs the logits of the whole vocabulary."""
_ALWAYS = {"max_new_tokens", "seed"}


def _same(*names: str) -> dict[str, str]:
    return {name: name for name in names}


@dataclass(frozen=True, slots=True)
class TokenRoutes:
    """How a server converts text to token ids and back: addresses beside `/v1`, and the names of fields."""

    encode: str
    text: str
    """Holds the text, in the request."""
    ids: str
    """Holds the ids, in the answer."""
    decode: str
    ids_sent: str
    text_back: str


@dataclass(frozen=True, slots=True)
class Dialect:
    """A kind of server."""

    title: str
    """What people call it."""
    samplers: Mapping[str, str]
    """For each sampling parameter that it has, the field that holds it."""
    nest: str = ""
    """The field that holds the samplers, as a text of JSON; "" where they stand in the request itself."""
    routes: TokenRoutes | None = None
    """None where it converts no text. A prompt is then sent as text."""
    takes_ids: bool = False
    """Whether a prompt may be token ids."""
    ids_field: Mapping[str, Any] = field(default_factory=dict)
    """Asks for the ids of the generated tokens; empty where it reports none."""
    ends_with_id: bool = False
    """Whether the ids end with that of the end of the text."""
    num_stops: int = 0
    """How many stop strings are sent; the others are only looked for here, and so are all where it cuts them off."""
    keeps_stop: Mapping[str, Any] = field(default_factory=dict)
    """Asks for a text that includes its stop string."""
    has_usage: bool = True
    """Whether a stream may end with a count of tokens."""
    num_logprobs: int = 0
    """How many of the likeliest tokens it reports by their ids."""
    has_bias: bool = True
    """Whether it takes `logit_bias`."""
    forbids_end: Mapping[str, Any] = field(default_factory=dict)
    """Forbids the end of the text."""
    least_forbids_end: bool = False
    """Whether a least number of tokens forbids it."""
    no_top_k: int = 0
    """Switches top-k off."""
    least_top_p: float = 1e-6
    """The smallest top-p that it takes."""

    @property
    def lacks(self) -> frozenset[str]:
        """What the page must not offer."""
        known = {declared.name for declared in EVERY_DECLARATION}
        return frozenset((known - self.samplers.keys() - _ALWAYS) | {LENS})


_KOBOLD_ROUTES = TokenRoutes("/api/extra/tokencount", "prompt", "ids", "/api/extra/detokenize", "ids", "result")
_VLLM_ROUTES = TokenRoutes("/tokenize", "prompt", "tokens", "/detokenize", "tokens", "prompt")
_OPENAI_SAMPLERS = _same("temperature", "top_p", "frequency_penalty", "presence_penalty")
_VLLM_SAMPLERS = {
    **_OPENAI_SAMPLERS,
    **_same("top_k", "min_p", "repetition_penalty"),
    "min_new_tokens": "min_tokens",
}

OWN = Dialect(
    "Pygmalion UI",
    {
        **_same(*(declared.name for declared in EVERY_DECLARATION if declared.name not in _ALWAYS)),
        "min_new_tokens": "min_tokens",
        "sampler_order": "sampler_priority",
    },
    routes=_KOBOLD_ROUTES,
    takes_ids=True,
    ids_field={"return_token_ids": True},
    num_stops=64,
    keeps_stop={"include_stop_str_in_output": True},
    num_logprobs=20,
    forbids_end={"ignore_eos": True},
    least_top_p=0,
)
PLAIN = Dialect("OpenAI", _OPENAI_SAMPLERS, has_bias=False)
"""Any server that has completions, and of which nothing else is known."""
VLLM = Dialect(
    "vLLM",
    _VLLM_SAMPLERS,
    routes=_VLLM_ROUTES,
    takes_ids=True,
    ids_field={"return_token_ids": True},
    ends_with_id=True,
    num_stops=4,
    keeps_stop={"include_stop_str_in_output": True},
    num_logprobs=20,
    least_forbids_end=True,
)
APHRODITE = replace(
    VLLM,
    title="Aphrodite",
    samplers={
        **_VLLM_SAMPLERS,
        **_same(
            "typical_p", "tfs", "top_a", "epsilon_cutoff", "eta_cutoff", "no_repeat_ngram_size", "dry_multiplier",
            "dry_base", "dry_allowed_length", "xtc_probability", "xtc_threshold",
        ),
    },
)  # fmt: skip
SGLANG = Dialect(
    "SGLang",
    _VLLM_SAMPLERS,
    takes_ids=True,
    num_stops=4,
    keeps_stop={"no_stop_trim": True},
    least_forbids_end=True,
    no_top_k=-1,
)
KOBOLD = Dialect(
    "KoboldCpp",
    {
        **_same(
            "temperature", "top_p", "top_k", "min_p", "top_a", "tfs", "presence_penalty", "dynatemp_range",
            "dynatemp_exponent", "smoothing_factor", "mirostat_tau", "mirostat_eta", "dry_multiplier", "dry_base",
            "dry_allowed_length", "dry_sequence_breakers", "xtc_probability", "xtc_threshold",
        ),
        "typical_p": "typical",
        "repetition_penalty": "rep_pen",
        "repetition_penalty_range": "rep_pen_range",
        "repetition_penalty_slope": "rep_pen_slope",
        "mirostat_mode": "mirostat",
    },
    has_bias=False,
)  # fmt: skip
TRANSFORMERS = Dialect(
    "transformers serve",
    _same(
        "temperature", "top_p", "top_k", "min_p", "typical_p", "repetition_penalty", "no_repeat_ngram_size",
        "epsilon_cutoff", "eta_cutoff", "min_new_tokens",
    ),
    nest="generation_config",
    num_stops=4,
    has_usage=False,
    has_bias=False,
    least_forbids_end=True,
)  # fmt: skip
"""It refuses every field that it does not know."""

OWNERS = {
    "pygmalion-ui": OWN, "vllm": VLLM, "aphrodite": APHRODITE, "pygmalionai": APHRODITE, "sglang": SGLANG,
    "koboldcpp": KOBOLD,
}  # fmt: skip
"""Dialects by the owner of their models, as `/v1/models` tells it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """An answer to GET by which a kind of server is known where the owner of its models tells nothing."""

    path: str
    """Beside `/v1`."""
    status: int
    answer: Mapping[str, Any]
    """Fields that the answer has."""
    dialect: Dialect


SIGNS = (
    Sign("/api/extra/version", 200, {"result": "KoboldCpp"}, KOBOLD),
    Sign("/load_model", 405, {}, TRANSFORMERS),
    Sign("/server_info", 200, {}, SGLANG),
)
"""What is looked for, in this order."""
