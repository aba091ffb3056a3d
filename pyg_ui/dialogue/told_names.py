"""Finds the two names of a conversation in what a client's instructions say.

Front ends tell the model in words whom to play: "You are Bob.", "Write Bob's next reply in a fictional chat between Bob
and Anna.". Knows English only.
"""

import re
from collections.abc import Iterator, Sequence

_MAX_LENGTH = 64
_MOST_READ = 10_000
"""How many characters of the instructions are searched at their beginning, and at their end."""
_TITLE_ENDS = r"(?<=\b(?:dr|mr|ms|st))|(?<=\bmrs)|(?<=\bprof)"
_FULL_STOP = rf"(?!{_TITLE_ENDS})\."
_PLAIN = rf"(?:[^\n.:;!?\[\]{{}}<>\"]|(?:(?<=\b\w)|{_TITLE_ENDS})\.){{1,64}}?"
"""A name whose end is told by the words after it. A full stop in it ends an initial or a title."""
_OPEN = r"[\"“'*]*(?P<open>[^\n]{1,100})"
"""A name and what follows it."""

_CHARACTER = (
    re.compile(rf"\bwrite (?:only )?(?P<name>{_PLAIN})['’]s? next (?:reply|message|response|turn)", re.IGNORECASE),
    re.compile(
        rf"\bwrite the next (?:reply|message|response) only as (?P<name>{_PLAIN})(?:[\]\n]|{_FULL_STOP})", re.IGNORECASE
    ),
    re.compile(rf"\b[Yy]our name is {_OPEN}"),
    re.compile(rf"\b[Yy]ou(?: are|['’]re| will be| play| will play)(?: now)?(?: playing)?(?: as)? {_OPEN}"),
    re.compile(rf"\b[Yy]ou(?: are|['’]re) [^\n.!?]{{0,60}}?\b(?:named|called) {_OPEN}"),
)
"""What tells the character's name, surest first."""
_NUM_ASKING = 2
"""How many of them, at the beginning, ask for the next message."""
_BETWEEN = re.compile(
    rf"\b(?:chat|conversation|dialogue|role-?play) between (?P<one>{_PLAIN}) and (?P<other>{_PLAIN})"
    rf"(?=$|[,:;!?\n\[\]]|{_FULL_STOP})",
    re.IGNORECASE,
)
_PERSON = re.compile(rf"\b[Tt]he user(?:['’]s name is| is (?:named|called)) {_OPEN}")
_MEMBERS = re.compile(r"\bgroup members: (?P<names>[^\n\[\]]+)", re.IGNORECASE)
_CONTINUATION = re.compile(
    r"\bcontinue (?:your|the|\S+['’]s) (?:last|previous) (?:message|reply|response|turn)\b", re.IGNORECASE
)

_TITLES = {"dr.", "mr.", "mrs.", "ms.", "prof.", "st."}
_PARTICLES = {"de", "da", "del", "der", "di", "du", "el", "la", "le", "of", "the", "van", "von"}
_NO_NAMES = {"a", "an", "the", "your", "i", "ai", "not", "now"}


def told_character(instructions: Sequence[str]) -> str:
    """The name of the character whom the model is told to play; "" if none is told."""
    return _first_name(_CHARACTER, instructions)


def asked_character(instructions: Sequence[str]) -> str:
    """The name of the character whose message the model is told to write next; "" if none is told."""
    return _first_name(_CHARACTER[:_NUM_ASKING], instructions)


def told_person(instructions: Sequence[str], character: str) -> str:
    """The name of the one who talks with this character; "" if none is told."""
    text = _searched(instructions)
    for match in _BETWEEN.finditer(text):
        names = [match["one"].strip(), match["other"].strip()]
        if character in names:
            return names[1 - names.index(character)]
    return next(filter(None, map(_name, _PERSON.finditer(text))), "")


def told_members(instructions: Sequence[str]) -> tuple[str, ...]:
    """The names of all who speak in a group's chat; empty if they are not told."""
    match = _MEMBERS.search(_searched(instructions))
    return tuple(filter(None, map(str.strip, match["names"].split(",")))) if match else ()


def is_impersonation(instruction: str, person: str) -> bool:
    """Whether the model is told to write the person's next message."""
    pattern = rf"\bfrom the point of view of (?:the user|(?-i:{re.escape(person)}))(?!\w)"
    return re.search(pattern, _searched([instruction]), re.IGNORECASE) is not None


def is_continuation(instruction: str) -> bool:
    """Whether the model is told to go on with the last message."""
    return _CONTINUATION.search(_searched([instruction])) is not None


def is_same_name(name: str, other: str) -> bool:
    """Whether a message's name may stand for the other one: clients send letters, digits, - and _ only."""
    return other == name or any(re.sub(rf"[^a-zA-Z0-9_{kept}]", "_", other)[:_MAX_LENGTH] == name for kept in ("", "-"))


def without_label(text: str, names: Sequence[str]) -> tuple[str, str]:
    """The one of the names with which the text begins as with a speaker's label, and the rest; "" and all if none."""
    for name in filter(None, names):
        if match := re.match(rf"\s*{re.escape(name)}:(?:[ \t]+|(?=\n)|$)", text):
            return name, text[match.end() :]
    return "", text


def _first_name(patterns: Sequence[re.Pattern[str]], instructions: Sequence[str]) -> str:
    text = _searched(instructions)
    matches = (match for pattern in patterns for match in pattern.finditer(text))
    return next(filter(None, map(_name, matches)), "")


def _searched(instructions: Sequence[str]) -> str:
    text = "\n".join(instructions)
    return text if len(text) <= 2 * _MOST_READ else f"{text[:_MOST_READ]}\n{text[-_MOST_READ:]}"


def _name(match: re.Match[str]) -> str:
    groups = match.groupdict()
    name = groups.get("name") or " ".join(_leading_names(groups["open"].split()))
    is_visible = any(map(str.isalnum, name))
    is_described = name.lower() in _NO_NAMES or name.partition(" ")[0] in _NO_NAMES
    return "" if not is_visible or is_described or len(name) > _MAX_LENGTH else name.strip()


def _leading_names(words: Sequence[str]) -> Iterator[str]:
    """The words up to the name's end: a name's words begin with no small letter, but for those such as `of`."""
    for index, word in enumerate(words):
        following = next((each for each in words[index + 1 :] if each not in _PARTICLES), "")
        if index and word in _PARTICLES and _is_capital(following):
            yield word
        elif not _is_capital(word):
            return
        elif word.lower() in _TITLES or re.fullmatch(r"\w\.", word):
            yield word
        else:
            bare = re.split(r"[^\w'’-]", word)[0].strip("'’")
            if bare and not re.search(r"['’]s$", bare):
                yield bare
            if bare != word:
                return


def _is_capital(word: str) -> bool:
    return word[:1].isalnum() and not word[0].islower()
