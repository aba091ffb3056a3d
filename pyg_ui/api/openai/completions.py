"""`/v1/completions`: prompts in, text out.

A prompt is continued as it is. Only the request's stop strings, its token limit and the model end the text. HTTP is not
known here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pyg_ui.api.fields.kinds import PromptInput, flag, prompts, whole_number
from pyg_ui.api.fields.sampling import OutOfRange, sampling
from pyg_ui.api.openai.deltas import ChoiceWriter, Delta, Job, finish_name
from pyg_ui.api.openai.request import (
    FIELD_NAMES,
    LIST_NAMES,
    MAX_CHOICES,
    MAX_LOGPROBS,
    OpenAiRequest,
    read_with_habits,
)
from pyg_ui.api.prompt_length import encode, shortened
from pyg_ui.api.token_log import TokenLog
from pyg_ui.engine.engine import Chunk, Engine, Finish, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.service.side_by_side import submit_all, with_own_seed

COMPLETION_EXAMPLE = {
    "model": "demo-neo",
    "prompt": "Once upon a time",
    "max_tokens": 40,
    "temperature": 0.7,
    "stop": ["\n"],
}


@dataclass(frozen=True, slots=True)
class CompletionRequest(OpenAiRequest):
    """The fields of a completion request."""

    parameters: SamplingParameters = sampling(
        SamplingParameters.neutral(max_new_tokens=16),
        FIELD_NAMES,
        OutOfRange.CLAMPED_WITH_WARNING,
        lists=LIST_NAMES,
        has_webui_fields=True,
    )
    prompts: tuple[PromptInput, ...] = prompts(
        "prompt",
        "What to continue: a text, token ids, or a list of either. Special tokens can only be sent as ids.",
        MAX_CHOICES,
    )
    include_stop: bool = flag("include_stop_str_in_output", "Whether the stop string that ended the text stays in it.")
    num_logprobs: int | None = whole_number(
        "logprobs", "How many of the likeliest tokens to report at each place, with log-probabilities.", 0, MAX_LOGPROBS
    )
    has_token_ids: bool = flag("return_token_ids", "Whether to report the ids of the generated tokens.")
    names_ids: bool = flag(
        "return_tokens_as_token_ids", "Whether `logprobs` names each token by its id, as `token_id:949`."
    )
    echo: bool = flag("echo", "Whether the text begins with the prompt; with logprobs, its tokens are reported too.")
    is_scoring: bool = False
    """Whether no new token is wanted at all."""

    @classmethod
    def read(cls, values: Mapping[str, Any], vocabulary_size: int | None) -> Self:
        """Read the fields. Raises InputError."""
        limit = values.get("max_tokens")
        is_scoring = limit == 0 and not isinstance(limit, bool)
        changed = {**values, "max_tokens": 1} if is_scoring else values
        wanted = read_with_habits(cls, changed, vocabulary_size)
        count, most = len(wanted.prompts), MAX_CHOICES // wanted.num_choices
        if count > most:
            template = 'The field "{field}" holds {count:,} prompts; at most {most} are allowed.'
            raise InputError(template, field="prompt", count=count, most=most)
        return replace(wanted, is_scoring=is_scoring)


def completion_writer(
    index: int, log: TokenLog | None, prompt: str, *, is_scoring: bool, has_token_ids: bool
) -> ChoiceWriter:
    """Write one choice. Its text begins with `prompt`, which is "" if the prompt is not wanted."""
    opening = [prompt] if prompt else []

    def write(item: Chunk | Finish) -> Iterator[Delta]:
        if opening:
            considered = item.prompt_choices if isinstance(item, Chunk) else ()
            yield Delta(index, opening.pop(), log.feed_prompt(prompt, considered) if log else ())
        if is_scoring:
            if isinstance(item, Finish):
                yield Delta(index, finish_reason="length")
        elif isinstance(item, Finish):
            yield Delta(index, "", log.end(item) if log else (), finish_name(item), item.timings.num_new_tokens)
        else:
            tokens = log.feed(item) if log else ()
            token_ids = item.token_ids if has_token_ids else ()
            if item.text or token_ids:
                yield Delta(index, item.text, tokens, token_ids=token_ids)

    return write


async def start_completion(engine: Engine, wanted: CompletionRequest) -> Job:
    """Start every generation of a request. Raises PromptTooLongError and what `Engine.submit` raises."""
    requests: list[GenerationRequest] = []
    writers: list[ChoiceWriter] = []
    num_prompt_tokens, num_top, has_logprobs = 0, wanted.num_logprobs or 0, wanted.num_logprobs is not None
    for prompt in wanted.prompts:
        prompt_ids = await encode(engine, prompt)
        num_prompt_tokens += len(prompt_ids)
        parameters = wanted.parameters
        is_full = wanted.is_scoring and len(prompt_ids) == engine.model.context_length
        if not is_full:
            parameters = shortened(parameters, len(prompt_ids), engine.model.context_length)
        echo = (prompt if isinstance(prompt, str) else engine.decode(prompt_ids)) if wanted.echo else ""
        for number in range(wanted.num_choices):
            echoed = prompt_ids if wanted.echo else ()
            log = TokenLog(engine, num_top, echoed, names_ids=wanted.names_ids) if has_logprobs else None
            options = {"is_scoring": wanted.is_scoring, "has_token_ids": wanted.has_token_ids}
            writers.append(completion_writer(len(writers), log, echo, **options))
            request = GenerationRequest(
                prompt_ids,
                with_own_seed(parameters, number),
                wanted.stop,
                include_stop=wanted.include_stop,
                ignore_end_of_text=wanted.ignore_end_of_text,
                logit_bias=wanted.logit_bias,
                num_top_choices=max(num_top, 1) if has_logprobs else 0,
                with_prompt_choices=has_logprobs and wanted.echo,
                wants_logits=is_full,  # needs no room for a token
            )
            requests.append(request)
    return Job(submit_all(engine, requests), writers, num_prompt_tokens, has_logprobs, wanted.has_token_ids)
