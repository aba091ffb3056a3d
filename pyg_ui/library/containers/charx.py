"""CharX: a zip archive with `card.json` and the assets it names, spelled `embeded://path`.

Nothing is written to disk: names in the archive are looked up, never used as paths. The main icon becomes the card's
picture, the other embedded assets stay with it in chunks of their own, as V3 has them in a PNG (`__asset:n`).
"""

from __future__ import annotations

import binascii
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.containers.documents import MAX_TEXT_BYTES, UnreadableError, parse_json
from pyg_ui.library.containers.pictures import as_png
from pyg_ui.library.containers.png import is_png, with_texts, without_cards

CARD_FILE = "card.json"
MAX_ASSETS_BYTES = 24 * 2**20
"""What all the assets of an archive may unpack to."""
_MAX_DIRECTORY_BYTES = 2**20
_END = struct.Struct("<4s4xHHII")
_SCHEMES = ("embeded://", "embedded://")


def is_charx(data: bytes) -> bool:
    """Whether the bytes begin as a zip archive, or as a JPEG that one was appended to."""
    return data.startswith((b"PK\3\4", b"PK\5\6")) or (data[:3] == b"\xff\xd8\xff" and _end_of(data) >= 0)


def read_charx(data: bytes) -> tuple[dict[str, Any], bytes | None]:
    """The card's object, and its picture with the other assets, if any. Raises UnreadableError."""
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            values = parse_json(_read(archive, CARD_FILE, MAX_TEXT_BYTES))
            if not isinstance(values, dict):
                raise UnreadableError(f"cannot be used: its {CARD_FILE} holds no object.")
            return _with_assets(values, archive)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableError("cannot be used: the archive is broken or locked with a password.") from error


def _with_assets(values: dict[str, Any], archive: zipfile.ZipFile) -> tuple[dict[str, Any], bytes | None]:
    data = values.get("data")
    assets = data.get("assets") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(assets, list):
        return values, None
    files: dict[int, bytes] = {}
    room, names = MAX_ASSETS_BYTES, set(archive.namelist())
    for index, asset in enumerate(assets):
        path = _path_in_archive(asset)
        if path in names:
            files[index] = _read(archive, path, room)
            room -= len(files[index])
    icon = _main_icon([asset if i in files else {} for i, asset in enumerate(assets)])
    picture = _picture(files.pop(icon)) if icon is not None else None
    moved = {i: f"__asset:{i}" for i in files} | ({} if icon is None else {icon: "ccdefault:"})
    kept = [{**asset, "uri": moved[i]} if i in moved else asset for i, asset in enumerate(assets)]
    if files:
        chunks = [(f"chara-ext-asset_:{i}", binascii.b2a_base64(file, newline=False)) for i, file in files.items()]
        picture = with_texts(picture or draw_portrait(str(data.get("name") or "?")), chunks)
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
    return without_cards(data) if is_png(data) else as_png(data)


def _read(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A file of the archive. Whatever size the archive states, no more than the limit is unpacked."""
    try:
        with archive.open(name) as file:
            data = file.read(limit + 1)
    except KeyError as error:
        raise UnreadableError(f"is no character: the archive holds no {CARD_FILE}.") from error
    if len(data) > limit:
        raise UnreadableError(f"is too large: {name[:80]!r} in the archive unpacks to too many bytes.")
    return data


def _end_of(data: bytes) -> int:
    """Where the record at the archive's end begins; negative where there is none."""
    return data.rfind(b"PK\5\6", max(len(data) - 65_557, 0))


def _check_directory(data: bytes) -> None:
    """Refuse an archive whose list of files is too long to be held. Nothing of it has been read yet."""
    end = _end_of(data)
    if end < 0 or len(data) < end + _END.size:
        raise UnreadableError("is cut off: the archive has no end. Download it again.")
    *_, size, _ = _END.unpack_from(data, end)
    if size > _MAX_DIRECTORY_BYTES or data[end - 20 : end - 16] == b"PK\6\7":
        raise UnreadableError("is too large: the archive lists too many files.")
