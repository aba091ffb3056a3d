"""Turns a request for the engine into the JSON of a completion request, as a dialect has it.

Every parameter is sent each time, because a server's own defaults come from elsewhere.
"""

import json
from typing import Any

from pyg_ui.engine.engine import GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.remote.dialects import Dialect
from pyg_ui.engine.remote.tokenizers import Tokenizer


def completion_body(
    request: GenerationRequest, model: str, seed: int, dialect: Dialect, tokenizer: Tokenizer
) -> dict[str, Any]:
    """The request, streamed."""
    parameters, is_by_ids = request.parameters, dialect.takes_ids and tokenizer.is_exact
    body: dict[str, Any] = {
        "model": model,
        "prompt": list(request.prompt_ids) if is_by_ids else tokenizer.decode(request.prompt_ids),
        "max_tokens": parameters.max_new_tokens,
        "seed": seed,
        "stream": True,
        **_samplers(request, dialect),
        **dialect.ids_field,
    }
    if stops := list(dict.fromkeys(filter(None, request.stop)))[: dialect.num_stops]:
        body |= {"stop": stops, **dialect.keeps_stop}
    if dialect.has_usage:
        body["stream_options"] = {"include_usage": True}
    if request.num_top_choices and dialect.num_logprobs:
        num_logprobs = min(request.num_top_choices, dialect.num_logprobs)
        body |= {"logprobs": num_logprobs, "return_tokens_as_token_ids": True}
    if request.logit_bias and dialect.has_bias and tokenizer.is_exact:
        body["logit_bias"] = {str(token_id): bias for token_id, bias in request.logit_bias}
    if request.ignore_end_of_text:
        body |= dialect.forbids_end
    return body


def _samplers(request: GenerationRequest, dialect: Dialect) -> dict[str, Any]:
    parameters: SamplingParameters = request.parameters
    values = {
        theirs: list(value) if isinstance(value := getattr(parameters, ours), tuple) else value
        for ours, theirs in dialect.samplers.items()
    }
    if top_p := dialect.samplers.get("top_p"):
        values[top_p] = max(parameters.top_p, dialect.least_top_p)
    if (top_k := dialect.samplers.get("top_k")) and not parameters.top_k:
        values[top_k] = dialect.no_top_k
    if request.ignore_end_of_text and dialect.least_forbids_end:
        values[dialect.samplers["min_new_tokens"]] = parameters.max_new_tokens
    if not dialect.nest:
        return values
    # Only transformers nests them. It refuses a temperature of 0.
    sampled = {} if parameters.is_greedy else {"temperature": parameters.temperature}
    return {dialect.nest: json.dumps({**values, "temperature": 1.0, **sampled, "do_sample": bool(sampled)})}
