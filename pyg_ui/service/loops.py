"""Ends a text where it begins to repeat itself, as the tiny demo models do when they lose the thread.

A watch stands between a generation and its reader. It knows neither models nor chats. What it lets pass does not
depend on how the text was cut into pieces, and nothing that has passed is taken back: words that may turn out to be a
repetition are held back until more has come.
"""

import re
from collections import Counter
from collections.abc import Iterator

TIMES = 3
"""As often as this a phrase or a sentence is said in a loop."""
_WORD = re.compile(r"[\w']+")
_SENTENCE_END = re.compile(r"\W*?[.!?…*\n]")
_STUTTER = re.compile(r"(\w{3,8}?)\1{2,}|(\w{2})\2{4,}")
"""One piece of a word several times in a row."""
_PHRASE_WORDS = 4
_LONGEST_PERIOD = 24
_LOOSE = " ,;:-\n"
"""What does not stand at the end of a text that was cut off."""
_ENDS = (".", "!", "?", "…", "*", '"', "”", ")")


class LoopWatch:
    """Watches one text grow."""

    def __init__(self, begun: str = "") -> None:
        """`begun` is what the text continues; a repetition of it counts as well."""
        self._text = begun
        self._num_passed = len(begun)
        self._num_read = 0
        self._words: list[str] = []
        self._starts: list[int] = []
        self._phrases: Counter[tuple[str, ...]] = Counter()
        self._sentences: Counter[tuple[str, ...]] = Counter()
        self._sentence_start = 0
        self.has_looped = False
        """Whether a loop began. Then all that may pass has passed."""

    def feed(self, text: str) -> str:
        """Add what was generated next; return what passes."""
        return self._advance(text, is_end=False)

    def end(self) -> str:
        """Return what was held back, once the generation has ended by itself."""
        return self._advance("", is_end=True)

    def _advance(self, text: str, *, is_end: bool) -> str:
        if self.has_looped:
            return ""
        self._text += text
        for match in _WORD.finditer(self._text, self._num_read):
            if match.end() == len(self._text) and not is_end:
                break
            self._take(match)
            if (first := self._loop()) is not None:
                return self._cut(self._starts[first])
        return self._pass(len(self._text) if is_end else self._held_from())

    def _take(self, match: re.Match[str]) -> None:
        if self._words and _SENTENCE_END.match(self._text, self._num_read, match.start()):
            self._sentences[tuple(self._words[self._sentence_start :])] += 1
            self._sentence_start = len(self._words)
        self._words.append(match.group().casefold())
        self._starts.append(match.start())
        self._num_read = match.end()
        for size in range(1, min(_PHRASE_WORDS, len(self._words)) + 1):
            self._phrases[tuple(self._words[-size:])] += 1

    def _loop(self) -> int | None:
        """The index of the word with which a loop begins that the last word completes."""
        num_words = len(self._words)
        if _STUTTER.search(self._words[-1]):
            return num_words - 1
        for period in range(1, _LONGEST_PERIOD + 1):
            repeated = self._num_repeated(period)
            if repeated >= _enough(period):
                return num_words - repeated
        if num_words >= _PHRASE_WORDS and self._phrases[tuple(self._words[-_PHRASE_WORDS:])] >= TIMES:
            return num_words - _PHRASE_WORDS
        sentence = tuple(self._words[self._sentence_start :])
        return self._sentence_start if len(sentence) > 1 and self._sentences[sentence] >= TIMES - 1 else None

    def _num_repeated(self, period: int) -> int:
        """How many of the last words are the same as the word `period` places before."""
        words, repeated = self._words, 0
        while repeated < len(words) - period and words[-1 - repeated] == words[-1 - repeated - period]:
            repeated += 1
        return repeated

    def _held_from(self) -> int:
        """Where the text begins that may be part of a loop: a repetition, or a word that is not whole yet."""
        held = max([*map(self._num_repeated, range(1, _LONGEST_PERIOD + 1)), *self._repeated_beginnings()])
        unfinished = _WORD.search(self._text, self._num_read)
        ends = [unfinished.start()] if unfinished else []
        end = min([len(self._text), *ends, *([self._starts[-held]] if held else [])])
        return len(self._text[:end].rstrip(_LOOSE))

    def _repeated_beginnings(self) -> Iterator[int]:
        """Lengths in words of what may become a phrase or a sentence said for the third time."""
        for size in range(1, _PHRASE_WORDS):
            if self._phrases[tuple(self._words[-size:])] >= TIMES:
                yield size
        sentence = tuple(self._words[self._sentence_start :])
        if any(times >= TIMES - 1 and each[: len(sentence)] == sentence for each, times in self._sentences.items()):
            yield len(sentence)

    def _pass(self, end: int) -> str:
        end = max(end, self._num_passed)
        passed = self._text[self._num_passed : end]
        self._num_passed = end
        return passed

    def _cut(self, start: int) -> str:
        self.has_looped = True
        passed = self._pass(len(self._text[:start].rstrip(_LOOSE)))
        return passed if self._text[: self._num_passed].endswith(_ENDS) else f"{passed}…"


def _enough(period: int) -> int:
    """How many repeated words are a loop: of four equal words, three equal pairs, or a phrase said twice in a row."""
    return 3 if period == 1 else max(period, 4) if period != 3 else 6
