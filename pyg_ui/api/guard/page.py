"""Which requests may reach the page: those that call this server by a name of its own, from its own page or a program.

A browser sends what any web page asks for, even where that page cannot read the answer: without a check, every website
could fill the disk with uploads or load another model. And a website's name can be made to point to this machine (DNS
rebinding), so that its pages pass for our own. Browsers tell the truth in `Origin` and `Sec-Fetch-Site`: no script can
set them. They send the latter only to this machine and over HTTPS.
"""

from collections.abc import Callable, Iterable, Iterator

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pyg_ui.api.guard.access import Access
from pyg_ui.api.guard.origins import NOT_THIS_MACHINE, host_of, names_this_machine
from pyg_ui.api.mount import path_of

FOREIGN = (
    "This server's page answers to itself only, not to other web pages. A proxy in front of it must pass the header "
    "Host or X-Forwarded-Host on."
)
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}
_POLICY_VIOLATION = 1008
"""The code of a WebSocket that is closed for what its request says."""


class PageGuard:
    """ASGI middleware around the page. It refuses requests and WebSockets with 403 where a browser shows the reason."""

    def __init__(self, app: ASGIApp, access: Access, own_hosts: Callable[[], Iterable[str]] = tuple) -> None:
        """`own_hosts` are public names of this server, in small letters: of its share link, or of its Space."""
        self._app = app
        self._access = access
        self._own_hosts = own_hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] in ("http", "websocket") else None
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await PlainTextResponse(refusal, 403)(scope, receive, send)
        elif (await receive())["type"] == "websocket.connect":
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    def _refusal(self, scope: Scope) -> str | None:
        """Why a request may not pass; None if it may."""
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        if host and not self._answers_to(host) and not _came_by_https(host, headers):
            return NOT_THIS_MACHINE
        return None if _is_from_here(scope, host, headers) else FOREIGN

    def _answers_to(self, host: str) -> bool:
        """Whether a host may mean this server. Nobody knows by which names a network calls it."""
        if not self._access.is_loopback or names_this_machine(host):
            return True
        return host in (*map(host_of, self._access.cors_origins), *self._own_hosts())


def _came_by_https(host: str, headers: Headers) -> bool:
    """Whether a browser has sent this by HTTPS to a proxy: then the host's certificate proves that it is no rebinding.

    A script can set X-Forwarded-Proto, but not what a browser says of itself.
    """
    is_told_by_browser = "sec-fetch-site" in headers or headers.get("origin", "").lower() == f"https://{host}"
    return is_told_by_browser and headers.get("x-forwarded-proto", "").lower() == "https"


def _is_from_here(scope: Scope, host: str, headers: Headers) -> bool:
    """Whether a request comes from the page itself, from a program, or from somebody who follows a link to the page."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None:
        return _is_ours(origin.lower(), host, headers) or (site == "same-origin" and origin != "null")
    return site in (None, "none", "same-origin") or _is_link(scope, headers)


def _is_ours(origin: str, host: str, headers: Headers) -> bool:
    """Whether an origin is the address that the request was sent to. A proxy may have replaced the host."""
    scheme, _, _ = origin.partition("://")
    port = _DEFAULT_PORTS.get(scheme, "")
    ours = {each.removesuffix(port) for each in (host, *_forwarded_hosts(headers))}
    return host_of(origin).removesuffix(port) in ours - {""}


def _forwarded_hosts(headers: Headers) -> Iterator[str]:
    for value in headers.getlist("x-forwarded-host"):
        yield from (part.strip().lower() for part in value.split(","))


def _is_link(scope: Scope, headers: Headers) -> bool:
    """Whether somebody follows a link of another page to this one, or a frame shows it. Signing out takes more."""
    is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
    path = path_of(scope)
    return is_read and headers.get("sec-fetch-mode") == "navigate" and not path.startswith(("/gradio_api/", "/logout"))
