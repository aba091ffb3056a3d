"""Who is at the page, so that everybody finds their own chats and nobody else's.

That is who signed in; where nobody has to, it is the browser, which keeps a random id of its own. The id is told to
nobody else, and what a page does counts for the owner that it was opened by.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr

from pyg_ui.library.store.ids import new_id

# Both are random for each process otherwise, and a restart would make strangers of everybody. Nothing is hidden by
# the secret: it is in this file.
_STORAGE_KEY = "pygmalion-ui"
_SECRET = "pygmalion-ui"


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a browser remembers between visits."""

    browser_id: str
    chat_id: str = ""
    """The chat that it showed last; "" where that was a new one."""

    @classmethod
    def read(cls, value: Any) -> Visitor:
        """What the browser sent, which may be anything; a browser that remembers nothing gets a new id."""
        values = value if isinstance(value, dict) else {}
        known = {name: values[name] for name in ("browser_id", "chat_id") if _is_id(values.get(name))}
        return cls(**({"browser_id": new_id()} | known))

    def written(self) -> dict[str, str]:
        """What the browser is to remember."""
        return asdict(self)


def visitor_state() -> gr.BrowserState:
    """What the browser remembers, None at first."""
    return gr.BrowserState(None, storage_key=_STORAGE_KEY, secret=_SECRET)


def owner_of(request: gr.Request, visitor: Visitor) -> str:
    """The owner of what is made on this page: who signed in here or with Hugging Face, else the browser."""
    if request.username:
        return f"user:{request.username}"
    scope = request.request.scope if request.request is not None else {}
    profile = scope.get("session", {}).get("oauth_info", {}).get("userinfo", {})
    return f"huggingface:{profile['sub']}" if profile.get("sub") else f"browser:{visitor.browser_id}"


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{32}", value) is not None
