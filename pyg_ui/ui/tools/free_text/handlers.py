"""The free text panel: the model as a plain text generator that writes on from whatever stands in the box."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.engine import FinishReason
from pyg_ui.engine.manager import ModelManager
from pyg_ui.service.free_text import FreeText, write_on
from pyg_ui.ui.events import GENERATING, QUICK
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import notify
from pyg_ui.ui.pace import Pace
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import label, say

MAX_CHARACTERS = 100_000
MAX_STEPS = 50
"""How many texts undo goes back to."""


@dataclass(slots=True)
class Manuscript:
    """What one visitor writes."""

    past: list[str] = field(default_factory=list)
    """The text before each time the model wrote on, oldest first."""


class FreeTextView(NamedTuple):
    """What the panel shows, in the order of its outputs."""

    text: Any
    note: Any
    write: Any
    stop: Any
    undo: Any


@dataclass(frozen=True)
class FreeTextPanel:
    """The components, under the names of the view, and the state."""

    state: gr.State
    text: gr.Textbox
    note: gr.HTML
    write: gr.Button
    stop: gr.Button
    undo: gr.Button

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [getattr(self, name) for name in FreeTextView._fields]


def build_free_text_panel() -> FreeTextPanel:
    """Lay out the panel, empty."""
    text = gr.Textbox(
        label=label("free_text.text"),
        placeholder=label("free_text.placeholder"),
        info=label("free_text.help"),
        lines=14,
        max_lines=22,
        max_length=MAX_CHARACTERS,
        elem_id="free-text",
    )
    note = gr.HTML(_note(""), elem_id="free-text-note")
    with gr.Row(elem_classes=["buttons"]):
        write = gr.Button(label("free_text.write"), variant="primary", size="sm", elem_id="free-text-write")
        stop = gr.Button(label("tools.stop"), size="sm", elem_id="free-text-stop", interactive=False)
        undo = gr.Button(label("free_text.undo"), size="sm", elem_id="free-text-undo", interactive=False)
    return FreeTextPanel(gr.State(Manuscript()), text, note, write, stop, undo)


@dataclass(frozen=True)
class FreeTextHandlers:
    """What the panel's controls do."""

    models: ModelManager
    pace: Pace

    async def write(
        self, session: Session, manuscript: Manuscript, text: str | None, **fields: Any
    ) -> AsyncGenerator[FreeTextView, None]:
        """Stream the text as the model writes on."""
        before, language = text or "", session.language
        try:
            parameters = read_parameters(fields)
            yield _writing(gr.skip(), say("free_text.waiting", language))
            engine = await self.models.wait_for_engine()
            is_first = True
            async with aclosing(self.pace.newest(write_on(engine, before, parameters))) as updates:
                async for update in updates:
                    if is_first:
                        manuscript.past = [*manuscript.past, before][-MAX_STEPS:]
                        is_first = False
                    yield _drawn(manuscript, update, language)
        except Exception as error:
            notify(error, language)
            yield settled(manuscript)

    def settle(self, manuscript: Manuscript) -> FreeTextView:
        """It was stopped: what was written stays."""
        return settled(manuscript)

    def undo(self, manuscript: Manuscript) -> FreeTextView:
        """Back to the text before the model wrote on last."""
        text = manuscript.past.pop() if manuscript.past else gr.skip()
        return settled(manuscript)._replace(text=text, note=_note(""))


def wire_free_text(
    panel: FreeTextPanel,
    handlers: FreeTextHandlers,
    session: gr.State,
    fields: Mapping[str, gr.Slider | gr.Number],
) -> None:
    """The panel's controls call the handlers."""
    writing = panel.write.click(
        handlers.write, [session, panel.state, panel.text], panel.outputs, inputs_kwargs=dict(fields), **GENERATING
    )
    writing.then(handlers.settle, [panel.state], panel.outputs, **QUICK)
    panel.stop.click(None, None, None, cancels=[writing], **QUICK)
    panel.undo.click(handlers.undo, [panel.state], panel.outputs, **QUICK)


def settled(manuscript: Manuscript) -> FreeTextView:
    """The panel while nothing is being written; the text stays as it is."""
    return FreeTextView(
        text=gr.skip(),
        note=gr.skip(),
        write=gr.update(interactive=True),
        stop=gr.update(interactive=False),
        undo=gr.update(interactive=bool(manuscript.past)),
    )


def _writing(text: Any, note: str) -> FreeTextView:
    return FreeTextView(text, _note(note), gr.update(interactive=False), gr.update(interactive=True), gr.skip())


def _drawn(manuscript: Manuscript, update: FreeText, language: str) -> FreeTextView:
    if update.finish is None:
        return _writing(update.text, say("free_text.writing", language))
    timings = update.finish.timings
    number, speed = f"{timings.num_new_tokens:,}", f"{timings.tokens_per_s:,.1f}"
    parts = [say("free_text.written", language, number=number, speed=speed)]
    if update.finish.reason is FinishReason.END_OF_TEXT:
        parts.append(say("free_text.ended", language))
    if update.num_unread_tokens:
        parts.append(say("free_text.unread", language, number=f"{update.num_unread_tokens:,}"))
    return settled(manuscript)._replace(text=update.text, note=_note(" · ".join(parts)))


def _note(text: str) -> str:
    return f'<p class="quiet" role="status">{text}</p>'
