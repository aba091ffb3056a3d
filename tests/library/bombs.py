"""Small files that ask for much: memory, time, or both."""

from __future__ import annotations

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image

from tests.library.pngs import SIGNATURE, chunk, packed, plain_text, png

MEBIBYTE = 2**20
V1 = packed({"name": "Odo", "first_mes": ""})


def zeros(num_bytes: int) -> bytes:
    """Zeros, deflated."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(bytes(MEBIBYTE)) for _ in range(num_bytes // MEBIBYTE)), packer.flush()])


def archive(members: dict[str, bytes], **methods: int) -> bytes:
    """An archive of these files. `methods` tells how those are packed that are not deflated, by their names."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as opened:
        for name, data in members.items():
            opened.writestr(name, data, methods.get(name.partition(".")[0], zipfile.ZIP_DEFLATED))
    return written.getvalue()


def charx(paths: list[str], kind: str = "x") -> bytes:
    """The card of an archive, with an asset at each path."""
    assets = [{"type": kind, "uri": f"embeded://{path}", "name": path, "ext": "bin"} for path in paths]
    return json.dumps({"spec": "chara_card_v3", "data": {"name": "Odo", "first_mes": "", "assets": assets}}).encode()


def asset_bomb(num_assets: int = 50, num_bytes: int = 2_000_000) -> bytes:
    names = [str(i) for i in range(num_assets)]
    return archive({"card.json": charx(names)} | dict.fromkeys(names, bytes(num_bytes)))


def one_asset_many_times() -> bytes:
    return archive({"card.json": charx(["a"] * 5_000), "a": bytes(MEBIBYTE)})


def overlapping_assets() -> bytes:
    """Many entries of the archive's directory are the same megabytes."""
    data = bytearray(archive({"card.json": charx([f"{i:04}" for i in range(2_000)]), "0000": bytes(20 * MEBIBYTE)}))
    directory = data.rindex(b"PK\1\2")
    end = data.rindex(b"PK\5\6")
    entry, tail = bytes(data[directory:end]), data[end:]
    first = data.index(b"PK\1\2")
    entries = [entry[:46] + f"{i:04}".encode() + entry[50:] for i in range(1, 2_000)]
    tail[8:12] = struct.pack("<HH", 2_001, 2_001)
    tail[12:16] = struct.pack("<I", end - first + sum(map(len, entries)))
    return bytes(data[:end] + b"".join(entries) + tail)


def lying_archive(stated: int) -> bytes:
    """An archive whose card has another size than it states."""
    data = bytearray(archive({"card.json": b" " * (64 * MEBIBYTE)}))
    for mark, place in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        start = data.index(mark) + place
        data[start : start + 4] = struct.pack("<I", stated)
    return bytes(data)


def endless_directory() -> bytes:
    entry = b"PK\1\2" + bytes(42)
    return b"PK\3\4" + entry * 1_000_000 + b"PK\5\6" + bytes(8) + (46_000_000).to_bytes(4, "little") + bytes(6)


def huge_webp() -> bytes:
    """A small picture whose header says that it is huge."""
    written = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "x"
    Image.new("RGB", (8, 8)).save(written, "WEBP", lossless=True, exif=exif)
    data = bytearray(written.getvalue())
    size = (15_999).to_bytes(3, "little")
    canvas = data.index(b"VP8X") + 12
    data[canvas : canvas + 6] = size + size
    return bytes(data)


def large_picture(form: str, width: int, height: int, number: int = 1) -> bytes:
    """An empty picture with a card in its metadata."""
    exif = Image.Exif()
    exif[0x010E] = json.dumps({"name": "Odo", "first_mes": ""})
    written = io.BytesIO()
    frames = [Image.new("RGB", (width, height), (i, 0, 0)) for i in range(number)]
    frames[0].save(written, form, exif=exif, save_all=number > 1, append_images=frames[1:])
    return written.getvalue()


def wide_png(width: int, height: int) -> bytes:
    """A card whose picture has this many black pixels, of which the file has all, well deflated."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zeros((3 * width + 1) * height // MEBIBYTE * MEBIBYTE + MEBIBYTE)
    chunks = [(b"IHDR", header), plain_text(b"chara", V1), (b"IDAT", pixels), (b"IEND", b"")]
    return SIGNATURE + b"".join(chunk(kind, data) for kind, data in chunks)


def card_with_avatar(picture: bytes) -> bytes:
    uri = "data:image/png;base64," + base64.b64encode(picture).decode()
    return json.dumps({"kind": "character", "name": "Odo", "avatar": uri, "persona": {"kind": "text"}}).encode()


def multiplying_yaml() -> bytes:
    lines = (b"%c: &%c [*%c, *%c]\n" % (c, c, c - 1, c - 1) for c in range(98, 120))
    return b"name: Bob\na: &a [x, x]\n" + b"".join(lines)


def book_card(entries: Any) -> bytes:
    return json.dumps(
        {"spec": "chara_card_v2", "data": {"name": "Odo", "first_mes": "", "character_book": {"entries": entries}}}
    ).encode()


def turns(number: int, **more: Any) -> bytes:
    """SillyTavern's chat of so many turns."""
    lines = [{"user_name": "Ann", "character_name": "Odo"}]
    lines += [{"name": "Odo", "is_user": bool(i % 2), "mes": f"No. {i}", **more} for i in range(number)]
    return "\n".join(map(json.dumps, lines)).encode()


def swipes(number: int, num_turns: int = 1) -> bytes:
    return turns(num_turns, swipes=[f"{i}" for i in range(number)], swipe_id=0)


def story(text: str, **settings: Any) -> bytes:
    values = {"gamestarted": True, "prompt": text, "memory": "", "actions": [], "savedsettings": settings}
    return json.dumps(values).encode()


REFUSED: dict[str, Callable[[], bytes]] = {
    "deflated archive": lambda: archive({"card.json": b" " * 64_000_000}),
    "archive of bz2": lambda: archive({"card.json": bytes(48 * MEBIBYTE)}, card=zipfile.ZIP_BZIP2),
    "archive of lzma": lambda: archive({"card.json": bytes(48 * MEBIBYTE)}, card=zipfile.ZIP_LZMA),
    "archive that states too little": lambda: lying_archive(100),
    "archive that states too much": lambda: lying_archive(2**32 - 2),
    "archive with a million files": endless_directory,
    "archive in an archive": lambda: archive({"card.json": archive({"card.json": bytes(64 * MEBIBYTE)})}),
    "zTXt": lambda: png((b"zTXt", b"chara\0\0" + zeros(64 * MEBIBYTE))),
    "iTXt": lambda: png((b"iTXt", b"chara\0\1\0\0\0" + zeros(64 * MEBIBYTE))),
    "four times zTXt": lambda: png(*[(b"zTXt", b"chara\0\0" + zeros(31 * MEBIBYTE))] * 4),
    "60000 x 60000 pixels": lambda: png(plain_text(b"chara", V1), width=60_000, height=60_000),
    "WebP of 16000 x 16000 pixels": huge_webp,
    "JPEG of 9000 x 9000 pixels": lambda: large_picture("JPEG", 9_000, 9_000),
    "many chunks": lambda: png(*[(b"tEXt", b"a\0")] * 200_000, plain_text(b"chara", V1)),
    "60 MB of JSON": lambda: b'{"char_name": "' + b"x" * 60_000_000 + b'"}',
    "JSON of empty lists": lambda: b'{"char_name": [' + b"[]," * 2_000_000 + b"[]]}",
    "JSON of small objects": lambda: b'{"char_name": [' + b'{"\\u0000":0},' * 490_000 + b"{}]}",
    "many values": lambda: b'{"char_name": [' + b"{}," * 149_000 + b"{}]}",
    "deep JSON": lambda: b'{"char_name":' * 500_000,
    "deep JSON in full": lambda: b'{"char_name":' + b"[" * 9_000 + b"]" * 9_000 + b"}",
    "long number": lambda: b'{"char_name": ' + b"9" * 7_000_000 + b"}",
    "YAML that multiplies": multiplying_yaml,
    "YAML tags": lambda: b"name: !!python/object/apply:time.sleep [9]\ncontext: x\n",
    "deep YAML": lambda: b"name: " + b"[" * 200_000,
    "long YAML": lambda: b"name: Bob\ncontext:\n" + b"- a\n" * 250_000,
    "NUL bytes": lambda: bytes(10_000_000),
    "long line of a chat": lambda: b'{"user_name": "a"}\n{"mes": "' + b"x" * 20_000_000 + b'"}\n',
    "chat of a hundred thousand broken lines": lambda: b'{"user_name": "a"}\n' + b"{}\n" * 100_000,
}
"""None of it is of use to anybody."""

ACCEPTED: dict[str, Callable[[], bytes]] = {
    "too many assets": asset_bomb,
    "one asset many times": one_asset_many_times,
    "overlapping assets": overlapping_assets,
    "assets of bz2": lambda: archive({"card.json": charx(["a"]), "a": bytes(48 * MEBIBYTE)}, a=zipfile.ZIP_BZIP2),
    "PNG of 9 million pixels": lambda: wide_png(3_600, 2_500),
    "PNG of 60 million pixels": lambda: wide_png(12_000, 5_000),
    "WebP of 9 million pixels": lambda: large_picture("WEBP", 3_600, 2_500),
    "WebP of many pictures": lambda: large_picture("WEBP", 1_000, 1_000, 60),
    "avatar of 9 million pixels": lambda: card_with_avatar(wide_png(3_600, 2_500)),
    "lorebook of many entries": lambda: book_card([{"keys": ["a"], "content": "b"}] * 100_000),
    "lorebook of slow patterns": lambda: book_card([{"keys": ["/(a+)+$/"], "content": "a" * 50}] * 2_000),
    "chat of 26,000 turns": lambda: turns(26_000),
    "chat of 357,469 turns": lambda: turns(357_469),
    "turn of 400,000 versions": lambda: swipes(400_000),
    "many versions of many turns": lambda: swipes(500, 1_000),
    "conversation of many messages": lambda: json.dumps(
        {"messages": [{"role": "user", "content": "a"}] * 150_000}
    ).encode(),
    "chats of many rows": lambda: b'{"messages": [{"role": "user", "content": "a"}]}\n' * 300_000,
    "text of many rows": lambda: json.dumps({"visible": [["a", "b"]] * 250_000}).encode(),
    "story of many lines": lambda: story("You: a\nBob: b\n" * 1_000_000, opmode=3),
    "story of many tags": lambda: story("#a" * 7_000_000, opmode=4, instruct_starttag="#", instruct_endtag="~"),
    "story of many pictures": lambda: story("[<|p|" * 300_000, opmode=1),
    "chat of one long word": lambda: turns(1, mes="x" * 15_000_000),
}
"""A part of it is read, and what is left out is told."""

MADE_SLOWLY = {
    "chat of 357,469 turns",
    "chats of many rows",
    "many versions of many turns",
    "lorebook of many entries",
    "conversation of many messages",
    "WebP of many pictures",
    "avatar of 9 million pixels",
    "PNG of 60 million pixels",
    "JPEG of 9000 x 9000 pixels",
    "many chunks",
    "four times zTXt",
}
"""Making these takes longer than a second."""
