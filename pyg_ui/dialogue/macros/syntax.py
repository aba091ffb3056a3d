"""Finds macros in a text. Knows their names and form, not what they stand for.

A macro is `{{name}}`, `{{name:argument}}`, `{{name::argument::argument}}` or `{{name argument}}`, in any letter case,
or one of the five names in angle brackets. Macros may stand in the argument of others. Unknown macros are plain text.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

MAX_DEPTH = 16
"""Macros that stand in more macros than this are plain text."""

COMMENT = "//"
IN_ANGLE_BRACKETS = ("user", "bot", "char", "group", "charifnotgroup")
PLAIN_NAMES = frozenset(
    "char bot user group charifnotgroup groupnotmuted notchar random_user_ original noop trim input weekday date "
    "isotime isodate idle_duration idleduration persona description chardescription personality charpersonality "
    "scenario charscenario mesexamples mesexamplesraw greeting charfirstmessage lastmessage lastusermessage "
    "lastcharmessage time time_utc newline space comment".split()
)
"""The macros that can stand without an argument. A number at the end of a name is left out here."""
NAMES_WITH_ARGUMENT = frozenset(
    "random pick roll reverse comment hidden_key datetimeformat time newline space banned setvar getvar addvar incvar "
    "decvar setglobalvar getglobalvar addglobalvar incglobalvar decglobalvar".split()
)
_RANDOM_USER = "random_user_"
_NAMES = tuple(sorted(PLAIN_NAMES | NAMES_WITH_ARGUMENT))

# Without the ASCII flag, the long s (U+017F) would count as the s of `<USER>`.
_FLAGS = re.IGNORECASE | re.ASCII
_TOKEN = re.compile(rf"\{{\{{(?!\{{)|\}}\}}|<(?:{'|'.join(IN_ANGLE_BRACKETS)})>", _FLAGS)
_HEAD = re.compile(
    r"\{\{\s*(?:(?P<comment>//)|(?P<name>[a-z]\w*)(?P<offset>[+-]\d{1,2})?(?:\s*(?P<end>\}\})|\s*::?|\s))", _FLAGS
)
_BEGUN_HEAD = re.compile(r"\{\{\s*(?P<name>/?|[a-z]\w*(?:[+-]\d{0,2})?)\s*\}?", _FLAGS)
_DRAWN = ("random", "pick", "roll")


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro in a text."""

    start: int
    end: int
    name: str
    """In lower case, without a number at its end."""
    argument: int
    """Where its argument begins, which ends two characters before `end`; `end` if it has none."""
    offset: str = ""
    """The hours of `time_UTC+2`, with their sign."""
    number: int = 0
    """How many equal macros stand earlier in the text; counted only for those that draw a value."""


class ParsedText:
    """A text and the macros in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.macros: list[Macro] = []
        """By their place. A macro in the argument of another follows it."""
        self._braces: list[tuple[int, int]] = []
        if "{{" in text or "<" in text:
            self._parse()
        self._starts = [macro.start for macro in self.macros]

    def within(self, start: int, end: int) -> Iterator[Macro]:
        """The outermost macros between two places."""
        index = bisect_left(self._starts, start)
        while index < len(self.macros) and (macro := self.macros[index]).start < end:
            if macro.end <= end:
                yield macro
                index = bisect_left(self._starts, macro.end)
            else:
                index += 1

    def items(self, macro: Macro) -> list[tuple[int, int]]:
        """The places of the argument's items: what stands between `::`, or else between commas.

        `\\,` is no separator, and neither is anything between braces in the argument.
        """
        start, end = min(macro.argument, macro.end), macro.end - 2
        braces = self._outermost_braces(start, end)
        cuts, separator = list(self._separators("::", start, end, braces)), "::"
        if not cuts:
            cuts, separator = list(self._separators(",", start, end, braces)), ","
        begins = [start, *(cut + len(separator) for cut in cuts)]
        return list(zip(begins, [*cuts, end], strict=True))

    def _separators(self, separator: str, start: int, end: int, braces: dict[int, int]) -> Iterator[int]:
        begins = list(braces)
        place = self.text.find(separator, start, end)
        while place >= 0:
            index = bisect_right(begins, place) - 1
            brace_end = braces[begins[index]] if index >= 0 else start
            if place < brace_end:
                place = self.text.find(separator, brace_end, end)
                continue
            if separator == "::" or place == start or self.text[place - 1] != "\\":
                yield place
            place = self.text.find(separator, place + len(separator), end)

    def _outermost_braces(self, start: int, end: int) -> dict[int, int]:
        """The ends of the pairs of braces between two places, by their beginnings."""
        found: dict[int, int] = {}
        reached = start
        following = range(bisect_left(self._braces, (start, 0)), len(self._braces))
        for begin, stop in takewhile(lambda pair: pair[0] < end, map(self._braces.__getitem__, following)):
            if begin >= reached and stop <= end:
                found[begin], reached = stop, stop
        return found

    def _parse(self) -> None:
        found: list[Macro] = []
        opened: list[int] = []
        unused_ends: list[int] = []
        for token in _TOKEN.finditer(self.text):
            if token.group().startswith("<"):
                found.append(Macro(*token.span(), token.group()[1:-1].lower(), token.end()))
            elif token.group() == "{{":
                opened.append(token.start())
            else:
                start = opened.pop() if opened else None
                if start is not None:
                    self._braces.append((start, token.end()))
                if start is not None and (macro := _macro(self.text, start, token.end())):
                    found.append(macro)
                else:
                    unused_ends.append(token.end())
        for start in opened:
            # A comment such as `{{// about {{this}}` ends where its author meant it to end.
            index = bisect_left(unused_ends, start + 4)
            if index < len(unused_ends) and (macro := _macro(self.text, start, unused_ends[index])):
                found.append(macro)
        self._braces.sort()
        self._add(sorted(found, key=lambda macro: macro.start))

    def _add(self, found: Sequence[Macro]) -> None:
        counts: Counter[str] = Counter()
        around: list[int] = []
        for macro in found:
            while around and around[-1] <= macro.start:
                around.pop()
            if len(around) < MAX_DEPTH:
                if macro.name in _DRAWN:
                    written = self.text[macro.start : macro.end]
                    macro = replace(macro, number=counts[written])
                    counts[written] += 1
                self.macros.append(macro)
            around.append(macro.end)


def unfinished(text: str) -> int:
    """Where a macro begins that the text's end cuts off; the text's length if there is none."""
    opened: list[int] = []
    for token in _TOKEN.finditer(text):
        if token.group() == "{{":
            opened.append(token.start())
        elif token.group() == "}}" and opened:
            opened.pop()
    places = [place for place in opened if _known_head(text, place) or _may_become_head(text, place)]
    angle = text.rfind("<")
    if angle >= 0 and any(name.startswith(text[angle + 1 :].lower()) for name in IN_ANGLE_BRACKETS):
        places.append(angle)
    if text.endswith("{") and not text.endswith("{{"):
        places.append(len(text) - 1)
    return min(places, default=len(text))


def _known_head(text: str, start: int) -> re.Match[str] | None:
    """The beginning of a macro at this place, with its name; None if there is no known macro."""
    head = _HEAD.match(text, start)
    if head is None or head["comment"]:
        return head
    name = _plain(head["name"])
    has_offset = bool(head["offset"])
    if has_offset != (name == "time_utc"):
        return None
    return head if name in (PLAIN_NAMES if head["end"] else NAMES_WITH_ARGUMENT) else None


def _may_become_head(text: str, start: int) -> bool:
    begun = _BEGUN_HEAD.fullmatch(text, start)
    if begun is None:
        return False
    name = begun["name"].lower().rstrip("+-0123456789")
    return name == "/" or any(each.startswith(name) for each in _NAMES)


def _macro(text: str, start: int, end: int) -> Macro | None:
    """What stands between double braces at this place; None if it is no known macro."""
    head = _known_head(text, start)
    if head is None:
        return None
    if head["comment"]:
        return Macro(start, end, COMMENT, head.end())
    argument = end if head["end"] else head.end()
    return Macro(start, end, _plain(head["name"]), argument, head["offset"] or "")


def _plain(name: str) -> str:
    """The name as the tables above have it."""
    name = name.lower()
    return _RANDOM_USER if name.startswith(_RANDOM_USER) and name[len(_RANDOM_USER) :].isdecimal() else name
