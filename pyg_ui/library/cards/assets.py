"""The assets of a card in a CharX archive: files that the card names as `embeded://path`.

The main icon becomes the card's picture. The other assets go into text chunks of that picture (`__asset:n`), where
version 3 keeps the assets of cards in PNG files.
"""

import binascii
from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.containers.archive import Archive
from pyg_ui.library.containers.document import PNG_KEYWORDS
from pyg_ui.library.containers.pictures import as_png
from pyg_ui.library.containers.png import Png, is_png

MAX_ASSETS_BYTES = 24 * 2**20
"""The limit for all the assets of a card together, unpacked."""
_SCHEMES = ("embeded://", "embedded://")


def unpack_assets(values: dict[str, Any], archive: Archive) -> tuple[dict[str, Any], bytes | None]:
    """The card's object with the assets' new places, and the picture that holds them. Raises UnreadableError."""
    data = values.get("data")
    assets = data.get("assets") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(assets, list):
        return values, None
    files: dict[int, bytes] = {}
    num_free = MAX_ASSETS_BYTES
    for index, asset in enumerate(assets):
        path = _path_in_archive(asset)
        if path in archive.names:
            files[index] = archive.read(path, num_free)
            num_free -= len(files[index])
    icon = _main_icon([asset if i in files else {} for i, asset in enumerate(assets)])
    picture = _picture(files.pop(icon)) if icon is not None else None
    moved = {i: f"__asset:{i}" for i in files} | ({} if icon is None else {icon: "ccdefault:"})
    kept = [{**asset, "uri": moved[i]} if i in moved else asset for i, asset in enumerate(assets)]
    if files:
        texts = [(f"chara-ext-asset_:{i}", binascii.b2a_base64(file, newline=False)) for i, file in files.items()]
        picture = Png.parse(picture or draw_portrait(str(data.get("name") or "?"))).with_texts(texts)
    return {**values, "data": {**data, "assets": kept}}, picture


def _main_icon(assets: list[Any]) -> int | None:
    """Which asset is the portrait: the icon called main, else the first icon."""
    icons = [i for i, asset in enumerate(assets) if isinstance(asset, Mapping) and asset.get("type") == "icon"]
    return next((i for i in icons if assets[i].get("name") == "main"), icons[0] if icons else None)


def _path_in_archive(asset: object) -> str:
    uri = asset.get("uri") if isinstance(asset, Mapping) else None
    if not isinstance(uri, str):
        return ""
    return next((uri.removeprefix(scheme) for scheme in _SCHEMES if uri.startswith(scheme)), "")


def _picture(data: bytes) -> bytes:
    return Png.parse(data).without_texts(PNG_KEYWORDS) if is_png(data) else as_png(data)
