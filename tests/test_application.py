"""What the application does around Gradio's own start."""

from __future__ import annotations

from typing import Any

import gradio as gr
import httpx
import pytest
from gradio import networking

from pyg_ui.application import however_slowly
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
    with however_slowly():
        assert built(launch).startswith("http://127.0.0.1:")
