"""Files that the browser saves. They are made in the page, so that no copy stays on the server's disk."""

import base64
import json
from typing import Any

import gradio as gr

from pyg_ui.ui.events import IN_BROWSER

SAVE_IN_BROWSER = """(written) => {
  if (!written) return '';
  const { name, data } = JSON.parse(written);
  const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return '';
}"""
"""Saves the file that `as_download` wrote; does nothing with an empty text."""


def as_download(name: str, data: bytes) -> str:
    """A file as SAVE_IN_BROWSER reads it."""
    return json.dumps({"name": name, "data": base64.b64encode(data).decode()})


def save_in_browser(written: Any, file: gr.Textbox) -> None:
    """After the event `written`, whose handler wrote `as_download` into a component, the browser saves the file."""
    written.then(None, [file], [file], js=SAVE_IN_BROWSER, **IN_BROWSER)
