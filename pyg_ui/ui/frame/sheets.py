"""Sheets: dialogs that lie over the page. `theme/scripts/sheets.js` opens and closes them.

A button opens a sheet if its `data-sheet` is the sheet's id. The script draws the head of each sheet.
What is in a sheet is not in the browser's page while the page opens: the script asks for it when there is time, or when
the sheet is opened. Values that the server sends before then are there too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import gradio as gr

SHEETS = ("editor", "gallery", "you", "model-sheet", "tools")
"""The ids of all sheets."""

_SIGNAL = """document.addEventListener('page:sheet', (event) => {
  if (event.detail.isOpen && event.detail.id === '%(id)s') trigger('select');
});
document.addEventListener('page:mount', (event) => { if (event.detail === '%(id)s') trigger('expand'); });"""


@dataclass(frozen=True)
class Sheet:
    """A sheet's components."""

    signal: gr.HTML
    """Tells by `select` that the sheet was opened, and by `expand` that its content is wanted."""
    content: gr.Column
    """What is in it; invisible until it is wanted."""


def title_of(id: str) -> str:
    """The key of a sheet's title, in the words' section `page`."""
    return f"sheet_{id.replace('-', '_')}"


@contextmanager
def sheet(id: str) -> Iterator[Sheet]:
    """Lay out what is built in the block as a sheet."""
    assert id in SHEETS
    with gr.Column(elem_id=id, elem_classes=["sheet"]):
        signal = gr.HTML("", visible="hidden", elem_classes=["signal"], js_on_load=_SIGNAL % {"id": id})
        with gr.Column(visible=False, elem_classes=["sheet-content"]) as content:
            yield Sheet(signal, content)
