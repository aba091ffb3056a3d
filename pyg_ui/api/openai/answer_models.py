"""The JSON of answers: models, completions and chats, and the tokens in either form."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, Field

from pyg_ui.api.logprobs import ChatLogprobs, chat_logprobs
from pyg_ui.api.openai.deltas import FinishName
from pyg_ui.api.token_log import LoggedToken
from pyg_ui.engine.engine import ModelInfo


class Model(BaseModel):
    """A model that answers."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    """Unknown, so always 0."""
    owned_by: str = "pygmalion-ui"
    max_model_len: int
    """Tokens that its context holds, prompt and reply together."""
    vocabulary_size: int | None
    """Token ids are below this; null where it is not known."""

    @classmethod
    def of(cls, info: ModelInfo) -> Self:
        """The model as its engine describes it."""
        return cls(id=info.id, max_model_len=info.context_length, vocabulary_size=info.vocabulary_size)


class ModelList(BaseModel):
    """The models that answer: one, or none while none is loaded."""

    object: Literal["list"] = "list"
    data: list[Model]


class Usage(BaseModel):
    """The exact count of tokens."""

    prompt_tokens: int
    """Each prompt once."""
    completion_tokens: int
    """All that was generated, including what a stop string cut off."""
    total_tokens: int


def usage(num_prompt: int, num_new: int) -> dict[str, int]:
    """The counts of an answer, as `Usage`."""
    return {"prompt_tokens": num_prompt, "completion_tokens": num_new, "total_tokens": num_prompt + num_new}


class Answer(BaseModel):
    """What both kinds of answers have."""

    id: str
    created: int
    """Seconds since 1970."""
    model: str
    """The model that answered."""
    usage: Usage
    warnings: list[str] = []
    """What of the request was changed or changes nothing, a sentence each. A stream's first event has it. Absent if
    there is nothing to say."""


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
    token_ids: list[int] | None = None
    """The tokens that were generated, if `return_token_ids` asks for them."""
    logprobs: Logprobs | None
    finish_reason: FinishName | None
    """`length` at the token limit, else `stop`."""


class Completion(Answer):
    """The answer; a streamed one comes in such pieces, whose texts add up to the whole."""

    object: str = Field("text_completion")
    choices: list[CompletionChoice]


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


class ChatCompletion(Answer):
    """The answer; a streamed one comes as `chat.completion.chunk`, with `delta` in place of `message`."""

    object: Literal["chat.completion"]
    choices: list[ChatChoice]


@dataclass(frozen=True, slots=True)
class AnswerShape:
    """How a route writes its answers."""

    id_prefix: str
    kind: str
    """The field `object` of a whole answer."""
    streamed_kind: str
    """The same of an event."""
    content: Callable[[str], Mapping[str, Any]]
    """The fields that hold the text of a whole choice."""
    streamed_content: Callable[[str], Mapping[str, Any]]
    """The fields that hold the new text of a choice in an event."""
    logprobs: Callable[[Sequence[LoggedToken]], Mapping[str, Any]]
    opening: Mapping[str, Any] | None = None
    """The content of the event with which each choice begins, if the route sends one."""


COMPLETION = AnswerShape(
    id_prefix="cmpl",
    kind="text_completion",
    streamed_kind="text_completion",
    content=lambda text: {"text": text},
    streamed_content=lambda text: {"text": text},
    logprobs=completion_logprobs,
)
CHAT = AnswerShape(
    id_prefix="chatcmpl",
    kind="chat.completion",
    streamed_kind="chat.completion.chunk",
    content=lambda text: {"message": {"role": "assistant", "content": text}},
    streamed_content=lambda text: {"delta": {"content": text} if text else {}},
    logprobs=chat_logprobs,
    opening={"delta": {"role": "assistant", "content": ""}},
)
