"""The owner of what is made on a page, so that people find their own chats and no others.

The owner is the person who signed in, or else the browser, which keeps a random id of its own. A page keeps the owner
that it was opened by.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import gradio as gr

from pyg_ui.library.store.rows import new_id


@dataclass(frozen=True, slots=True)
class Visitor:
    """What a browser remembers between visits."""

    browser_id: str
    chat_id: str = ""
    """The id of the chat that it showed last; "" for a new chat."""

    @classmethod
    def read(cls, value: Any) -> Self:
        """The visitor that a browser sent, which may be anything. A browser without an id gets a new one."""
        values = value if isinstance(value, dict) else {}
        known = {name: values[name] for name in ("browser_id", "chat_id") if _is_id(values.get(name))}
        return cls(**({"browser_id": new_id()} | known))

    def written(self) -> dict[str, str]:
        """The value that the browser stores."""
        return asdict(self)


def visitor_state() -> gr.BrowserState:
    """The component that holds the browser's Visitor; None at first."""
    # Gradio's own key and secret are random for each process, so browsers would lose their ids at a restart. The
    # secret hides nothing.
    return gr.BrowserState(None, storage_key="pygmalion-ui", secret="pygmalion-ui")


def owner_of(request: gr.Request, visitor: Visitor) -> str:
    """The owner of what is made on this page: who signed in here or with Hugging Face, else the browser."""
    return signed_in(request) or f"browser:{visitor.browser_id}"


def signed_in(request: gr.Request) -> str:
    """The owner who signed in here or with Hugging Face; "" for nobody."""
    if request.username:
        return f"user:{request.username}"
    profile = _profile(request)
    return f"huggingface:{profile['sub']}" if profile.get("sub") else ""


def name_of(request: gr.Request) -> str:
    """The name of who signed in here or with Hugging Face; "" for nobody."""
    profile = _profile(request)
    return request.username or str(profile.get("preferred_username") or profile.get("name") or "")


def account_name(request: gr.Request) -> str:
    """The name that only one account has, of who signed in here or with Hugging Face; "" for nobody."""
    return request.username or str(_profile(request).get("preferred_username") or "")


def _profile(request: gr.Request) -> Mapping[str, Any]:
    """What Hugging Face tells of who signed in there; empty for everybody else."""
    scope = request.request.scope if request.request is not None else {}
    profile = scope.get("session", {}).get("oauth_info", {}).get("userinfo", {})
    return profile if isinstance(profile, dict) else {}


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{32}", value) is not None
