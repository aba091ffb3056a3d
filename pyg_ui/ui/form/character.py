"""The fields that describe a character and the person: what they show of a chat, and the chat with their values.

Edits take effect on the next message. Everything that the fields say belongs to the chat on the screen.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import gradio as gr

from pyg_ui.dialogue.character import Character
from pyg_ui.dialogue.chat import AuthorsNote, Chat
from pyg_ui.dialogue.lorebook import Lorebook
from pyg_ui.ui.form.lorebook import LorebookFields, lorebook_view, read_lorebooks
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import say

TEXTS = ("persona", "scenario", "greeting", "example_dialogue")
"""A character's texts, which are fields under the same names."""
MAX_NOTE_DEPTH = 100


class CharacterFields(NamedTuple):
    """For each field its component, or what a handler shows in it."""

    character_name: Any
    your_name: Any
    persona: Any
    scenario: Any
    greeting: Any
    example_dialogue: Any
    your_description: Any
    note_text: Any
    note_depth: Any
    opened: Any
    """Changes when a chat is opened, so that everything drawn of its character's card can follow. It is not read."""
    book: Any
    """The choice of the lorebook whose entries the next fields show. It is not read: the fields follow it later."""
    lorebook: LorebookFields

    @property
    def inputs(self) -> dict[str, gr.components.Component]:
        """The components that are read, by name."""
        own = {name: getattr(self, name) for name in self._fields if name not in ("opened", "book", "lorebook")}
        return own | self.lorebook.inputs

    @property
    def edits(self) -> list[Any]:
        """The events after which the fields say something else."""
        own = [getattr(self, name) for name in self._fields if name != "lorebook"]
        left = [each.blur for each in own if isinstance(each, gr.Textbox | gr.Number)]
        return [*left, *self.lorebook.edits]


def character_view(session: Session) -> CharacterFields:
    """The fields for the chat on the screen."""
    chat, character = session.chat, session.chat.character
    note = chat.note or AuthorsNote("")
    return CharacterFields(
        character_name=character.name,
        your_name=chat.person_name,
        **{name: getattr(character, name) for name in TEXTS},
        your_description=chat.person_description,
        note_text=note.text,
        note_depth=note.depth,
        opened=str(session.num_opened),
        book=book_choice(session),
        lorebook=entry_view(session),
    )


def entry_view(session: Session, index: int = 0) -> LorebookFields:
    """The fields for an entry of the lorebook that is edited."""
    can_restore = session.removed_entry is not None
    return lorebook_view(session.edited_lorebooks, index, can_restore=can_restore, shown_id=session.edited_id)


def typed_lorebooks(session: Session, fields: Mapping[str, Any]) -> tuple[Lorebook, ...]:
    """The lorebooks that are edited, with what the fields say; without it while the fields still show another one."""
    edited = session.edited_lorebooks
    return read_lorebooks(edited, fields) if fields["shown"] == session.edited_id else edited


def book_choice(session: Session) -> Any:
    """The lorebooks that can be edited, and the one that is."""
    own, name = session.own_lorebooks, session.chat.character.name
    choices = [(say("books.of_character", session.language, name=name), "")]
    choices += [(each.name, each.id) for each in own.listed]
    return gr.update(choices=choices, value=session.edited_id)


def read_chat(chat: Chat, fields: Mapping[str, Any]) -> Chat:
    """The chat with what the fields say now. Raises CharacterError for a blank name.

    If they say nothing new, this is the same object: the lens and the comparison know their chat by identity.
    """
    read = replace(
        chat.with_character(read_character(fields), fields["your_name"] or ""),
        person_description=fields["your_description"] or "",
        note=_read_note(chat.note or AuthorsNote(""), fields),
        lorebooks=chat.lorebooks if fields["shown"] else read_lorebooks(chat.lorebooks, fields),
        kept_lorebooks=tuple(
            replace(each, book=read_lorebooks((each.book,), fields)[0]) if each.id == fields["shown"] else each
            for each in chat.kept_lorebooks
        ),
    )
    return chat if read == chat else read


def read_character(fields: Mapping[str, Any]) -> Character:
    """The character that the fields describe. Raises CharacterError for a blank name."""
    return Character(fields["character_name"] or "", **{name: fields[name] or "" for name in TEXTS})


def _read_note(before: AuthorsNote, fields: Mapping[str, Any]) -> AuthorsNote | None:
    text, depth = fields["note_text"] or "", fields["note_depth"]
    if not text.strip():
        return None
    depth = AuthorsNote(text).depth if depth is None else min(max(int(depth), 0), MAX_NOTE_DEPTH)
    return replace(before, text=text, depth=depth)
