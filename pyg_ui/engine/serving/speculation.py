"""Speculation: drafts of the next tokens, taken from the text itself.

If the last tokens occur earlier in the text, the tokens that followed them there are the draft. One pass of the model
reads the draft, sampling goes on as usual, and the draft counts as far as it equals the sampled tokens. So drafts
change the speed and nothing else. A wrong draft costs time; therefore a text's drafts get longer or shorter with the
share of them that was right, counted even when they are not tried. Knows neither the model nor sampling.
"""

from collections.abc import Sequence

LONGEST_DRAFT = 4
_SHORTEST, _LONGEST = 2, 6
"""How many of the last tokens are looked up; the longest match is used."""
_WORTHWHILE = 0.2
"""The last token of a draft must be right with this probability. In 8 bit it costs 1/50 to 1/3 of a step."""
_MEMORY = 0.9
"""The weight of a guess relative to the next one."""
_PRIOR_RIGHT, _PRIOR_TOTAL = 1.5, 3.0


class Drafter:
    """Drafts of one text."""

    def __init__(self, text: Sequence[int]) -> None:
        """`text` may grow at its end; it does not change otherwise."""
        self._text = text
        self._followers: dict[tuple[int, ...], int] = {}
        """For each run of tokens in the text, the position after its last occurrence before the end of the text."""
        self._num_indexed = 0
        self._guess: Sequence[int] = ()
        self._guess_at = 0
        self._num_right, self._num_guessed = _PRIOR_RIGHT, _PRIOR_TOTAL

    def draft(self, most: int) -> Sequence[int]:
        """At most `most` tokens that may come next; none if trying them is not worth it.

        Takes time in proportion to the tokens that were added since the last call.
        """
        self._learn()
        self._index()
        self._guess, self._guess_at = self._look_up(), len(self._text)
        return self._guess[: min(self._worthwhile(), max(most, 0))]

    def _learn(self) -> None:
        """Compare the last guess with the tokens that came."""
        for guessed, token_id in zip(self._guess, self._text[self._guess_at :], strict=False):
            self._num_guessed = _MEMORY * self._num_guessed + 1
            self._num_right = _MEMORY * self._num_right + (guessed == token_id)
            if guessed != token_id:
                break

    def _worthwhile(self) -> int:
        """How many tokens of a guess are likely enough to be right."""
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
