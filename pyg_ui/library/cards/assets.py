"""The assets of a card in a CharX archive: files that the card names as `embeded://path`.

The icon called main, else the first icon, becomes the card's picture. The other assets go into text chunks of that
picture (`__asset:n`), where version 3 keeps the assets of cards in PNG files.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pyg_ui.errors import Message
from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.containers.archive import Archive
from pyg_ui.library.containers.document import PNG_KEYWORDS
from pyg_ui.library.containers.pictures import as_png
from pyg_ui.library.containers.png import Png, is_png
from pyg_ui.library.left_out import tell, tell_field, tell_items
from pyg_ui.library.unreadable import UnreadableError

MAX_ASSETS_BYTES = 24 * 2**20
"""The limit for all the assets of a card together, unpacked."""
RISU_MODULE = "module.risum"
"""RisuAI's scripts, in a format of its own."""
_SCHEMES = ("embeded://", "embedded://")


def unpack_assets(values: dict[str, Any], archive: Archive) -> tuple[dict[str, Any], bytes | None]:
    """The card's object with the assets' new places, and the picture that holds them. Raises UnreadableError.

    Assets that cannot be read, or that are too many, are told of and left out.
    """
    if RISU_MODULE in archive.names:
        tell_field(values, RISU_MODULE)
    data = values.get("data")
    if not isinstance(data, dict) or not isinstance(assets := data.get("assets"), list):
        return values, None
    files = _files_of(assets, archive, values)
    icons = [i for i in files if assets[i].get("type") == "icon"]
    icon = next((i for i in icons if assets[i].get("name") == "main"), icons[0] if icons else None)
    picture = None
    uris = {i: f"__asset:{i}" for i in files}
    if icon is not None:
        file = files.pop(icon)
        try:
            picture = Png.parse(file).without_texts(PNG_KEYWORDS) if is_png(file) else as_png(file)
            uris[icon] = "ccdefault:"
        except UnreadableError:
            tell_items(values, "assets", [icon + 1], len(assets))
            del uris[icon]
    kept = [{**asset, "uri": uris[i]} if i in uris else asset for i, asset in enumerate(assets)]
    if files:
        texts = [(f"chara-ext-asset_:{i}", file) for i, file in files.items()]
        picture = Png.parse(picture or draw_portrait(str(data.get("name") or "?"))).with_texts(texts)
    return {**values, "data": {**data, "assets": kept}}, picture


def _files_of(assets: Sequence[Any], archive: Archive, values: Mapping[str, Any]) -> dict[int, bytes]:
    """The files of the assets that are in the archive, by the assets' indices."""
    files: dict[int, bytes] = {}
    too_large, broken = [], []
    num_free = MAX_ASSETS_BYTES
    for index, asset in enumerate(assets):
        path = _path_in_archive(asset)
        if not path or path not in archive.names:
            continue
        size = archive.size_of(path)
        if size > num_free:
            too_large.append(index + 1)
            continue
        num_free -= size
        try:
            files[index] = archive.read(path, size)
            num_free += size - len(files[index])  # broken ones count too, because they have been unpacked
        except UnreadableError:
            broken.append(index + 1)
    tell_items(values, "assets", broken, len(assets))
    if too_large:
        given = {"number": len(too_large), "total": len(assets), "limit": MAX_ASSETS_BYTES // 2**20}
        tell(values, Message("{number} of {total} assets are left out: together they may have {limit} MiB.", given))
    return files


def _path_in_archive(asset: object) -> str:
    uri = asset.get("uri") if isinstance(asset, Mapping) else None
    if not isinstance(uri, str):
        return ""
    return next((uri.removeprefix(scheme) for scheme in _SCHEMES if uri.startswith(scheme)), "")
