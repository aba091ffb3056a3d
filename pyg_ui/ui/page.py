"""The page: the panels, laid out and wired to their handlers. What they show and do is their own business.

Every event is private to the page, and generating events share one limit, so that no more wait than can be served.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.hardware import free_vram
from pyg_ui.engine.manager import ModelManager
from pyg_ui.library.presets import Preset
from pyg_ui.service import ChatService
from pyg_ui.ui.character import CharacterPanel, build_character_panel, with_own
from pyg_ui.ui.chat import ChatPanel, build_chat_panel
from pyg_ui.ui.conversation import Conversation
from pyg_ui.ui.lens import LensHandlers, build_lens_panel, wire_lens
from pyg_ui.ui.machine import machine_summary
from pyg_ui.ui.model import OTHER, ModelHandlers, ModelPanel, build_model_panel, model_view
from pyg_ui.ui.sampling import SamplingPanel, build_sampling_panel, fill, recognise
from pyg_ui.ui.session import Session
from pyg_ui.ui.theme import launch_options
from pyg_ui.ui.tools import TOOLS_BUTTON, build_tools_panel, wire_tools

__all__ = ["build_page", "launch_options"]

NUM_GENERATING = 64
"""How many replies may be asked for at once; how many of them are written at once is the engine's business."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": None}
GENERATING: dict[str, Any] = {
    "api_visibility": "private", "show_progress": "hidden", "concurrency_limit": NUM_GENERATING,
    "concurrency_id": "generate",
}  # fmt: skip

# Runs in the browser at once, while a busy server may still let the event wait in its queue.
_BUSY = """() => [
  {__type__: 'update', submit_btn: false, stop_btn: true},
  {__type__: 'update', interactive: false},
  {__type__: 'update', interactive: false},
]"""
_MASTHEAD = f"""
<button type="button" class="drawer-button" aria-controls="character-panel">Character</button>
<h1>Pygmalion UI</h1>
{TOOLS_BUTTON}
<button type="button" class="drawer-button" aria-controls="settings-panel">Settings</button>
"""
"""The buttons are at work where the panels are drawers; page.js opens and closes them."""
_READY = "() => { document.body.dataset.ready = 'true'; }"


def build_page(
    *,
    service: ChatService,
    models: ModelManager,
    characters: Sequence[Character],
    presets: Sequence[Preset],
    machine_summary: Callable[[], str] = machine_summary,
    is_public: bool = False,
) -> gr.Blocks:
    """The page as one Gradio app, not launched yet.

    `machine_summary` says as HTML what this machine could run. On a public page
    strangers cannot make the server open other directories or repositories.
    """
    choices = with_own(characters)
    session = Session.open(Chat.start(choices[0]))
    conversation = Conversation(service, models, choices)
    sources = frozenset(entry.id for entry in CATALOG) | (frozenset() if is_public else {OTHER})
    page = gr.Blocks(title="Pygmalion UI", analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        state = gr.State(session)
        watch = gr.Timer(1.0, active=False)
        with gr.Row(elem_id="shell"):
            with gr.Column(elem_id="character-panel"):
                gr.HTML("<h2>Character</h2>", elem_classes=["panel-title"])
                character = build_character_panel(choices)
            with gr.Column(elem_id="stage"):
                gr.HTML(_MASTHEAD, elem_id="masthead")
                badge = gr.HTML(model_view(models).badge, elem_id="badge")
                chat = build_chat_panel(session)
            tools = build_tools_panel(presets)
            with gr.Column(elem_id="settings-panel"), gr.Tabs(elem_id="settings"):
                with gr.Tab("Sampling"):
                    lens = build_lens_panel()
                    sampling = build_sampling_panel(presets)
                with gr.Tab("Model"):
                    model = build_model_panel(models, CATALOG, has_gpu=free_vram() is not None, is_public=is_public)
        redraw_lens = wire_lens(lens, LensHandlers(models), state, sampling.fields)
        wire_tools(tools, models, presets, state, sampling.fields, chat.outputs)
        _wire_chat(conversation, state, chat, character, sampling, redraw_lens)
        _wire_sampling(presets, sampling)
        _wire_model(page, ModelHandlers(models, machine_summary, sources), model, badge, watch)
    return page


def _wire_chat(
    conversation: Conversation,
    state: gr.State,
    chat: ChatPanel,
    character: CharacterPanel,
    sampling: SamplingPanel,
    redraw_lens: dict[str, Any],
) -> None:
    card: dict[str, Any] = dict(character.fields)
    form = card | sampling.fields
    both = [*chat.outputs, *character.outputs]
    replies: list[dict[str, Any]] = []
    for trigger, handler, inputs in (
        (chat.message.submit, conversation.send, [state, chat.message]),
        (chat.regenerate.click, conversation.regenerate, [state]),
    ):
        trigger(None, None, [chat.message, chat.regenerate, chat.undo], js=_BUSY, queue=False, api_visibility="private")
        reply = trigger(handler, inputs, chat.outputs, inputs_kwargs=form, **GENERATING)
        reply.then(conversation.settle, [state, chat.message], chat.outputs, **QUICK).then(**redraw_lens)
        replies.append(reply)
    chat.message.stop(None, None, None, cancels=replies, **QUICK)
    chat.undo.click(conversation.undo, [state, chat.message], chat.outputs, **QUICK)
    chat.earlier.click(conversation.show_earlier, [state], chat.outputs, **QUICK)
    chat.new_chat.click(conversation.new_chat, [state], chat.outputs, inputs_kwargs=card, cancels=replies, **QUICK)
    chat.restore.click(conversation.restore, [state], both, cancels=replies, **QUICK)
    character.choice.input(
        conversation.choose, [state, character.choice, character.your_name], both, cancels=replies, **QUICK
    )
    gr.on(
        [field.blur for field in character.fields.values()],
        conversation.edit,
        [state],
        chat.outputs,
        inputs_kwargs=card,
        trigger_mode="always_last",
        **QUICK,
    )


def _wire_sampling(presets: Sequence[Preset], sampling: SamplingPanel) -> None:
    def choose(name: str | None) -> list[Any]:
        return fill(presets, name)

    def reset() -> list[Any]:
        return fill(presets, None)

    def name_settings(**fields: Any) -> tuple[str | None, str]:
        return recognise(presets, fields)

    sampling.preset.input(choose, [sampling.preset], sampling.outputs, **QUICK)
    sampling.reset.click(reset, None, sampling.outputs, **QUICK)
    fields = sampling.fields.values()
    gr.on(
        [*(field.input for field in fields), *(field.release for field in fields if isinstance(field, gr.Slider))],
        name_settings,
        None,
        [sampling.preset, sampling.note],
        inputs_kwargs=sampling.fields,
        trigger_mode="always_last",
        preprocess=False,  # or a number half typed, out of its range for a moment, would raise a notice
        **QUICK,
    )


def _wire_model(page: gr.Blocks, handlers: ModelHandlers, model: ModelPanel, badge: gr.HTML, watch: gr.Timer) -> None:
    outputs = [badge, model.status, model.load, model.cancel, model.unload, watch]
    choice = [model.source, model.place, model.precision, model.device]
    model.source.input(handlers.choose, [model.source], [model.about, model.place], **QUICK)
    model.load.click(handlers.load, choice, outputs, **QUICK)
    model.cancel.click(handlers.cancel, None, outputs, **QUICK)
    model.unload.click(handlers.unload, None, outputs, **QUICK)
    watch.tick(handlers.refresh, None, outputs, **QUICK)
    page.load(handlers.refresh, None, outputs, **QUICK).then(None, None, None, js=_READY)
    page.load(handlers.machine, None, [model.machine], **QUICK)
