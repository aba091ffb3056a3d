"""Cards as files: from bytes of any known format to a Card, and back to those formats that people exchange."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pyg_ui.dialogue.character import one_line
from pyg_ui.errors import CharacterError
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.characterai import is_characterai, parse_characterai
from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.cards.pygmalion import dump_pygmalion, is_pygmalion, left_behind, parse_pygmalion
from pyg_ui.library.cards.tavern import V2, V3, dump_tavern, format_of, is_tavern, parse_tavern
from pyg_ui.library.cards.webui import is_webui, parse_webui
from pyg_ui.library.containers.documents import UnreadableError, dump_json
from pyg_ui.library.containers.outside import Container, open_container
from pyg_ui.library.containers.png import with_texts

UNKNOWN = "is no character, chat or lorebook in a format that we know."


class CardFormat(StrEnum):
    """The formats that cards are written in."""

    PNG = "tavern-png"
    """Versions 2 and 3 in one picture."""
    V2 = "tavern-v2"
    PYGMALION = "pygmalion"

    @property
    def suffix(self) -> str:
        """How names of such files end."""
        return ".png" if self is CardFormat.PNG else ".json"


@dataclass(frozen=True, slots=True)
class CardFile:
    """A card, and the format that it was found in: dialect and container, such as `tavern-v2-png`."""

    card: Card
    format: str


def read_card(data: bytes, file_name: str) -> CardFile:
    """The card in a file's bytes. Raises CharacterError, which names file and problem."""
    try:
        container = open_container(data)
        if not is_card(container):
            raise UnreadableError(UNKNOWN)
        return card_in(container)
    except UnreadableError as error:
        raise CharacterError(f"{one_line(file_name)} {error}") from error
    except CharacterError as error:
        raise CharacterError(f"{one_line(file_name)} cannot be used: {error}") from error


def is_card(container: Container) -> bool:
    """Whether the container holds a card of a known format."""
    return _dialect(container) is not None


def card_in(container: Container) -> CardFile:
    """The container's card. Raises UnreadableError or CharacterError, and ValueError unless `is_card`."""
    dialect = _dialect(container)
    if dialect is None:
        raise ValueError("the container holds no card")
    card = dialect.parse(container.values)
    name = dialect.name or format_of(container.values)
    return CardFile(replace(card, picture=container.picture), f"{name}-{container.kind}")


def dump_card(card: Card, form: CardFormat) -> bytes:
    """The card as a file's bytes; a card without a picture gets a drawn one in a PNG."""
    if form is CardFormat.PNG:
        versions = [("chara", dump_tavern(card, V2)), ("ccv3", dump_tavern(card, V3))]
        texts = [(keyword, _packed(values)) for keyword, values in versions]
        return with_texts(card.picture or draw_portrait(card.name), texts)
    return dump_json(dump_tavern(card, V2) if form is CardFormat.V2 else dump_pygmalion(card)).encode()


def lost_in(card: Card, form: CardFormat) -> tuple[str, ...]:
    """What of the card the format cannot hold, in words."""
    if form is CardFormat.PYGMALION:
        return left_behind(card)
    return ("picture",) if form is CardFormat.V2 and card.picture else ()


@dataclass(frozen=True, slots=True)
class _Dialect:
    name: str
    """"" where the version decides."""
    is_used: Callable[[Mapping[str, Any]], bool]
    parse: Callable[[Mapping[str, Any]], Card]


_DIALECTS = (
    _Dialect("pygmalion", is_pygmalion, parse_pygmalion),
    _Dialect("", is_tavern, parse_tavern),
    _Dialect("characterai", is_characterai, parse_characterai),
    _Dialect("webui", is_webui, parse_webui),
)


def _dialect(container: Container) -> _Dialect | None:
    return next((dialect for dialect in _DIALECTS if dialect.is_used(container.values)), None)


def _packed(values: Mapping[str, Any]) -> bytes:
    return binascii.b2a_base64(dump_json(values, indent=None).encode(), newline=False)
