"""The component of the account. `view` says what it shows."""

import gradio as gr

from pyg_ui.ui.account.view import account_html
from pyg_ui.ui.translations import LANGUAGES

# What account.js wants to be kept becomes an event of this component.
_REPORT = "document.addEventListener('page:keep', (event) => trigger('select', event.detail));"


def build_account() -> gr.HTML:
    """Lay out the account of nobody."""
    return gr.HTML(account_html(None, "", LANGUAGES[0]), elem_id="account", js_on_load=_REPORT)
