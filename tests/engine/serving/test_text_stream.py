"""Text as it streams: whatever the chunks, it adds up to the plain decoding, and nothing is ever taken back."""

from __future__ import annotations

import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from pyg_ui.engine.checkpoints.vocabulary import Vocabulary
from pyg_ui.engine.serving.text_stream import TextStream
from tests.checkpoints import byte_tokenizer
from tests.engine.local_engines import END_OF_TEXT_ID
from tests.repository import GPT2_TOKENIZER

GPT2 = GPT2_TOKENIZER / "tokenizer.json"
needs_gpt2 = pytest.mark.skipif(
    not GPT2.exists(), reason="the GPT-2 tokenizer is not at ../shared/gpt2-tokenizer beside the repository"
)
MULTILINGUAL = "Schöne Grüße! 🙂👩‍👩‍👧 こんにちは、世界。 Привет, Ёжик… नमस्ते שלום 𝔘𝔫𝔦 \u200d\ufeff end"


@cache
def byte_vocabulary() -> Vocabulary:
    return Vocabulary(byte_tokenizer().backend_tokenizer, end_ids={END_OF_TEXT_ID})


@cache
def gpt2_tokenizer() -> PreTrainedTokenizerFast:
    return PreTrainedTokenizerFast(tokenizer_file=str(GPT2), eos_token="<|endoftext|>")


@cache
def gpt2_vocabulary() -> Vocabulary:
    # transformers changes its tokenizer's settings at each call.
    return Vocabulary(Tokenizer.from_str(gpt2_tokenizer().backend_tokenizer.to_str()), end_ids={50256})


def stream(
    vocabulary: Vocabulary, ids: list[int], stop: tuple[str, ...] = (), *, include_stop: bool = False
) -> tuple[list[str], str | None]:
    """The pieces of text that are handed out, and the stop string that ended them."""
    text_stream = TextStream(vocabulary.token_bytes, stop, include_stop=include_stop)
    pieces = []
    for token_id in ids:
        pieces.append(text_stream.feed(token_id))
        if text_stream.stop is not None:
            break
    pieces.append(text_stream.end())
    return pieces, text_stream.stop


def cut(text: str, stop: tuple[str, ...], *, include_stop: bool) -> tuple[str, str | None]:
    """The plain computation over the whole text: the stop string that is complete first, the longest of several."""
    for end in range(1, len(text) + 1):
        complete = [string for string in stop if string and text[:end].endswith(string)]
        if complete:
            longest = max(complete, key=len)
            return text[: end if include_stop else end - len(longest)], longest
    return text, None


def plain(tokenizer: PreTrainedTokenizerFast, ids: list[int]) -> str:
    return tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)


# -- characters --------------------------------------------------------------------------------------------------


def test_a_character_is_shown_when_its_last_byte_has_come() -> None:
    vocabulary = byte_vocabulary()
    pieces, _ = stream(vocabulary, vocabulary.encode("é🙂a"))
    assert pieces == ["", "é", "", "", "", "🙂", "a", ""]


def test_an_unfinished_character_at_the_end_is_what_any_decoding_makes_of_it() -> None:
    vocabulary = byte_vocabulary()
    ids = vocabulary.encode("a🙂")[:-1]
    pieces, _ = stream(vocabulary, ids)
    assert pieces == ["a", "", "", "", "\ufffd"]
    assert "".join(pieces) == plain(byte_tokenizer(), ids)


def test_special_tokens_and_ids_without_a_token_have_no_text() -> None:
    vocabulary = byte_vocabulary()
    ids = vocabulary.encode("é")
    pieces, _ = stream(vocabulary, [ids[0], END_OF_TEXT_ID, 300, ids[1]])
    assert "".join(pieces) == "é"


@needs_gpt2
def test_many_scripts_stream_whole_with_the_real_vocabulary() -> None:
    ids = gpt2_vocabulary().encode(MULTILINGUAL)
    pieces, _ = stream(gpt2_vocabulary(), ids)
    assert len(ids) > len([piece for piece in pieces if piece]), "some characters must span tokens here"
    assert not any("\ufffd" in piece for piece in pieces)
    assert "".join(pieces) == MULTILINGUAL


@given(st.lists(st.integers(0, 256)))
def test_any_bytes_stream_to_their_plain_decoding(ids: list[int]) -> None:
    pieces, _ = stream(byte_vocabulary(), ids)
    assert "".join(pieces) == plain(byte_tokenizer(), ids)


@needs_gpt2
@given(st.lists(st.integers(0, 50256)))
def test_any_ids_of_the_real_vocabulary_stream_to_their_plain_decoding(ids: list[int]) -> None:
    pieces, _ = stream(gpt2_vocabulary(), ids)
    assert "".join(pieces) == plain(gpt2_tokenizer(), ids)


@needs_gpt2
@given(st.text())
def test_any_text_streams_back_with_the_real_vocabulary(text: str) -> None:
    pieces, _ = stream(gpt2_vocabulary(), gpt2_vocabulary().encode(text))
    assert "".join(pieces) == text


# -- stop strings ------------------------------------------------------------------------------------------------


def test_only_what_may_become_a_stop_string_is_held_back() -> None:
    vocabulary = byte_vocabulary()
    pieces, stop = stream(vocabulary, vocabulary.encode("Hi\nYes\nYou: no"), ("\nYou:",))
    assert pieces == ["H", "i", "", "", "\nYe", "s", "", "", "", "", "", ""]
    assert stop == "\nYou:"


def test_an_included_stop_string_needs_no_holding_back() -> None:
    vocabulary = byte_vocabulary()
    pieces, stop = stream(vocabulary, vocabulary.encode("Hi\nYou: no"), ("\nYou:",), include_stop=True)
    assert pieces == ["H", "i", "\n", "Y", "o", "u", ":", ""]
    assert stop == "\nYou:"


def test_what_was_held_back_in_vain_is_released_at_the_end() -> None:
    vocabulary = byte_vocabulary()
    pieces, stop = stream(vocabulary, vocabulary.encode("Hi\nYou"), ("\nYou:",))
    assert pieces == ["H", "i", "", "", "", "", "\nYou"]
    assert stop is None


@pytest.mark.parametrize(
    ("text", "stops", "expected", "stop"),
    [
        ("one two three", ("three", "two"), "one ", "two"),
        ("aabaac", ("aac",), "aab", "aac"),
        ("ababac", ("abac",), "ab", "abac"),
        ("xbcd", ("abcd", "bc"), "x", "bc"),
        ("abcd", ("abcd", "bcd"), "", "abcd"),
        ("abcd", ("abcd", "bc"), "a", "bc"),
        ("a🙂b🙃c", ("🙃",), "a🙂b", "🙃"),
        ("plain", ("", "zzz"), "plain", None),
        ("plain", ("p",), "", "p"),
    ],
)
def test_the_first_stop_string_to_be_complete_ends_the_text(
    text: str, stops: tuple[str, ...], expected: str, stop: str | None
) -> None:
    vocabulary = byte_vocabulary()
    pieces, found = stream(vocabulary, vocabulary.encode(text), stops)
    assert ("".join(pieces), found) == (expected, stop)


@needs_gpt2
def test_a_stop_string_inside_one_token_and_one_across_tokens() -> None:
    vocabulary = gpt2_vocabulary()
    assert len(vocabulary.encode(" responsibility")) == 1
    pieces, stop = stream(vocabulary, vocabulary.encode("My responsibility"), ("pons",))
    assert ("".join(pieces), stop) == ("My res", "pons")
    pieces, stop = stream(vocabulary, vocabulary.encode("I am here.\nYou: and"), (".\nYou:",))
    assert ("".join(pieces), stop) == ("I am here", ".\nYou:")


def test_no_text_follows_a_stop_string() -> None:
    vocabulary = byte_vocabulary()
    text_stream = TextStream(vocabulary.token_bytes, ("b",))
    fed = [text_stream.feed(token_id) for token_id in vocabulary.encode("abc")]
    assert (fed, text_stream.end()) == (["a", "", ""], "")


letters = st.text(alphabet="ab🙂\n", max_size=30)
stop_strings = st.lists(st.text(alphabet="ab🙂\n", max_size=5), max_size=4).map(tuple)


def check_against_plain(
    vocabulary: Vocabulary, tokenizer: PreTrainedTokenizerFast, ids: list[int], stops: tuple[str, ...], included: bool
) -> None:
    pieces, stop = stream(vocabulary, ids, stops, include_stop=included)
    expected, expected_stop = cut(plain(tokenizer, ids), stops, include_stop=included)
    assert ("".join(pieces), stop) == (expected, expected_stop)
    assert all(expected.startswith("".join(pieces[:count])) for count in range(len(pieces)))


@given(letters, stop_strings, st.booleans())
def test_byte_by_byte_the_result_is_that_of_the_whole_text(text: str, stops: tuple[str, ...], included: bool) -> None:
    vocabulary = byte_vocabulary()
    check_against_plain(vocabulary, byte_tokenizer(), vocabulary.encode(text), stops, included)


@given(
    st.lists(st.sampled_from([*b"ab\n", 0xF0, 0x9F, 0x99, 0x82])), stop_strings | st.just(("\ufffd",)), st.booleans()
)
def test_broken_characters_change_nothing_of_that(data: list[int], stops: tuple[str, ...], included: bool) -> None:
    vocabulary = byte_vocabulary()
    ids = [vocabulary.token_bytes.index(bytes([byte])) for byte in data]
    check_against_plain(vocabulary, byte_tokenizer(), ids, stops, included)


@needs_gpt2
@given(st.lists(st.text(max_size=8), max_size=6), st.lists(st.text(max_size=4), max_size=4).map(tuple), st.booleans())
def test_however_the_text_is_cut_into_tokens_the_result_is_the_same(
    parts: list[str], stops: tuple[str, ...], included: bool
) -> None:
    vocabulary = gpt2_vocabulary()
    ids = [token_id for part in parts for token_id in vocabulary.encode(part)]
    stops = (*stops, *parts[1:2])
    check_against_plain(vocabulary, gpt2_tokenizer(), ids, stops, included)


def test_a_token_costs_no_more_late_in_a_long_text() -> None:
    vocabulary = byte_vocabulary()
    ids = vocabulary.encode("abc " * 500)
    text_stream = TextStream(vocabulary.token_bytes, ("\nYou:", "\nMira:"))

    def time_of_feeding() -> float:
        began = time.perf_counter()
        for token_id in ids:
            text_stream.feed(token_id)
        return time.perf_counter() - began

    times = [time_of_feeding() for _ in range(20)]
    assert min(times[10:]) < 5 * min(times[:10])
