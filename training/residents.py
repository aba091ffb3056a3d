"""Chats with the bundled characters, and the tales that free text begins with.

The questions, and what each character answers to them, are in `residents.json`. What else a visitor says comes from the
grammar. A chat begins exactly as the application's own prompt does.
"""

import json
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pyg_ui.dialogue.chat import Chat
from pyg_ui.dialogue.prompt import build_prompt
from pyg_ui.library.cards.card import Card
from pyg_ui.library.characters import bundled_cards
from training import CHECKPOINTS
from training.corpus.conversations import END_OF_TEXT, Conversation, Emphasis, Exchange, Part, Piece
from training.corpus.moods import CALM, CHEERFUL, CURIOUS, DREAMY, GRUMPY, MISCHIEVOUS
from training.corpus.personas import Persona
from training.corpus.phrasing import choose, tidied
from training.corpus.values import Home, Trade, ValueSource
from training.corpus.visitors import as_typed

CHARACTERS = CHECKPOINTS.parents[1] / "characters"
TALE_SHARE = 0.12
OWN_SHARE = 0.75
"""The share of turns that are one of the questions; the others are the grammar's."""
_MOODS = {
    "grumpy": GRUMPY, "dreamy": DREAMY, "polite": CALM, "curious": CURIOUS, "rude": MISCHIEVOUS,
}  # fmt: skip


@cache
def _table() -> Any:
    return json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))


@cache
def _cards() -> dict[str, Card]:
    return bundled_cards(CHARACTERS)


def draw_resident_document(rng: Random, source: ValueSource, num_turns: int) -> list[Piece]:
    """One chat with a bundled character, or a tale."""
    if rng.random() < TALE_SHARE:
        return [Piece(_tale(rng) + END_OF_TEXT, Part.REPLY)]
    key = rng.choice(sorted(_cards()))
    card = _cards()[key]
    name = card.character.name
    others = Conversation(rng, source, _persona(key, name), None, Emphasis(recall_factor=0.5))
    pieces = [Piece(_opening(rng, card), Part.PROMPT)]
    for _ in range(num_turns):
        exchange = _own(rng, key) if rng.random() < OWN_SHARE else next(others.exchanges(1))
        pieces.append(Piece("\nYou:", Part.REPLY))
        pieces.append(Piece(f" {exchange.line}\n{name}:", Part.VISITOR))
        pieces.append(Piece(f" {exchange.reply}", Part.REPLY))
    pieces.append(Piece(END_OF_TEXT, Part.REPLY))
    return pieces


def _opening(rng: Random, card: Card) -> str:
    """The prompt as far as the greeting, which is the first one or another."""
    others = card.alternate_greetings
    chat = Chat.start(card.character, alternate_greetings=others)
    if others and rng.random() < 0.2:
        chat = chat.choose_version(0, 1 + rng.randrange(len(others)))
    return build_prompt(chat, len, 10**9).text.removesuffix(f"\n{card.character.name}:")


def _own(rng: Random, key: str) -> Exchange:
    topic = rng.choice(sorted(_table()["lines"]))
    line = choose(rng, rng.choice(_table()["lines"][topic]))
    return Exchange(as_typed(rng, line), tidied(choose(rng, rng.choice(_table()["residents"][key][topic]))))


def _persona(key: str, name: str) -> Persona:
    facts = _table()["facts"][key]
    return Persona(
        name=name,
        gender=facts["gender"],
        mood=_MOODS.get(facts["mood"], CHEERFUL),
        mood_word=facts["mood"],
        trade=Trade(facts["trade"]),
        home=Home(*facts["home"]),
        likes=tuple(facts["likes"]),
        dislikes=tuple(facts["dislikes"]),
        companion=None,
        dream=None,
        fear=None,
        age=None,
    )


def _tale(rng: Random) -> str:
    parts = [rng.choice(_table()["tales"]), *rng.sample(_table()["middles"], rng.choice((1, 2, 3)))]
    return tidied(choose(rng, " ".join([*parts, rng.choice(_table()["endings"])])))
