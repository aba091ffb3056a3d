"""The compare panel: one prompt, two settings, their replies side by side; either can become the chat's reply."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import gradio as gr
from gradio.i18n import I18nData

from pyg_ui.dialogue.chat import Chat, Role, Version
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.errors import InputError
from pyg_ui.library.store.presets import KeptPreset, PresetStore
from pyg_ui.service.comparison import compare
from pyg_ui.ui.chat.view import ChatView, chat_view, unchanged
from pyg_ui.ui.display import as_html
from pyg_ui.ui.events import GENERATING, QUICK
from pyg_ui.ui.form.sampling import read_parameters
from pyg_ui.ui.notices import notify
from pyg_ui.ui.pace import Pace
from pyg_ui.ui.sampling.presets.choice import Choices, choices_of
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import label, say

SLIDERS = "sliders"
"""The choice of what the sampling panel shows."""
_SIDES = ("a", "b")


@dataclass(slots=True)
class Comparison:
    """What one visitor compares."""

    chat: Chat | None = None
    """The chat whose last reply is being written in two ways."""
    versions: tuple[Version, ...] = ()


class CompareView(NamedTuple):
    """What the panel shows, in the order of its outputs."""

    replies: tuple[str, str]
    uses: tuple[Any, ...]
    start: Any
    stop: Any

    @property
    def flat(self) -> tuple[Any, ...]:
        """The same in a row."""
        return (*self.replies, *self.uses, self.start, self.stop)


@dataclass(frozen=True)
class ComparePanel:
    """The components, two of each side."""

    state: gr.State
    choices: list[gr.Dropdown]
    replies: list[gr.HTML]
    uses: list[gr.Button]
    start: gr.Button
    stop: gr.Button

    @property
    def outputs(self) -> list[gr.components.Component]:
        """The components in the view's order."""
        return [*self.replies, *self.uses, self.start, self.stop]


def build_compare_panel(built_in: Sequence[KeptPreset]) -> ComparePanel:
    """Lay out the panel: the sliders against the last of the built-in presets."""
    names = _offered(choices_of(built_in))
    choices, replies, uses = [], [], []
    gr.Markdown(label("compare.help"), elem_classes=["quiet"])
    with gr.Row(elem_id="compare-sides", equal_height=True):
        for side, name in zip(_SIDES, (SLIDERS, names[-1][1]), strict=True):
            with gr.Column(min_width=200):
                choices.append(
                    gr.Dropdown(
                        names, value=name, label=label(f"compare.settings_{side}"), elem_id=f"compare-{side}",
                        filterable=False, interactive=True,
                    )
                )  # fmt: skip
                replies.append(gr.HTML('<div class="compared"></div>', elem_id=f"compare-reply-{side}"))
                uses.append(gr.Button(label("compare.use"), size="sm", elem_id=f"use-{side}", interactive=False))
    with gr.Row(elem_classes=["buttons"]):
        start = gr.Button(label("compare.write"), variant="primary", size="sm", elem_id="compare-start")
        stop = gr.Button(label("tools.stop"), size="sm", elem_id="compare-stop", interactive=False)
    return ComparePanel(gr.State(Comparison()), choices, replies, uses, start, stop)


@dataclass(frozen=True)
class CompareHandlers:
    """What the panel's controls do."""

    models: ModelManager
    presets: PresetStore
    pace: Pace

    async def start(
        self, session: Session, comparison: Comparison, first: str, second: str, **fields: Any
    ) -> AsyncGenerator[tuple[Any, ...], None]:
        """Write two replies to what the person said last."""
        try:
            chat = session.chat
            if not chat.is_begun:
                raise InputError("Say something in the chat first; then compare replies to it.")
            settings = [await asyncio.to_thread(self._settings, session, name, fields) for name in (first, second)]
            engine = await self.models.wait_for_engine()
            comparison.chat, comparison.versions = chat, ()
            async with aclosing(self.pace.newest(compare(engine, chat, settings))) as updates:
                async for versions in updates:
                    if comparison.chat is not chat:
                        return
                    comparison.versions = versions
                    yield compare_view(comparison, session.language, is_writing=True).flat
        except Exception as error:
            notify(error, session.language)
            yield compare_view(comparison, session.language).flat

    def settle(self, session: Session, comparison: Comparison) -> tuple[Any, ...]:
        """Both have ended, or were stopped."""
        return compare_view(comparison, session.language).flat

    def use(self, session: Session, comparison: Comparison, side: int) -> ChatView:
        """Make one of the two a further version of the chat's reply."""
        try:
            if comparison.chat is not session.chat:
                raise InputError("The chat has moved on since. Write both again.")
            session.show(session.chat.with_replies([comparison.versions[side]]))
            comparison.chat = session.chat
        except InputError as error:
            notify(error, session.language)
            return unchanged()
        return chat_view(session)

    def offer(self, choices: Choices, *chosen: str) -> list[Any]:
        """The visitor may choose from other presets now; what was chosen and is gone gives way to the sliders."""
        ids = {id for _, id in choices}
        return [gr.update(choices=_offered(choices), value=id if id in ids else SLIDERS) for id in chosen]

    def _settings(self, session: Session, id: str, fields: dict[str, Any]) -> SamplingParameters:
        shown = read_parameters(fields)
        if id == SLIDERS:
            return shown
        chosen = self.presets.load(session.record.owner, id).preset.parameters
        # The length and the seed are the experiment's, not a preset's.
        length = {"max_new_tokens": shown.max_new_tokens, "min_new_tokens": shown.min_new_tokens}
        return chosen.with_changes({**length, "seed": shown.seed})


def wire_compare(
    panel: ComparePanel,
    handlers: CompareHandlers,
    session: gr.State,
    fields: Mapping[str, gr.Slider | gr.Number],
    offered: gr.State,
    chat_outputs: Sequence[gr.components.Component],
) -> None:
    """The panel's controls call the handlers; what is chosen is drawn in the chat. `offered` are the presets."""
    offered.change(handlers.offer, [offered, *panel.choices], list(panel.choices), preprocess=False, **QUICK)
    writing = panel.start.click(
        handlers.start, [session, panel.state, *panel.choices], panel.outputs, inputs_kwargs=dict(fields), **GENERATING
    )
    writing.then(handlers.settle, [session, panel.state], panel.outputs, **QUICK)
    panel.stop.click(None, None, None, cancels=[writing], **QUICK)
    for side, use in enumerate(panel.uses):
        use.click(partial(handlers.use, side=side), [session, panel.state], list(chat_outputs), **QUICK)


def _offered(presets: Choices) -> list[tuple[str | I18nData, str]]:
    return [(label("compare.sliders"), SLIDERS), *presets]


def compare_view(comparison: Comparison, language: str, *, is_writing: bool = False) -> CompareView:
    """The panel as it stands."""
    chat, versions = comparison.chat, comparison.versions
    shown = [chat.display_version(Role.CHARACTER, version) for version in versions] if chat else []
    first, second = shown or ("", "")
    return CompareView(
        replies=(
            reply_html(first, language, is_writing=is_writing),
            reply_html(second, language, is_writing=is_writing),
        ),
        uses=tuple(gr.update(interactive=bool(text) and not is_writing) for text in (first, second)),
        start=gr.update(interactive=not is_writing),
        stop=gr.update(interactive=is_writing),
    )


def reply_html(text: str, language: str, *, is_writing: bool = False) -> str:
    """One reply on its way, or done."""
    empty = "…" if is_writing else f'<span class="quiet">{say("compare.nothing", language)}</span>'
    return f'<div class="compared" aria-busy="{str(is_writing).lower()}">{as_html(text) if text else empty}</div>'
