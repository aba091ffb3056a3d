"""Comparison: one prompt, several settings, the replies written side by side."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from pyg_ui.dialogue.chat import Chat, Version
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.drafts import Draft, cancel, grow_together
from pyg_ui.service.planning import plan_reply


async def compare(
    engine: Engine, chat: Chat, settings: Sequence[SamplingParameters]
) -> AsyncGenerator[tuple[Version, ...], None]:
    """Growing replies to what the person said last, one for each of the settings, all from the very same prompt.

    The prompt leaves room for the longest of them. Closing it cancels all. Raises PromptTooLongError, EngineBusyError
    and EngineStoppedError.
    """
    longest = max(settings, key=lambda parameters: parameters.max_new_tokens)
    planned = await plan_reply(engine, chat.without_last_reply(), longest)
    drafts: list[Draft] = []
    try:
        for parameters in settings:
            drafts.append(Draft(engine, replace(planned, request=replace(planned.request, parameters=parameters))))
        yield tuple(draft.version for draft in drafts)
        async with aclosing(grow_together(drafts)) as growing:
            async for versions in growing:
                yield versions
        yield tuple(draft.version for draft in drafts)
    finally:
        cancel(drafts)
