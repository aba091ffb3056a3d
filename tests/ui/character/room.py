"""One visitor's page with the library, over a real database."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.lorebooks import LorebookStore
from pyg_ui.library.store.personas import PersonaStore
from pyg_ui.ui.character.files import CharacterFiles
from pyg_ui.ui.character.handlers import CharacterHandlers
from pyg_ui.ui.character.keeping import CardKeeping
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.lorebook.handlers import LorebookHandlers
from pyg_ui.ui.character.open_card import OpenCard
from pyg_ui.ui.gallery.handlers import GalleryHandlers
from pyg_ui.ui.gallery.view import GalleryChoice, GalleryView
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.session import Session
from tests.fakes import FakeEngine
from tests.ui.forms import card_form

BOOK = Lorebook((LorebookEntry("Ice in winter.", keys=("ice",)),), name="Coast")
WREN = Card("Wren", description="Keeps a lighthouse.", greeting="Careful!", alternate_greetings=("Hm?",), book=BOOK)
HOSTILE = '<script>window.broken = 1</script>"><img src=x>'


@dataclass
class Room:
    """One visitor's page."""

    store: CharacterStore
    lorebooks: LorebookStore
    personas: PersonaStore
    session: Session = field(default_factory=lambda: Session.open(Chat.start(WREN.character, "Ann")))
    open_card: OpenCard = field(default_factory=OpenCard)
    choice: GalleryChoice = field(default_factory=GalleryChoice)

    def __post_init__(self) -> None:
        models = ModelManager(lambda choice, report: FakeEngine())
        models.start_loading(ModelChoice())
        models.wait(5)
        keeping = CardKeeping(self.store)
        self.handlers = CharacterHandlers(keeping, models, Portraits(self.store, self.personas))
        self.gallery = GalleryHandlers(self.store)
        self.entries = LorebookHandlers(LorebookEditing(self.lorebooks))
        self.files = CharacterFiles(keeping)
        self.session.record.owner = "ann"

    @property
    def listing(self) -> dict[str, Any]:
        return {"open_card": self.open_card, "choice": self.choice, "query": "", "sort": "name"}

    def click(self, id: str, act: str = "open") -> None:
        self.gallery.open(gr.EventData(None, {"id": id, "act": act}), self.session, self.open_card)

    def act(self, act: str, id: str) -> GalleryView:
        return self.gallery.act(gr.EventData(None, {"act": act, "id": id}), self.session, **self.listing)

    def act_in_trash(self, act: str, id: str) -> GalleryView:
        return self.gallery.act_in_trash(gr.EventData(None, {"act": act, "id": id}), self.session, **self.listing)

    def shown(self, **listing: Any) -> GalleryView:
        return self.gallery.show(self.session, **self.listing | listing)

    def type(self, **changes: Any) -> list[Any]:
        opened = str(self.session.num_opened)
        return self.handlers.type(self.session, self.open_card, **{"opened": opened} | self.form(**changes))

    def form(self, **changes: Any) -> dict[str, Any]:
        greetings = "\n<START>\n".join(self.open_card.card.alternate_greetings)
        shown = card_form(self.session.chat)
        del shown["opened"]
        return shown | {"alternate_greetings": greetings} | changes

    def save(self, **changes: Any) -> Any:
        return self.handlers.save(self.session, self.open_card, **self.form(**changes))

    def names(self, owner: str = "ann") -> list[str]:
        return [each.name for each in self.store.find(owner) if not each.is_bundled]
