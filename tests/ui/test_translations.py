import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import pyg_ui
from pyg_ui import errors
from pyg_ui.engine.parameters import SamplingParameters
from pyg_ui.library.recognition import recognise
from pyg_ui.ui.translations import LANGUAGES, SAID_ELSEWHERE, label, preferred_language, say, tables, translate

PACKAGE = Path(pyg_ui.__file__).parent
MESSAGES = {key: words["en"] for key, words in tables().items() if key.split(".")[0] in SAID_ELSEWHERE}
KINDS = {"UnreadableError", *vars(errors)}
COMMANDS = ("__main__.py", "conversion.py")
"""What only a command says."""
BEFORE_THE_PAGE = re.compile("--data-dir|Nothing was changed in it|must be updated|sampler_order|called {")
"""What ends a start, or answers what only the API can ask."""


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


def errors_in(folder: str) -> Iterator[tuple[str, str]]:
    """The texts of our own errors in a package, and where. Those who read files leave the file's name to others."""
    for path in (PACKAGE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=kind), args=[*given]) if kind in KINDS and path.name not in COMMANDS:
                    said = max(map(template, given), key=len, default="")
                    if said.strip("{} ") and not BEFORE_THE_PAGE.search(said):
                        yield f"{path.name}:{node.lineno}", f"{{}} {said}" if kind == "UnreadableError" else said


@cache
def shape(text: str) -> re.Pattern[str]:
    """What a text with gaps looks like once it is filled in."""
    return re.compile(re.sub(r"\\{\w*\\}", ".*", re.escape(text)), re.DOTALL)


def is_message(text: str, message: str) -> bool:
    """Whether what stands in a source may be this message; either of them may have a gap where the other has words."""
    return bool(shape(text).fullmatch(message) or shape(message).fullmatch(text))


def test_what_is_translated_is_still_said_like_that() -> None:
    said = set(texts())
    said |= {f"{{}} {text}" for text in said if " " in text}
    assert [key for key, message in MESSAGES.items() if not any(is_message(text, message) for text in said)] == []


@pytest.mark.parametrize("folder", ["ui", "service", "dialogue", "library", "engine"])
def test_every_error_that_can_reach_the_page_is_translated(folder: str) -> None:
    known = MESSAGES.values()
    assert [where for where, text in errors_in(folder) if not any(is_message(text, message) for message in known)] == []


@pytest.mark.parametrize("key", MESSAGES)
def test_a_message_is_never_taken_for_another(key: str) -> None:
    gaps = {name: 7 for _, name, _, _ in Formatter().parse(MESSAGES[key]) if name}
    assert translate(errors.Message(MESSAGES[key], gaps), "de") == say(key, "de", **gaps)


def test_a_message_is_translated_with_what_was_filled_in() -> None:
    message = "No model is loaded: The hub has no model a/b that you may read. Check the name."
    german = "Es ist kein Modell geladen: Auf dem Hub gibt es kein Modell a/b, das du lesen darfst. Prüfe den Namen."
    assert translate(message, "de") == german
    assert translate(message, "en") == message
    assert translate("Something else.", "ja") == "Something else."


@pytest.mark.parametrize(
    ("data", "german"),
    [
        (b"{", "x.json ist kein gültiges JSON: Der Fehler steht in Zeile 1, Spalte 2."),
        (b'{"char_name": ""}', "x.json kann nicht verwendet werden: „char_name“ ist leer. Trag dort einen Namen ein."),
        (b'{"name": "A", "first_mes": 7}', "x.json kann nicht verwendet werden: „first_mes“ muss Text sein."),
        (
            b"a: &b c",
            "x.json kann nicht verwendet werden: Darin stehen YAML-Anker oder -Aliasse. Schreib die Texte aus.",
        ),
        (b"PK\3\4", "x.json ist abgeschnitten: Das Ende fehlt. Lade die Datei noch einmal herunter."),
    ],
)
def test_what_is_wrong_with_a_file_is_told_in_the_visitors_language(data: bytes, german: str) -> None:
    with pytest.raises(errors.InputError) as raised:
        recognise(data, "x.json")
    assert translate(raised.value, "de") == german


@pytest.mark.parametrize(
    ("name", "german"),
    [
        ("top_k", "Top-k muss eine ganze Zahl von 0 bis 1,000 sein."),
        ("temperature", "Temperatur muss zwischen 0 und 2 liegen."),
        ("repetition_penalty", "Wiederholungsstrafe muss über 0 liegen und höchstens 10 sein."),
    ],
)
def test_a_parameter_out_of_range_has_the_name_of_its_slider(name: str, german: str) -> None:
    with pytest.raises(errors.ParameterError) as raised:
        SamplingParameters(**{name: -1})
    assert translate(raised.value, "de") == german
