"""Who may use the API, as the server's owner has set it, and the dependency that runs the checks of this folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request

from pyg_ui.api.mount import path_of
from pyg_ui.clients import current_client, place_of

PROBES = frozenset({"/health", "/ready"})
"""These paths are never checked."""
OPEN_PATHS = PROBES | {"/docs", "/openapi.json"}
"""These paths need no key: the probes, and the documentation, which says nothing about this process."""


@dataclass(frozen=True, slots=True)
class Access:
    """The settings about access. The default is an API that the network can reach and that needs no key."""

    api_keys: Sequence[str] = ()
    """A request must carry one of these. Without any, everybody may use the API, unless `is_public`."""
    is_public: bool = False
    """Whether strangers can reach the API by a public address. Without keys it then answers on OPEN_PATHS only."""
    is_local: bool = False
    """Whether only this machine can reach the API."""
    is_loopback: bool = False
    """Whether the port listens on this machine's own addresses only. A share link may lead to it all the same."""
    cors_origins: Sequence[str] = ()
    """Origins whose pages may use the API, such as `https://lite.koboldai.net`; `*` stands for all."""


class Guard:
    """A dependency of the whole application: it makes checks on every request, except to PROBES."""

    def __init__(self, *checks: Callable[[Request], None], has_keys: bool = False) -> None:
        """Each check raises HTTPException for a request that may not pass. With `has_keys`, one of them wants a key."""
        self._checks = checks
        self._has_keys = has_keys

    async def __call__(self, request: Request) -> None:
        if path_of(request.scope) not in PROBES:
            self._check(request)
            current_client.set(self._client_of(request))

    def refusal_of(self, request: Request) -> str | None:
        """Why a request may not pass; None if it may."""
        try:
            self._check(request)
        except HTTPException as error:
            return str(error.detail)
        return None

    def _check(self, request: Request) -> None:
        for check in self._checks:
            check(request)

    def _client_of(self, request: Request) -> str:
        """Who sends a request, for fair turns: a key, or an address where none is wanted. Anybody could invent keys."""
        if self._has_keys:
            return "key " + sha256(request.headers.get("authorization", "").encode()).hexdigest()
        return place_of(request.client.host) if request.client else ""
