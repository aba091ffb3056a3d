"""V3's decorators: lines at the beginning of an entry's text that begin with `@@` and change what the entry does.

A line that begins with `@@@` only counts if the decorator before it is none that we obey. Of decorators with one name
only the first counts, except for `@@additional_keys`. Whatever we do not obey is left out of the prompt all the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, TypeAlias

from pyg_ui.dialogue.lorebook import LorebookEntry, Position, Voice

FOR_EVER = 10**9
"""More messages than any chat has."""

_POSITIONS = {
    "before_desc": Position.BEFORE,
    "after_desc": Position.AFTER,
    "personality": Position.AFTER,
    "scenario": Position.AFTER,
}
_VOICES = {"system": Voice.NARRATOR, "user": Voice.PERSON, "assistant": Voice.CHARACTER}


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the decorators demand before an entry may be called at all."""

    is_forced: bool | None = None
    """Whether it always enters, or never does; None if its keys decide."""
    least_replies: int = 0
    """How many of the chat's turns must be the character's."""
    every: int = 1
    """The number of the character's turns must be a multiple of this."""
    greeting: int | None = None
    """Which of the character's greetings the chat must have begun with."""
    needed_keys: tuple[tuple[str, ...], ...] = ()
    """Of each of these lists a key must be found."""
    excluded_keys: tuple[str, ...] = ()
    """None of these keys may be found."""


_Changes: TypeAlias = dict[str, Any]


def _number(name: str, least: int = 0, most: int = FOR_EVER) -> Callable[[str], _Changes | None]:
    def read(value: str) -> _Changes | None:
        try:
            number = int(float(value))
        except (ValueError, OverflowError):
            return None
        return {name: min(number, most)} if number >= least else None

    return read


def _depth(value: str) -> _Changes | None:
    changes = _number("depth", least=-FOR_EVER)(value)
    return None if changes is None else {"position": Position.AT_DEPTH, "depth": max(changes["depth"], 0)}


def _choice(name: str, choices: dict[str, Any]) -> Callable[[str], _Changes | None]:
    return lambda value: {name: choices[value.lower()]} if value.lower() in choices else None


def _fixed(**changes: Any) -> Callable[[str], _Changes | None]:
    return lambda _: changes


def _key_list(value: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in value.split(",") if key.strip())


ENTRY_DECORATORS: dict[str, Callable[[str], _Changes | None]] = {
    "depth": _depth,
    "role": _choice("voice", _VOICES),
    "position": _choice("position", _POSITIONS),
    "scan_depth": _number("scan_depth"),
    "keep_activate_after_match": _fixed(sticky=FOR_EVER),
    "dont_activate_after_match": _fixed(cooldown=FOR_EVER),
}
"""The decorators that change fields of the entry."""
CONDITION_DECORATORS: dict[str, Callable[[str], _Changes | None]] = {
    "activate": _fixed(is_forced=True),
    "dont_activate": _fixed(is_forced=False),
    "activate_only_after": _number("least_replies"),
    "activate_only_every": _number("every", least=1),
    "is_greeting": _number("greeting"),
    "additional_keys": lambda value: {"needed_keys": (_key_list(value),)} if _key_list(value) else None,
    "exclude_keys": lambda value: {"excluded_keys": _key_list(value)} if _key_list(value) else None,
}
"""The decorators that are conditions."""
_DECORATORS = ENTRY_DECORATORS | CONDITION_DECORATORS


def split_content(content: str) -> tuple[list[str], str]:
    """The lines with decorators, and the text without them. Empty lines may stand between decorators."""
    lines = content.strip().split("\n")
    leading = list(takewhile(lambda line: line.startswith("@@") or not line.strip(), lines))
    return list(filter(str.strip, leading)), "\n".join(lines[len(leading) :]).strip()


def decorated(entry: LorebookEntry) -> tuple[LorebookEntry, Conditions]:
    """The entry as its decorators change it, with its text alone, and the conditions that they set."""
    lines, content = split_content(entry.content)
    fields: _Changes = {}
    conditions: _Changes = {}
    for name, changes in _obeyed(lines):
        if name == "additional_keys" and "needed_keys" in conditions:
            conditions["needed_keys"] += changes["needed_keys"]
        elif name == "activate":
            conditions["is_forced"] = True
        elif name in CONDITION_DECORATORS:
            conditions = changes | conditions
        elif name == "position":  # is heeded rather than a depth
            fields |= changes
        else:
            fields = changes | fields
    return replace(entry, content=content, **fields), Conditions(**conditions)


def _obeyed(lines: list[str]) -> Iterator[tuple[str, _Changes]]:
    """The names of the decorators that we obey, and what each changes."""
    seen = set[str]()
    is_settled = True
    for line in lines:
        is_fallback = line.startswith("@@@")
        if is_fallback and is_settled:
            continue
        name, value = [*line.lstrip("@").split(maxsplit=1), "", ""][:2]
        changes = _DECORATORS[name](value.strip()) if name in _DECORATORS else None
        is_settled = changes is not None
        if changes is not None and (name not in seen or name == "additional_keys"):
            seen.add(name)
            yield name, changes
