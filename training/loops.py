"""What counts as a loop in what a model says. Knows neither models nor characters."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

PHRASE_WORDS = 4
TIMES = 3
_WORD = re.compile(r"[\w']+")
_CLAUSE_END = re.compile(r"[.!?…;:,*\n]+")
_SENTENCE_END = re.compile(r"[.!?…*\n]+")


def loop_in(text: str, *, has_ended: bool) -> str:
    """The words that a reply repeats like a broken record; "" if it does not.

    That is a sentence of two or more words, or four words in a row, said three times. In a reply that only the token
    limit ended (`has_ended` is false), it is also a last whole clause of three or more words that was said before.
    """
    sentences = [words for words in _pieces(_SENTENCE_END, text) if len(words) > 1]
    phrases = Counter(_runs(_words(text)))
    for repeated in (Counter(sentences), phrases):
        for words, times in repeated.items():
            if times >= TIMES:
                return " ".join(words)
    clauses = [words for words in _pieces(_CLAUSE_END, text)[:-1] if len(words) > 2]
    if not has_ended and clauses and clauses[-1] in clauses[:-1]:
        return " ".join(clauses[-1])
    return ""


def stuck_on(replies: Sequence[str]) -> str:
    """The reply that a chat gives to three messages in a row; "" if there is none."""
    for first in range(len(replies) - TIMES + 1):
        said = {" ".join(_words(reply)) for reply in replies[first : first + TIMES]}
        if len(said) == 1:
            return said.pop()
    return ""


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _pieces(end: re.Pattern[str], text: str) -> list[tuple[str, ...]]:
    return [words for piece in end.split(text) if (words := _words(piece))]


def _runs(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    return (words[start : start + PHRASE_WORDS] for start in range(len(words) - PHRASE_WORDS + 1))
