"""The page's words in six languages.

The data files beside this module have a section for each panel: `panels.json` holds
`{"chat": {"undo": {"en": "Undo", "de": ...}}}`, which is the key `chat.undo`. `sampling.json` has the parameters, and
`messages.json` what other parts of the program say. Gradio translates the labels of components in the browser; this
module translates the text that the server writes, into the language that the browser prefers. Errors and messages of
other parts carry an English template and its values; `translate` looks it up in the sections of `SAID_ELSEWHERE`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import gradio as gr
from gradio.i18n import I18nData

from pyg_ui.errors import Message, PygmalionError

LANGUAGES = ("en", "de", "fr", "es", "ja", "zh")
"""English comes first. It is also for browsers that prefer no language of ours."""

SAID_ELSEWHERE = ("messages", "files", "checkpoints")
"""The sections with messages of other parts of the program. Their English text is the template, to the character."""

_SEPARATORS = {"de": (".", ","), "es": (".", ","), "fr": ("\N{NARROW NO-BREAK SPACE}", ",")}
"""The marks between thousands and before decimals, where they differ from those of English."""

_FILES = Path(__file__).parent


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """Every key with its words by language."""
    return {
        f"{section}.{key}": words
        for path in sorted(_FILES.glob("*.json"))
        for section, entries in json.loads(path.read_text(encoding="utf-8")).items()
        for key, words in entries.items()
    }


def i18n() -> gr.I18n:
    """The words of labels as Gradio's launch takes them: they are in every page. The server says all others itself."""
    labels = {key: words for key, words in tables().items() if _is_label(key)}
    return gr.I18n(**{language: {key: words[language] for key, words in labels.items()} for language in LANGUAGES})


def label(key: str) -> I18nData:
    """The words of a component's label, value or placeholder. Raises KeyError for an unknown key."""
    assert tables()[key]
    assert _is_label(key)
    return I18nData(key)


def _is_label(key: str) -> bool:
    return key.partition(".")[0] not in SAID_ELSEWHERE


def say(key: str, language: str, **values: object) -> str:
    """The words for a text that the server writes, its `{names}` filled in. Raises KeyError for an unknown key."""
    return tables()[key][language].format(**{name: _localised(value, language) for name, value in values.items()})


def figure(value: float, language: str, digits: int = 0) -> str:
    """A number as it is written in the language, with so many digits behind the decimal mark."""
    return _separated(f"{value:,.{digits}f}", language)


def translate(message: str | Message | PygmalionError, language: str) -> str:
    """A message of another part of the program, found by its template; in English if it has no translation."""
    if isinstance(message, PygmalionError):
        message = message.message
    elif isinstance(message, str):
        message = Message(message)
    key = _templates().get(message.template)
    if language == LANGUAGES[0] or key is None:
        return str(message)
    values = {name: _value(name, value, language) for name, value in message.values.items()}
    return str(Message(tables()[key][language], values))


def _value(name: str, value: object, language: str) -> object:
    """What fills a `{name}`: a translated message, a parameter's label, or a value that needs no translation."""
    if isinstance(value, Message | PygmalionError):
        return translate(value, language)
    if name == "parameter":
        return tables().get(f"sampling.{value}", {}).get(language, value)
    return _localised(value, language)


def _localised(value: object, language: str) -> object:
    return _Number(value, language) if type(value) in (int, float) else value


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that a template writes; where it asks for separators, they are those of the language."""

    value: object
    language: str

    def __format__(self, spec: str) -> str:
        text = format(self.value, spec)
        return _separated(text, self.language) if "," in spec or "." in spec else text

    def __str__(self) -> str:
        return str(self.value)


def _separated(text: str, language: str) -> str:
    """The number, written in English, with the language's own separators."""
    thousands, decimal = _SEPARATORS.get(language, (",", "."))
    return text.translate({ord(","): thousands, ord("."): decimal})


@cache
def _templates() -> Mapping[str, str]:
    """The key of each English template in the sections of SAID_ELSEWHERE."""
    return {words[LANGUAGES[0]]: key for key, words in tables().items() if key.partition(".")[0] in SAID_ELSEWHERE}


def preferred_language(accept_language: str | None) -> str:
    """The first language in a browser's header that is one of ours; English if there is none."""
    for part in (accept_language or "").split(","):
        language = part.split(";")[0].split("-")[0].strip().lower()
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]
