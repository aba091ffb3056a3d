"""Tokens with their log-probabilities, as OpenAI's chats and KoboldCpp write them."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from pyg_ui.api.token_log import Alternative, LoggedToken


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


def chat_logprobs(tokens: Sequence[LoggedToken]) -> dict[str, Any]:
    """The tokens in the shape of `ChatLogprobs`."""
    content = [{**_described(logged.token), "top_logprobs": [*map(_described, logged.top)]} for logged in tokens]
    return {"content": content}


def _described(token: Alternative) -> dict[str, Any]:
    return {"token": token.text, "logprob": token.logprob, "bytes": list(token.data)}
