"""The fields that Kobold's clients send. They expect numbers to be clamped and other wrong values to be ignored.

Absent fields take KoboldCpp's defaults.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from pyg_ui.api.fields.kinds import MAX_STOPS, clamped_number, flag, optional_text, stops, text
from pyg_ui.api.fields.sampling import OutOfRange, own_names, sampling
from pyg_ui.engine.engine import GenerationRequest
from pyg_ui.engine.parameters import KOBOLD_ORDER, SamplingParameters
from pyg_ui.service.side_by_side import with_own_seed

DEFAULTS = SamplingParameters.neutral(
    max_new_tokens=200, temperature=0.75, top_p=0.92, top_k=100, repetition_penalty_range=320,
    sampler_order=KOBOLD_ORDER,
)  # fmt: skip

NUM_TOP_TOKENS = 5
"""How many of the likeliest tokens at each place are kept with the log-probabilities."""

_flag = partial(flag, is_lenient=True)
"""These clients expect a flag of another kind to be ignored."""


@dataclass(frozen=True, slots=True)
class NamedRequest:
    """A request about a generation: to start, poll or abort it."""

    genkey: str = optional_text(
        "genkey", "Your own name for this generation, by which to check and abort it.", most=128, is_lenient=True
    )


@dataclass(frozen=True, slots=True)
class KoboldRequest(NamedRequest):
    """The fields of a generate request."""

    memory: str = optional_text("memory", "A text in front of the prompt that is not cut off.")
    prompt: str = text(
        "prompt", "The text to continue. Where it is too long, its beginning is cut off.", unless="memory"
    )
    parameters: SamplingParameters = sampling(
        DEFAULTS,
        {
            "max_new_tokens": ["max_length"],
            "seed": ["sampler_seed"],
            **own_names("temperature", "top_p", "top_k", "top_a", "tfs", "min_p"),
            "typical_p": ["typical"],
            "repetition_penalty": ["rep_pen"],
            "repetition_penalty_range": ["rep_pen_range"],
            "repetition_penalty_slope": ["rep_pen_slope"],
            **own_names("presence_penalty", "dry_multiplier", "dry_base", "dry_allowed_length"),
            **own_names("xtc_probability", "xtc_threshold", "dynatemp_range", "dynatemp_exponent"),
            **own_names("smoothing_factor", "smoothing_curve", "mirostat_tau", "mirostat_eta"),
            "mirostat_mode": ["mirostat", "mirostat_mode"],
            "top_n_sigma": ["nsigma", "top_n_sigma"],
        },
        OutOfRange.CLAMPED,
        lists={"banned_strings": ["banned_tokens", "banned_strings"], **own_names("dry_sequence_breakers")},
    )
    context_length: int | None = clamped_number(
        "max_context_length", "The most tokens that prompt and reply may have; the model's own limit holds.", 2, 2**31
    )
    num_results: int = clamped_number("n", "How many results to write, up to 5.", low=1, high=5, default=1)
    stop_sequence: tuple[str, ...] = stops(
        "stop_sequence", "Strings at which the text ends; useless and surplus ones are ignored.", is_lenient=True
    )
    trim_stop: bool = _flag("trim_stop", "Whether the stop string that ended the text is cut off.", default=True)
    singleline: bool = _flag("singleline", "Whether the text ends with its first line.")
    use_default_badwordsids: bool = _flag(
        "use_default_badwordsids", "Whether the model may not end its text by itself."
    )
    ban_eos_token: bool = _flag("ban_eos_token", "Another name for use_default_badwordsids.")
    wants_logprobs: bool = _flag("logprobs", "Whether to keep the tokens' log-probabilities for `last_logprobs`.")

    def generation_requests(
        self, memory_ids: Sequence[int], prompt_ids: Sequence[int], context_length: int
    ) -> list[GenerationRequest]:
        """A request to the engine for each result.

        A prompt that fits keeps its beginning, and the reply becomes shorter. A prompt that does not fit loses its
        beginning, so that the whole reply fits, or as much of it as half of the context holds.
        """
        limit = min(self.context_length or context_length, context_length)
        room = limit - len(memory_ids) - len(prompt_ids)
        if room < 1:
            room = min(self.parameters.max_new_tokens, limit // 2)
            num_kept = limit - room
            memory_ids = memory_ids[: num_kept // 2] if len(memory_ids) >= num_kept else memory_ids
            prompt_ids = prompt_ids[-(num_kept - len(memory_ids)) :]
        parameters = self.parameters.with_at_most(room)
        stop = (*["\n"] * self.singleline, *self.stop_sequence)[:MAX_STOPS]
        return [
            GenerationRequest(
                (*memory_ids, *prompt_ids),
                with_own_seed(parameters, index),
                stop,
                include_stop=not self.trim_stop,
                ignore_end_of_text=self.use_default_badwordsids or self.ban_eos_token,
                num_top_choices=NUM_TOP_TOKENS if self.wants_logprobs else 0,
            )
            for index in range(self.num_results)
        ]
