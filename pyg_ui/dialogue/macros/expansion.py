"""What macros stand for.

Each text is expanded once: what a macro stands for is never read for macros again, so a name that looks like a macro
stays as it is. Values that are drawn depend on the chat's seed, the macro as it is written and its place only. So a
text can be kept as it was written, and the screen, the prompt and an exported chat agree on what it says. Unknown
macros, and those without a value, stay as they are. Knows neither chats nor prompts.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyg_ui.dialogue.macros.draws import draw_index, roll
from pyg_ui.dialogue.macros.moments import write_duration, write_moment, write_time_elsewhere
from pyg_ui.dialogue.macros.syntax import Macro, ParsedText

MAX_REPEATS = 100
"""The most spaces or line ends that one macro gives."""
MAX_ADDED_LENGTH = 1_000_000
"""How many characters the macros of a text may make of it together. Those after that stay as they are."""
_TIME_FORMS = {"date": "LL", "weekday": "dddd", "isotime": "HH:mm", "isodate": "YYYY-MM-DD"}
_OFFSET = re.compile(r"[+-]\d{1,2}", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_SAME_TEXTS = {
    "chardescription": "description", "charpersonality": "personality", "charscenario": "scenario",
    "mesexamplesraw": "mesexamples", "charfirstmessage": "greeting",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Macros:
    """What macros stand for in the texts of one chat, at one moment."""

    char: str
    user: str
    seed: int = 0
    """The chat's. It decides what is drawn."""
    draw: int = 0
    """Where this changes, random values and dice are drawn anew. A pick never is."""
    now: datetime | None = None
    """The time that a text tells; None if nobody knows it."""
    last_said_at: datetime | None = None
    """When the person spoke last before now."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Texts that have a macro, by its name. Macros in them are expanded, but not those for texts."""
    quotes: Mapping[str, str] = field(default_factory=dict)
    """Texts that have a macro and enter as they are."""

    def expand(self, text: str, place: str = "") -> str:
        """The text with each macro replaced. The same macro can draw something else in another `place`."""
        parsed = ParsedText(text)
        return _Expansion(self, parsed, place).text() if parsed.macros else text

    def expand_message(self, text: str, *, has_hidden_keys: bool = False) -> str:
        """What the character says in this text. White space that a macro leaves around it is removed."""
        # Only the text before the first macro is known while a reply is written, and what is drawn must not change.
        place = text.partition("{{")[0]
        said = self.with_hidden_keys(text, place) if has_hidden_keys else self.expand(text, place)
        return said if said == text else said.strip()

    def with_hidden_keys(self, text: str, place: str = "") -> str:
        """The text as a lorebook searches it: what `{{hidden_key}}` hides is in it, comments are not."""
        parsed = ParsedText(text)
        return _Expansion(self, parsed, place, has_hidden_keys=True).text() if parsed.macros else text


class _Trim:
    """Stands for a macro that removes the line ends around it."""


_Part = str | _Trim


class _Expansion:
    """One text on its way."""

    def __init__(self, values: Macros, parsed: ParsedText, place: str, *, has_hidden_keys: bool = False) -> None:
        self._values = values
        self._parsed = parsed
        self._place = place
        self._has_hidden_keys = has_hidden_keys
        self._variables: dict[str, str] = {}
        self._named_texts: dict[str, str] = {}
        self._room = MAX_ADDED_LENGTH

    def text(self) -> str:
        """The whole text."""
        return self._between(0, len(self._parsed.text))

    def _between(self, start: int, end: int) -> str:
        parts: list[_Part] = []
        for macro in self._parsed.within(start, end):
            value = self._value(macro)
            if isinstance(value, str) and not self._takes(value):
                value = self._written(macro)
            parts += [self._parsed.text[start : macro.start], value]
            start = macro.end
        return _joined([*parts, self._parsed.text[start:end]])

    def _takes(self, value: str) -> bool:
        """Whether there is room for what a macro stands for. Without a limit, a card could fill the memory."""
        if len(value) > self._room:
            return False
        self._room -= len(value)
        return True

    def _value(self, macro: Macro) -> _Part:
        values = self._values
        match macro.name:
            case "char" | "bot" | "group" | "charifnotgroup" | "groupnotmuted":
                return values.char
            case "user" | "notchar" | "random_user_":
                return values.user
            case "//" | "comment" | "original" | "noop" | "input" | "banned":
                return ""
            case "hidden_key":
                return self._argument(macro) if self._has_hidden_keys else ""
            case "random" | "pick":
                items = self._parsed.items(macro)
                start, end = items[draw_index(len(items), self._key(macro))]
                item = self._between(start, end)
                # As in SillyTavern, items between double colons keep their spaces and backslashes.
                has_colons = len(items) > 1 and self._parsed.text.startswith("::", items[0][1])
                return item if has_colons else item.strip().replace("\\,", ",")
            case "roll":
                return roll(self._argument(macro), self._key(macro))
            case "reverse":
                return self._argument(macro)[::-1]
            case "trim":
                return _Trim()
            case "newline" | "space":
                return ("\n" if macro.name == "newline" else " ") * _number(self._argument(macro), default=1)
            case name if name in _TIME_FORMS or name.startswith(("time", "idle", "datetimeformat")):
                return self._written(macro) if values.now is None else self._time(macro, values.now)
            case name if "var" in name:
                return self._variable(macro)
            case name:
                return self._named_text(name)

    def _argument(self, macro: Macro) -> str:
        return self._between(macro.argument, macro.end - 2) if macro.argument < macro.end else ""

    def _written(self, macro: Macro) -> str:
        return self._parsed.text[macro.start : macro.end]

    def _key(self, macro: Macro) -> tuple[str | int, ...]:
        """What decides the value that this macro draws."""
        draw = 0 if macro.name == "pick" else self._values.draw
        return self._values.seed, draw, self._place, self._written(macro), macro.number

    def _time(self, macro: Macro, now: datetime) -> str:
        if macro.name in ("idle_duration", "idleduration"):
            before = self._values.last_said_at
            is_known = before is not None and (before.tzinfo is None) == (now.tzinfo is None)
            return write_duration(now - before) if before is not None and is_known else "just now"
        if macro.name in ("time", "time_utc"):
            offset = macro.offset or self._argument(macro).strip().lower().removeprefix("utc")
            return write_time_elsewhere(now, int(offset)) if _OFFSET.fullmatch(offset) else write_moment(now)
        return write_moment(now, _TIME_FORMS.get(macro.name) or self._argument(macro).strip())

    def _variable(self, macro: Macro) -> str:
        """A variable holds within its text."""
        action = macro.name.replace("globalvar", "").replace("var", "")
        name, *given = (self._between(start, end).strip() for start, end in self._parsed.items(macro))
        before = self._variables.get(name, "")
        match action:
            case "get":
                return before
            case "set":
                self._variables[name] = "".join(given[:1])
            case "add":
                total = _sum(before, "".join(given[:1]))
                if self._takes(total):
                    self._variables[name] = total
            case _:
                self._variables[name] = _sum(before or "0", "1" if action == "inc" else "-1")
                return self._variables[name]
        return ""

    def _named_text(self, name: str) -> str:
        known = _SAME_TEXTS.get(name, name)
        if known in self._values.quotes:
            return self._values.quotes[known]
        if known not in self._named_texts:
            values = replace(self._values, texts={}, quotes={})
            self._named_texts[known] = values.expand(self._values.texts.get(known, ""), known).strip()
        return self._named_texts[known]


def _joined(parts: Sequence[_Part]) -> str:
    """The parts as one text, without the line ends around each trimming macro."""
    joined, is_trimmed = "", False
    for part in parts:
        if isinstance(part, _Trim):
            joined, is_trimmed = joined.rstrip("\n"), True
        else:
            rest = part.lstrip("\n") if is_trimmed else part
            is_trimmed = is_trimmed and not rest
            joined += rest
    return joined


def _number(text: str, default: int) -> int:
    digits = text.strip()
    if not digits.isdecimal():
        return default
    return min(int(digits), MAX_REPEATS) if len(digits) <= len(str(MAX_REPEATS)) else MAX_REPEATS


def _sum(before: str, more: str) -> str:
    """The sum of two whole numbers; both texts if one is no number."""
    if all(_INTEGER.fullmatch(each) for each in (before or "0", more)):
        return str(int(before or "0") + int(more))
    return before + more
