"""The gallery: the characters of the library, each a button with its portrait. Drawn on the server as HTML.

A button's value is the character's id; `trigger('select', {id})` tells the page which one was clicked.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from html import escape

from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.portrait import thumbnail
from pyg_ui.library.store.characters import CharacterStore, CharacterSummary
from pyg_ui.ui.display import as_attribute

MAX_SHOWN = 60
"""More are found by searching."""

ON_LOAD = """
element.addEventListener('click', (event) => {
  const chosen = event.target.closest('button[value]');
  if (chosen) trigger('select', { id: chosen.value });
});
"""


@dataclass(frozen=True)
class Gallery:
    """Draws the library. Bundled portraits are drawn once."""

    library: CharacterStore
    _bundled: dict[str, str] = field(default_factory=dict)
    """The portraits of bundled characters, as data URLs, by id."""

    def html(self, owner: str, query: str, open_id: str, *, nobody: str) -> str:
        """The characters that hold every word of the query, the one that is open marked; `nobody` where there is none.

        Raises StoreError.
        """
        if not owner:
            return _frame("")  # drawn again once it is known whose page it is
        found = self.library.find(owner, query)
        buttons = [self._button(owner, each, is_open=each.id == open_id) for each in found[:MAX_SHOWN]]
        more = f'<p class="more">+ {len(found) - MAX_SHOWN:,}</p>' if len(found) > MAX_SHOWN else ""
        return _frame("".join(buttons) + more if buttons else f"<p>{escape(nobody)}</p>")

    def _button(self, owner: str, character: CharacterSummary, *, is_open: bool) -> str:
        name = escape(character.name)
        return (
            f'<button type="button" value="{as_attribute(character.id)}" aria-pressed="{str(is_open).lower()}" '
            f'title="{as_attribute(character.name)}"><img src="{self._picture(owner, character)}" alt="" width="80" '
            f'height="120"><span>{name}</span></button>'
        )

    def _picture(self, owner: str, character: CharacterSummary) -> str:
        if character.id not in self._bundled:
            picture = _as_url(self.library.thumbnail(owner, character.id))
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
