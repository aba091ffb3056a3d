import ast
import json
import re
from collections.abc import Iterator
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
BEFORE_THE_PAGE = re.compile("--data-dir|Nothing was changed in it|must be updated|sampler_order|called {name!r}")
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
    assert say("page.sheet_model_sheet", "de") == "Modell"


def text_of(node: ast.AST) -> str:
    """The text of a constant in the source; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def messages_in(folder: str) -> Iterator[tuple[str, str]]:
    """The templates of the errors and messages that are made in a package, and where."""
    for path in (PACKAGE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=kind), args=[*given]) if kind in KINDS and path.name not in COMMANDS:
                    assert not any(isinstance(each, ast.JoinedStr) for each in given), f"{path}:{node.lineno}"
                case ast.Assign(targets=[ast.Name(id="template")], value=value) if path.name not in COMMANDS:
                    given = [value]
                case _:
                    continue
            for said in (text_of(part) for each in given for part in ast.walk(each)):
                if " " in said and not BEFORE_THE_PAGE.search(said):
                    yield f"{path.name}:{node.lineno}", said


def test_every_translated_message_is_said_in_the_program_to_the_character() -> None:
    sources = [ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")]
    said = {text_of(node) for source in sources for node in ast.walk(source)}
    assert [key for key, message in MESSAGES.items() if message not in said] == []


@pytest.mark.parametrize("folder", ["ui", "service", "dialogue", "library", "engine"])
def test_every_message_that_can_reach_the_page_is_found_by_its_template(folder: str) -> None:
    known = set(MESSAGES.values())
    assert [where for where, text in messages_in(folder) if text not in known] == []


def test_no_key_stands_twice_in_a_file() -> None:
    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        assert len({key for key, _ in pairs}) == len(pairs), [key for key, _ in pairs]
        return dict(pairs)

    for path in (PACKAGE / "ui" / "translations").glob("*.json"):
        json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)


def test_no_two_messages_have_one_template() -> None:
    assert len(set(MESSAGES.values())) == len(MESSAGES)


@pytest.mark.parametrize("key", MESSAGES)
def test_a_message_is_never_taken_for_another(key: str) -> None:
    gaps = {name: 7 for _, name, _, _ in Formatter().parse(MESSAGES[key]) if name}
    assert translate(errors.Message(MESSAGES[key], gaps), "de") == say(key, "de", **gaps)


def test_a_message_is_translated_with_the_messages_that_fill_it() -> None:
    reason = errors.CheckpointNotFoundError(
        "The hub has no model {name} that you may read. Check the name.", name="a/b"
    )
    message = errors.NoModelError("No model is loaded: {reason}", reason=reason)
    german = "Es ist kein Modell geladen: Auf dem Hub gibt es kein Modell a/b, das du lesen darfst. Prüfe den Namen."
    assert translate(message, "de") == german
    assert translate(message, "en") == str(message) == f"No model is loaded: {reason}"
    assert translate("Something else.", "ja") == "Something else."
    assert translate(errors.InputError("Something {else_}.", else_=1), "ja") == "Something 1."


@pytest.mark.parametrize(
    ("data", "german"),
    [
        (b"{", "x.json ist kein gültiges JSON: Der Fehler steht in Zeile 1, Spalte 2."),
        (b'{"char_name": ""}', "x.json kann nicht verwendet werden: Der Name ist leer. Gib der Figur einen Namen."),
        (b'{"messages": [{"msg": 7}]}', "x.json ist ein Chat, aber keine Nachricht darin lässt sich lesen."),
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
