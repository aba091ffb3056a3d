"""The fields of a lorebook entry that SillyTavern added, in its world info and in the `extensions` of V2's entries.

Both hold the same values under other names. Values that say the same as an absent field are kept as they were.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from pyg_ui.dialogue.lore.patterns import is_broken_pattern
from pyg_ui.dialogue.lorebook import DEFAULT_DEPTH, KeyLogic, LorebookEntry, Position, Source, Voice
from pyg_ui.errors import Message
from pyg_ui.library.fields import flag, number, whole_number
from pyg_ui.library.left_out import tell, tell_field, tell_items

_Choice = TypeVar("_Choice", bound=StrEnum)

_SPLIT = re.compile(r"\s*(/(?:\\.|[^/\\\n])+/[a-z]*(?=\s*(?:,|$))|[^,]*)\s*(?:,|$)")


def key_list(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """The field's keys, as a list or as text with commas. Commas of a pattern between slashes do not part it."""
    value = values.get(key)
    if isinstance(value, str):
        found = tuple(filter(None, (match[1].strip() for match in _SPLIT.finditer(value))))
    else:
        if value and not isinstance(value, list):
            tell_field(values, key)
        items = value if isinstance(value, list) else []
        odd = [i for i, item in enumerate(items, 1) if item is not None and not isinstance(item, str | int | float)]
        tell_items(values, key, odd, len(items))
        found = tuple(str(item) for item in items if isinstance(item, str | int | float) and item != "")
    for broken in filter(is_broken_pattern, found):
        tell(
            values,
            Message(
                "The key {pattern} is no pattern that works. It is searched for as plain text.", {"pattern": broken}
            ),
        )
    return found


def position_of(values: Mapping[str, Any], key: str, default: Position = Position.BEFORE) -> Position:
    """The field's position, which is a number."""
    return _numbered(Position, default)(values, key)


def optional_flag(values: Mapping[str, Any], key: str) -> bool | None:
    """Whether the field is true; None if it is absent."""
    return None if values.get(key) in (None, "") else flag(values, key)


def _numbered(choices: type[_Choice], default: _Choice) -> Callable[[Mapping[str, Any], str], _Choice]:
    """Reads a choice by its number or its own name."""
    listed = list(choices)

    def read(values: Mapping[str, Any], key: str) -> _Choice:
        place, value = whole_number(values, key), values.get(key)
        if place is not None:
            return listed[place] if 0 <= place < len(listed) else default
        return next((choice for choice in listed if choice == value), default)

    return read


def _count(default: int = 0) -> Callable[[Mapping[str, Any], str], int]:
    """Reads a number that is not negative."""

    def read(values: Mapping[str, Any], key: str) -> int:
        value = whole_number(values, key)
        return default if value is None else max(value, 0)

    return read


def _amount(default: float) -> Callable[[Mapping[str, Any], str], float]:
    def read(values: Mapping[str, Any], key: str) -> float:
        value = number(values, key)
        return default if value is None else value

    return read


def _level(values: Mapping[str, Any], key: str) -> int:
    return int(values[key]) if isinstance(values.get(key), bool) else _count()(values, key)


def _groups(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = values.get(key)
    return tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else ()


@dataclass(frozen=True)
class Rule:
    """One field of an entry."""

    name: str
    """In `LorebookEntry`."""
    key: str
    """In SillyTavern's world info. In V2's extensions it is spelled with underscores, except for two fields."""
    read: Callable[[Mapping[str, Any], str], Any]
    write: Callable[[Any], Any] = lambda value: value

    @cached_property
    def extension(self) -> str:
        """The field's key in the `extensions` of a V2 entry."""
        return self.key if self.key in _SAME_IN_EXTENSIONS else re.sub("[A-Z]", lambda m: "_" + m[0].lower(), self.key)

    @cached_property
    def default(self) -> Any:
        """What an absent field says."""
        return self.read({}, self.key)


_SAME_IN_EXTENSIONS = ("selectiveLogic", "useProbability")
RULES = (
    Rule("logic", "selectiveLogic", _numbered(KeyLogic, KeyLogic.AND_ANY), list(KeyLogic).index),
    Rule("is_case_sensitive", "caseSensitive", optional_flag),
    Rule("matches_whole_words", "matchWholeWords", optional_flag),
    Rule("scan_depth", "scanDepth", whole_number),
    Rule("probability", "probability", _amount(100)),
    Rule("ignores_recursion", "excludeRecursion", flag),
    Rule("ends_recursion", "preventRecursion", flag),
    Rule("recursion_level", "delayUntilRecursion", _level),
    Rule("depth", "depth", _count(DEFAULT_DEPTH)),
    Rule("voice", "role", _numbered(Voice, Voice.NARRATOR), list(Voice).index),
    Rule("groups", "group", _groups, ", ".join),
    Rule("wins_group", "groupOverride", flag),
    Rule("group_weight", "groupWeight", _amount(100)),
    Rule("uses_group_scores", "useGroupScoring", flag),
    Rule("sticky", "sticky", _count()),
    Rule("cooldown", "cooldown", _count()),
    Rule("delay", "delay", _count()),
    Rule("ignores_budget", "ignoreBudget", flag),
)
"""All but the position, which V2 has twice, and these three:"""
USES_PROBABILITY = Rule("probability", "useProbability", flag)
SOURCES = {
    Source.PERSON: (Rule("sources", "matchPersonaDescription", flag),),
    Source.CHARACTER: (
        Rule("sources", "matchCharacterDescription", flag),
        Rule("sources", "matchCharacterPersonality", flag),
    ),
    Source.SCENARIO: (Rule("sources", "matchScenario", flag),),
}


def read_rules(values: Mapping[str, Any], *, in_extensions: bool) -> dict[str, Any]:
    """The entry's fields, by their names in `LorebookEntry`."""

    def key(rule: Rule) -> str:
        return rule.extension if in_extensions else rule.key

    fields = {rule.name: rule.read(values, key(rule)) for rule in RULES}
    if not flag(values, key(USES_PROBABILITY), default=in_extensions):
        fields["probability"] = 100
    fields["sources"] = tuple(
        source for source, rules in SOURCES.items() if any(rule.read(values, key(rule)) for rule in rules)
    )
    return fields


def dump_rules(entry: LorebookEntry) -> dict[str, Any]:
    """The extensions of a V2 entry that say what the entry's fields say beyond those of an empty entry."""
    found = {
        rule.extension: rule.write(value) for rule in RULES if (value := getattr(entry, rule.name)) != rule.default
    }
    if "probability" in found:
        found[USES_PROBABILITY.extension] = True
    return found | {rule.extension: True for source in entry.sources for rule in SOURCES[source]}


def plain_extensions(extensions: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    """The extensions without those that `dump_rules` writes again. `rules` is what `read_rules` has read in them."""
    spoken = dump_rules(LorebookEntry("", **rules))
    return {key: value for key, value in extensions.items() if key not in spoken}


def rule_keys() -> Iterator[str]:
    """The keys of all these fields in SillyTavern's world info."""
    yield from (rule.key for rule in RULES)
    yield USES_PROBABILITY.key
    yield from (rule.key for rules in SOURCES.values() for rule in rules)
