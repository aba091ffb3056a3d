"""Bad input is refused within a second and 100 MB of memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from pyg_ui.errors import InputError
from pyg_ui.library.containers.files import MAX_FILE_MIB, read_file
from tests.library.pngs import packed, plain_text, png

V1 = packed({"name": "Odo", "first_mes": ""})


def zip_bomb() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.json", b" " * 64_000_000)
    return written.getvalue()


def asset_bomb() -> bytes:
    written = io.BytesIO()
    uris = [f"embeded://{i}" for i in range(50)]
    assets = [{"type": "x", "uri": uri, "name": uri, "ext": "bin"} for uri in uris]
    data = {"spec": "chara_card_v3", "data": {"name": "Odo", "first_mes": "", "assets": assets}}
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.json", json.dumps(data))
        for i in range(50):
            archive.writestr(str(i), bytes(2_000_000))
    return written.getvalue()


def endless_directory() -> bytes:
    entry = b"PK\1\2" + bytes(42)
    return b"PK\3\4" + entry * 1_000_000 + b"PK\5\6" + bytes(8) + (46_000_000).to_bytes(4, "little") + bytes(6)


def deflated(num_bytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(num_bytes // 2**20)), packer.flush()])


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


def multiplying_yaml() -> bytes:
    lines = (b"%c: &%c [*%c, *%c]\n" % (c, c, c - 1, c - 1) for c in range(98, 120))
    return b"name: Bob\na: &a [x, x]\n" + b"".join(lines)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "zip bomb": zip_bomb,
    "zip with a million files": endless_directory,
    "zTXt bomb": lambda: png((b"zTXt", b"chara\0\0" + deflated(64 * 2**20))),
    "iTXt bomb": lambda: png((b"iTXt", b"chara\0\1\0\0\0" + deflated(64 * 2**20))),
    "60000 x 60000 pixels": lambda: png(plain_text(b"chara", V1), width=60_000, height=60_000),
    "WebP of 16000 x 16000 pixels": huge_webp,
    "many chunks": lambda: png(*[(b"tEXt", b"a\0")] * 200_000, plain_text(b"chara", V1)),
    "60 MB of JSON": lambda: b'{"char_name": "' + b"x" * 60_000_000 + b'"}',
    "JSON of empty lists": lambda: b'{"char_name": [' + b"[]," * 2_000_000 + b"[]]}",
    "many values": lambda: b'{"char_name": [' + b"{}," * 149_000 + b"{}]}",
    "deep JSON": lambda: b'{"char_name":' * 500_000,
    "long number": lambda: b'{"char_name": ' + b"9" * 7_000_000 + b"}",
    "YAML that multiplies": multiplying_yaml,
    "YAML tags": lambda: b"name: !!python/object/apply:time.sleep [9]\ncontext: x\n",
    "deep YAML": lambda: b"name: " + b"[" * 200_000,
    "long YAML": lambda: b"name: Bob\ncontext:\n" + b"- a\n" * 250_000,
    "NUL bytes": lambda: bytes(10_000_000),
    "long line of a chat": lambda: b'{"user_name": "a"}\n{"mes": "' + b"x" * 20_000_000 + b'"}\n',
    "chat of a hundred thousand broken lines": lambda: b'{"user_name": "a"}\n' + b"{}\n" * 100_000,
}

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from pyg_ui.errors import InputError
from pyg_ui.library.recognition import recognise_file
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
try:
    recognise_file(Path(sys.argv[1]))  # what is imported on first use is no cost of a file
except InputError:
    pass
start, before, message = time.process_time(), peak(), "accepted"
try:
    recognise_file(Path(sys.argv[2]))
except InputError as error:
    message = str(error)
print(json.dumps([message, time.process_time() - start, peak() - before]))
"""


def measured(data: bytes, tmp_path: Path) -> tuple[str, float, float]:
    """The message about a file, and the seconds and mebibytes that it took."""
    small, path = tmp_path / "small.png", tmp_path / "bad.file"
    small.write_bytes(png())
    path.write_bytes(data)
    command = [sys.executable, "-c", MEASURE, str(small), str(path)]
    message, seconds, mebibytes = json.loads(subprocess.check_output(command))
    return message, seconds, mebibytes


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_is_refused_quickly_and_cheaply(kind: str, tmp_path: Path) -> None:
    message, seconds, mebibytes = measured(HOSTILE[kind](), tmp_path)
    assert message.startswith("bad.file ")
    assert "\n" not in message
    assert seconds < 1
    assert mebibytes < 100


def test_of_too_many_assets_the_first_are_read_quickly(tmp_path: Path) -> None:
    message, seconds, mebibytes = measured(asset_bomb(), tmp_path)
    assert message == "accepted"
    assert seconds < 1
    assert mebibytes < 200


def test_a_hundred_megabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_MIB * 2**20 + 1)
    with pytest.raises(InputError, match=r"^large\.json is too large: 64 MiB, and 64 MiB is the limit\. Split it"):
        read_file(path)


@pytest.mark.parametrize("name", ["a\0b", "x" * 5_000, "."])
def test_what_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        read_file(Path(name))
