"""What the tools' sheet and its prompt inspector do; the other tools have handlers of their own."""

import asyncio
from dataclasses import dataclass
from typing import Any

from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import PygmalionError
from pyg_ui.service.planning import plan_reply
from pyg_ui.ui.display import as_lines
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.inspector import prompt_html
from pyg_ui.ui.translations import translate


@dataclass(frozen=True)
class ToolsHandlers:
    """The handlers, and what they need."""

    models: ModelManager

    async def draw_prompt(self, session: Session, **fields: Any) -> str:
        """The prompt for the next reply, or for another version of the last one, with the fields' values now, as HTML.

        The reply is planned, but not generated.
        """
        try:
            parameters, engine = read_parameters(fields), self.models.engine
            planned = await plan_reply(engine, session.chat.without_last_reply(), parameters)
        except PygmalionError as error:
            return f'<p class="quiet">{as_lines(translate(error, session.language))}</p>'
        context, reserved = planned.context_length, min(parameters.max_new_tokens, planned.room)
        return await asyncio.to_thread(prompt_html, planned.prompt, context, reserved, session.language)
