"""One visitor's page with the library, over a real database."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gradio as gr

from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.lorebook import Lorebook, LorebookEntry
from pyg_ui.engine.manager import ModelManager
from pyg_ui.engine.model_status import ModelChoice
from pyg_ui.library.cards.card import Card
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.lorebooks import LorebookStore
from pyg_ui.ui.character.files import CharacterFiles
from pyg_ui.ui.character.gallery import Gallery
from pyg_ui.ui.character.handlers import CharacterHandlers
from pyg_ui.ui.character.lorebook.editing import LorebookEditing
from pyg_ui.ui.character.lorebook.handlers import LorebookHandlers
from pyg_ui.ui.character.open_card import OpenCard
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
    session: Session = field(default_factory=lambda: Session.open(Chat.start(WREN.character, "Ann")))
    open_card: OpenCard = field(default_factory=OpenCard)

    def __post_init__(self) -> None:
        models = ModelManager(lambda choice, report: FakeEngine())
        models.start_loading(ModelChoice())
        models.wait(5)
        self.handlers = CharacterHandlers(self.store, models, Gallery(self.store))
        self.entries = LorebookHandlers(LorebookEditing(self.lorebooks))
        self.files = CharacterFiles(self.store, self.entries.editing)
        self.session.record.owner = "ann"

    def click(self, id: str) -> None:
        self.handlers.open(gr.EventData(None, {"id": id}), self.session, self.open_card)

    def act_in_trash(self, act: str, id: str) -> Any:
        event = gr.EventData(None, {"act": act, "id": id})
        return self.handlers.act_in_trash(event, self.session, self.open_card, "")

    def form(self, **changes: Any) -> dict[str, Any]:
        greetings = "\n<START>\n".join(self.open_card.card.alternate_greetings)
        return card_form(self.session.chat) | {"alternate_greetings": greetings} | changes

    def save(self, **changes: Any) -> Any:
        return self.handlers.save(self.session, self.open_card, "", **self.form(**changes))

    def names(self, owner: str = "ann") -> list[str]:
        return [each.name for each in self.store.find(owner) if not each.is_bundled]

    def bring_in(self, path: Path) -> None:
        self.files.import_files(self.session, self.open_card, [str(path)])
