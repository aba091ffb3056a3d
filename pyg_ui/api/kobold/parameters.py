"""What Kobold's clients send. They expect numbers to be clamped and everything else to be forgiven.

Absent fields take KoboldCpp's defaults. Kobold's numbers for the samplers, in `sampler_order`, are 0 top_k, 1 top_a,
2 top_p (with min_p), 3 tfs, 4 typical, 5 temperature, 6 repetition penalty (with its kin).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pyg_ui.api.fields import MAX_STOPS, FieldNames, Fields
from pyg_ui.api.prompt_length import with_at_most
from pyg_ui.api.schema import Schema, flag_schema, name_schema, parameter_schema, stops_schema, text_schema
from pyg_ui.engine.parameters import KOBOLD_ORDER, SamplingParameters
from pyg_ui.errors import InputError

DEFAULTS = SamplingParameters.neutral(
    max_new_tokens=200, temperature=0.75, top_p=0.92, top_k=100, repetition_penalty_range=320,
    sampler_order=KOBOLD_ORDER,
)  # fmt: skip

FIELD_NAMES: FieldNames = {
    "max_new_tokens": ("max_length",),
    "seed": ("sampler_seed",),
    "temperature": ("temperature",),
    "top_p": ("top_p",),
    "top_k": ("top_k",),
    "top_a": ("top_a",),
    "typical_p": ("typical",),
    "tfs": ("tfs",),
    "min_p": ("min_p",),
    "repetition_penalty": ("rep_pen",),
    "repetition_penalty_range": ("rep_pen_range",),
    "repetition_penalty_slope": ("rep_pen_slope",),
    "presence_penalty": ("presence_penalty",),
    "dry_multiplier": ("dry_multiplier",),
    "dry_base": ("dry_base",),
    "dry_allowed_length": ("dry_allowed_length",),
    "xtc_probability": ("xtc_probability",),
    "xtc_threshold": ("xtc_threshold",),
}

MAX_RESULTS = 5
MAX_GENKEY_LENGTH = 128

_SAMPLERS: Mapping[int, tuple[str, ...]] = {
    0: ("top_k",),
    1: ("top_a",),
    2: ("top_p", "min_p"),
    3: ("tfs",),
    4: ("typical_p",),
    5: ("temperature",),
    6: ("repetition", "penalties", "dry", "no_repeat_ngram"),
}
_REPETITION = 6


@dataclass(frozen=True, slots=True)
class KoboldRequest:
    """A request as far as it can be understood."""

    prompt: str
    memory: str
    """Put in front of the prompt, and kept where the prompt is cut."""
    parameters: SamplingParameters
    stop: tuple[str, ...]
    include_stop: bool
    ignore_end_of_text: bool
    num_results: int
    context_length: float | None
    """How long the client believes the context to be."""
    genkey: str
    """The client's own name for this generation; "" for none."""

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> KoboldRequest:
        """Take what can be used. Raises InputError only where there is no text to continue."""
        fields = Fields(body)
        memory = fields.optional_text("memory")
        prompt = fields.optional_text("prompt") if memory else fields.text("prompt")
        parameters = fields.clamped_sampling(FIELD_NAMES, DEFAULTS)
        single_line = ("\n",) if fields.flag_if_any("singleline") else ()
        num_results = fields.number_if_any("n")
        return cls(
            prompt=prompt,
            memory=memory,
            parameters=parameters.with_changes({"sampler_order": sampler_order(body.get("sampler_order"))}),
            stop=(*single_line, *_stops(fields))[:MAX_STOPS],
            include_stop=not fields.flag_if_any("trim_stop", default=True),
            ignore_end_of_text=fields.flag_if_any("use_default_badwordsids") or fields.flag_if_any("ban_eos_token"),
            num_results=1 if num_results is None else int(min(max(num_results, 1), MAX_RESULTS)),
            context_length=fields.number_if_any("max_context_length"),
            genkey=read_genkey(body),
        )

    def fitted(self, memory_ids: list[int], prompt_ids: list[int], context_length: int) -> KoboldPrompt:
        """The token ids to continue, and the parameters with as many new tokens as then fit.

        A prompt that fits keeps its beginning and the reply shrinks; one that does not loses its beginning, so that
        the whole reply fits, or half a context of it.
        """
        wanted, limit = self.parameters.max_new_tokens, context_length
        if self.context_length is not None:
            limit = int(min(max(self.context_length, 2), context_length))
        room = limit - len(memory_ids) - len(prompt_ids)
        if room < 1:
            room = min(wanted, limit // 2)
            num_kept = limit - room
            memory_ids = memory_ids[: num_kept // 2] if len(memory_ids) >= num_kept else memory_ids
            prompt_ids = prompt_ids[-(num_kept - len(memory_ids)) :]
        return KoboldPrompt((*memory_ids, *prompt_ids), with_at_most(self.parameters, room))


@dataclass(frozen=True, slots=True)
class KoboldPrompt:
    """What to continue, and how."""

    token_ids: tuple[int, ...]
    parameters: SamplingParameters


def sampler_order(value: Any) -> tuple[str, ...]:
    """Kobold's order of samplers, by our names. What is missing is added: the penalty first, others at the end."""
    numbers = value if isinstance(value, list) else []
    known = [number for number in numbers if isinstance(number, int) and number in _SAMPLERS]
    if not known:
        return KOBOLD_ORDER
    before = [] if _REPETITION in known else [_REPETITION]
    names = [name for number in dict.fromkeys([*before, *known]) for name in _SAMPLERS[number]]
    return tuple(dict.fromkeys([*names, *KOBOLD_ORDER]))


def read_genkey(body: Mapping[str, Any]) -> str:
    """The name that a client gave its generation; "" where it gave none of a usable length."""
    genkey = body.get("genkey")
    return genkey if isinstance(genkey, str) and len(genkey) <= MAX_GENKEY_LENGTH else ""


def generate_schema() -> dict[str, Schema]:
    """The schemas of the fields of a generate request."""
    parameters = {
        name: parameter_schema(parameter, getattr(DEFAULTS, parameter))
        for parameter, names in FIELD_NAMES.items()
        for name in names
    }
    for schema in parameters.values():
        schema["description"] += " Clamped."
    return {
        "prompt": text_schema("The text to continue. Where it is too long, its beginning is cut off."),
        "memory": name_schema("A text in front of the prompt that is not cut off."),
        **parameters,
        "max_context_length": _lenient("The most tokens that prompt and reply may have; the model's own limit holds."),
        "n": _lenient(f"How many results to write, up to {MAX_RESULTS}.", 1),
        "stop_sequence": stops_schema("Strings at which the text ends; useless and surplus ones are ignored."),
        "trim_stop": flag_schema("Whether the stop string that ended the text is cut off.", default=True),
        "singleline": flag_schema("Whether the text ends with its first line."),
        "use_default_badwordsids": flag_schema("Whether the model may not end its text by itself."),
        "sampler_order": {
            "type": "array",
            "items": {"type": "integer", "minimum": 0, "maximum": 6},
            "default": [6, 0, 1, 2, 3, 4, 5],
            "description": "0 top_k, 1 top_a, 2 top_p, 3 tfs, 4 typical, 5 temperature, 6 rep_pen.",
        },
        "genkey": name_schema("Your own name for this generation, by which to check and abort it."),
    }


def _lenient(description: str, default: int | None = None) -> Schema:
    return {"type": "integer", "default": default, "description": description}


def _stops(fields: Fields) -> tuple[str, ...]:
    try:
        return fields.usable_stops("stop_sequence")
    except InputError:
        return ()
