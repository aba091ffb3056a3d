"""Sheets: dialogs that lie over the page. `theme/scripts/sheets.js` opens and closes them.

A button opens a sheet if its `data-sheet` is the sheet's id. The script draws the head of each sheet.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

SHEETS = ("editor", "gallery", "you", "model-sheet", "tools")
"""The ids of all sheets."""

_SIGNAL = """document.addEventListener('page:sheet', (event) => {
  if (event.detail.isOpen && event.detail.id === '%s') trigger('select');
});"""


def title_of(id: str) -> str:
    """The key of a sheet's title, in the words' section `page`."""
    return f"sheet_{id.replace('-', '_')}"


@contextmanager
def sheet(id: str) -> Iterator[gr.HTML]:
    """Lay out what is built in the block as a sheet. The yielded component tells of its opening by `select`."""
    assert id in SHEETS
    with gr.Column(elem_id=id, elem_classes=["sheet"]):
        yield gr.HTML("", visible="hidden", elem_classes=["signal"], js_on_load=_SIGNAL % id)
