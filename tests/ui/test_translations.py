import re

import pytest

from pyg_ui.ui.translations import LANGUAGES, label, preferred_language, say, tables


def test_every_key_has_words_in_every_language() -> None:
    assert {key: tuple(words) for key, words in tables().items()} == dict.fromkeys(tables(), LANGUAGES)
    assert [key for key, words in tables().items() for text in words.values() if not text.strip()] == []


def test_every_language_fills_in_the_same_values() -> None:
    for key, words in tables().items():
        names = {frozenset(re.findall(r"{(\w+)", text)) for text in words.values()}
        assert len(names) == 1, key


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("nl, ja;q=0.5", "ja"),
        ("zh-CN", "zh"),
        ("ZH-Hant;q=1, en", "zh"),
        (";;,,=", "en"),
    ],
)
def test_the_browsers_first_language_that_we_speak_counts(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        label("page.nothing")
    assert say("page.model", "de") == "Modell"
