"""Requests to a model's server, and what its refusals mean.

It connects to the given address only: neither redirects nor the environment's proxies are followed. Errors repeat
nothing that the server has written, because that may hold a prompt, and name no address, because strangers may read
them.
"""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from pyg_ui.engine.remote.address import ServerAddress
from pyg_ui.errors import EngineBusyError, InputError, PygmalionError, RemoteError

CONNECT_S = 10.0
"""How long a server has to take a connection."""
SILENCE_S = 300.0
"""How long a server may say nothing while it writes a reply; a long prompt or its queue take that time too."""
ASK_S = 30.0
"""The same for short questions, such as the tokens of a text."""
_FIELD = re.compile(r"[a-z_]{1,40}")


class Server:
    """One server, its key and its connections. May be used from any thread."""

    def __init__(self, address: ServerAddress, key: str = "", *, silence_s: float = SILENCE_S) -> None:
        self.address = address
        self.silence_s = silence_s
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = self._new_client()

    def streams(self) -> httpx.AsyncClient:
        """A client for replies that arrive in pieces, for one event loop."""
        # A server may close a connection that rests, just as the next reply is asked for on it.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        return httpx.AsyncClient(
            headers=self._headers, timeout=_timeout(self.silence_s), limits=limits, trust_env=False
        )

    def close(self) -> None:
        """Close all connections. A question that is asked later has one of its own."""
        client, self._client = self._client, self._new_client(limits=httpx.Limits(max_keepalive_connections=0))
        client.close()

    def look(self, url: str) -> tuple[int, Any]:
        """The status and the JSON that the server answers; None where it is no JSON. Raises RemoteError."""
        response = self._answer("GET", url)
        return response.status_code, _json(response)

    def ask(self, url: str, body: Mapping[str, Any]) -> Any:
        """The JSON that the server answers. Raises RemoteError, EngineBusyError and InputError."""
        response = self._answer("POST", url, json=body)
        if response.status_code != httpx.codes.OK:
            raise refusal_of(response.status_code, _json(response))
        return _json(response)

    def _answer(self, method: str, url: str, **options: Any) -> httpx.Response:
        """The answer to a question that may be asked twice: a connection that rested may just have been closed."""
        try:
            try:
                return self._client.request(method, url, **options)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                return self._client.request(method, url, **options)
        except httpx.HTTPError as error:
            raise failure_of(error, ASK_S) from None

    def _new_client(self, **options: Any) -> httpx.Client:
        return httpx.Client(headers=self._headers, timeout=_timeout(ASK_S), trust_env=False, **options)


def failure_of(error: httpx.HTTPError, silence_s: float) -> RemoteError:
    """Why there was no answer, or no end of it."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return RemoteError("The model's server cannot be reached. Start it, or try again later.")
    if isinstance(error, httpx.TimeoutException):
        return RemoteError("The model's server has said nothing for {seconds:g} s. Try again later.", seconds=silence_s)
    return broken_off()


def broken_off() -> RemoteError:
    """For a reply without an end."""
    return RemoteError("The model's server broke off. What it had written is kept: let the reply go on.")


def refusal_of(status: int, body: Any) -> PygmalionError:
    """What an answer without a reply means."""
    detail = body.get("error") if isinstance(body, dict) else None
    told: dict[str, Any] = detail if isinstance(detail, dict) else {}
    if status in (401, 403):
        return RemoteError("The model's server refuses the key. Start with --model-key KEY.")
    if status == 404:
        return RemoteError("The model's server has no such model any more.")
    if status == 429 or (status == 503 and told.get("code") != "model_unavailable"):
        return EngineBusyError("The model's server is full. Try again in a moment.")
    if status == 503:
        return RemoteError("The model's server has no model loaded now. Try again later.")
    if status < 400:
        return RemoteError("The model's server answers in a way that is not understood.")
    if status < 500:
        field = str(told.get("param"))
        name = field if _FIELD.fullmatch(field) else "prompt"
        return InputError(
            "The model's server does not take this request ({status}, {field}).", status=status, field=name
        )
    return RemoteError("The model's server has failed ({status}). Its log says why.", status=status)


def _timeout(silence_s: float) -> httpx.Timeout:
    return httpx.Timeout(silence_s, connect=CONNECT_S, pool=None)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
