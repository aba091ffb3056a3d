"""The page's words in six languages.

One data file a panel lies beside this module: `chat.json` holds `{"undo": {"en": "Undo", "de": ...}}`, which is the
key `chat.undo`. Labels of components are translated by Gradio in the browser; what the server writes itself is
translated here, for the language that the browser prefers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import gradio as gr
from gradio.i18n import I18nData

LANGUAGES = ("en", "de", "fr", "es", "ja", "zh")
"""English comes first: it is what everybody else reads."""

_FILES = Path(__file__).parent


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """Every key with its words by language."""
    return {
        f"{path.stem}.{key}": words
        for path in sorted(_FILES.glob("*.json"))
        for key, words in json.loads(path.read_text(encoding="utf-8")).items()
    }


def i18n() -> gr.I18n:
    """All words as Gradio's launch takes them."""
    return gr.I18n(**{language: {key: words[language] for key, words in tables().items()} for language in LANGUAGES})


def label(key: str) -> I18nData:
    """The words of a component's label, value or placeholder. Raises KeyError for an unknown key."""
    assert tables()[key]
    return I18nData(key)


def say(key: str, language: str, **values: object) -> str:
    """The words for a text that the server writes, its `{names}` filled in. Raises KeyError for an unknown key."""
    return tables()[key][language].format(**values)


def preferred_language(accept_language: str | None) -> str:
    """The first of our languages in the header in which a browser names its own; English where it names none."""
    for part in (accept_language or "").split(","):
        language = part.split(";")[0].split("-")[0].strip().lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]
