"""What the prompt inspector does: it plans the next reply, without generating it, and draws the prompt."""

import asyncio
from dataclasses import dataclass
from typing import Any

from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import PygmalionError
from pyg_ui.service.planning import plan_reply
from pyg_ui.ui.display import as_lines
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.inspector.view import prompt_html
from pyg_ui.ui.translations import translate


@dataclass(frozen=True)
class InspectorHandlers:
    """The handler, and what it needs."""

    models: ModelManager

    async def draw(self, session: Session, **fields: Any) -> str:
        """The prompt for the next reply, or for writing the last one anew, with the fields' values now, as HTML."""
        try:
            parameters, engine = read_parameters(fields), self.models.engine
            planned = await plan_reply(engine, session.chat.without_last_reply(), parameters)
        except PygmalionError as error:
            return f'<p class="quiet">{as_lines(translate(error, session.language))}</p>'
        context, reserved = engine.model.context_length, parameters.max_new_tokens
        return await asyncio.to_thread(prompt_html, planned.prompt, context, reserved, session.language)
