"""What the lens panel's controls do: look at a place of the last reply, and branch the reply there.

The model is asked once for each place, and the answer stays in the visitor's state: a slider that moves only runs the
samplers on it again. While the panel is closed, nothing is asked.
"""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.remote.dialects import LENS
from pyg_ui.engine.sampling.lens import look_through
from pyg_ui.errors import PygmalionError, UnsupportedError
from pyg_ui.service.passage import logits_at, read_passage
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.view import ChatView, chat_view
from pyg_ui.ui.events import clicked
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import warn
from pyg_ui.ui.sampling.lens.state import LensState
from pyg_ui.ui.sampling.lens.view import lens_html, problem_html, reply_html
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import translate


@dataclass(frozen=True)
class LensHandlers:
    """The handlers, and what they need."""

    models: ModelManager
    chat_handlers: ChatHandlers

    async def open(self, session: Session, state: LensState, **fields: Any) -> Any:
        """The panel was opened."""
        state.is_open = True
        return await self.draw(session, state, **fields)

    def close(self, state: LensState) -> None:
        """The panel was closed."""
        state.is_open = False

    async def go(self, session: Session, state: LensState, event: gr.EventData, **fields: Any) -> Any:
        """Look at another place of the reply."""
        wanted = clicked(event).get("place")
        if isinstance(wanted, int) and state.passage is not None:
            state.place, state.next_token = max(0, min(wanted, len(state.passage.reply_ids))), None
        return await self.draw(session, state, **fields)

    async def draw(self, session: Session, state: LensState, **fields: Any) -> Any:
        """The picture for the sliders' values now, as HTML."""
        if not state.is_open:
            return gr.skip()
        try:
            parameters = read_parameters(fields)
            await self._catch_up(state, session.chat, parameters)
        except PygmalionError as error:
            return problem_html(translate(error, session.language))
        return _picture(state, parameters, session.language)

    async def branch(self, event: gr.EventData, session: Session, state: LensState, **fields: Any) -> ChatView:
        """Have another version of the reply written, which goes on from the chosen token."""
        token_id = clicked(event).get("token")
        begun = state.begun_with(token_id) if isinstance(token_id, int) and state.chat is session.chat else None
        if begun is None:
            warn("lens.stale", session.language)
            return chat_view(session)
        return await self.chat_handlers.rewrite(session, begun, **fields)

    async def _catch_up(self, state: LensState, chat: Chat, parameters: SamplingParameters) -> None:
        """Read the reply again if the chat or the model has changed, and ask the model what is not known yet."""
        engine = self.models.engine
        if LENS in engine.model.lacks:
            server = engine.model.architecture
            raise UnsupportedError("{server} does not tell how likely all next words are.", server=server)
        if state.chat is not chat or state.engine is not engine:
            passage = await read_passage(engine, chat, parameters)
            if state.engine is not engine or passage != state.passage:
                state.next_token, state.place = None, 0
            state.engine, state.chat, state.passage = engine, chat, passage
        if state.next_token is None and state.passage is not None:
            asked = state.passage, state.place
            next_token = await logits_at(engine, *asked)
            if asked == (state.passage, state.place):
                state.next_token = next_token


def _picture(state: LensState, parameters: SamplingParameters, language: str) -> Any:
    engine, passage, next_token = state.engine, state.passage, state.next_token
    if engine is None or passage is None or next_token is None:
        return gr.skip()
    lens = look_through(next_token, parameters, num_prompt_tokens=len(passage.prompt_ids))
    written = passage.reply_ids[state.place] if state.place < len(passage.reply_ids) else None
    branches = {token.token_id for token in lens.tokens if state.begun_with(token.token_id) is not None}
    return reply_html(passage.pieces, state.place, language) + lens_html(
        lens, engine.token_bytes, language, written=written, branches=branches - {written}
    )
