"""Text to ids and back: the same as the tokenizer's own, without its special tokens, from any thread."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import AddedToken, Tokenizer, decoders, models

from pyg_ui.engine.checkpoints.vocabulary import Vocabulary
from pyg_ui.errors import UnsupportedError
from tests.checkpoints import byte_tokenizer
from tests.engine.serving.test_text_stream import gpt2_tokenizer, gpt2_vocabulary, needs_gpt2, plain


@needs_gpt2
@given(st.text())
def test_encoding_is_the_tokenizers_own_without_special_tokens(text: str) -> None:
    expected = gpt2_tokenizer().encode(text, add_special_tokens=False, split_special_tokens=True)
    assert gpt2_vocabulary().encode(text) == expected


@needs_gpt2
@given(st.lists(st.sampled_from(["<|endoftext|>", "<|endoftext", "|>", "<", " ", "You: ", "\n", "é"])).map("".join))
def test_the_name_of_a_special_token_is_text_like_any_other(text: str) -> None:
    vocabulary = gpt2_vocabulary()
    ids = vocabulary.encode(text)
    assert 50256 not in ids
    assert vocabulary.decode(ids) == text


@needs_gpt2
@given(st.lists(st.integers(0, 50256)))
def test_decoding_is_the_tokenizers_own_without_special_tokens(ids: list[int]) -> None:
    assert gpt2_vocabulary().decode(ids) == plain(gpt2_tokenizer(), ids)


def test_other_threads_go_on_while_a_long_text_is_encoded() -> None:
    vocabulary = Vocabulary(byte_tokenizer().backend_tokenizer, end_ids={256})
    text = "Once upon a time " * 60_000
    with ThreadPoolExecutor(1) as pool:
        encoding = pool.submit(vocabulary.encode, text)
        num_turns = 0
        while not encoding.done():
            time.sleep(0.001)
            num_turns += 1
        assert len(encoding.result()) == len(text)
    assert num_turns > 20


def test_ids_beyond_the_tokenizer_have_no_text() -> None:
    assert Vocabulary(byte_tokenizer().backend_tokenizer, end_ids={256}).decode([300, 5000]) == ""


def test_added_tokens_that_are_not_special_are_text() -> None:
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens([AddedToken("two words", special=False), AddedToken("<mark>", special=True)])
    vocabulary = Vocabulary(tokenizer.backend_tokenizer, end_ids={256})
    ids, mark = vocabulary.encode("a two wordsé"), tokenizer.convert_tokens_to_ids("<mark>")
    assert len(ids) == 5
    assert vocabulary.decode([*ids, mark]) == plain(tokenizer, [*ids, mark]) == "a two wordsé"
    assert vocabulary.decode(vocabulary.encode("<mark>")) == "<mark>"


def test_an_added_token_that_ends_texts_is_no_text() -> None:
    tokenizer = byte_tokenizer()
    tokenizer.add_tokens([AddedToken("</s>", special=False)])
    end = tokenizer.convert_tokens_to_ids("</s>")
    vocabulary = Vocabulary(tokenizer.backend_tokenizer, end_ids=(256, end))
    assert vocabulary.decode([end, 256]) == ""
    assert len(vocabulary.encode("</s>")) == 4


def test_a_length_limit_stored_with_the_tokenizer_shortens_no_prompt() -> None:
    tokenizer = byte_tokenizer()
    tokenizer.backend_tokenizer.enable_truncation(4)
    tokenizer.backend_tokenizer.enable_padding(length=10)
    assert len(Vocabulary(tokenizer.backend_tokenizer, end_ids={256}).encode("seven c")) == 7


def test_a_tokenizer_that_is_not_byte_level_is_refused() -> None:
    words = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    words.decoder = decoders.WordPiece()
    with pytest.raises(UnsupportedError, match="byte-level"):
        Vocabulary(words, end_ids={0})


def test_what_ends_a_line_or_the_text_is_protected() -> None:
    vocabulary = Vocabulary(byte_tokenizer().backend_tokenizer, end_ids={256})
    assert vocabulary.protected_ids == {256, *vocabulary.encode("\n")}


def test_many_threads_may_encode_at_once() -> None:
    vocabulary = Vocabulary(byte_tokenizer().backend_tokenizer, end_ids={256})
    with ThreadPoolExecutor(8) as pool:
        texts = [f"text {index} é" for index in range(200)]
        assert [vocabulary.decode(ids) for ids in pool.map(vocabulary.encode, texts)] == texts
