import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pyg_ui
from pyg_ui import errors
from pyg_ui.ui.translations import LANGUAGES, label, preferred_language, say, tables, translate

PACKAGE = Path(pyg_ui.__file__).parent
MESSAGES = {key: words["en"] for key, words in tables().items() if key.startswith("messages.")}


def test_every_key_has_words_in_every_language() -> None:
    assert {key: tuple(words) for key, words in tables().items()} == dict.fromkeys(tables(), LANGUAGES)
    assert [key for key, words in tables().items() for text in words.values() if not text.strip()] == []


def test_every_language_fills_in_the_same_values() -> None:
    for key, words in tables().items():
        names = {frozenset(re.findall(r"{(?!_)(\w+)", text)) for text in words.values()}
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


def template(node: ast.expr) -> str:
    """A text in a piece of source, `{}` in the place of what is filled in; "" for anything else."""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def texts() -> Iterator[str]:
    """All that is written in the program's sources."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.expr) and template(node).strip("{} "):
                yield template(node)


def raised(folder: str) -> Iterator[tuple[str, str]]:
    """The texts of our own errors that a package raises, and where."""
    for path in (PACKAGE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Raise(exc=ast.Call(func=ast.Name(id=kind), args=[said, *_])):
                    if hasattr(errors, kind) and template(said).strip("{} "):
                        yield f"{path.name}:{node.lineno}", template(said)


def shape(text: str) -> re.Pattern[str]:
    """What a text in a source looks like once it is filled in."""
    return re.compile(re.escape(text).replace(r"\{\}", ".+"), re.DOTALL)


def may_be(text: re.Pattern[str], message: str) -> bool:
    """Whether it may be this message; those who read a file do not know its name, which is put before what they say."""
    return any(map(text.fullmatch, (message, message.removeprefix("{file} "))))


def test_what_is_translated_is_still_said_like_that() -> None:
    said = [shape(text) for text in set(texts())]
    assert [key for key, message in MESSAGES.items() if not any(may_be(text, message) for text in said)] == []


@pytest.mark.parametrize("folder", ["ui", "service", "dialogue"])
def test_every_error_that_a_handler_or_a_chat_raises_is_translated(folder: str) -> None:
    said = [(where, shape(text)) for where, text in raised(folder)]
    known = MESSAGES.values()
    assert [where for where, text in said if not any(may_be(text, message) for message in known)] == []


def test_a_message_is_translated_with_what_was_filled_in() -> None:
    message = "No model is loaded: The hub has no model a/b that you may read. Check the name."
    german = "Es ist kein Modell geladen: Auf dem Hub gibt es kein Modell a/b, das du lesen darfst. Prüfe den Namen."
    assert translate(message, "de") == german
    assert translate(message, "en") == message
    assert translate("Something else.", "ja") == "Something else."
