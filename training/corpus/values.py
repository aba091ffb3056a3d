"""Open sets of values (names, places, trades, likings) that no list could hold.

Each drawing function combines words freely and asks `is_held_out` about the result. Training draws only values that are
not held out, and the evaluation only values that are, so it measures nothing that the training showed. This module does
not know what a persona or a sentence is.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from training.corpus import words

HELD_OUT_SHARE = 10  # one value in so many is never shown in training

Draw = Callable[[Random], str]


def is_held_out(value: str) -> bool:
    """Whether the training never shows a value. Its hash decides, so no list is needed."""
    digest = hashlib.blake2b(value.casefold().encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % HELD_OUT_SHARE == 0


@dataclass(frozen=True)
class ValueSource:
    """Draws values from one side of the split."""

    held_out: bool = False

    def draw(self, rng: Random, make: Draw) -> str:
        """Draw from `make` until the value lies on this side."""
        while True:
            value = make(rng)
            if is_held_out(value) == self.held_out:
                return value


@dataclass(frozen=True)
class Home:
    """A dwelling: the preposition it is said with, and its noun phrase."""

    preposition: str
    place: str

    @property
    def phrase(self) -> str:
        return f"{self.preposition} {self.place}"


@dataclass(frozen=True)
class Trade:
    """What somebody does: a noun phrase ("a mapmaker"), or a verb phrase ("mend clocks") when `is_verb`."""

    phrase: str
    is_verb: bool = False

    @property
    def bare(self) -> str:
        """Without its article: "mapmaker"."""
        head, _, rest = self.phrase.partition(" ")
        return rest if head in ("a", "an", "the") and rest else self.phrase


def with_article(phrase: str) -> str:
    """`a` or `an` before a phrase, by sound as far as its spelling tells."""
    first = phrase.lower()
    vowel = first[:1] in "aeiou" and not first.startswith(("uni", "one", "eu", "use", "ukulele"))
    return f"{'an' if vowel or first.startswith(('hour', 'honest', 'heir')) else 'a'} {phrase}"


def plural(noun: str) -> str:
    """The regular plural of a noun in our lists, and their few irregular ones."""
    irregular = {"goose": "geese", "mouse": "mice", "sheep": "sheep", "deer": "deer", "fish": "fish", "tooth": "teeth"}
    irregular |= {"knife": "knives", "wolf": "wolves", "leaf": "leaves", "scarf": "scarves", "bookshelf": "bookshelves"}
    if noun in irregular:
        return irregular[noun]
    if noun.endswith(("s", "x", "ch", "sh", "z", "tomato", "potato", "volcano", "echo")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def invented_word(rng: Random) -> str:
    """A word of syllables that no dictionary holds."""
    first = rng.choice(words.ONSETS) if rng.random() < 0.8 else ""
    core = first + rng.choice(words.VOWELS)
    for _ in range(rng.choice((0, 0, 1, 1, 1, 2))):
        core += rng.choice(words.INNER) + rng.choice(words.VOWELS)
    return core + (rng.choice(words.CODAS) if rng.random() < 0.75 else rng.choice(("lo", "ra", "na", "mi", "ko", "ri")))


def proper_name(rng: Random) -> str:
    return invented_word(rng).capitalize()


def person_name(rng: Random) -> str:
    """A first name: invented more often than not, for names are to be copied, not remembered."""
    return proper_name(rng) if rng.random() < 0.6 else rng.choice(words.FIRST_NAMES)


def full_name(rng: Random) -> str:
    """A character's name as its label shows it: mostly one word, sometimes a surname or a title."""
    kind = rng.random()
    if kind < 0.72:
        return person_name(rng)
    if kind < 0.86:
        return f"{person_name(rng)} {rng.choice((proper_name, place_name))(rng)}"
    return f"{rng.choice(words.TITLES)} {person_name(rng)}"


def place_name(rng: Random) -> str:
    """A town: invented, compound, or on the map."""
    kind = rng.random()
    if kind < 0.25:
        return rng.choice(words.TOWNS)
    if kind < 0.6:
        return (invented_word(rng) + rng.choice(words.PLACE_ENDS)).capitalize()
    if kind < 0.8:
        return (rng.choice(words.NOUNS + words.ADJECTIVES).replace("-", "") + rng.choice(words.PLACE_ENDS)).capitalize()
    if kind < 0.9:
        return proper_name(rng)
    return f"{rng.choice(('Port', 'New', 'Upper', 'Saint', 'Little', 'North', 'Lake'))} {proper_name(rng)}"


def home_place(rng: Random) -> str:
    """Where somebody lives, with the preposition in front, separated by `|` so that the split sees the whole."""
    town = place_name(rng)
    kind = rng.random()
    if kind < 0.4:
        return f"in|{town}"
    if kind < 0.52:
        return f"in|the {optional(rng, words.ADJECTIVES)}{rng.choice(words.REALMS)} of {town}"
    spot = with_article(optional(rng, words.ADJECTIVES) + rng.choice(words.SPOTS))
    if kind < 0.7:
        return f"in|{spot} {rng.choice(words.SETTINGS)}"
    if kind < 0.85:
        return f"in|{spot} {rng.choice(('in', 'near', 'outside'))} {town}"
    if kind < 0.93:
        return f"on|{rng.choice(('the island of', 'the coast of', 'the outskirts of', 'the moon of'))} {town}"
    return f"{rng.choice(('above', 'behind', 'under', 'near'))}|the {adjective(rng)} {rng.choice(words.NOUNS)}"


def adjective(rng: Random) -> str:
    return rng.choice(words.ADJECTIVES)


def optional(rng: Random, choices: list[str], share: float = 0.5) -> str:
    """One of the choices followed by a space, or an empty text."""
    return rng.choice(choices) + " " if rng.random() < share else ""


def draw_home(rng: Random, values: ValueSource) -> Home:
    preposition, _, place = values.draw(rng, home_place).partition("|")
    return Home(preposition, place)


def job(rng: Random) -> str:
    """One occupation without its article."""
    kind = rng.random()
    if kind < 0.35:
        return rng.choice(words.JOBS)
    if kind < 0.5:
        return rng.choice(words.LONG_JOBS)
    thing = invented_word(rng) if kind > 0.9 else rng.choice(words.NOUNS + words.MASS)
    return f"{thing} {rng.choice(words.AGENTS)}"


def trade_phrase(rng: Random) -> str:
    """A trade as a noun phrase with its article."""
    kind = rng.random()
    if kind < 0.55:
        return with_article(job(rng))
    if kind < 0.67:
        modifiers = ["apprentice", "retired", "travelling", "famous", "young", "master", "failed", "royal", "night"]
        return with_article(f"{rng.choice(modifiers + words.ADJECTIVES)} {job(rng)}")
    if kind < 0.8:
        role = rng.choice(
            ("keeper", "owner", "guardian", "captain", "caretaker", "queen", "king", "mayor", "master", "ghost")
        )
        return f"the {role} of the {optional(rng, words.ADJECTIVES)}{rng.choice(words.NOUNS)}"
    if kind < 0.92:
        agent = rng.choice(words.AGENTS + words.JOBS)
        kind_of = f"{optional(rng, words.ADJECTIVES)}{plural(rng.choice(words.NOUNS))}"
        return with_article(f"{agent} of {kind_of}")
    return with_article(f"{job(rng)} and {job(rng)}")


def draw_trade(rng: Random, values: ValueSource) -> Trade:
    if rng.random() < 0.13:
        return Trade(values.draw(rng, verb_trade), is_verb=True)
    return Trade(values.draw(rng, trade_phrase))


def verb_trade(rng: Random) -> str:
    """A trade told by its verb in the plain form: "mend clocks"."""
    if rng.random() < 0.4:
        return rng.choice(words.VERB_TRADES)
    verb = rng.choice("make mend sell paint repair collect study carve teach trade deliver hunt grow polish".split())
    return f"{verb} {optional(rng, words.ADJECTIVES)}{rng.choice((plural(noun(rng)), mass(rng)))}"


def noun(rng: Random) -> str:
    return rng.choice(words.NOUNS)


def mass(rng: Random) -> str:
    return rng.choice(words.MASS)


def liking(rng: Random) -> str:
    """Something to like or dislike, in a form that follows both "I love" and "I hate"."""
    kind = rng.random()
    if kind < 0.22:
        return f"{adjective(rng)} {plural(noun(rng))}"
    if kind < 0.36:
        return plural(noun(rng))
    if kind < 0.5:
        return optional(rng, words.ADJECTIVES) + mass(rng)
    if kind < 0.68:
        return rng.choice(words.PASTIMES)
    if kind < 0.82:
        return f"{rng.choice(words.GERUNDS)} {optional(rng, words.ADJECTIVES)}{plural(noun(rng))}"
    if kind < 0.92:
        sense = rng.choice(("smell", "sound", "taste", "sight", "colour", "idea"))
        return f"the {sense} of {optional(rng, words.ADJECTIVES)}{mass(rng)}"
    return f"{invented_word(rng)} {rng.choice(('tea', 'pie', 'music', 'stew', 'fruit', 'flowers', 'stones', 'songs'))}"


def thing(rng: Random) -> str:
    """A thing a visitor may bring up, with its article."""
    kind = rng.random()
    if kind < 0.35:
        return with_article(f"{adjective(rng)} {noun(rng)}")
    if kind < 0.65:
        return with_article(noun(rng))
    if kind < 0.75:
        return with_article(f"{noun(rng)} made of {mass(rng)}")
    if kind < 0.9:
        return f"the {optional(rng, words.ADJECTIVES)}{noun(rng)}"
    return with_article(invented_word(rng))


def companion(rng: Random) -> str:
    """An animal with its name: "a grey cat called Biscuit"."""
    animal = with_article(optional(rng, words.ADJECTIVES) + rng.choice(words.PETS))
    name = rng.choice((person_name(rng), noun(rng).capitalize(), proper_name(rng)))
    return f"{animal} {rng.choice(('called', 'named'))} {name}"
