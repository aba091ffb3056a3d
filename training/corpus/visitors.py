"""How visitors type: in a hurry, without capitals or full stops, now and then with a slip of the finger."""

from random import Random

_OPENERS = (
    "So, ",
    "Tell me, ",
    "Well, ",
    "Oh, ",
    "And ",
    "Hey, ",
    "By the way, ",
    "Please, ",
    "Okay, ",
    "Hm, ",
    "Excuse me, ",
)
_KEEPS_CAPITAL = ("I", "I'm", "I've", "I'd", "I'll")


def as_typed(rng: Random, line: str) -> str:
    """One line as somebody types it."""
    if rng.random() < 0.1 and line[0].isupper() and not line.startswith("*"):
        first = line.split()[0].strip(",.!?")
        line = rng.choice(_OPENERS) + (line if first in _KEEPS_CAPITAL else line[0].lower() + line[1:])
    return _slipped(rng, _hurried(rng, line))


def _hurried(rng: Random, line: str) -> str:
    hurry = rng.random()
    if hurry < 0.16 and not line.endswith("*"):
        line = line.rstrip(".?! ")
    if 0.08 < hurry < 0.25:
        line = line[0].lower() + line[1:]
    if hurry < 0.05:
        line = line.lower()
    if 0.25 < hurry < 0.28:
        line = line.replace("'", "")
    if 0.28 < hurry < 0.3:
        line = line.replace("you", "u").replace(" are ", " r ")
    if 0.3 < hurry < 0.33 and line[-1] in "?!":
        line += line[-1] * rng.choice((1, 2))
    return line


def _slipped(rng: Random, line: str) -> str:
    """Two letters swapped, one dropped or one doubled, in one line of thirty."""
    if rng.random() > 0.03 or len(line) < 8:
        return line
    at = rng.randrange(1, len(line) - 2)
    return rng.choice(
        (
            line[:at] + line[at + 1] + line[at] + line[at + 2 :],
            line[:at] + line[at + 1 :],
            line[:at] + line[at] + line[at:],
        )
    )
