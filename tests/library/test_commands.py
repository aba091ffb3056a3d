"""`python -m pyg_ui.library`: what it prints, what it writes, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pyg_ui.library.__main__ import main
from pyg_ui.library.cards.files import read_card
from pyg_ui.library.conversion import FORMATS
from pyg_ui.library.transcripts.files import read_chats
from tests.repository import ROOT

SAMPLES = ROOT / "tests" / "samples"
CARD, CHAT = SAMPLES / "cards" / "tavern-v2.json", SAMPLES / "chats" / "sillytavern.jsonl"
BOOK = SAMPLES / "lorebooks" / "risu.json"

Capture = pytest.CaptureFixture[str]


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


@pytest.mark.parametrize(
    ("path", "kind", "form", "name"),
    [
        (CARD, "character", "tavern-v2-json", "Odo"),
        (CHAT, "chat", "sillytavern", "Odo"),
        (SAMPLES / "cards" / "lorebook-v3.json", "lorebook", "lorebook-v3-json", "The river"),
        (SAMPLES / "cards" / "world-info.json", "lorebook", "world-info-json", "The river"),
    ],
)
def test_inspect_prints_one_object(path: Path, kind: str, form: str, name: str, capsys: Capture) -> None:
    assert run("inspect", path) == 0
    values = json.loads(capsys.readouterr().out)
    assert (values["kind"], values["format"], values["name"]) == (kind, form, name)


def test_inspect_tells_many_files_in_lines_and_what_is_wrong_with_the_others(capsys: Capture) -> None:
    bad = SAMPLES / "cards" / "edge-no-json.json"
    assert run("inspect", CARD, bad, CHAT, "no-such-file") == 1
    printed = capsys.readouterr()
    assert [json.loads(line)["file"] for line in printed.out.splitlines()] == [str(CARD), str(CHAT)]
    problems = printed.err.splitlines()
    assert len(problems) == 2
    assert problems[0].startswith("edge-no-json.json is no character")
    assert problems[1] == "no-such-file does not exist."


def test_a_real_process_ends_with_the_status() -> None:
    command = [sys.executable, "-m", "pyg_ui.library"]
    good = subprocess.run([*command, "inspect", str(CARD)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (good.returncode, json.loads(good.stdout)["kind"], good.stderr) == (0, "character", "")
    bad = subprocess.run([*command, "inspect", "README.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout, bad.stderr.count("\n")) == (1, "", 1)


@pytest.mark.parametrize(
    ("source", "target", "form"),
    [
        (CARD, "a.png", "tavern-v3-png"),
        (CARD, "a.json", "tavern-v2-json"),
        (CHAT, "a.jsonl", "sillytavern"),
        (CHAT, "a.json", "pygmalion"),
    ],
)
def test_convert_follows_the_targets_suffix(source: Path, target: str, form: str, tmp_path: Path) -> None:
    assert run("convert", source, tmp_path / target) == 0
    read = read_card if source is CARD else read_chats
    assert read((tmp_path / target).read_bytes(), target).format == form
    assert [path.name for path in tmp_path.iterdir()] == [target]


def test_convert_to_a_named_format(tmp_path: Path, capsys: Capture) -> None:
    assert run("convert", CARD, tmp_path / "a.txt", "--to", "pygmalion") == 0
    assert read_card((tmp_path / "a.txt").read_bytes(), "a").format == "pygmalion-json"
    assert "left behind: alternate greetings, lorebook" in capsys.readouterr().out


def test_convert_many_files_into_a_folder_and_name_those_that_fail(tmp_path: Path, capsys: Capture) -> None:
    dump = SAMPLES / "chats" / "characterai.json"
    bad = SAMPLES / "cards" / "edge-no-json.json"
    assert run("convert", CARD, CHAT, bad, dump, tmp_path) == 1
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"tavern-v2.png", "sillytavern.jsonl", "characterai.jsonl", "characterai-2.jsonl"}
    assert capsys.readouterr().err.startswith("edge-no-json.json is no character")


def test_what_could_not_be_read_is_told(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "odo.json"
    path.write_text('{"name": "Odo", "first_mes": "", "tags": ["sea", {}]}', encoding="utf-8")
    assert run("inspect", path, CARD) == 0
    told = [json.loads(line)["left_out"] for line in capsys.readouterr().out.splitlines()]
    assert told == [["tags: 1 of 2 could not be read (2)."], []]
    assert run("convert", path, tmp_path / "odo.png") == 0
    assert "tags: 1 of 2 could not be read (2)." in capsys.readouterr().out


def test_a_lorebook_is_converted_to_what_v3_and_sillytavern_read(tmp_path: Path, capsys: Capture) -> None:
    assert run("convert", BOOK, tmp_path / "a.json") == 0
    assert run("convert", tmp_path / "a.json", tmp_path / "b.json", "--to", "world-info") == 0
    assert "left behind" not in capsys.readouterr().out
    v3_book = SAMPLES / "cards" / "lorebook-v3.json"
    assert run("convert", v3_book, tmp_path / "c.json", "--to", "world-info") == 0
    assert "settings of the whole lorebook" in capsys.readouterr().out
    v3, world = (json.loads((tmp_path / name).read_text(encoding="utf-8")) for name in ("a.json", "b.json"))
    assert (v3["spec"], v3["data"]["entries"][0]["keys"]) == ("lorebook_v3", ["comet", "tail star"])
    comet, pattern = world["entries"]["0"], world["entries"]["1"]
    assert (comet["key"], comet["keysecondary"], comet["selective"]) == (
        ["comet", "tail star"],
        ["night", "dusk"],
        True,
    )
    assert (comet["order"], comet["position"], comet["disable"]) == (100, 0, False)
    assert pattern["key"] == ["/com{1,2}et/i", "/tails?/"]


def test_convert_never_overwrites_in_a_folder_nor_the_original(tmp_path: Path, capsys: Capture) -> None:
    original = tmp_path / "odo.json"
    original.write_bytes(CARD.read_bytes())
    assert run("convert", original, original) == 1
    assert run("convert", original, tmp_path, "--to", "tavern-v2") == 1
    assert original.read_bytes() == CARD.read_bytes()
    assert capsys.readouterr().err.count("exists already") == 2


def test_what_a_killed_conversion_left_is_removed_by_the_next(tmp_path: Path) -> None:
    old, recent, other = (tmp_path / name for name in (".a.json.1.part", ".a.json.2.part", ".b.json.1.part"))
    for part in (old, recent, other):
        part.touch()
    for part in (old, other):
        os.utime(part, (time.time() - 86_400,) * 2)
    assert run("convert", CARD, tmp_path / "a.json") == 0
    assert [part.exists() for part in (old, recent, other)] == [False, True, True]


def test_further_chats_of_a_file_never_replace_anything(tmp_path: Path, capsys: Capture) -> None:
    other = tmp_path / "out-2.md"
    other.write_text("Mine.", encoding="utf-8")
    assert run("convert", SAMPLES / "chats" / "characterai.json", tmp_path / "out.md") == 1
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["Mine."]
    assert "out-2.md exists already" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((CARD, "a.doc"), "end it in .png or .json"),
        ((CARD, "a.md", "--to", "markdown"), "choose tavern-png or tavern-v2 or pygmalion"),
        ((CHAT, "a.png", "--to", "tavern-png"), "choose sillytavern or"),
        ((CARD, CHAT, "a.json"), "is no folder"),
        ((CARD, "missing/a.json"), "cannot be written"),
        ((BOOK, "a.png"), "end it in .json"),
        ((BOOK, "a.json", "--to", "tavern-v2"), "choose lorebook-v3 or world-info"),
    ],
)
def test_what_cannot_be_converted_is_told_in_a_line(
    arguments: tuple[object, ...], problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("convert", *arguments) == 1
    told = capsys.readouterr().err
    assert problem in told
    assert told.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_command_or_format_is_a_usage_error(capsys: Capture) -> None:
    for arguments in (("explode",), ("convert", CARD, "x", "--to", "doc"), ()):
        with pytest.raises(SystemExit, match="2"):
            run(*arguments)
    told = capsys.readouterr().err
    assert all(form in told for form in FORMATS)
