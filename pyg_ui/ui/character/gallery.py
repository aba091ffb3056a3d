"""The gallery and the trash of the library's characters, drawn on the server as HTML.

Both share the script of the lists of chats, `theme/chats.js`, which reports what was clicked. The trash looks as the
trash of chats does.
"""

import base64
from dataclasses import dataclass, field
from html import escape

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.portrait import thumbnail
from pyg_ui.library.store.characters import CharacterStore, CharacterSummary
from pyg_ui.ui.display import as_attribute, moment_html, titled_html, trash_list, trash_row
from pyg_ui.ui.translations import say

MAX_SHOWN = 60
"""The rest is found by searching."""


@dataclass(frozen=True)
class Gallery:
    """Draws the characters of the library. Bundled portraits are drawn once."""

    store: CharacterStore
    _bundled: dict[str, str] = field(default_factory=dict)
    """The portraits of bundled characters, as data URLs, by id."""

    def html(self, owner: str, query: str, open_id: str, language: str) -> str:
        """The characters that hold every word of the query; the open one is marked. Raises StoreError."""
        if not owner:
            return _frame("")  # drawn again once it is known whose page it is
        found = self.store.find(owner, query)
        buttons = [self._button(owner, each, is_open=each.id == open_id) for each in found[:MAX_SHOWN]]
        more = f'<p class="more">+ {len(found) - MAX_SHOWN:,}</p>' if len(found) > MAX_SHOWN else ""
        nobody = f"<p>{escape(say('character.nobody', language))}</p>"
        return _frame("".join(buttons) + more if buttons else nobody)

    def trash_html(self, owner: str, language: str) -> str:
        """The deleted characters, with the buttons that restore and delete them. Raises StoreError."""
        trash = self.store.list_trash(owner) if owner else ()
        rows = [self._trash_row(owner, each, language) for each in trash[:MAX_SHOWN]]
        return trash_list(rows, language)

    def _button(self, owner: str, character: CharacterSummary, *, is_open: bool) -> str:
        name = escape(character.name)
        return (
            f'<button type="button" data-act="choose" data-id="{as_attribute(character.id)}" '
            f'aria-pressed="{str(is_open).lower()}" title="{as_attribute(character.name)}">'
            f'<img src="{self._picture(owner, character)}" alt="" width="80" height="120"><span>{name}</span></button>'
        )

    def _trash_row(self, owner: str, character: CharacterSummary, language: str) -> str:
        picture = f'<img src="{self._picture(owner, character)}" alt="" width="32" height="48">'
        about = titled_html(character.name, moment_html(character.deleted_at))
        return trash_row(character.id, about, language, picture)

    def _picture(self, owner: str, character: CharacterSummary) -> str:
        if character.id not in self._bundled:
            picture = _as_url(self.store.thumbnail(owner, character.id))
            if not character.is_bundled:
                return picture
            self._bundled[character.id] = picture
        return self._bundled[character.id]


def portrait_html(card: Card) -> str:
    """The portrait of the card that is open."""
    return f'<img src="{_as_url(thumbnail(card.picture, card.name))}" alt="" width="64" height="96">'


def _frame(inside: str) -> str:
    return f'<div class="gallery">{inside}</div>'


def _as_url(picture: bytes) -> str:
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"
