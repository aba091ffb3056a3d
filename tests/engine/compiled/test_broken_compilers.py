"""Compilers that fail or lie: the work is left to torch, and one line says why."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from pyg_ui.engine.compiled.kernels import load_kernels

_TO_THE_OUTPUT = 'for last; do :; done; printf "%s" > "$last"'
BROKEN = {
    "fails": "exit 1",
    "fails at length": "yes error | head -c 100000 >&2; exit 1",
    "is killed": "kill -9 $$",
    "says nothing and makes nothing": "exit 0",
    "makes an empty file": _TO_THE_OUTPUT % "",
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_a_broken_compiler_leaves_the_work_to_torch(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    compiler = tmp_path / "g++"
    compiler.write_text(f"#!/bin/sh\n{script}\n")
    compiler.chmod(0o755)
    monkeypatch.setattr("pyg_ui.engine.compiled.building.find_compiler", lambda: str(compiler))
    with caplog.at_level(logging.INFO):
        assert load_kernels(tmp_path / "kept") is None
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("Nothing is compiled for this processor: ")
    assert "\n" not in line
    assert len(line) < 500
