"""The account's event."""

import gradio as gr

from pyg_ui.ui.account.handlers import AccountHandlers
from pyg_ui.ui.events import QUICK


def wire_account(account: gr.HTML, handlers: AccountHandlers, session: gr.State) -> None:
    """What a script reports is kept. Each report counts, so none replaces another."""
    kept = account.select(handlers.keep, [session], None, **QUICK | {"trigger_mode": "multiple"})
    kept.then(None, None, None, js=_TOLD, api_visibility="private", queue=False)


_TOLD = "() => document.dispatchEvent(new CustomEvent('page:kept'))"
