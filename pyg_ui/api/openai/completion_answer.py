"""The shape of a completion's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from pyg_ui.api.openai.deltas import FinishName, Usage
from pyg_ui.api.openai.token_log import LoggedToken


class Logprobs(BaseModel):
    """The tokens of a text, as parallel lists."""

    tokens: list[str]
    token_logprobs: list[float | None]
    """Under the model's own distribution, before any sampler; null for a prompt's first token."""
    top_logprobs: list[dict[str, float] | None]
    """The likeliest tokens at each place, and the one that stands there."""
    text_offset: list[int]
    """Where each token begins, in characters."""


class CompletionChoice(BaseModel):
    """One text."""

    index: int
    """Prompt by prompt: with n = 2, the second prompt's choices are 2 and 3."""
    text: str
    logprobs: Logprobs | None
    finish_reason: FinishName | None
    """`length` at the token limit, else `stop`."""


class Completion(BaseModel):
    """The answer; a streamed one comes in such pieces, whose texts add up to the whole."""

    id: str
    object: str = Field("text_completion")
    created: int
    """Seconds since 1970."""
    model: str
    """The model that answered."""
    choices: list[CompletionChoice]
    usage: Usage


def completion_logprobs(tokens: Sequence[LoggedToken]) -> dict[str, Any]:
    """The tokens in the shape of `Logprobs`."""
    return {
        "tokens": [logged.token.text for logged in tokens],
        "token_logprobs": [None if logged.is_first else logged.token.logprob for logged in tokens],
        "top_logprobs": [None if logged.is_first else _top(logged) for logged in tokens],
        "text_offset": [logged.offset for logged in tokens],
    }


def _top(logged: LoggedToken) -> dict[str, float]:
    top: dict[str, float] = {}
    for other in (*logged.top, logged.token):
        top.setdefault(other.text, other.logprob)
    return top
