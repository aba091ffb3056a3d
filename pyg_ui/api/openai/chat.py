"""`/v1/chat/completions`: a conversation in, the character's next turn out.

The prompt is built, and the reply is cut and cleaned, by the same code as for the page. HTTP is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from pyg_ui.api.fields.kinds import flag, optional_text, whole_number
from pyg_ui.api.fields.sampling import OutOfRange, sampling
from pyg_ui.api.openai.deltas import ChoiceWriter, Delta, Job, finish_name
from pyg_ui.api.openai.messages import MAX_NAME_LENGTH, continuation, messages
from pyg_ui.api.openai.request import FIELD_NAMES, LIST_NAMES, MAX_LOGPROBS, OpenAiRequest
from pyg_ui.api.token_log import LoggedToken, TokenLog
from pyg_ui.engine.engine import Chunk, Engine, Finish
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.messages import ChatMessage, conversation_of
from pyg_ui.service.planning import PlannedReply, plan_reply
from pyg_ui.service.replies import ChatService
from pyg_ui.service.side_by_side import submit_all, with_own_seed

DEFAULT_NAME = "Assistant"
"""The name of a character if the request gives none."""

CHAT_EXAMPLE = {
    "model": "demo-neo",
    "messages": [
        {"role": "system", "content": "A big strong man with a big heart."},
        {"role": "assistant", "name": "Michael", "content": "Hello! I'm Michael."},
        {"role": "user", "content": "How are you doing on this wonderful day?"},
    ],
    "max_tokens": 60, "temperature": 0.5, "top_p": 0.9,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChatRequest(OpenAiRequest):
    """The fields of a chat request."""

    parameters: SamplingParameters = sampling(
        SamplingParameters.neutral(max_new_tokens=SamplingParameters().max_new_tokens),
        {**FIELD_NAMES, "max_new_tokens": ["max_completion_tokens", "max_tokens"]},
        OutOfRange.CLAMPED_WITH_WARNING,
        lists=LIST_NAMES,
        has_webui_fields=True,
    )
    messages: tuple[ChatMessage, ...] = messages("messages")
    character: str = optional_text(
        "character",
        "A character that comes with the server, by name: its persona, greeting and examples.",
        most=MAX_NAME_LENGTH,
    )
    continues: bool | None = continuation()
    echo: bool = flag("echo", "Whether the answer begins with the message that is continued.")
    has_logprobs: bool = flag("logprobs", "Whether to report the reply's tokens with their log-probabilities.")
    num_top_tokens: int = whole_number(
        "top_logprobs", "How many of the likeliest tokens to report too.", 0, MAX_LOGPROBS, default=0
    )


def reply_writer(index: int, planned: PlannedReply, log: TokenLog | None, *, echo: bool) -> ChoiceWriter:
    """Write one choice: the reply as the page would show it, after the message that it continues if `echo`."""
    reply = planned.reader()
    begun = planned.begun.text
    opening = [begun] if begun and echo else []
    tokens: list[LoggedToken] = []

    def write(item: Chunk | Finish) -> Iterator[Delta]:
        if opening:
            yield Delta(index, opening.pop())
        is_beginning = reply.text == begun.rstrip()
        if isinstance(item, Chunk):
            tokens.extend(log.feed(item) if log else ())
            text = reply.feed(item.text)
        else:
            text = reply.end(at_stop=item.stop is not None)
        if is_beginning and begun != begun.rstrip():
            text = text.lstrip()  # the prompt ends without white space, so the model writes it again
        if text:
            yield Delta(index, planned.display_text(text), tuple(tokens))
            tokens.clear()
        if isinstance(item, Finish):
            yield Delta(index, "", tuple(tokens), finish_name(item), item.timings.num_new_tokens)

    return write


async def start_chat(engine: Engine, service: ChatService, wanted: ChatRequest) -> Job:
    """Start every generation of a request. Raises InputError, PromptTooLongError and what `Engine.submit` raises."""
    talk = conversation_of(
        wanted.messages, service.characters, DEFAULT_NAME, wanted.character, continues=wanted.continues
    )
    planned = await plan_reply(engine, talk.chat, wanted.parameters, wanted.stop, talk.begun)
    num_top = wanted.num_top_tokens
    indices = range(wanted.num_choices)
    logs = [TokenLog(engine, num_top) if wanted.has_logprobs else None for _ in indices]
    writers = [reply_writer(index, planned, log, echo=wanted.echo) for index, log in enumerate(logs)]
    requests = [
        replace(
            planned.request,
            parameters=with_own_seed(planned.request.parameters, index),
            ignore_end_of_text=wanted.ignore_end_of_text,
            logit_bias=wanted.logit_bias,
            num_top_choices=max(num_top, 1) if wanted.has_logprobs else 0,
        )
        for index in indices
    ]
    return Job(submit_all(engine, requests), writers, len(planned.request.prompt_ids), wanted.has_logprobs)
