"""A small template language: `[this|that|]` chooses, `{slot}` fills, `love~s` bends the verb to its subject.

A filled slot is marked as copied (`COPY_START` ... `COPY_END`), so that training can weigh it: `plain` takes the marks
away again. `{Slot}` fills the slot with the value's first letter in upper case.
"""

import re
from collections.abc import Mapping
from functools import cache
from random import Random

COPY_START, COPY_END = "\x02", "\x03"

_INNERMOST = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")
_Y_BENDING = re.compile(r"(?<![aeiou])y~s")
_BENDING = re.compile(r"~(e?s)")
_CAPITAL_PHRASE = re.compile(
    r"\{(Likes?|Dislikes?|Their_like|Their_dislike|Topic|Fear|Dream|Bright|Dark|Mood|Idea|Colour)\}"
)
_LEADS = ("Ah,", "Oh,", "Hm,", "Well,")
_LOOSE_STOP = re.compile(r" +([.,!?]+)(?=\s|$)")


def choose(rng: Random, template: str) -> str:
    """Resolve every `[a|b]`, innermost first."""
    while True:
        chosen = _INNERMOST.sub(lambda match: rng.choice(_alternatives(match[1])), template)
        if chosen == template:
            return chosen
        template = chosen


@cache
def _alternatives(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Fill the slots, each value marked as copied."""

    def value(match: re.Match[str]) -> str:
        key = match[1]
        if key in slots:
            return f"{COPY_START}{slots[key]}{COPY_END}"
        return f"{COPY_START}{capitalised(slots[key[0].lower() + key[1:]])}{COPY_END}"

    return _SLOT.sub(value, template)


def phrase(rng: Random, template: str, slots: Mapping[str, str] | None = None) -> str:
    """Choose, then fill."""
    return fill(choose(rng, template), slots or {})


def bend(text: str, is_third_singular: bool) -> str:
    """`love~s` becomes "loves" or "love"."""
    if is_third_singular:
        text = _Y_BENDING.sub("ies", text)
    return _BENDING.sub(r"\1" if is_third_singular else "", text)


def tidied(text: str) -> str:
    """Without double spaces and spaces before punctuation, which an empty choice can leave behind."""
    return _LOOSE_STOP.sub(r"\1", " ".join(text.split()))


def led_in(rng: Random, template: str) -> str:
    """With "Ah," or a similar word before each slot that would begin with a capital letter."""
    return _CAPITAL_PHRASE.sub(lambda match: f"{rng.choice(_LEADS)} {{{match[1].lower()}}}", template)


def plain(text: str) -> str:
    """Without the copy marks."""
    return text.replace(COPY_START, "").replace(COPY_END, "")


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def options(text: str) -> tuple[str, ...]:
    """One template a line; blank lines do not count."""
    return tuple(line.strip() for line in text.strip().splitlines() if line.strip())
