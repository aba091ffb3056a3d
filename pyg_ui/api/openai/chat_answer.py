"""The shape of a chat's answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel

from pyg_ui.api.openai.deltas import FinishName, Usage
from pyg_ui.api.openai.token_log import Alternative, LoggedToken


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
    content = [
        ChatToken(**_described(logged.token), top_logprobs=[TokenLogprob(**_described(top)) for top in logged.top])
        for logged in tokens
    ]
    return ChatLogprobs(content=content).model_dump()


def _described(token: Alternative) -> dict[str, Any]:
    return {"token": token.text, "logprob": token.logprob, "bytes": list(token.data)}
