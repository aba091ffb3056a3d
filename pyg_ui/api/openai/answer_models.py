"""The JSON of answers: the shapes of completions and of chats, and the tokens in either shape."""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from pyg_ui.api.openai.deltas import FinishName, Usage
from pyg_ui.api.openai.token_log import Alternative, LoggedToken


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


class TokenLogprob(BaseModel):
    """A token and its log-probability under the model's own distribution."""

    token: str
    logprob: float
    bytes: list[int]


class ChatToken(TokenLogprob):
    """A token of the reply."""

    top_logprobs: list[TokenLogprob]


class ChatLogprobs(BaseModel):
    """The tokens of a reply."""

    content: list[ChatToken]


class ReplyMessage(BaseModel):
    """What the character says."""

    role: Literal["assistant"]
    content: str


class ChatChoice(BaseModel):
    """One reply."""

    index: int
    message: ReplyMessage
    logprobs: ChatLogprobs | None
    finish_reason: FinishName
    """`length` at the token limit, else `stop`."""


class ChatCompletion(BaseModel):
    """The answer; a streamed one comes as `chat.completion.chunk`, with `delta` in place of `message`."""

    id: str
    object: Literal["chat.completion"]
    created: int
    """Seconds since 1970."""
    model: str
    """The model that answered."""
    choices: list[ChatChoice]
    usage: Usage


def chat_logprobs(tokens: Sequence[LoggedToken]) -> dict[str, Any]:
    """The tokens in the shape of `ChatLogprobs`."""
    content = [{**_described(logged.token), "top_logprobs": [*map(_described, logged.top)]} for logged in tokens]
    return {"content": content}


def _described(token: Alternative) -> dict[str, Any]:
    return {"token": token.text, "logprob": token.logprob, "bytes": list(token.data)}
