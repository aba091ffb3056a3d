"""What the application does around Gradio's own start."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import pytest
from gradio import networking

from pyg_ui.opening import opening
from tests.repository import ROOT
from tests.ui.building import built


def test_a_page_that_answers_slowly_at_first_is_opened_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer_late(*_: Any, **__: Any) -> None:
        raise httpx.ReadTimeout("3 s are over")

    monkeypatch.setattr(networking.httpx, "head", answer_late)

    def launch() -> str:
        with gr.Blocks(analytics_enabled=False) as page:
            gr.Textbox()
        try:
            return str(page.launch(prevent_thread_lock=True, quiet=True)[1])
        finally:
            page.close(verbose=False)

    with pytest.raises(ValueError, match="not accessible"):
        built(launch)
    with opening("127.0.0.1"):
        assert built(launch).startswith("http://127.0.0.1:")


def test_a_taken_port_is_told_in_one_line_and_the_process_ends(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "app.py", "--model", "demo-neo", "--port", str(taken.getsockname()[1])]
        own = os.environ | {"PYG_DATA_DIR": str(tmp_path)}
        ended = subprocess.run(command, cwd=ROOT, env=own, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert "cannot be opened" in ended.stderr.splitlines()[-1]


def test_the_second_ctrl_c_ends_the_process_at_once() -> None:
    program = (
        "import time; from pyg_ui.opening import stop_signal; stop = stop_signal(); print('ready', flush=True); "
        "stop.wait(); print('stopping', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for said in ("ready", "stopping"):
            assert process.stdout.readline().strip() == said
            process.send_signal(signal.SIGINT)
        assert process.wait(60) == -signal.SIGINT
