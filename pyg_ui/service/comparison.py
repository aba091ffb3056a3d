"""Comparison: replies to the same prompt with several settings, written side by side."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from pyg_ui.dialogue.chat import Chat, Version
from pyg_ui.engine.engine import Engine
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.service.drafts import grow_together, start_drafts
from pyg_ui.service.planning import plan_reply
from pyg_ui.service.side_by_side import cancel_all


async def compare(
    engine: Engine, chat: Chat, settings: Sequence[SamplingParameters]
) -> AsyncGenerator[tuple[Version, ...], None]:
    """Yield the growing replies to the person's last message, one for each of the settings, all from one prompt.

    The prompt leaves room for the longest reply. Closing it cancels all. Raises PromptTooLongError, EngineBusyError
    and EngineStoppedError.
    """
    longest = max(settings, key=lambda parameters: parameters.max_new_tokens)
    planned = await plan_reply(engine, chat.without_last_reply(), longest)
    drafts = start_drafts(engine, planned, settings)
    try:
        yield tuple(draft.version for draft in drafts)
        async with aclosing(grow_together(drafts)) as growing:
            async for versions in growing:
                yield versions
        yield tuple(draft.version for draft in drafts)
    finally:
        cancel_all(draft.generation for draft in drafts)
