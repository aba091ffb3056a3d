"""Who asks the engine for something. Clients that wait take turns."""

from contextvars import ContextVar

current_client: ContextVar[str] = ContextVar("current_client", default="")
"""Whose request is being answered: a login, a key or an address. Set where requests arrive."""
