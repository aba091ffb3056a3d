"""A request's prompt as token ids, and the number of new tokens that fit after it. Every dialect uses this."""

from anyio import to_thread

from pyg_ui.api.fields.kinds import PromptInput
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import PromptTooLongError


async def encode(engine: Engine, prompt: PromptInput) -> tuple[int, ...]:
    """The prompt's token ids."""
    if isinstance(prompt, tuple):
        return prompt
    # In a thread, because encoding a long prompt would block the event loop for everybody.
    return tuple(await to_thread.run_sync(engine.encode, prompt))


def shortened(parameters: SamplingParameters, num_prompt_tokens: int, context_length: int) -> SamplingParameters:
    """The parameters with as many new tokens as fit after the prompt. Raises PromptTooLongError where none fits."""
    room = context_length - num_prompt_tokens
    if room < 1:
        raise PromptTooLongError(
            "The prompt has {num_tokens:,} tokens; this model holds {limit:,}, prompt and reply together. "
            "Shorten the prompt to at most {most:,} tokens.",
            num_tokens=num_prompt_tokens,
            limit=context_length,
            most=context_length - 1,
        )
    return parameters.with_at_most(room)
