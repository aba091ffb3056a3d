"""The backdrop that a card brings: its asset of the type `background`, as a picture of bounded size.

Only what is inside of the card is used: a file of a CharX archive, a text chunk of a PNG card, or a data URI. Nothing
is fetched from other servers.
"""

import base64
import binascii
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from pyg_ui.library.cards.card import Card
from pyg_ui.library.containers.pictures import shrink
from pyg_ui.library.containers.png import Png
from pyg_ui.library.unreadable import UnreadableError

SIZE = (1600, 1600)
"""The largest width and height in pixels."""
_IN_PICTURE = "__asset:"
_CHUNK = "chara-ext-asset_:"


def backdrop_of(card: Card) -> bytes | None:
    """The card's backdrop as WebP: the one that is called main, else the first that can be read. None without one."""
    assets = card.rest.get("assets")
    found = [each for each in assets if _is_background(each)] if isinstance(assets, list) else []
    for asset in sorted(found, key=lambda each: each.get("name") != "main"):
        with suppress(UnreadableError):
            if (data := _data_of(asset, card.picture)) is not None:
                return as_backdrop(data)
    return None


def as_backdrop(data: bytes) -> bytes:
    """A picture as a backdrop: a WebP of bounded size. Raises UnreadableError."""
    return shrink(data, SIZE)


def _is_background(asset: object) -> bool:
    return isinstance(asset, Mapping) and asset.get("type") == "background" and isinstance(asset.get("uri"), str)


def _data_of(asset: Mapping[str, Any], picture: bytes | None) -> bytes | None:
    """The asset's bytes; None if they are not in the card. Raises UnreadableError."""
    uri: str = asset["uri"]
    if uri.startswith("data:") and ";base64," in uri[:100]:
        try:
            return base64.b64decode(uri.partition(",")[2])
        except binascii.Error:
            return None
    if not uri.startswith(_IN_PICTURE) or picture is None:
        return None
    wanted = _CHUNK + uri.removeprefix(_IN_PICTURE)
    return next((chunk.text() for chunk in Png.parse(picture).texts([wanted.lower()])), None)
