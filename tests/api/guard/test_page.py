"""Which requests may reach the page: around a small application, and each route of the real one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from pyg_ui.api.guard.access import Access
from pyg_ui.api.guard.page import PageGuard

JOIN = "/gradio_api/queue/join"
FOREIGN = "https://evil.example"
AT_HOME = Access(is_local=True, is_loopback=True)
SHARED = Access(is_public=True, is_loopback=True)
NETWORK = Access()
WITH_KEY = Access(api_keys=["k"], is_local=True, is_loopback=True)


async def answer(request: Request) -> PlainTextResponse:
    return PlainTextResponse("page")


async def socket(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("page")
    await websocket.close()


def client(access: Access, own_hosts: Callable[[], Iterable[str]] = tuple) -> TestClient:
    routes = [WebSocketRoute("/live", socket), Route("/{path:path}", answer, methods=["GET", "POST", "OPTIONS"])]
    return TestClient(PageGuard(Starlette(routes=routes), access, own_hosts), base_url="http://127.0.0.1:7860")


def passes(client: TestClient, method: str = "POST", path: str = JOIN, **headers: str) -> bool:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    found = client.request(method, path, headers=named)
    assert (found.status_code, found.text == "page") in [(200, True), (403, False)]
    return found.status_code == 200


def connects(client: TestClient, **headers: str) -> bool:
    try:
        with client.websocket_connect("ws://127.0.0.1:7860/live", headers=headers) as websocket:
            return websocket.receive_text() == "page"
    except WebSocketDisconnect:
        return False


@pytest.mark.parametrize("access", [AT_HOME, SHARED, NETWORK, WITH_KEY])
@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1:7860", "[::1]:7860", "LOCALHOST"])
def test_the_page_itself_may_by_each_name_of_this_machine(access: Access, host: str) -> None:
    guarded = client(access)
    assert passes(guarded, Host=host, Origin=f"http://{host}", Sec_Fetch_Site="same-origin")
    assert passes(guarded, Host=host, Origin=f"http://{host.lower()}")
    assert passes(guarded, "GET", "/", Host=host, Sec_Fetch_Site="none", Sec_Fetch_Mode="navigate")
    assert passes(guarded, Host=host), "a program"
    assert connects(guarded, host=host, origin=f"http://{host}")


@pytest.mark.parametrize("access", [AT_HOME, SHARED, NETWORK, WITH_KEY, Access(cors_origins=["*"], is_loopback=True)])
@pytest.mark.parametrize("origin", [FOREIGN, "null", "http://localhost:8000", "http://127.0.0.1", "file://", ""])
def test_other_pages_may_not_even_ask(access: Access, origin: str) -> None:
    guarded = client(access)
    assert not passes(guarded, Origin=origin)
    assert not passes(guarded, "GET", "/config", Origin=origin)
    assert not passes(guarded, "OPTIONS", Origin=origin, Access_Control_Request_Method="POST")
    assert not passes(guarded, Origin=origin, Sec_Fetch_Site="cross-site", X_Forwarded_Proto="https")
    assert not connects(guarded, origin=origin)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_other_pages_embed_is_refused_and_their_links_are_followed(site: str) -> None:
    guarded = client(AT_HOME)
    assert not passes(guarded, "GET", "/gradio_api/file=/tmp/a.png", Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors")
    assert not passes(guarded, "GET", "/logout", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    assert not passes(guarded, "GET", "/gradio_api/info", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    assert not passes(guarded, "POST", "/login", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    assert passes(guarded, "GET", "/", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")
    assert passes(guarded, "GET", "/login/callback?code=1", Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate")


REBINDINGS: list[dict[str, str]] = [
    {"Host": "evil.example:7860"},
    {"Host": "evil.example", "Origin": "http://evil.example"},
    {"Host": "evil.example", "Origin": "http://evil.example", "X-Forwarded-Host": "localhost:7860"},
    {"Host": "evil.example", "Origin": "http://evil.example", "X-Forwarded-Proto": "https"},
    {"Host": "localhost.evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost@evil.example"},
]


@pytest.mark.parametrize("headers", REBINDINGS)
@pytest.mark.parametrize("access", [AT_HOME, SHARED, WITH_KEY, Access(is_loopback=True, cors_origins=["*"])])
def test_a_name_that_was_made_to_point_here_is_refused(access: Access, headers: dict[str, str]) -> None:
    guarded = client(access)
    for method, path in [("GET", "/"), ("GET", "/config"), ("POST", JOIN), ("POST", "/gradio_api/upload")]:
        found = guarded.request(method, path, headers=headers)
        assert found.status_code == 403
        assert "--cors-origin" in found.text
    assert not connects(guarded, **headers)


def test_the_share_link_works_from_the_moment_that_it_has_a_name() -> None:
    names: list[str] = []
    guarded = client(SHARED, lambda: names)
    link = {"Host": "0123abc.gradio.live", "Origin": "https://0123abc.gradio.live"}
    assert not passes(guarded, **link)
    names.append("0123abc.gradio.live")
    assert passes(guarded, **link)
    assert passes(guarded, "GET", "/", Host=link["Host"])
    assert connects(guarded, host=link["Host"], origin=link["Origin"])
    assert not passes(guarded, Host="other.gradio.live", Origin="https://other.gradio.live")


def test_a_space_works_in_the_hubs_frame() -> None:
    space = "alice-chat.hf.space"
    for access in (Access(is_public=True), Access(is_public=True, is_loopback=True)):
        guarded = client(access, lambda: [space])
        assert passes(guarded, "GET", "/?__theme=dark", Host=space, Sec_Fetch_Site="cross-site",
                      Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")  # fmt: skip
        assert passes(guarded, Host=space, Origin=f"https://{space}", Sec_Fetch_Site="same-origin")
        assert connects(guarded, host=space, origin=f"https://{space}")
        assert not passes(guarded, Host=space, Origin="https://huggingface.co")
        assert not passes(guarded, Host=space, Origin="https://mallory-chat.hf.space", Sec_Fetch_Site="same-site")


@pytest.mark.parametrize("host", ["192.168.1.5:7860", "pc.lan:7860", "[fd00::5]:7860", "pc"])
def test_a_home_network_calls_it_by_names_of_its_own(host: str) -> None:
    guarded = client(NETWORK)
    assert passes(guarded, "GET", "/", Host=host)
    assert passes(guarded, Host=host, Origin=f"http://{host}")
    assert connects(guarded, host=host, origin=f"http://{host}")
    assert not passes(guarded, Host=host, Origin=FOREIGN)


PROXIES: dict[str, dict[str, str]] = {
    "passes the host on": {"Host": "chat.example"},
    "says which host it replaced": {"X-Forwarded-Host": "chat.example"},
    "one of several": {"X-Forwarded-Host": "chat.example:443, inner"},
}


@pytest.mark.parametrize("told", PROXIES.values(), ids=PROXIES.keys())
@pytest.mark.parametrize("access", [AT_HOME, NETWORK])
def test_a_reverse_proxy_with_https_works_by_itself(access: Access, told: dict[str, str]) -> None:
    guarded = client(access)
    https = {**told, "X-Forwarded-Proto": "https"}
    opened = {**https, "Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate"}
    assert guarded.get("/", headers=opened).status_code == 200
    asked = {**https, "Origin": "https://chat.example", "Sec-Fetch-Site": "same-origin"}
    assert guarded.post(JOIN, headers=asked).status_code == 200
    assert connects(guarded, **https, Origin="https://chat.example")
    assert guarded.post(JOIN, headers={**asked, "Origin": FOREIGN, "Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_proxy_that_replaces_the_host_and_says_nothing_works_where_the_browser_tells() -> None:
    guarded = client(AT_HOME)
    assert passes(guarded, Origin="https://chat.example", Sec_Fetch_Site="same-origin")
    assert not passes(guarded, Origin="http://chat.lan"), "no browser tells anything without HTTPS"


def test_a_proxy_without_https_needs_its_name_in_the_owners_list() -> None:
    asked: dict[str, Any] = {"Host": "chat.lan", "Origin": "http://chat.lan"}
    assert not passes(client(AT_HOME), **asked)
    listed = client(Access(is_local=True, is_loopback=True, cors_origins=["http://chat.lan", "https://lite.example"]))
    assert passes(listed, **asked)
    assert passes(listed, "GET", "/", Host="chat.lan")
    assert not passes(listed, Origin="https://lite.example"), "a listed page may use the API, not this page"


def test_pages_below_a_proxys_path_are_guarded_too() -> None:
    guarded = TestClient(
        PageGuard(Starlette(routes=[Route("/{path:path}", answer)]), AT_HOME),
        base_url="http://127.0.0.1:7860",
        root_path="/app",
    )
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert guarded.get("/app/", headers=link).status_code == 200
    assert guarded.get("/app/logout", headers=link).status_code == 403
