"""Drafts of what comes next: where the last tokens stand earlier in the text, those that followed them there.

One pass of the model reads a draft behind the last token, and what is sampled anyway decides how much of it was right;
so drafts change how long a text takes, and nothing else. A draft that is wrong costs time: so each text is watched for
how often its drafts were right, whether they were read or not, and they grow longer and shorter with that. Knows
neither the model nor sampling.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_DRAFT = 4
_SHORTEST, _LONGEST = 2, 6
"""So many of the last tokens are looked for, the most first."""
_WORTHWHILE = 0.2
"""How likely the last token of a draft must be right. It takes a fiftieth to a third of a step in 8 bit."""
_MEMORY = 0.9
"""What a guess weighs against the one after it."""
_PRIOR_RIGHT, _PRIOR_TOTAL = 1.5, 3.0


class Drafter:
    """Drafts of one text."""

    def __init__(self, text: Sequence[int]) -> None:
        """`text` may grow at its end; it does not change otherwise."""
        self._text = text
        self._followers: dict[tuple[int, ...], int] = {}
        """By some tokens that stand in the text, the position behind their last occurrence but the text's end."""
        self._num_indexed = 0
        self._guess: Sequence[int] = ()
        self._guess_at = 0
        self._num_right, self._num_guessed = _PRIOR_RIGHT, _PRIOR_TOTAL

    def draft(self, most: int) -> Sequence[int]:
        """At most so many tokens that may come next; none where trying would not pay.

        Takes time in proportion to what the text has grown by since the last call.
        """
        self._learn()
        self._index()
        self._guess, self._guess_at = self._look_up(), len(self._text)
        return self._guess[: min(self._worthwhile(), max(most, 0))]

    def _learn(self) -> None:
        """Compare the last guess with what came."""
        for guessed, token_id in zip(self._guess, self._text[self._guess_at :], strict=False):
            self._num_guessed = _MEMORY * self._num_guessed + 1
            self._num_right = _MEMORY * self._num_right + (guessed == token_id)
            if guessed != token_id:
                break

    def _worthwhile(self) -> int:
        """How many tokens of a guess are each likely enough to be right."""
        likelihood = share = self._num_right / self._num_guessed
        count = 0
        while count < LONGEST_DRAFT and likelihood >= _WORTHWHILE:
            likelihood *= share
            count += 1
        return count

    def _index(self) -> None:
        for length in range(_SHORTEST, _LONGEST + 1):
            start, stop = max(self._num_indexed, length), max(len(self._text), length)
            ends = (self._text[start - length + offset : stop - length + offset] for offset in range(length))
            self._followers.update(zip(zip(*ends, strict=True), range(start, stop), strict=True))
        self._num_indexed = len(self._text)

    def _look_up(self) -> Sequence[int]:
        for length in range(min(_LONGEST, len(self._text)), _SHORTEST - 1, -1):
            if (position := self._followers.get(tuple(self._text[-length:]))) is not None:
                return self._text[position : position + LONGEST_DRAFT]
        return ()
