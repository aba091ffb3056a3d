"""Values that macros draw. The same key always draws the same value, on every machine."""

import hashlib
import random
import re
from collections.abc import Hashable, Sequence

MAX_DICE = 1_000
MAX_SIDES = 1_000_000_000
_DICE = re.compile(r"(?P<count>[1-9]\d*)?d(?P<sides>[1-9]\d*)(?P<more>[+-]\d+)?", re.IGNORECASE | re.ASCII)
_SIDES = re.compile(r"[1-9]\d*", re.ASCII)


def draw_index(count: int, key: Sequence[Hashable]) -> int:
    """One of the numbers from 0 up to `count`, without it."""
    return int(_generator(key).random() * count)


def roll(formula: str, key: Sequence[Hashable]) -> str:
    """The sum of the dice in a formula such as `20`, `d6` or `2d6+1`; "" for anything else and for too many dice."""
    formula = formula.strip()
    dice = _DICE.fullmatch(f"d{formula}" if _SIDES.fullmatch(formula) else formula)
    if dice is None or max(map(len, dice.groups(default=""))) > len(str(MAX_SIDES)):
        return ""
    count, sides = int(dice["count"] or 1), int(dice["sides"])
    if count > MAX_DICE or sides > MAX_SIDES:
        return ""
    generator = _generator(key)
    return str(sum(1 + int(generator.random() * sides) for _ in range(count)) + int(dice["more"] or 0))


def _generator(key: Sequence[Hashable]) -> random.Random:
    """A generator whose `random` gives the same numbers in every version of Python."""
    digest = hashlib.blake2b(repr(tuple(key)).encode("utf-8", "backslashreplace"), digest_size=16).digest()
    return random.Random(int.from_bytes(digest, "big"))
