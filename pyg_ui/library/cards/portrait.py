"""Portraits of characters: thumbnails, and a drawn picture for characters who have none.

The drawing shows a sky, a sun, hills and an initial. Its colors and sizes depend on the name alone, so one name
always has the same portrait.
"""

import colorsys
import hashlib
from contextlib import suppress
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from pyg_ui.library.containers.pictures import encode, shrink
from pyg_ui.library.unreadable import UnreadableError

SIZE = (400, 600)
"""Width and height in pixels, as card programs expect them."""

_NUM_HILLS = 3
_INITIAL_HEIGHT = 160
_MAX_CACHED = 4
"""A card is stored again and again while it is typed, mostly with the same picture."""


@lru_cache(_MAX_CACHED)
def thumbnail(picture: bytes | None, name: str) -> bytes:
    """A small WebP of the picture. Where there is none, or a broken one, a picture is drawn from the name."""
    if picture is not None:
        with suppress(UnreadableError):
            return shrink(picture)
    return shrink(draw_portrait(name))


def draw_portrait(name: str) -> bytes:
    """A drawn portrait as PNG."""
    seed = hashlib.sha256(name.encode()).digest()
    image = _sky(seed[0])
    draw = ImageDraw.Draw(image)
    _draw_sun(draw, seed)
    for number in range(_NUM_HILLS):
        _draw_hill(draw, seed, number)
    _draw_initial(draw, name[0].upper(), seed[0])
    return encode(image)


def initial_of(name: str) -> str:
    """The first visible character of the name, as a capital; "?" if there is none."""
    return next((each for each in name if each.isprintable() and not each.isspace()), "?").upper()[:1]


def tint_of(name: str) -> str:
    """A dark color for the name, as CSS writes it. White text on it is legible."""
    hue = hashlib.sha256(name.encode("utf-8", "replace")).digest()[0]
    return f"#{bytes(_color(hue, 0.45, 0.45)).hex()}"


def _sky(hue: int) -> Image.Image:
    above, below = _color(hue, 0.6, 0.45), _color(hue + 20, 0.35, 0.95)
    height = Image.linear_gradient("L").resize(SIZE)
    return Image.composite(Image.new("RGB", SIZE, below), Image.new("RGB", SIZE, above), height)


def _draw_sun(draw: ImageDraw.ImageDraw, seed: bytes) -> None:
    x, y = SIZE[0] * (60 + seed[1] % 136) // 256, SIZE[1] * (60 + seed[2] % 60) // 256
    draw.circle((x, y), 40 + seed[3] % 30, fill=_color(seed[0] + 31, 0.2, 1.0))


def _draw_hill(draw: ImageDraw.ImageDraw, seed: bytes, number: int) -> None:
    """Hills with a higher number are nearer: they are lower and darker."""
    middle, top = SIZE[0] * seed[4 + number] // 256, SIZE[1] * (13 + 2 * number) // 20
    reach = SIZE[0] * (3 + seed[8 + number] % 3) // 4
    box = (middle - reach, top, middle + reach, top + SIZE[1])
    draw.ellipse(box, fill=_color(seed[0] + 5 * number, 0.55, 0.5 - 0.12 * number))


def _draw_initial(draw: ImageDraw.ImageDraw, initial: str, hue: int) -> None:
    """Draw the initial if Pillow's own font has it."""
    if initial.isascii() and initial.isalnum():
        font = ImageFont.load_default(_INITIAL_HEIGHT)
        draw.text((SIZE[0] // 2, SIZE[1] * 4 // 5), initial, fill=_color(hue + 26, 0.1, 1.0), font=font, anchor="mm")


def _color(hue: int, saturation: float, value: float) -> tuple[int, int, int]:
    """The color with 8 bits a channel. Hues repeat after 256."""
    red, green, blue = colorsys.hsv_to_rgb(hue % 256 / 256, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
