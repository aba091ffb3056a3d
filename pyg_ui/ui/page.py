"""Builds the page: lays out the panels and wires them. Does not know what they show and do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.clients import Caps
from pyg_ui.dialogue.chat import Chat
from pyg_ui.engine.bandwidth import Bandwidth
from pyg_ui.engine.catalog import CATALOG
from pyg_ui.engine.checkpoints.weight_cache.directory import WeightFiles
from pyg_ui.engine.hardware import MemoryLog, free_vram
from pyg_ui.engine.manager import ModelManager
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.chat_list import ChatList
from pyg_ui.library.store.chats import MOST_PUBLIC_CHATS, ChatStore
from pyg_ui.library.store.database import Database
from pyg_ui.library.store.lorebooks import LorebookStore
from pyg_ui.library.store.personas import PersonaStore
from pyg_ui.library.store.presets import PresetStore
from pyg_ui.library.store.rows import AgingTrash
from pyg_ui.library.store.settings import SettingsStore
from pyg_ui.service.replies import ChatService
from pyg_ui.ui.account.handlers import AccountHandlers
from pyg_ui.ui.account.layout import build_account
from pyg_ui.ui.account.wiring import wire_account
from pyg_ui.ui.arrival import Arrival, ArrivalView
from pyg_ui.ui.character.backdrop import Backdrops
from pyg_ui.ui.character.files import CharacterFiles
from pyg_ui.ui.character.handlers import CharacterHandlers
from pyg_ui.ui.character.keeping import CardKeeping
from pyg_ui.ui.character.layout import CharacterPanel, build_backdrop, build_character_panel, build_typing
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.open_card import OWN_CHARACTER
from pyg_ui.ui.character.wiring import CharacterParts, wire_character
from pyg_ui.ui.chat.handlers import ChatHandlers
from pyg_ui.ui.chat.layout import Screen, build_chat_panel
from pyg_ui.ui.chat.saver import ChatSaver
from pyg_ui.ui.chat.wiring import ReplyEvent, wire_chat
from pyg_ui.ui.chats.handlers import ChatsHandlers
from pyg_ui.ui.chats.layout import ChatsPanel, build_chats_panel
from pyg_ui.ui.chats.lists import ChatLists
from pyg_ui.ui.chats.wiring import wire_chats
from pyg_ui.ui.dropping.handlers import DropHandlers
from pyg_ui.ui.dropping.layout import DropPanel, build_drop
from pyg_ui.ui.dropping.wiring import wire_drop
from pyg_ui.ui.endpoints.handlers import Endpoints, Refusal
from pyg_ui.ui.endpoints.wiring import wire_endpoints
from pyg_ui.ui.events import IN_BROWSER, QUICK, in_a_row
from pyg_ui.ui.frame.handlers import FrameHandlers
from pyg_ui.ui.frame.layout import (
    build_bar,
    build_brand,
    build_content_notice,
    build_header,
    build_help,
    build_menu,
    build_tuning_head,
)
from pyg_ui.ui.frame.sheets import Sheet, sheet
from pyg_ui.ui.frame.view import FrameView
from pyg_ui.ui.frame.wiring import wire_frame, wire_sheets
from pyg_ui.ui.gallery.handlers import GalleryHandlers
from pyg_ui.ui.gallery.layout import GalleryPanel, build_gallery
from pyg_ui.ui.gallery.wiring import wire_gallery
from pyg_ui.ui.live.running import RunningReplies
from pyg_ui.ui.model.handlers import ModelHandlers
from pyg_ui.ui.model.layout import ModelPanel, build_model_badge, build_model_panel
from pyg_ui.ui.model.view import OTHER
from pyg_ui.ui.model.wiring import wire_model
from pyg_ui.ui.owner import visitor_state
from pyg_ui.ui.personas.handlers import PersonaHandlers
from pyg_ui.ui.personas.layout import PersonasPanel, build_personas
from pyg_ui.ui.personas.wiring import wire_personas
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.sampling.keeper import SettingsKeeper
from pyg_ui.ui.sampling.layout import SamplingPanel, build_sampling_panel
from pyg_ui.ui.sampling.lens.handlers import LensHandlers
from pyg_ui.ui.sampling.presets.handlers import PresetHandlers
from pyg_ui.ui.sampling.remembered.handlers import RememberedHandlers
from pyg_ui.ui.sampling.remembered.wiring import settings_outputs
from pyg_ui.ui.sampling.wiring import wire_sampling
from pyg_ui.ui.session import Session
from pyg_ui.ui.tools.layout import ToolsPanel, build_tools_panel
from pyg_ui.ui.tools.wiring import wire_tools
from pyg_ui.ui.visitors.blocks import GuardedBlocks
from pyg_ui.ui.visitors.operators import Operators
from pyg_ui.ui.visitors.uploads import KEPT_S, SWEPT_EVERY_S

_READY = "() => { document.body.dataset.ready = 'true'; document.dispatchEvent(new CustomEvent('page:ready')); }"


@dataclass(frozen=True)
class Backend:
    """The parts of the program that the page works with, and what it may offer."""

    service: ChatService
    models: ModelManager
    database: Database
    characters: Sequence[Card]
    """The bundled characters."""
    library: CharacterStore
    presets: PresetStore
    weight_files: WeightFiles | None = None
    """The quantised weights on this machine's disk."""
    bandwidth: Bandwidth = field(default_factory=lambda: Bandwidth(None))
    """How quickly this machine reads memory."""
    is_local: bool = True
    """Whether only this machine reaches the page. Elsewhere nobody may name a model's server on it."""
    caps: Caps | None = None
    """How much each client may ask for where strangers use the page; None where only friends do."""
    operators: Operators = field(default_factory=Operators)
    """Who may load a model there all the same."""
    has_hub_login: bool = False
    """Whether people can sign in with Hugging Face."""
    running: RunningReplies = field(default_factory=RunningReplies)
    """The replies on their way."""
    refusal_of: Refusal = lambda request: None
    """Why a program's request may not use the endpoints."""

    @property
    def is_public(self) -> bool:
        """Whether strangers use the page. They can neither load a model nor remove quantised weights."""
        return self.caps is not None

    @property
    def cards(self) -> tuple[Card, ...]:
        """The characters to start with; the last is a blank one of one's own."""
        return (*self.characters, Card.of(OWN_CHARACTER))


@dataclass(frozen=True)
class _Panels:
    """Everything that is laid out."""

    screen: Screen
    frame: FrameView
    account: gr.HTML
    character: CharacterPanel
    gallery: GalleryPanel
    drop: DropPanel
    personas: PersonasPanel
    chats: ChatsPanel
    tools: ToolsPanel
    sampling: SamplingPanel
    model: ModelPanel
    model_sheet: Sheet
    sheets: Sequence[Sheet]
    """All of them."""


def build_page(backend: Backend) -> gr.Blocks:
    """The page as one Gradio app, not launched yet."""
    page = GuardedBlocks(
        title="Pygmalion UI", analytics_enabled=False, fill_height=True, fill_width=True,
        delete_cache=(SWEPT_EVERY_S, KEPT_S),
    )  # fmt: skip
    with page:
        _wire(page, backend, _lay_out(backend))
        wire_endpoints(Endpoints(backend.service, backend.models, backend.refusal_of))
    return page


def _lay_out(backend: Backend) -> _Panels:
    cards, built_in, is_public = backend.cards, backend.presets.built_in, backend.is_public
    session = Session.open(Chat.start(cards[0].character, alternate_greetings=cards[0].alternate_greetings))
    # A browser state inside a tab would be stored only after the tab has been shown.
    state, visitor = gr.State(session), visitor_state()
    with gr.Row(elem_id="shell"):
        with gr.Column(elem_id="rail"):
            brand = build_brand()
            chats = build_chats_panel(visitor, has_hub_login=backend.has_hub_login, is_public=is_public)
        with gr.Column(elem_id="stage"):
            with gr.Row(elem_id="header"):
                header = build_header(session)
                badge = build_model_badge()
                with build_menu() as menu:
                    account = build_account()
            chat = build_chat_panel(session, cards, backend.caps)
            backdrop, typed = build_backdrop(), build_typing()
        with gr.Column(elem_id="tuning"):
            build_tuning_head()
            sampling = build_sampling_panel(built_in)
        bar, help, content = build_bar(), build_help(), build_content_notice()
        with sheet("you") as you:
            personas = build_personas(you.signal)
        with sheet("gallery") as characters:
            gallery, row = build_gallery(characters.signal)
            with row:
                drop = build_drop()
        with sheet("editor") as editor:
            character = build_character_panel(cards[0].character, personas.fields, backdrop, typed)
        with sheet("model-sheet") as model_sheet:
            has_gpu = free_vram() is not None
            model = build_model_panel(badge, CATALOG, has_gpu=has_gpu, is_public=is_public)
        with sheet("tools") as workshop:
            tools = build_tools_panel(workshop.signal, built_in)
    screen = Screen(state, chat, character.fields, sampling.fields)
    frame = FrameView(brand, header, menu, bar, help, content)
    return _Panels(
        screen, frame, account, character, gallery, drop, personas, chats, tools, sampling, model, model_sheet,
        (you, characters, editor, model_sheet, workshop),
    )  # fmt: skip


def _wire(page: gr.Blocks, backend: Backend, panels: _Panels) -> None:
    screen, models, presets = panels.screen, backend.models, backend.presets
    saver, library = ChatSaver(_chat_store(backend), backend.running), backend.library
    editing = LorebookEditing(LorebookStore(backend.database))
    chat = ChatHandlers(backend.service, models, backend.cards, saver)
    portraits = Portraits(library, PersonaStore(backend.database))
    listed = ChatLists(ChatList(backend.database), portraits)
    chats = ChatsHandlers(saver, listed, library, backend.cards)
    persons, gallery = PersonaHandlers(PersonaStore(backend.database), portraits), GalleryHandlers(library)
    lens = LensHandlers(models, chat)
    branched = ReplyEvent(panels.sampling.lens.picture.select, lens.branch, {"state": panels.sampling.lens.state})
    changes = wire_chat(chat, screen, [branched])
    dropped = wire_drop(
        DropHandlers(library, editing, chats.import_chats), panels.drop, screen, panels.character.open_card
    )
    changes += [dropped, *_wire_characters(backend, panels, portraits, editing, dropped)]
    changes += wire_gallery(gallery, panels.gallery, screen, panels.character.open_card, dropped)
    changed = wire_personas(persons, panels.personas, screen)
    changes += changed
    kept = SettingsStore(backend.database)
    lists, sampling = tuple(panels.chats.outputs), panels.sampling
    remembered = RememberedHandlers(PresetHandlers(presets, SettingsKeeper(kept)), saver)
    settings = tuple(settings_outputs(sampling.remembered, sampling.presets, screen))
    drawn = ArrivalView(
        panels.frame, panels.account, screen.chat.live, screen=tuple(screen.outputs), lists=lists, settings=settings
    )
    known = panels.chats.drawn_from | {"visitor": panels.chats.visitor, "opened": sampling.presets.opened}
    frame = FrameHandlers(portraits, backend.is_public)
    wire_frame(frame, panels.frame, screen, panels.character.portrait, changed)
    wire_sheets(panels.sheets)
    account = AccountHandlers(kept)
    wire_account(panels.account, account, screen.session)
    trash = AgingTrash(backend.database) if backend.is_public else None
    arrival = Arrival(chats, gallery, persons, remembered, frame, account, trash, backend.operators)
    arrived = page.load(arrival.arrive, [screen.session], list(in_a_row(drawn)), inputs_kwargs=known, **QUICK)
    arrived.then(None, None, None, js=_READY, **IN_BROWSER)
    changes += wire_sampling(sampling, screen, lens=lens, remembered=remembered, dropped=(dropped, panels.drop.presets))
    wire_chats(chats, panels.chats, screen, changes)
    choices = panels.sampling.presets.view.choices
    wire_tools(panels.tools, screen, choices, models=models, presets=presets, pace=backend.running.pace)
    sources = frozenset(entry.id for entry in CATALOG) | (frozenset() if backend.is_public else {OTHER})
    is_public = backend.is_public
    weights = None if is_public else backend.weight_files
    model = ModelHandlers(
        models, sources, MemoryLog(), weights, backend.bandwidth, is_public=is_public, is_local=backend.is_local
    )
    wire_model(panels.model, model, screen, arrived=arrived, shown=panels.model_sheet.signal.select)


def _chat_store(backend: Backend) -> ChatStore:
    return ChatStore(backend.database, MOST_PUBLIC_CHATS if backend.is_public else None)


def _wire_characters(
    backend: Backend, panels: _Panels, portraits: Portraits, editing: LorebookEditing, dropped: Any
) -> list[Any]:
    keeping = CardKeeping(backend.library)
    handlers = CharacterHandlers(keeping, backend.models, portraits)
    parts = CharacterParts(handlers, CharacterFiles(keeping), Backdrops(backend.library), editing)
    return wire_character(parts, panels.character, panels.screen, dropped)
