"""What the account does: it keeps what the page remembers, and knows in which language a page opens.

If the database fails, the page uses what the browser remembers, and nothing is said: everything else says it already.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import gradio as gr

from pyg_ui.errors import StoreError
from pyg_ui.library.store.settings import PAGE, SettingsStore
from pyg_ui.ui.account.page_settings import MAX_FOLDS, is_page_setting, language_in, page_settings
from pyg_ui.ui.account.view import account_html
from pyg_ui.ui.events import clicked
from pyg_ui.ui.owner import name_of
from pyg_ui.ui.session import Session
from pyg_ui.ui.translations import preferred_language


@dataclass(frozen=True)
class AccountHandlers:
    """The handlers, and what they need."""

    store: SettingsStore

    async def arrive(self, request: gr.Request, session: Session) -> str:
        """Give the session its language. Returns the account as HTML."""
        settings: dict[str, Any] | None = None
        with suppress(StoreError):
            settings = page_settings((await asyncio.to_thread(self.store.load, session.owner, [PAGE])).get(PAGE, {}))
        spoken = preferred_language(request.headers.get("accept-language"))
        session.language = language_in(settings or {}) or spoken
        return account_html(settings, name_of(request), session.language)

    def keep(self, event: gr.EventData, session: Session) -> None:
        """Keep a setting that a script reports; nothing that no script of ours reports."""
        sent, owner = clicked(event), session.record.owner
        name, value = sent.get("name"), sent.get("value")
        if not owner or not isinstance(name, str) or not is_page_setting(name, value):
            return
        with suppress(StoreError):
            known = self.store.load(owner, [PAGE]).get(PAGE, {})
            if name in known or len(known) < MAX_FOLDS:
                self.store.put(owner, PAGE, {name: value})
