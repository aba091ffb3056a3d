"""Finds the two names of a conversation in what a client's instructions say.

Front ends tell the model in words whom to play: "You are Bob.", "Write Bob's next reply in a fictional chat between Bob
and Anna.". Knows English only.
"""

import re
from collections.abc import Iterator, Sequence

_MAX_LENGTH = 64
_MOST_READ = 10_000
"""How many characters of the instructions are searched at their beginning, and at their end."""
_PLAIN = r"[^\n.:;!?\[\]{}<>\"]{1,64}?"
"""A name whose end is told by the words after it."""
_OPEN = r"[\"“'*]*(?P<open>[^\n]{1,100})"
"""A name and what follows it."""

_CHARACTER = (
    re.compile(rf"\bwrite (?:only )?(?P<name>{_PLAIN})['’]s? next (?:reply|message|response|turn)", re.IGNORECASE),
    re.compile(rf"\bwrite the next (?:reply|message|response) only as (?P<name>{_PLAIN})[.\]\n]", re.IGNORECASE),
    re.compile(rf"\b[Yy]our name is {_OPEN}"),
    re.compile(rf"\b[Yy]ou(?: are|['’]re| will be| play| will play)(?: now)?(?: playing)?(?: as)? {_OPEN}"),
    re.compile(rf"\b[Yy]ou(?: are|['’]re) [^\n.!?]{{0,60}}?\b(?:named|called) {_OPEN}"),
)
"""What tells the character's name, surest first."""
_BETWEEN = re.compile(
    rf"\b(?:chat|conversation|dialogue|role-?play) between (?P<one>{_PLAIN}) and (?P<other>{_PLAIN})"
    r"(?=$|[.,:;!?\n\[\]])",
    re.IGNORECASE,
)
_PERSON = re.compile(rf"\b[Tt]he user(?:['’]s name is| is (?:named|called)) {_OPEN}")
_POINT_OF_VIEW = re.compile(rf"\bfrom the point of view of (?P<name>{_PLAIN})[,.\n\]]", re.IGNORECASE)

_TITLES = {"dr.", "mr.", "mrs.", "ms.", "prof.", "st."}
_PARTICLES = {"de", "da", "del", "der", "di", "du", "el", "la", "le", "of", "the", "van", "von"}
_NO_NAMES = {"a", "an", "the", "your", "i", "ai", "not", "now"}


def told_character(instructions: Sequence[str]) -> str:
    """The name of the character whom the model is told to play; "" if none is told."""
    text = _searched(instructions)
    matches = (match for pattern in _CHARACTER for match in pattern.finditer(text))
    return next(filter(None, map(_name, matches)), "")


def told_person(instructions: Sequence[str], character: str) -> str:
    """The name of the one who talks with this character; "" if none is told."""
    text = _searched(instructions)
    for match in _BETWEEN.finditer(text):
        names = [match["one"].strip(), match["other"].strip()]
        if character in names:
            return names[1 - names.index(character)]
    return next(filter(None, map(_name, _PERSON.finditer(text))), "")


def is_impersonation(instruction: str, person: str) -> bool:
    """Whether the model is told to write the person's next message."""
    match = _POINT_OF_VIEW.search(_searched([instruction]))
    return match is not None and match["name"].strip() in (person, "the user")


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
