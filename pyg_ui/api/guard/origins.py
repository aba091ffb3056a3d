"""Which web pages may use the API. `cross_origin` tells browsers the same rule by CORS headers; the page has its own.

Three kinds of pages may: pages of this machine, where only this machine can reach the API; with keys, any page whose
request carries one; and pages of the origins that the server's owner lists. Cookies never count.

A browser sends any request that a page asks for, even where the page cannot read the answer. A page's host name can
also be made to point to this machine (DNS rebinding). Without keys, both kinds of requests are refused.
"""

import re
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request

from pyg_ui.api.guard.access import Access

NOT_ALLOWED = "This web page may not use the API. The server's owner can allow its origin with --cors-origin."
NOT_THIS_MACHINE = (
    "This server answers by the names of this machine only, such as 127.0.0.1 and localhost. Its owner can allow "
    "another name with --cors-origin http://NAME, or set --api-key."
)
_LOOPBACK_HOST = re.compile(r"(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_LOOPBACK_ORIGIN = re.compile(rf"https?://{_LOOPBACK_HOST.pattern}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OriginRule:
    """Decides by a request's origin and host. Calling it checks a request."""

    access: Access

    def __call__(self, request: Request) -> None:
        """Raises 403 for a request of a page that may not use the API."""
        host, origin = request.headers.get("host"), request.headers.get("origin")
        if host is not None and not self.answers_to(host):
            raise HTTPException(403, NOT_THIS_MACHINE)
        if origin is not None and not self.admits(origin, host or ""):
            raise HTTPException(403, NOT_ALLOWED)

    def allows(self, origin: str, *, sends_key: bool) -> bool:
        """Whether a page of this origin may read the answer to a request."""
        if "*" in self.access.cors_origins or origin in self.access.cors_origins:
            return True
        if self.access.api_keys:
            return sends_key
        return self.access.is_local and _LOOPBACK_ORIGIN.fullmatch(origin) is not None

    def answers_to(self, host: str) -> bool:
        """Whether a request to this host, as the client wrote it, is meant for this server."""
        if self.access.api_keys or not self.access.is_local or "*" in self.access.cors_origins:
            return True
        return names_this_machine(host) or host.lower() in map(host_of, self.access.cors_origins)

    def admits(self, origin: str, host: str) -> bool:
        """Whether a page of this origin may send a request at all."""
        return bool(self.access.api_keys) or host_of(origin) == host or self.allows(origin, sends_key=False)


def names_this_machine(host: str) -> bool:
    """Whether a host, perhaps with a port, is one of the names by which a machine calls itself."""
    return _LOOPBACK_HOST.fullmatch(host) is not None


def host_of(origin: str) -> str:
    """The host and port of an origin, as they stand in the header `Host`; "" where it has none."""
    _, separator, host = origin.partition("://")
    return host if separator else ""
