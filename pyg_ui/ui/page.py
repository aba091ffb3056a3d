"""The page: the panels, laid out. What they show and do is their own business, and each wires itself."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.checkpoints.weight_cache.directory import WeightFiles
from pyg_ui.engine.hardware import free_vram
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.memory_log import MemoryLog
from pyg_ui.library.cards.card import Card
from pyg_ui.library.presets.preset import Preset
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.chats import ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.service import ChatService
from pyg_ui.ui.arrival import Arrival, wire_arrival
from pyg_ui.ui.character.files import CharacterFiles
from pyg_ui.ui.character.gallery import Gallery
from pyg_ui.ui.character.handlers import CharacterHandlers
from pyg_ui.ui.character.layout import build_character_panel
from pyg_ui.ui.character.open_card import OWN_CHARACTER
from pyg_ui.ui.character.wiring import wire_character
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.layout import build_chat_panel
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.wiring import wire_chat
from pyg_ui.ui.chats.handlers import ChatsHandlers, wire_chats
from pyg_ui.ui.chats.layout import build_chats_panel
from pyg_ui.ui.events import IN_BROWSER
from pyg_ui.ui.masthead import masthead_html
from pyg_ui.ui.model.handlers import ModelHandlers
from pyg_ui.ui.model.layout import build_model_badge, build_model_panel
from pyg_ui.ui.model.view import OTHER
from pyg_ui.ui.model.wiring import wire_model
from pyg_ui.ui.owner import visitor_state
from pyg_ui.ui.sampling.layout import build_sampling_panel
from pyg_ui.ui.sampling.lens.handlers import LensHandlers
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.wiring import wire_sampling
from pyg_ui.ui.session import Session
from pyg_ui.ui.theme.theme import launch_options
from pyg_ui.ui.tools.handlers import ToolsHandlers
from pyg_ui.ui.tools.layout import build_tools_panel
from pyg_ui.ui.tools.wiring import wire_tools
from pyg_ui.ui.translations import label

__all__ = ["build_page", "launch_options"]

_READY = "() => { document.body.dataset.ready = 'true'; }"


def build_page(
    *,
    service: ChatService,
    models: ModelManager,
    characters: Sequence[Card],
    library: CharacterStore,
    presets: Sequence[Preset],
    database: Database,
    kept_weights: WeightFiles | None = None,
    is_public: bool = False,
    has_hub_login: bool = False,
) -> gr.Blocks:
    """The page as one Gradio app, not launched yet.

    `kept_weights` are the quantised weights on this machine's disk. On a public page strangers cannot remove these,
    nor make the server open other directories or repositories.
    """
    cards = (*characters, Card.of(OWN_CHARACTER))
    session = Session.open(Chat.start(cards[0].character, alternate_greetings=cards[0].alternate_greetings))
    saver, stored_presets = ChatSaver(ChatStore(database)), PresetStore(database, presets)
    chat_handlers = ChatHandlers(service, models, cards, saver)
    sources = frozenset(entry.id for entry in CATALOG) | (frozenset() if is_public else {OTHER})
    page = gr.Blocks(title="Pygmalion UI", analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        state, visitor = gr.State(session), visitor_state()
        with gr.Row(elem_id="shell"):
            with gr.Column(elem_id="character-panel"), gr.Tabs(elem_id="people"):
                with gr.Tab(label("page.character"), id="character"):
                    character = build_character_panel(cards[0].character)
                with gr.Tab(label("chats.chats"), id="chats"):
                    chats = build_chats_panel(has_hub_login=has_hub_login)
            with gr.Column(elem_id="stage"):
                masthead = gr.HTML(masthead_html(session.language), elem_id="masthead")
                badge = build_model_badge(models)
                chat = build_chat_panel(session, cards)
            tools = build_tools_panel(stored_presets.built_in)
            with gr.Column(elem_id="settings-panel"), gr.Tabs(elem_id="settings"):
                with gr.Tab(label("page.sampling"), id="sampling"):
                    sampling = build_sampling_panel(stored_presets.built_in)
                with gr.Tab(label("page.model"), id="model") as model_tab:
                    has_gpu = free_vram() is not None
                    model = build_model_panel(badge, models, CATALOG, has_gpu=has_gpu, is_public=is_public)
        lens_handlers = LensHandlers(models, chat_handlers)
        rewritten = (sampling.lens.picture.select, lens_handlers.branch, [state, sampling.lens.state])
        events = wire_chat(chat_handlers, state, chat, character.fields, sampling.fields, [rewritten])
        character_handlers = CharacterHandlers(library, models, Gallery(library))
        changes = wire_character(character_handlers, CharacterFiles(library), state, character, chat, events.replies)
        chats_handlers = ChatsHandlers(saver, ChatList(database), cards)
        arrived = wire_arrival(
            page, Arrival(chats_handlers, character_handlers), state=state, visitor=visitor, masthead=masthead,
            chat=chat, character=character.fields, chats=chats,
        )  # fmt: skip
        arrived.then(None, None, None, js=_READY, **IN_BROWSER)
        wire_chats(
            chats_handlers, chats, state=state, visitor=visitor,
            conversation=[*chat.outputs, *character.fields.outputs], changes=[*events.changes, *changes],
            replies=events.replies,
        )  # fmt: skip
        replied, preset_handlers = chat.note.change, PresetHandlers(stored_presets)
        wire_sampling(sampling, lens_handlers, preset_handlers, state, arrived=arrived, replied=replied)
        wire_tools(tools, ToolsHandlers.of(models, chat_handlers.pace, stored_presets), state, sampling, chat)
        model_handlers = ModelHandlers(models, sources, MemoryLog(), None if is_public else kept_weights)
        wire_model(model, model_handlers, state, arrived=arrived, shown=model_tab.select, replied=replied)
    return page
