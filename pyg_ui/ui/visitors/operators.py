"""Who may decide on a public page which model speaks: the operators.

These are who signed in by one of their names, and the browser that opens the operator link, which works once. Where a
request comes from never counts: a tunnel makes every visitor look as if they sat at this machine.
"""

import hmac
import secrets
from collections.abc import Iterable

import gradio as gr

from pyg_ui.ui.owner import account_name


class Operators:
    """The names of operators, and the owners who have opened the link since this process began."""

    def __init__(self, names: Iterable[str] = (), *, are_all: bool = False) -> None:
        """With `are_all` everybody is one, as at home."""
        self._are_all = are_all
        self._names = frozenset(names)
        self._owners: set[str] = set()
        self._key = ""

    def new_link(self, address: str) -> str:
        """The operator link below this address. An earlier one no longer works."""
        self._key = secrets.token_urlsafe(24)
        return f"{address.rstrip('/')}/?operator={self._key}"

    def include(self, request: gr.Request, owner: str) -> bool:
        """Whether who opens a page is an operator, perhaps from now on, because this request follows the link."""
        offered = str(request.query_params.get("operator") or "")
        if self._key and hmac.compare_digest(offered.encode(), self._key.encode()):
            self._key = ""
            self._owners.add(owner)
        return self._are_all or account_name(request) in self._names - {""} or owner in self._owners
