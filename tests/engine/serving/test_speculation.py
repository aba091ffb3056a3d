"""Drafts: what is found in a text, and how they follow what came of them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pyg_ui.engine.serving.speculation import LONGEST_DRAFT, Drafter

texts = st.lists(st.integers(0, 3), max_size=60)


def what_followed(text: Sequence[int]) -> list[int]:
    """Behind the last earlier occurrence of the longest end, of two to six tokens, that has one."""
    for length in range(6, 1, -1):
        for stop in range(len(text) - 1, length - 1, -1):
            if length < len(text) and text[stop - length : stop] == text[-length:]:
                return list(text[stop : stop + LONGEST_DRAFT])
    return []


@given(texts, st.lists(st.integers(0, 3), max_size=30), st.integers(-1, 6))
def test_a_draft_is_what_followed_the_longest_end_before(text: list[int], coming: list[int], most: int) -> None:
    drafter = Drafter(text)
    for token_id in coming:
        draft = list(drafter.draft(most))
        assert len(draft) <= max(most, 0)
        assert draft == what_followed(text)[: len(draft)]
        text.append(token_id)


def test_nothing_is_drafted_where_nothing_was_said_before() -> None:
    assert list(Drafter(list(range(100))).draft(4)) == []
    assert list(Drafter([1]).draft(4)) == []
    assert list(Drafter([]).draft(4)) == []


def test_drafts_grow_in_a_text_that_repeats_itself() -> None:
    text = list(range(20)) * 2
    drafter = Drafter(text)
    lengths = []
    for token_id in range(20):
        lengths.append(len(drafter.draft(9)))
        text.append(token_id)
    assert lengths[0] < LONGEST_DRAFT
    assert lengths[-1] == LONGEST_DRAFT


def test_drafts_end_where_they_are_wrong_and_come_back_where_they_would_have_been_right() -> None:
    text = list(range(200)) * 2
    drafter = Drafter(text)
    for token_id in range(0, 40, 2):  # each pair that was said before now goes on in another way
        text += [token_id, token_id + 1]
        draft = list(drafter.draft(9))
        text.append(1000 + token_id)
    assert draft == []
    for token_id in range(100, 130):
        text.append(token_id)
        draft = list(drafter.draft(9))
    assert draft == [130, 131, 132, 133]
