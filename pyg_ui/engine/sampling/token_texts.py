"""Which tokens contain a text, and where a text ends among the last tokens.

Tokens have bytes, and a text may begin and end within them.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray


class _SameObject:
    """Compares a table by identity, because comparing all its tokens takes long."""

    def __init__(self, table: Sequence[bytes]) -> None:
        self.table = table

    def __hash__(self) -> int:
        return id(self.table)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _SameObject) and other.table is self.table


def tokens_with_any(
    token_bytes: Sequence[bytes], texts: tuple[str, ...], *, ignores_case: bool = False
) -> NDArray[np.int64]:
    """The ids, ascending, of the tokens that contain one of the texts as a whole. Not to be changed."""
    return _tokens_with_any(_SameObject(token_bytes), texts, ignores_case)


@lru_cache(maxsize=16)
def _tokens_with_any(tokens: _SameObject, texts: tuple[str, ...], ignores_case: bool) -> NDArray[np.int64]:
    if not texts:
        return np.empty(0, dtype=np.int64)
    pattern = b"|".join(re.escape(_as_bytes(text)) for text in texts)
    search = re.compile(pattern, re.IGNORECASE if ignores_case else 0).search
    return np.array([token_id for token_id, data in enumerate(tokens.table) if search(data)], dtype=np.int64)


def num_behind(token_bytes: Sequence[bytes], texts: tuple[str, ...], token_ids: NDArray[np.int64], most: int) -> int:
    """How many of the last tokens come behind the last place of any of the texts; at most `most`."""
    known, wanted = len(token_bytes), [_as_bytes(text) for text in texts]
    longest = max(map(len, wanted), default=0)
    pieces = [token_bytes[each] if each < known else b"" for each in token_ids[-most - longest :].tolist()]
    data = b"".join(pieces)
    end = max((place + len(text) for text in wanted if (place := data.rfind(text)) >= 0), default=0)
    count, start = 0, len(data)
    for piece in reversed(pieces):
        start -= len(piece)
        if start < end or count == most:
            break
        count += 1
    return count


def _as_bytes(text: str) -> bytes:
    return text.encode(errors="replace")
