"""Small square portraits of characters and persons, as data URLs for `<img src>` and for CSS.

A portrait is a WebP of a few kilobytes, or an SVG with the initial where there is no picture. It is cached by the
picture's content, so drawing a page repeats no work. Whoever draws many messages of one chat should put the URL into
the page once, not once a message.
"""

import base64
import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from urllib.parse import quote

from pyg_ui.errors import NotFoundError
from pyg_ui.library.cards.portrait import initial_of, tint_of
from pyg_ui.library.containers.pictures import crop_square
from pyg_ui.library.store.characters import CharacterStore
from pyg_ui.library.store.personas import PersonaStore
from pyg_ui.library.unreadable import UnreadableError

SIDE = 96
"""Width and height in pixels: twice as many as a page shows, for dense displays."""
_MAX_CACHED = 1000


@dataclass(frozen=True)
class Portraits:
    """Finds and draws the portraits. Its methods raise StoreError if the database fails."""

    library: CharacterStore
    personas: PersonaStore | None = None
    """None where no persons are shown."""
    _cached: dict[bytes, str] = field(default_factory=dict, repr=False)
    """Data URLs by the hash of the picture; the oldest are dropped first."""

    def character_portrait(self, owner: str, name: str, id: str = "") -> str:
        """The portrait of the owner's or a bundled character: that of this id, else the newest one of this name."""
        if id:
            with suppress(NotFoundError):
                return self.picture_portrait(self.library.thumbnail(owner, id), name)
        return self.character_portraits(owner, [name])[name]

    def character_portraits(self, owner: str, names: Iterable[str]) -> dict[str, str]:
        """A portrait for each of these names, found with one query."""
        wanted = list(names)
        found = self.library.thumbnails_of(owner, wanted)
        return {name: self.picture_portrait(found.get(name), name) for name in wanted}

    def person_portrait(self, owner: str, name: str, id: str = "") -> str:
        """The portrait of the person who talks: that of the persona of this id, else the initial."""
        if id and self.personas is not None:
            with suppress(NotFoundError):
                return self.picture_portrait(self.personas.load(owner, id).persona.picture, name)
        return initial_portrait(name)

    def picture_portrait(self, picture: bytes | None, name: str) -> str:
        """The portrait made of a picture; without one, or with a broken one, the initial."""
        if picture is None:
            return initial_portrait(name)
        key = hashlib.sha256(picture).digest()
        if key not in self._cached:
            try:
                url = as_url(crop_square(picture, SIDE))
            except UnreadableError:
                url = initial_portrait(name)
            while len(self._cached) >= _MAX_CACHED:
                self._cached.pop(next(iter(self._cached)), None)
            self._cached[key] = url
        return self._cached[key]


def as_url(picture: bytes) -> str:
    """A WebP as a data URL."""
    return f"data:image/webp;base64,{base64.b64encode(picture).decode()}"


@lru_cache(_MAX_CACHED)
def initial_portrait(name: str) -> str:
    """The initial on a ground whose color depends on the name alone. White on it passes WCAG AA."""
    initial, tint = escape(initial_of(name)), tint_of(name)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
        f'<rect width="48" height="48" fill="{tint}"/>'
        '<text x="24" y="25" fill="#fff" font-family="system-ui,sans-serif" font-size="24" text-anchor="middle" '
        f'dominant-baseline="central">{initial}</text></svg>'
    )
    return f"data:image/svg+xml,{quote(svg)}"
