"""Cards within pictures and archives: every way in which programs hide them there."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pyg_ui.errors import CharacterError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.files import CardFormat, dump_card, read_card
from pyg_ui.library.cards.portrait import SIZE, draw_portrait
from tests.library.pngs import END, SIGNATURE, chunk, international_text, packed, packed_text, plain_text, png

V1: dict[str, Any] = {"name": "Odo", "first_mes": "Across?"}
V2: dict[str, Any] = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Odo Two", "first_mes": ""}}
V3: dict[str, Any] = {"spec": "chara_card_v3", "spec_version": "3.0", "data": {"name": "Odo Three", "first_mes": ""}}


def name_in(data: bytes) -> str:
    return read_card(data, "odo.png").card.name


@pytest.mark.parametrize(
    "text",
    [
        plain_text(b"chara", packed(V1)),
        packed_text(b"chara", packed(V1)),
        international_text(b"chara", packed(V1)),
        international_text(b"chara", packed(V1), is_packed=True),
    ],
    ids=["tEXt", "zTXt", "iTXt", "packed iTXt"],
)
def test_every_kind_of_text_chunk_is_read(text: tuple[bytes, bytes]) -> None:
    found = read_card(png(text), "odo.png")
    assert (found.card.name, found.format) == ("Odo", "tavern-v1-png")


def test_other_texts_before_the_card_are_passed_over() -> None:
    assert (
        name_in(png(plain_text(b"Software", b"x"), packed_text(b"a", b"b"), plain_text(b"chara", packed(V1)))) == "Odo"
    )


def test_version_3_is_preferred_wherever_it_stands() -> None:
    old, new = plain_text(b"chara", packed(V2)), plain_text(b"ccv3", packed(V3))
    assert name_in(png(old, new)) == name_in(png(new, old)) == "Odo Three"


@pytest.mark.parametrize("keyword", [b"Chara", b"CHARA", b"CCV3"])
def test_a_keyword_counts_in_any_letter_case(keyword: bytes) -> None:
    for text in (plain_text, packed_text, international_text):
        assert name_in(png(text(keyword, packed(V2)))) == "Odo Two"


@pytest.mark.parametrize(
    "broken", [b"\xff", b"e30", b"bnVsbA==", packed({"spec": "chara_card_v3", "data": {}}), b"eyJh"]
)
def test_a_good_text_beside_a_broken_one_is_taken_and_the_broken_one_told(broken: bytes) -> None:
    for texts in (
        [plain_text(b"ccv3", broken), plain_text(b"chara", packed(V2))],
        [plain_text(b"chara", broken), plain_text(b"chara", packed(V2))],
    ):
        found = read_card(png(*texts), "odo.png")
        assert (found.card.name, found.format) == ("Odo Two", "tavern-v2-png")
        assert f"{texts[0][1][:5].strip(bytes(1)).decode()} could not be read." in map(str, found.left_out)
        assert b"chara\0" not in (found.card.picture or b"")


def test_a_card_without_a_name_in_a_picture_is_called_like_the_file() -> None:
    assert name_in(png(plain_text(b"chara", packed({**V2, "data": {"name": "", "first_mes": "Across?"}})))) == "odo"


def test_embedded_assets_are_no_card_and_stay_with_the_picture() -> None:
    asset = plain_text(b"chara-ext-asset_:0", b"AAAA")
    card = read_card(png(asset, plain_text(b"chara", packed(V2))), "odo.png").card
    assert card.name == "Odo Two"
    assert card.picture == png(asset)
    assert b"chara-ext-asset_:0" in dump_card(card, CardFormat.PNG)


def test_bytes_after_the_end_and_megabytes_beside_the_card_do_not_matter() -> None:
    noise = b"prVt", bytes(5_000_000)
    card = read_card(png(noise, plain_text(b"chara", packed(V1)), after=b"junk" * 1000), "odo.png").card
    assert card.picture == png(noise)


def test_a_card_of_more_than_a_mebibyte_is_read() -> None:
    long = {**V1, "description": "x" * 3_000_000}
    assert len(read_card(png(packed_text(b"chara", packed(long))), "odo.png").card.description) == 3_000_000


def webp(comment: bytes | str, tag: int = 0x9286) -> bytes:
    exif = Image.Exif()
    if tag == 0x9286:
        exif.get_ifd(0x8769)[tag] = comment
    else:
        exif[tag] = comment
    written = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 128)).save(written, "WEBP", exif=exif)
    return written.getvalue()


TEXT = json.dumps(V1)


@pytest.mark.parametrize(
    "data",
    [
        webp(TEXT.encode()),
        webp(b"ASCII\0\0\0" + TEXT.encode()),
        webp(b"UNICODE\0" + TEXT.encode("utf-16")),
        webp(",".join(str(byte) for byte in TEXT.encode()).encode()),
        webp(TEXT, tag=0x010E),
    ],
    ids=["bytes", "ascii", "utf-16", "list of bytes", "description"],
)
def test_a_webp_named_png_is_read_and_becomes_a_png(data: bytes) -> None:
    found = read_card(data, "odo.png")
    assert (found.card.name, found.format) == ("Odo", "tavern-v1-webp")
    assert found.card.picture is not None
    assert Image.open(io.BytesIO(found.card.picture)).mode == "RGBA"
    assert read_card(dump_card(found.card, CardFormat.PNG), "x").card == found.card


def charx(values: Any, files: dict[str, bytes], before: bytes = b"") -> bytes:
    written = io.BytesIO(before)
    written.seek(0, io.SEEK_END)
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("card.json", json.dumps(values))
        for name, data in files.items():
            archive.writestr(name, data)
    return written.getvalue()


def with_assets(*assets: dict[str, str]) -> dict[str, Any]:
    return {**V3, "data": {**V3["data"], "assets": list(assets)}}


ICON = {"type": "icon", "uri": "embeded://assets/icon/main.png", "name": "main", "ext": "png"}
SKY = {"type": "background", "uri": "embeded://../../sky.bin", "name": "sky", "ext": "bin"}


def test_a_charx_brings_its_icon_as_picture_and_its_assets_along() -> None:
    files = {"assets/icon/main.png": png(), "../../sky.bin": b"sky"}
    found = read_card(charx(with_assets(SKY, ICON), files), "odo.charx")
    assert found.format == "tavern-v3-charx"
    assert found.card.picture == png(plain_text(b"chara-ext-asset_:0", b"c2t5"))
    assert [asset["uri"] for asset in found.card.rest["assets"]] == ["__asset:0", "ccdefault:"]
    assert read_card(dump_card(found.card, CardFormat.PNG), "x").card == found.card


def test_an_asset_without_a_path_is_no_nameless_file_of_the_archive() -> None:
    values = {**V3, "data": {**V3["data"], "assets": ["sky", {"type": "icon"}]}}
    data = charx(values, {"NAME": b"sky"}).replace(b"NAME", b"\0AME")  # zipfile ends names at a NUL
    found = read_card(data, "odo.charx")
    assert found.card.picture is None
    assert found.card.rest["assets"] == ["sky", {"type": "icon"}]


def test_assets_that_cannot_be_kept_are_left_out_and_told() -> None:
    large = {f"{i}.bin": bytes(9 * 2**20) for i in range(4)}
    assets = [{"type": "x", "uri": f"embeded://{name}", "name": name, "ext": "bin"} for name in large]
    files = {**large, "assets/icon/main.png": b"no picture", "module.risum": b"x"}
    found = read_card(charx(with_assets(ICON, *assets), files), "odo.charx")
    assert [asset["uri"][:8] for asset in found.card.rest["assets"]] == [
        "embeded:",
        *["__asset:"] * 2,
        *["embeded:"] * 2,
    ]
    assert list(map(str, found.left_out)) == [
        "module.risum could not be read.",
        "2 of 5 assets are left out: together they may have 24 MiB.",
        "assets: 1 of 5 could not be read (1).",
    ]


def test_a_card_in_a_folder_of_an_archive_is_found() -> None:
    data = charx(V3, {}).replace(b"card.json", b"o/rd.json")
    with pytest.raises(CharacterError):
        read_card(data, "odo.charx")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("Odo/card.json", json.dumps(V3))
    assert read_card(written.getvalue(), "odo.charx").card.name == "Odo Three"


def test_a_charx_without_an_icon_has_no_picture_and_one_after_a_jpeg_is_found() -> None:
    assert read_card(charx(V3, {}), "odo.charx").card.picture is None
    written = io.BytesIO()
    Image.new("RGB", (8, 8)).save(written, "JPEG")
    assert read_card(charx(V3, {}, before=written.getvalue()), "odo.jpg").card.name == "Odo Three"


def test_a_card_without_a_picture_gets_a_drawn_one_always_the_same() -> None:
    card = Card("Odo")
    data = dump_card(card, CardFormat.PNG)
    assert data == dump_card(card, CardFormat.PNG)
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.size == SIZE
    assert replace(read_card(data, "x").card, picture=None) == card
    assert draw_portrait("李白") != draw_portrait("Odo")


def test_a_written_png_holds_version_2_and_3() -> None:
    image = Image.open(io.BytesIO(dump_card(Card("Odo", nickname="O"), CardFormat.PNG)))
    texts = image.text  # type: ignore[attr-defined]
    assert read_card(png(plain_text(b"chara", texts["chara"].encode())), "x").format == "tavern-v2-png"
    assert read_card(png(plain_text(b"ccv3", texts["ccv3"].encode())), "x").format == "tavern-v3-png"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (png(), "picture without a character"),
        (SIGNATURE + chunk(*plain_text(b"chara", packed(V1))) + chunk(*END), "its picture is broken"),
        (png(plain_text(b"chara", packed(V1)))[:-30], "cut off"),
        (png(plain_text(b"chara", b"\xff\xfe")), "is not"),
        (png(plain_text(b"chara", packed([1]))), "no JSON object"),
        (png((b"zTXt", b"chara\0\0broken")), "packed text of its card is broken"),
        (png(plain_text(b"chara", packed({"x": 1}))), "is no character"),
        (webp(""), "picture without a character"),
        (webp(TEXT.encode())[:-20], "broken"),
        (charx(V3, {})[:-10], "cut off"),
        (b"PK\3\4" + bytes(100), "is cut off"),
        (charx([1], {}), "card.json holds no object"),
        (charx(V3, {}).replace(b"card.json", b"card.jsun"), "holds no card.json"),
        (b"\x7fELF" + bytes(100), "is no text"),
    ],
)
def test_an_unusable_container_is_refused_by_name_and_problem(data: bytes, problem: str) -> None:
    with pytest.raises(CharacterError) as caught:
        read_card(data, "odo.png")
    assert str(caught.value).startswith("odo.png ")
    assert problem in str(caught.value)


def test_a_real_sized_picture_passes_through_byte_for_byte(tmp_path: Path) -> None:
    picture = draw_portrait("Odo")
    card = Card("Odo", picture=picture)
    assert read_card(dump_card(card, CardFormat.PNG), "x").card.picture == picture
