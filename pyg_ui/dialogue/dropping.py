"""Which turns of a history are dropped because it does not fit the context.

The oldest turns are dropped in blocks, the greeting too. The room for turns is the budget without persona, scenario,
examples and cue, and a block is three fifths of that room. The number of tokens to drop is rounded up to whole blocks,
counted from the beginning of the history, and every turn that begins before that many tokens is dropped. So the result
depends on the chat only, and while a chat grows its prompt keeps the same beginning, which an engine can reuse from
its cache, until another block is full. The block's size is a compromise: each time the beginning changes, the whole
prompt must be read again, but dropped turns leave a part of the context unused. Measured over 60 exchanges (messages
of 20 to 80 tokens, replies of 60 to 128) in a context of 2,048: with three fifths an exchange reads 145 tokens and 63
% of the context are in use; with a half 180 and 67 %, with a third 310 and 73 %; dropping turn by turn reads the whole
context each time.

Turns that cannot be in the context are not looked at, so that a long chat costs no more than a short one. "The
beginning of the history" is then a later turn: the last one whose number is a multiple of 256 and from which on the
turns fill the room. Each time it changes, blocks begin elsewhere, and the beginning of the prompt may change once
more.

Knows no texts and no tokenizer, only the sizes of turns.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Protocol, TypeVar

from pyg_ui.dialogue.chat import Role, Turn

BLOCK_SHARE = 0.6
"""The size of a block, in which old turns are dropped, as a share of the room for turns."""
_BLOCK_STEP = 32
"""Block sizes are multiples of this, so that a small change of the room does not change the prompt's beginning."""
_STRIDE = 256
"""A history that is not looked at as a whole begins with a turn whose number is a multiple of this."""


class Sized(Protocol):
    """A turn whose tokens were counted."""

    @property
    def num_tokens(self) -> int:
        """Its tokens."""


SizedTurn = TypeVar("SizedTurn", bound=Sized)


def newest_person_turn(turns: Sequence[Turn]) -> int:
    """The index of the person's last turn; the number of turns if there is none."""
    return next((i for i in reversed(range(len(turns))) if turns[i].role is Role.PERSON), len(turns))


def reachable_turns(lines: Iterable[SizedTurn], num_turns: int, room: int, newest: int) -> list[SizedTurn]:
    """The turns that are looked at, oldest first. `lines` gives all `num_turns` of them, newest first.

    These are all from the person's `newest` turn on, and at least as many as fill the room.
    """
    found: list[SizedTurn] = []
    size = 0
    for i, line in zip(reversed(range(num_turns)), lines, strict=False):
        found.append(line)
        size += line.num_tokens
        if size >= room and i <= newest and i % _STRIDE == 0:
            break
    return found[::-1]


def first_kept_turns(sizes: Sequence[int], room: int, newest: int) -> Iterator[int]:
    """The indices at which the history may begin, in the order in which to try them. The last one is `newest`.

    `sizes`: tokens of each turn.
    """
    tokens = max(int(room * BLOCK_SHARE), 1)  # the room may be negative
    block = tokens // _BLOCK_STEP * _BLOCK_STEP or tokens
    starts = [0, *accumulate(sizes)]  # starts[i]: tokens of history before turn i
    excess = max(starts[-1] - room, 0)
    num_to_drop = -(-excess // block) * block
    while (first := bisect_left(starts, num_to_drop)) < newest:
        yield first
        num_to_drop = (starts[first] // block + 1) * block
    yield newest
