"""Who may use the API, as the server's owner has set it, and the dependency that runs the checks of this folder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from pyg_ui.api.mount import path_of

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

    def __init__(self, *checks: Callable[[Request], None]) -> None:
        """Each check raises HTTPException for a request that may not pass."""
        self._checks = checks

    async def __call__(self, request: Request) -> None:
        if path_of(request.scope) not in PROBES:
            self._check(request)

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
