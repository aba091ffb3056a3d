"""The assets of a card in a CharX archive: files that the card names as `embeded://path`.

The icon called main, else the first icon, becomes the card's picture. The other assets go into text chunks of that
picture (`__asset:n`), where version 3 keeps the assets of cards in PNG files.
"""

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
    if not isinstance(data, dict) or not isinstance(assets := data.get("assets"), list):
        return values, None
    files: dict[int, bytes] = {}
    num_free = MAX_ASSETS_BYTES
    for index, asset in enumerate(assets):
        path = _path_in_archive(asset)
        if path and path in archive.names:
            files[index] = archive.read(path, num_free)
            num_free -= len(files[index])
    icons = [i for i in files if assets[i].get("type") == "icon"]
    icon = next((i for i in icons if assets[i].get("name") == "main"), icons[0] if icons else None)
    picture = None
    uris = {i: f"__asset:{i}" for i in files}
    if icon is not None:
        file = files.pop(icon)
        picture = Png.parse(file).without_texts(PNG_KEYWORDS) if is_png(file) else as_png(file)
        uris[icon] = "ccdefault:"
    kept = [{**asset, "uri": uris[i]} if i in uris else asset for i, asset in enumerate(assets)]
    if files:
        texts = [(f"chara-ext-asset_:{i}", file) for i, file in files.items()]
        picture = Png.parse(picture or draw_portrait(str(data.get("name") or "?"))).with_texts(texts)
    return {**values, "data": {**data, "assets": kept}}, picture


def _path_in_archive(asset: object) -> str:
    uri = asset.get("uri") if isinstance(asset, Mapping) else None
    if not isinstance(uri, str):
        return ""
    return next((uri.removeprefix(scheme) for scheme in _SCHEMES if uri.startswith(scheme)), "")
