"""The tables of readers: a format is one module with `recognise` and `read`, and one entry in a table."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from pyg_ui.library.cards import files as cards
from pyg_ui.library.containers.document import Document, open_document
from pyg_ui.library.lorebooks import files as lorebooks
from pyg_ui.library.readers import Reader, read_first
from pyg_ui.library.transcripts import files as transcripts
from tests.repository import ROOT, SAMPLES

LIBRARY = ROOT / "pyg_ui" / "library"
TABLES: dict[str, tuple[Reader[Any], ...]] = {
    "cards": cards.READERS,
    "lorebooks": lorebooks.READERS,
    "transcripts": transcripts.READERS,
}


class Riddle:
    """A format that nobody has: an object with a `riddle`."""

    def recognise(self, document: Document) -> str:
        return "riddle" if "riddle" in document.values else ""

    def read(self, document: Document) -> str:
        return f"{document.name}: {document.values['riddle']}"


def test_the_first_reader_that_recognises_a_document_reads_it() -> None:
    document = open_document(b'{"riddle": "What has a mouth?"}', "folder/River.json")
    assert read_first([Riddle()], document) == ("River: What has a mouth?", "riddle")
    assert read_first([], document) is None
    assert read_first(cards.READERS, document) is None


@pytest.mark.parametrize("folder", TABLES)
def test_every_reader_of_a_folder_is_in_its_table(folder: str) -> None:
    readers = {
        path.stem
        for path in (LIBRARY / folder).glob("*.py")
        if {"recognise", "read"} <= {n.name for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)}
    }
    assert readers == {getattr(reader, "__name__", "").split(".")[-1] for reader in TABLES[folder]}


@pytest.mark.parametrize("reader", [reader for table in TABLES.values() for reader in table])
def test_every_reader_recognises_a_sample(reader: Reader[Any]) -> None:
    documents = []
    for path in (path for folder in ("cards", "chats", "lorebooks") for path in (SAMPLES / folder).iterdir()):
        if path.name != "edge-no-json.json":
            documents.append(open_document(path.read_bytes(), path.name))
    assert any(reader.recognise(document) for document in documents)


def test_no_file_has_the_marks_of_two_kinds() -> None:
    for path in filter(Path.is_file, SAMPLES.rglob("*")):
        if path.name in ("edge-no-json.json", "edge-both-dialects.json") or path.suffix == ".txt":
            continue
        document = open_document(path.read_bytes(), path.name)
        kinds = [kind for kind, readers in TABLES.items() if any(reader.recognise(document) for reader in readers)]
        assert len(kinds) == ("presets" not in path.parts), path.name


def test_containers_know_no_formats_of_cards_chats_or_presets() -> None:
    allowed = ("pyg_ui.library.containers", "pyg_ui.library.left_out", "pyg_ui.library.unreadable")
    allowed += ("pyg_ui.dialogue", "pyg_ui.errors")
    for path in (LIBRARY / "containers").glob("*.py"):
        for name in _imports(path):
            assert not name.startswith("pyg_ui") or name.startswith(allowed), f"{path.name} imports {name}"


def _imports(path: Path) -> list[str]:
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    return [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
