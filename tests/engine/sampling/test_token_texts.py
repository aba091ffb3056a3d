"""Texts in tokens: which tokens contain one, and how many come behind the last."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.engine.sampling.token_texts import num_behind, tokens_with_any

TABLE = (b"a", b"b", b"ab\n", b"", b" NO", b"\xc3", b"\xa9")


def test_tokens_that_contain_a_text_as_a_whole_are_found() -> None:
    assert tokens_with_any(TABLE, ("\n", "b")).tolist() == [1, 2]
    assert tokens_with_any(TABLE, ("no",)).tolist() == []
    assert tokens_with_any(TABLE, ("no",), ignores_case=True).tolist() == [4]
    assert tokens_with_any(TABLE, ()).tolist() == []
    assert tokens_with_any((), ("a",)).tolist() == []


@given(
    st.lists(st.integers(0, len(TABLE)), max_size=20),
    st.lists(st.text("abNO\né", min_size=1, max_size=4), max_size=3).map(tuple),
    st.integers(1, 8),
)
def test_behind_a_text_are_the_tokens_that_begin_after_its_end(
    ids: list[int], texts: tuple[str, ...], most: int
) -> None:
    pieces = [TABLE[each] if each < len(TABLE) else b"" for each in ids]
    count = 0
    for place in range(len(ids) - 1, -1, -1):
        # The longest end of the text that holds no part of the last of the texts.
        before = b"".join(pieces[:place])
        whole = b"".join(pieces)
        if any(whole.find(text.encode(), max(0, len(before) - len(text.encode()) + 1)) >= 0 for text in texts):
            break
        count += 1
    assert num_behind(TABLE, texts, np.array(ids, dtype=np.int64), most) == min(count, most)
