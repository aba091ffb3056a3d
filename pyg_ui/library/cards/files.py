"""Card files: reads cards of every known format, and writes those formats that people exchange.

What a format looks like is known by its own module. A new format is one module and one entry in `READERS`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from pyg_ui.errors import CharacterError, Message
from pyg_ui.library.cards import agnai, characterai, chub, pygmalion, tavern, webui
from pyg_ui.library.cards.card import Card
from pyg_ui.library.cards.portrait import draw_portrait
from pyg_ui.library.containers.document import Document, open_document
from pyg_ui.library.containers.json_text import dump_json
from pyg_ui.library.containers.png import Png
from pyg_ui.library.foreign import refusal
from pyg_ui.library.left_out import within
from pyg_ui.library.readers import Reader, read_first
from pyg_ui.library.unreadable import UnreadableError, naming

READERS: tuple[Reader[Card], ...] = (pygmalion, agnai, chub, tavern, characterai, webui)
"""The readers, in the order in which they are asked. What marks one of the first is in no file of the others."""


_WRAPPERS = ("card", "character", "char", "data")
"""Keys under which some programs keep a whole card of another format."""


class CardFormat(StrEnum):
    """The formats that cards are written in."""

    PNG = "tavern-png"
    """Versions 2 and 3 in one picture."""
    V2 = "tavern-v2"
    PYGMALION = "pygmalion"

    @property
    def suffix(self) -> str:
        """The end of the names of such files."""
        return ".png" if self is CardFormat.PNG else ".json"


@dataclass(frozen=True, slots=True)
class CardFile:
    """A card, and the format that it was found in, such as `tavern-v2-png`."""

    card: Card
    format: str
    left_out: tuple[Message, ...] = ()
    """What could not be read of the file."""


def read_card(data: bytes, file_name: str) -> CardFile:
    """The card in a file's bytes. Raises CharacterError, which names file and problem."""
    with naming(file_name, CharacterError):
        document = open_document(data, file_name)
        found = card_in(document)
        if found is None:
            raise refusal(document)
        return found


def card_in(document: Document) -> CardFile | None:
    """The document's card; None if it holds none that we know. Raises UnreadableError or CharacterError.

    Where a picture holds several texts, the first one that is a card counts.
    """
    problem: UnreadableError | None = None
    for version in _candidates(document):
        try:
            found = read_first(READERS, version)
        except UnreadableError as error:
            problem = problem or error
        else:
            if found is not None:
                card, name = found
                card = replace(card, picture=card.picture or document.picture)
                return CardFile(card, f"{name}-{document.kind}", document.left_out.sentences)
    if problem is not None:
        raise problem
    return None


def _candidates(document: Document) -> Iterator[Document]:
    """The document, with each of the objects in it that may be the card."""
    yield from document.versions()
    inner = [document.values.get(key) for key in _WRAPPERS] + list(document.items if len(document.items) == 1 else ())
    for values in inner:
        if isinstance(values, dict):
            yield replace(document, values=within(document.values, values), items=())


def dump_card(card: Card, form: CardFormat) -> bytes:
    """The card as a file's bytes; in a PNG, a card without a picture gets a drawn one."""
    if form is CardFormat.PNG:
        versions = {"chara": tavern.dump_tavern(card, tavern.V2), "ccv3": tavern.dump_tavern(card, tavern.V3)}
        texts = ((keyword, dump_json(values, indent=None).encode()) for keyword, values in versions.items())
        return Png.parse(card.picture or draw_portrait(card.name)).with_texts(texts)
    is_v2 = form is CardFormat.V2
    return dump_json(tavern.dump_tavern(card, tavern.V2) if is_v2 else pygmalion.dump_pygmalion(card)).encode()


def lost_in(card: Card, form: CardFormat) -> tuple[str, ...]:
    """The parts of the card that the format cannot hold, in words."""
    if form is CardFormat.PYGMALION:
        return pygmalion.lost_in(card)
    return ("picture",) if form is CardFormat.V2 and card.picture else ()
