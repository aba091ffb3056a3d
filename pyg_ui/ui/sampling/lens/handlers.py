"""The lens panel: the next token's distribution before and after the sliders, at any place of the last reply.

What the model expects is asked once for each place and kept in the visitor's session; a slider that moves only runs
the samplers on it again. Nothing is asked while the panel is closed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.engine import Engine, NextTokenLogits
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import DECLARATIONS, SamplingParameters
from pyg_ui.engine.sampling.lens import look_through
from pyg_ui.errors import PygmalionError
from pyg_ui.service.passage import Passage, look, read_passage
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.view import ChatView, unchanged
from pyg_ui.ui.events import QUICK, clicked, once, streamed
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import warn
from pyg_ui.ui.sampling.lens.view import lens_html, problem_html, reply_html
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import LANGUAGES, label, say, translate

# A click on the last reply in the chat goes to the token under it, by the characters before it that both show.
_ON_LOAD = """
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('[data-place], [data-token]');
  if (chosen?.dataset.place) trigger('click', { place: Number(chosen.dataset.place) });
  else if (chosen?.dataset.token) trigger('select', { token: Number(chosen.dataset.token) });
});
const count = (text) => text.replace(/[\\s*⏎]/g, '').length;
document.addEventListener('click', (event) => {
  const reply = [...document.querySelectorAll('#chat .bot .message-content')].at(-1);
  const tokens = [...element.querySelectorAll('[data-place]')];
  if (!tokens.length || !reply?.contains(event.target) || !getSelection().isCollapsed) return;
  const caret = document.caretRangeFromPoint?.(event.clientX, event.clientY);
  if (!caret) return;
  const before = document.createRange();
  before.setStart(reply, 0);
  before.setEnd(caret.startContainer, caret.startOffset);
  let left = count(before.toString());
  tokens.find((token) => (left -= count(token.textContent)) < 0)?.click();
});
"""


@dataclass(slots=True)
class LensState:
    """What one visitor looks at."""

    is_open: bool = False
    engine: Engine | None = None
    """Who was asked; only its vocabulary is used afterwards."""
    chat: Chat | None = None
    """The chat whose last reply `passage` is."""
    passage: Passage | None = None
    place: int = 0
    outlook: NextTokenLogits | None = None
    """What is expected at the place; None where it is not known yet."""

    def begun_with(self, token_id: int) -> str | None:
        """The beginning of the reply with another token at the place; None where there is no such reply."""
        if self.engine is None or self.passage is None or not self.passage.reply_ids:
            return None
        return self.passage.begun_with(self.place, self.engine.token_bytes(token_id))


@dataclass(frozen=True)
class LensPanel:
    """The components."""

    state: gr.State
    frame: gr.Accordion
    picture: gr.HTML


def build_lens_panel() -> LensPanel:
    """Lay out the panel, closed."""
    state = gr.State(LensState())
    with gr.Accordion(label("lens.title"), open=False, elem_id="lens-panel") as frame:
        picture = gr.HTML(problem_html(say("lens.looking", LANGUAGES[0])), elem_id="lens", js_on_load=_ON_LOAD)
    return LensPanel(state, frame, picture)


def wire_lens(
    panel: LensPanel,
    handlers: LensHandlers,
    session: gr.State,
    fields: Mapping[str, gr.Slider | gr.Number],
    changes: Sequence[Any],
) -> None:
    """The sliders redraw the picture, and so do the events that come where the chat `changes`."""
    redraw: dict[str, Any] = {
        "fn": handlers.draw, "inputs": [session, panel.state], "outputs": [panel.picture],
        "inputs_kwargs": dict(fields), "js": _within_ranges(2), **QUICK,
    }  # fmt: skip
    panel.frame.expand(**(redraw | {"fn": handlers.open}))
    panel.frame.collapse(handlers.close, [panel.state], None, **QUICK)
    panel.picture.click(**(redraw | {"fn": handlers.go}))
    sliders = [field.input for field in fields.values()]
    gr.on([*sliders, *changes], trigger_mode="always_last", queue=False, **redraw)


@dataclass(frozen=True)
class LensHandlers:
    """What the panel's controls do."""

    models: ModelManager
    chat_handlers: ChatHandlers

    async def open(self, session: Session, state: LensState, **fields: Any) -> Any:
        """Begin to look."""
        state.is_open = True
        return await self.draw(session, state, **fields)

    def close(self, state: LensState) -> None:
        """Look no longer."""
        state.is_open = False

    async def go(self, session: Session, state: LensState, event: gr.EventData, **fields: Any) -> Any:
        """Look at another place of the reply."""
        wanted = clicked(event).get("place")
        if isinstance(wanted, int) and state.passage is not None:
            state.place, state.outlook = max(0, min(wanted, len(state.passage.reply_ids))), None
        return await self.draw(session, state, **fields)

    async def draw(self, session: Session, state: LensState, **fields: Any) -> Any:
        """The picture for what the sliders say now."""
        if not state.is_open:
            return gr.skip()
        try:
            parameters = read_parameters(fields)
            await self._catch_up(state, session.chat, parameters)
        except PygmalionError as error:
            return problem_html(translate(str(error), session.language))
        return _picture(state, parameters, session.language)

    @streamed
    def branch(
        self, session: Session, state: LensState, event: gr.EventData, **fields: Any
    ) -> AsyncGenerator[ChatView, None]:
        """Stream the reply as it goes on from the chosen token."""
        token_id = clicked(event).get("token")
        begun = state.begun_with(token_id) if isinstance(token_id, int) and state.chat is session.chat else None
        if begun is None:
            warn("lens.stale", session.language)
            return once(unchanged())
        return self.chat_handlers.rewrite(session, begun, **fields)

    async def _catch_up(self, state: LensState, chat: Chat, parameters: SamplingParameters) -> None:
        """Read the reply again where the chat or the model has changed, and ask what is not known yet."""
        engine = self.models.engine
        if state.chat is not chat or state.engine is not engine:
            passage = await read_passage(engine, chat, parameters)
            if state.engine is not engine or passage != state.passage:
                state.outlook, state.place = None, 0
            state.engine, state.chat, state.passage = engine, chat, passage
        if state.outlook is None and state.passage is not None:
            asked = state.passage, state.place
            outlook = await look(engine, *asked)
            if asked == (state.passage, state.place):
                state.outlook = outlook


def _picture(state: LensState, parameters: SamplingParameters, language: str) -> Any:
    engine, passage, outlook = state.engine, state.passage, state.outlook
    if engine is None or passage is None or outlook is None:
        return gr.skip()
    lens = look_through(outlook, parameters, num_prompt_tokens=len(passage.prompt_ids))
    written = passage.reply_ids[state.place] if state.place < len(passage.reply_ids) else None
    branches = {token.token_id for token in lens.tokens if state.begun_with(token.token_id) is not None}
    return reply_html(passage.pieces, state.place, language) + lens_html(
        lens, engine.token_bytes, language, written=written, branches=branches - {written}
    )


def _within_ranges(num_before: int) -> str:
    """Script that keeps the values which follow `num_before` others within their sliders' ranges.

    A number half typed is out of its range for a moment, which would raise a notice.
    """
    ranges = [[d.slider_minimum, d.slider_maximum, d.default] for d in DECLARATIONS]
    return (
        f"(...values) => {{ const ranges = {ranges}; return values.map((value, i) => {{ const range = "
        f"ranges[i - {num_before}]; return range ? Math.min(Math.max(value ?? range[2], range[0]), range[1]) : value; "
        "}); }"
    )
