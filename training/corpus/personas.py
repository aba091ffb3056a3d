"""Somebody: the facts that a portrait states and that the replies must repeat.

A fact that is `None` or empty is not stated, and the character then says that it does not know. This module does not
know how facts are put into words.
"""

from dataclasses import dataclass, replace
from random import Random

from training.corpus import values, words
from training.corpus.moods import Mood, draw_mood
from training.corpus.values import Home, Trade, ValueSource


@dataclass(frozen=True)
class Pronouns:
    """The words that stand for somebody: `is_singular` tells whether their verbs take an s."""

    subject: str
    object: str
    possessive: str
    is_singular: bool = True


PRONOUNS = {
    "he": Pronouns("he", "him", "his"),
    "she": Pronouns("she", "her", "her"),
    "they": Pronouns("they", "them", "their", is_singular=False),
    "it": Pronouns("it", "it", "its"),
    "I": Pronouns("I", "me", "my", is_singular=False),
    "you": Pronouns("you", "you", "your", is_singular=False),
}


@dataclass(frozen=True)
class Persona:
    """A character's facts. `name` is the label of its lines."""

    name: str
    gender: str
    mood: Mood
    mood_word: str | None
    trade: Trade | None
    home: Home | None
    likes: tuple[str, ...]
    dislikes: tuple[str, ...]
    companion: str | None
    dream: str | None
    fear: str | None
    age: int | None

    @property
    def pronouns(self) -> Pronouns:
        return PRONOUNS[self.gender]

    @property
    def short_name(self) -> str:
        """What friends call it: the name without title and surname."""
        parts = self.name.split()
        return parts[1] if len(parts) > 1 and parts[0] in words.TITLES else parts[0]


def draw_persona(rng: Random, source: ValueSource, is_complete: bool = False) -> Persona:
    """Draw somebody. With `is_complete` every fact that the evaluation asks for is there."""

    def stated(share: float) -> bool:
        return is_complete or rng.random() < share

    mood, mood_word = draw_mood(rng)
    likes = [source.draw(rng, values.liking) for _ in range(rng.choice((1, 2, 2, 3)) if stated(0.9) else 0)]
    dislikes = [source.draw(rng, values.liking) for _ in range(rng.choice((1, 1, 2)) if stated(0.8) else 0)]
    dream = rng.choice(words.DREAMS) if rng.random() < 0.25 else None
    return Persona(
        name=source.draw(rng, values.full_name),
        gender=rng.choice(("he", "she", "he", "she", "they")),
        mood=mood,
        mood_word=mood_word if stated(0.8) else None,
        trade=values.draw_trade(rng, source) if stated(0.93) else None,
        home=values.draw_home(rng, source) if stated(0.92) else None,
        likes=tuple(dict.fromkeys(likes)),
        dislikes=tuple(dict.fromkeys(item for item in dislikes if item not in likes)),
        companion=values.companion(rng) if rng.random() < 0.3 else None,
        dream=dream.replace("{p}", "my") if dream else None,
        fear=rng.choice(words.FEARS) if rng.random() < 0.25 else None,
        age=rng.randrange(16, 95) if rng.random() < 0.25 else None,
    )


def undescribed(persona: Persona) -> Persona:
    """The same name, with nothing known about it."""
    nothing = replace(persona, mood_word=None, trade=None, home=None, likes=(), dislikes=())
    return replace(nothing, companion=None, dream=None, fear=None, age=None)
