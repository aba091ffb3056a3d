"""Banned strings: no reply contains them, nothing shown is taken back, and the cache stays what it says it is."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pyg_ui.engine.engine import Chunk, FinishReason, GenerationRequest
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.engine.serving import run as runs
from pyg_ui.engine.serving.local import LocalEngine
from pyg_ui.engine.serving.slots import SlotCache
from pyg_ui.engine.serving.text_stream import TextStream
from tests.checkpoints import tiny_model
from tests.engine.local_engines import END_OF_TEXT_ID, check_integrity, random_ids, serving_model, vocabulary

BYTES = [bytes([value]) for value in range(256)]
FEW = tuple((token, 30.0) for token in vocabulary().encode("abcd"))
"""A bias with which a model writes these letters only."""


def asked(prompt: Sequence[int], banned: Sequence[str], num_new: int = 40, **changes: Any) -> GenerationRequest:
    fields = {"stop": (), "logit_bias": FEW} | {name: changes.pop(name) for name in ("stop",) if name in changes}
    parameters = SamplingParameters.neutral(
        **{"max_new_tokens": num_new, "seed": 5, "banned_strings": tuple(banned)} | changes
    )
    return GenerationRequest(tuple(prompt), parameters, ignore_end_of_text=True, **fields)


def token_where_it_began(tokens: Sequence[int], banned: Sequence[str]) -> int | None:
    """The place of the token with which the longest of the banned strings began that are complete at the end."""
    text = vocabulary().decode(tokens).lower()
    ends = [len(each) for each in banned if text.endswith(each.lower())]
    return len(tokens) - max(ends) if ends else None


def plainly(model: Any, prompt: Sequence[int], banned: Sequence[str], num_new: int) -> list[int]:
    """The likeliest tokens, each from a pass over the whole text; going back where a banned string is complete."""
    tokens: list[int] = []
    bans: dict[int, set[int]] = {}
    while len(tokens) < num_new:
        logits = model(torch.tensor([[*prompt, *tokens]])).logits[0, -1].float()
        logits[END_OF_TEXT_ID] = -torch.inf
        for token, bias in FEW:
            logits[token] += bias
        for token in bans.get(len(tokens), ()):
            logits[token] = -torch.inf
        tokens.append(int(logits.argmax()))
        place = token_where_it_began(tokens, banned)
        if place is not None:
            bans.setdefault(place, set()).add(tokens[place])
            del tokens[place:]
    return tokens


@pytest.mark.parametrize("speculates", [False, True])
@pytest.mark.parametrize("seed", range(3))
@torch.inference_mode()
def test_going_back_gives_the_tokens_of_a_plain_search_without_cache(seed: int, speculates: bool) -> None:
    model, chooser = tiny_model("gpt_neo"), random.Random(seed)
    prompt = random_ids(20, seed)
    free = plainly(model, prompt, [], 16)
    banned = []
    for length in (2, 3, 5):
        start = chooser.randrange(16 - length)
        banned.append(vocabulary().decode(free[start : start + length]).upper())
    expected = plainly(model, prompt, banned, 16)
    assert expected != free
    with serving_model(model, speculates=speculates) as engine:
        chunks = list(engine.submit(asked(prompt, banned, 16, temperature=0)))
    assert [token for chunk in chunks for token in chunk.token_ids] == expected
    assert "".join(chunk.text for chunk in chunks) == vocabulary().decode(expected)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    banned=st.lists(st.text("abcd", min_size=1, max_size=5), min_size=1, max_size=6, unique=True),
    seed=st.integers(0, 1000),
    num_together=st.integers(1, 3),
)
def test_no_reply_contains_a_banned_string(banned: list[str], seed: int, num_together: int) -> None:
    caches: list[SlotCache] = []
    with pytest.MonkeyPatch.context() as patch, serving_checked(patch, caches) as engine:
        generations = [
            engine.submit(asked((1, 2, 3 + index), banned, 25, seed=seed + index, mirostat_mode=index))
            for index in range(num_together)
        ]
        for generation in generations:
            chunks: list[Chunk] = list(generation)
            text = "".join(chunk.text for chunk in chunks)
            tokens = [token for chunk in chunks for token in chunk.token_ids]
            assert not any(each in text.lower() for each in banned)
            assert vocabulary().decode(tokens) == text
            assert generation.result is not None
            assert generation.result.timings.num_new_tokens == len(tokens)
            assert len(tokens) == 25 or generation.result.reason is FinishReason.STOP
    assert caches


@contextmanager
def serving_checked(patch: pytest.MonkeyPatch, caches: list[SlotCache]) -> Iterator[LocalEngine]:
    """An engine whose slots are checked whenever one is released; it is closed before the patch ends."""
    patch.setattr(SlotCache, "release", _checked_release(caches))
    with serving_model(tiny_model("gpt_neo")) as engine:
        yield engine


def _checked_release(caches: list[SlotCache]) -> Any:
    release = SlotCache.release

    def checked(self: SlotCache, slot: int, *, evict_first: bool = False) -> None:
        check_integrity(self)
        caches.append(self)
        release(self, slot, evict_first=evict_first)

    return checked


def test_what_can_never_be_avoided_ends_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAX_ATTEMPTS", 20)
    with serving_model(tiny_model("gpt_neo")) as engine:
        every = [chr(value) for value in range(128)]
        generation = engine.submit(asked((1, 2), every, 10))
        assert not any(each in generation.text() for each in every)
        assert generation.result is not None


def test_a_stop_string_that_comes_first_ends_the_text() -> None:
    with serving_model(tiny_model("gpt_neo")) as engine:
        plain = engine.submit(asked((1, 2), [], temperature=0)).text()
        stop, banned = plain[10:13], plain[10:16]
        before = plain[: plain.index(stop)]
        generation = engine.submit(asked((1, 2), [banned], temperature=0, stop=(stop,)))
        assert generation.text() == before
        assert generation.result is not None
        assert generation.result.stop == stop


def test_choices_are_reported_for_the_tokens_that_stay() -> None:
    with serving_model(tiny_model("gpt_neo")) as engine:
        request = asked((1, 2), ["ab", "bc", "ca", "dd"], 20)

        for chunk in engine.submit(replace(request, num_top_choices=2)):
            assert [choices[0].token_id for choices in chunk.choices] == list(chunk.token_ids)


# -- the text -----------------------------------------------------------------------------------------------------


def feed_all(stream: TextStream, text: str) -> str:
    return "".join(stream.feed(token) for token in text.encode())


def test_text_is_held_back_only_while_it_may_become_a_banned_string() -> None:
    stream = TextStream(BYTES, banned=["shiver", "sh!"])
    assert feed_all(stream, "a s") == "a "
    assert stream.num_uncertain == 1
    assert feed_all(stream, "hi") == ""
    assert stream.num_uncertain == 3
    assert feed_all(stream, "p") == "ship"
    assert stream.num_uncertain == 0
    assert stream.end() == ""


def test_all_of_the_token_in_which_it_may_begin_is_held_back() -> None:
    stream = TextStream([b"well, sh", b"iv", b"er", b"e"], banned=["SHIVER"])
    assert stream.feed(0) == ""
    assert stream.feed(1) == ""
    assert stream.feed(2) == ""
    assert stream.num_to_take_back == 3
    stream.take_back()
    assert (stream.num_uncertain, stream.num_to_take_back) == (0, 0)
    assert [stream.feed(0), stream.feed(1), stream.feed(3)] == ["", "", "well, shive"] or stream.num_uncertain == 3
    assert stream.end() in ("", "well, shive")


def test_characters_of_several_tokens_are_taken_back_whole() -> None:
    stream = TextStream(BYTES, banned=["É!"])
    assert feed_all(stream, "xé") == "x"
    stream.feed(ord("!"))
    assert stream.num_to_take_back == 2
    stream.take_back()
    assert stream.feed(0xA8) == "è"


@given(st.text("abcß\n", max_size=40), st.lists(st.text("ABCß\n", min_size=1, max_size=4), max_size=4))
def test_a_stream_without_banned_strings_in_it_is_the_text(text: str, banned: list[str]) -> None:
    stream, shown = TextStream(BYTES, banned=banned), ""
    for end, token in enumerate(text.encode(), start=1):
        shown += stream.feed(token)
        contained = any(each.lower() in text.encode()[:end].decode(errors="ignore").lower() for each in banned)
        assert bool(stream.num_to_take_back) == contained
        if contained:
            return
    assert shown + stream.end() == text


@given(st.lists(st.text("abcd", min_size=1, max_size=4), min_size=1, max_size=5), st.text("abcd", max_size=60))
def test_no_shown_text_is_needed_again_however_often_tokens_are_taken_back(banned: list[str], text: str) -> None:
    stream, shown, kept = TextStream(BYTES, banned=banned), "", ""
    for character in text:
        shown += stream.feed(ord(character))
        kept += character
        if stream.num_to_take_back:
            kept = kept[: len(kept) - stream.num_to_take_back]
            stream.take_back()
        assert kept.startswith(shown)
        assert len(kept) - len(shown) == stream.num_uncertain
    assert shown + stream.end() == kept
    assert not any(each in kept for each in banned)
