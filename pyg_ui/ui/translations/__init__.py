"""The page's words in six languages.

One data file a panel lies beside this module: `chat.json` holds `{"undo": {"en": "Undo", "de": ...}}`, which is the
key `chat.undo`. Labels of components are translated by Gradio in the browser; what the server writes itself is
translated here, for the language that the browser prefers. What other parts of the program say for people, errors
above all, they say in English, and the files named in `SAID_ELSEWHERE` have it in the other languages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import gradio as gr
from gradio.i18n import I18nData

from pyg_ui.errors import Message, PygmalionError

LANGUAGES = ("en", "de", "fr", "es", "ja", "zh")
"""English comes first: it is what everybody else reads."""

SAID_ELSEWHERE = ("messages", "files", "checkpoints")
"""The files with what other parts of the program say; the English in them is the template of what is said."""

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


def translate(message: str | Message | PygmalionError, language: str) -> str:
    """What another part of the program says for people; in English where nobody translated it."""
    if language == LANGUAGES[0]:
        return str(message)
    if isinstance(message, PygmalionError):
        message = message.message
    if isinstance(message, Message) and (key := _templates().get(message.template)) is not None:
        return _filled(tables()[key][language], {n: _value(n, v, language) for n, v in message.values.items()})
    return _translate_text(str(message), language)


def _filled(words: str, values: Mapping[str, object]) -> str:
    return words.format(**values) if values else words


def _value(name: str, value: object, language: str) -> object:
    """What fills a `{name}` in: another message, a parameter's label, or a value that needs no translation."""
    if isinstance(value, Message | PygmalionError):
        return translate(value, language)
    if name == "parameter":
        return tables().get(f"sampling.{value}", {}).get(language, value)
    return value


@cache
def _templates() -> Mapping[str, str]:
    """The key of each English template of the files in SAID_ELSEWHERE."""
    return {words[LANGUAGES[0]]: key for key, words in tables().items() if key.partition(".")[0] in SAID_ELSEWHERE}


def _translate_text(message: str, language: str) -> str:
    for key, pattern in _patterns().items():
        if (found := pattern.fullmatch(message)) is not None:
            return say(key, language, **{name: _said(name, text, language) for name, text in found.groupdict().items()})
    return message


def _said(name: str, text: str, language: str) -> str:
    """What fills a `{name}` in: another message, a parameter, or what is nobody's to translate."""
    if name == "parameter":
        return tables().get(f"sampling.{text}", {}).get(language, text)
    return translate(text, language) if name.removeprefix("_") == "reason" else text


def preferred_language(accept_language: str | None) -> str:
    """The first of our languages in the header in which a browser names its own; English where it names none."""
    for part in (accept_language or "").split(","):
        language = part.split(";")[0].split("-")[0].strip().lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """For each message, what its English text looks like with its `{names}` filled in; those that say most first."""
    english = {key: words[LANGUAGES[0]] for key, words in tables().items() if key.split(".")[0] in SAID_ELSEWHERE}
    by_length = sorted(english, key=lambda key: len(re.sub(r"{\w+}", "", english[key])), reverse=True)
    return {key: re.compile(_pattern(english[key]), re.DOTALL) for key in by_length}


def _pattern(text: str) -> str:
    parts = Formatter().parse(text)
    return "".join(re.escape(literal) + (f"(?P<{name}>.+?)" if name else "") for literal, name, _, _ in parts)
