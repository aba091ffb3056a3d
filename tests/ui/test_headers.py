import asyncio
from typing import Any

from pyg_ui.ui.headers import CONTENT_SECURITY_POLICY, PageHeaders


def headers_of(answer: list[tuple[bytes, bytes]], kind: str = "http") -> dict[bytes, bytes]:
    sent: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": answer})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    asyncio.run(PageHeaders(app)({"type": kind}, receive, send))
    return dict(sent[0]["headers"])


def test_every_answer_says_that_only_this_server_may_be_asked() -> None:
    headers = headers_of([(b"content-type", b"text/html")])
    assert headers[b"content-security-policy"].decode() == CONTENT_SECURITY_POLICY
    assert "http:" not in CONTENT_SECURITY_POLICY
    assert headers[b"content-type"] == b"text/html"


def test_an_answer_with_a_policy_of_its_own_keeps_it() -> None:
    headers = headers_of([(b"Content-Security-Policy", b"default-src 'none'")])
    assert headers[b"Content-Security-Policy"] == b"default-src 'none'"
    assert b"content-security-policy" not in headers


def test_what_is_no_http_passes_through() -> None:
    assert headers_of([], kind="websocket") == {}
