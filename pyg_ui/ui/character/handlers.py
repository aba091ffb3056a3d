"""What can be done with the open character: type, see how it will look, save, copy and rename.

Handlers take a session, its open card and field values; they know no components. If a handler fails, the chat and the
library stay as they were, and a notice says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.engine.engine import Engine
from pyg_ui.engine.manager import ModelManager
from pyg_ui.errors import CharacterError
from pyg_ui.service.cost import cost_of
from pyg_ui.ui.character.fields import COUNTED
from pyg_ui.ui.character.keeping import CardKeeping
from pyg_ui.ui.character.open_card import OpenCard, greetings_text, read_greetings
from pyg_ui.ui.character.preview import Faces, cost_html, portrait_html, preview_html
from pyg_ui.ui.chat.view import screen_view
from pyg_ui.ui.events import in_a_row
from pyg_ui.ui.form.character import read_chat
from pyg_ui.ui.notices import errors_shown, inform
from pyg_ui.ui.portraits import Portraits
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import figure, say


class EditorView(NamedTuple):
    """The card that is open, and what can be done with it."""

    portrait: Any
    alternate_greetings: Any
    save: Any
    rename: Any
    naming: Any
    """The question for another name."""
    new_name: Any


class RenamedView(NamedTuple):
    """What is drawn when a character has another name: the components, or what a handler shows in them."""

    screen: Any
    editor: Any


@dataclass(frozen=True)
class CharacterHandlers:
    """The handlers, and what they need."""

    keeping: CardKeeping
    models: ModelManager
    portraits: Portraits

    # -- what is shown ------------------------------------------------------------------------------------------

    def follow(self, session: Session, open_card: OpenCard) -> EditorView:
        """Another chat came to the screen: open the card of its character."""
        with errors_shown(session.language):
            open_card.follow(session, self.keeping.store)
        greetings = greetings_text(open_card.card.alternate_greetings)
        return self.show(session, open_card)._replace(alternate_greetings=greetings)

    def show(self, session: Session, open_card: OpenCard) -> EditorView:
        """What can be done with the open card."""
        return EditorView(
            portrait=portrait_html(open_card.card),
            alternate_greetings=gr.skip(),  # somebody may be editing them
            save=gr.update(interactive=bool(session.record.owner)),
            rename=gr.update(interactive=open_card.is_own),
            naming=gr.update(visible=open_card.is_naming),
            new_name=gr.skip() if open_card.is_naming else open_card.card.name,
        )

    def type(self, session: Session, open_card: OpenCard, opened: str, **fields: Any) -> list[Any]:
        """Something was typed. Keeps a new character as a draft.

        Returns the preview, the cost of the whole, and for each of the COUNTED fields its own.
        """
        if opened != str(session.num_opened):  # the fields do not show the open card yet
            return [gr.skip()] * (2 + len(COUNTED))
        with errors_shown(session.language):
            self.keeping.keep_draft(session, open_card, fields)
        engine = self.models.engine if self.models.status.is_ready else None
        return [*self._preview(session, open_card, engine, fields), *_counts(engine, session.language, fields)]

    def _preview(
        self, session: Session, open_card: OpenCard, engine: Engine | None, fields: Mapping[str, Any]
    ) -> tuple[Any, Any]:
        try:
            chat = read_chat(session.chat, fields)
        except CharacterError:
            return gr.skip(), gr.skip()  # the name is being typed
        person: Any = ""
        with errors_shown(session.language):
            person = self.portraits.person_portrait(session.record.owner, chat.person_name, chat.person_id)
        faces = Faces(self.portraits.picture_portrait(open_card.card.picture, chat.character.name), person)
        greetings = read_greetings((), fields["alternate_greetings"])
        cost = cost_html(cost_of(engine, chat), session.language) if engine is not None else ""
        return preview_html(chat, greetings, faces, session.language), cost

    def greet(self, session: Session, open_card: OpenCard, text: str | None) -> Any:
        """The alternate greetings were edited. They are versions of the first message until the person answers."""
        before, chat = open_card.card.alternate_greetings, session.chat
        greetings = read_greetings(before, text)
        if greetings == before or session.is_writing:
            return gr.skip()
        open_card.card = replace(open_card.card, alternate_greetings=greetings)
        if not chat.is_begun:
            session.show(chat.greet(greetings))
        return screen_view(session)

    # -- what is kept -------------------------------------------------------------------------------------------

    def save(self, session: Session, open_card: OpenCard, **fields: Any) -> EditorView:
        """Keep the edited card: in the place of the visitor's own character, or as a new one."""
        with errors_shown(session.language):
            self.keeping.save(session, open_card, fields)
            inform("character.saved", session.language)
        return self.show(session, open_card)

    def duplicate(self, session: Session, open_card: OpenCard, **fields: Any) -> None:
        """Keep a copy of the edited card beside the open one."""
        with errors_shown(session.language):
            card, language = open_card.edited(session.chat, fields), session.language
            name = say("character.copy", language, name=card.name)
            self.keeping.store.duplicate(session.owner, card, name)
            inform("character.copied", language, name=name)

    def ask_name(self, session: Session, open_card: OpenCard) -> EditorView:
        """Ask for another name, or no longer."""
        view = self.show(session, open_card)  # the question begins with the present name
        open_card.is_naming = not open_card.is_naming
        return view._replace(naming=gr.update(visible=open_card.is_naming))

    def rename(self, session: Session, open_card: OpenCard, name: str | None) -> Any:
        """Give the visitor's own character another name, in the library and in its chat."""
        with errors_shown(session.language):
            session.check_idle()
            store = self.keeping.store
            store.rename(session.owner, open_card.id, name or "")
            open_card.open(open_card.id, store.load(session.owner, open_card.id), is_draft=open_card.is_draft)
            session.opened = open_card.card.character
            character = replace(session.chat.character, name=session.opened.name)
            session.show(session.chat.with_character(character, session.chat.person_name))
            editor = self.show(session, open_card)
            return in_a_row(RenamedView(screen=screen_view(session), editor=editor))
        return gr.skip()


def _counts(engine: Engine | None, language: str, fields: Mapping[str, Any]) -> list[Any]:
    """For each counted field, the number of its tokens; nothing for an empty text or while no model serves."""
    texts = [fields[name] or "" for name in COUNTED]
    counts = [engine.count_tokens(text.strip()) if engine and text else 0 for text in texts]
    return [gr.update(info=say("character.tokens", language, count=figure(n, language)) if n else "") for n in counts]
