"""Scenes: where character and visitor meet, as the Scenario line tells it.

This module knows only the character's name.
"""

# ruff: noqa: E501 (one template a line reads better than wrapped ones)

from dataclasses import dataclass
from random import Random

from training.corpus import values
from training.corpus.phrasing import choose, options, phrase, plain
from training.corpus.values import ValueSource

LINES = options("""
You meet {name} {where}.
You and {name} [meet|are sitting|are waiting|are alone|stand] {where}.
{name} and You [meet|are sitting together|have lost their way|are travelling together|take shelter from the rain] {where}.
[It is late at night|It is raining|The sun is rising|A storm is coming] {where}, and {name} [looks up at you|has just noticed you|is waiting].
You have come to see {name} {where}.
{name} is [working|resting|waiting|singing|cooking] {where} when You [come in|arrive|walk by|knock].
After a long journey You find {name} {where}.
You wake up {where}. {name} is there.
""")
SPOTS = options("""
in [a|an old|a small|a crowded|a quiet] [tavern|library|train|kitchen|bookshop|café|market hall|classroom|ship's cabin|chapel]
at the [harbour|market|station|edge of the forest|well|city gate|bus stop|river bank|foot of the mountain|crossroads]
on [a bridge|a ferry|the beach|a rooftop|a mountain path|the deck of a ship|a bench in the park]
in the [garden|workshop|cellar|throne room|desert|ruins|forest|snow|marsh|great hall|engine room]
""")


@dataclass(frozen=True)
class Scenario:
    """A scene: the line in the prompt, and the place in it."""

    line: str
    where: str


def draw_scenario(rng: Random, source: ValueSource, name: str) -> Scenario:
    spot = choose(rng, rng.choice(SPOTS))
    if rng.random() < 0.5:
        spot += f" {rng.choice(('of', 'in', 'near'))} {source.draw(rng, values.place_name)}"
    return Scenario(plain(phrase(rng, rng.choice(LINES), {"name": name, "where": spot})), spot)
