"""A few characters to start with, each with a portrait and a sentence. They are shown until the person writes."""

import base64
import re
from collections.abc import Sequence
from html import escape

from pyg_ui.library.cards.card import Card
from pyg_ui.ui.display import as_attribute
from pyg_ui.ui.translations import say

NUM_STARTERS = 3

_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)
_MAX_CHARACTERS = 90


def starters_html(cards: Sequence[Card], language: str) -> str:
    """The first cards that have a picture; a button's value is the card's place."""
    shown = [(place, card) for place, card in enumerate(cards) if card.picture is not None][:NUM_STARTERS]
    if not shown:
        return ""
    title = escape(say("chat.starters", language))
    buttons = "".join(_starter(place, card, language) for place, card in shown)
    return f'<p class="starters-title">{title}</p><div class="starters">{buttons}</div>'


def _starter(place: int, card: Card, language: str) -> str:
    assert card.picture is not None
    picture = base64.b64encode(card.picture).decode()
    title = as_attribute(say("chats.new_with", language, name=card.character.name))
    return (
        f'<button type="button" class="starter" name="start" value="{place}" title="{title}">'
        f'<img src="data:image/png;base64,{picture}" alt="" width="48" height="72">'
        f"<span><strong>{escape(card.character.name)}</strong>"
        f'<span title="{as_attribute(card.character.persona[:300])}">{escape(_sentence(card))}</span></span></button>'
    )


def _sentence(card: Card) -> str:
    """The persona's first sentence, without the name that it begins with."""
    first = _SENTENCE.match(card.character.persona.strip())
    sentence = " ".join((first.group() if first else card.character.persona).split())
    return sentence if len(sentence) <= _MAX_CHARACTERS else f"{sentence[: _MAX_CHARACTERS - 1].rstrip()}…"
