"""The check of keys."""

import hmac

from starlette.exceptions import HTTPException
from starlette.requests import Request

from pyg_ui.api.guard.access import OPEN_PATHS, Access
from pyg_ui.api.mount import path_of
from pyg_ui.errors import SettingsError

_WRONG = (
    "This API needs a key. Send it in the header 'Authorization', as it is or as 'Bearer KEY'. "
    "The server's owner sets keys with --api-key."
)
_OWNER_MUST_SET_KEY = (
    "This server is public, so its API wants a key, and none has been set. "
    "Its owner must start it with --api-key KEY (or PYG_API_KEY) and give the key to you."
)


class KeyCheck:
    """Raises 401 for a request without a valid key, except to OPEN_PATHS."""

    def __init__(self, access: Access) -> None:
        """Raises SettingsError for an empty key, which would let everybody in."""
        keys = [key.strip() for key in access.api_keys]
        if not all(keys):
            raise SettingsError("An API key is empty. Remove it or give it a value.")
        # Bytes, because compare_digest takes no non-ASCII text.
        self._keys = [encoded for key in keys for encoded in _as_sent(key)]
        self._is_public = access.is_public

    def __call__(self, request: Request) -> None:
        if path_of(request.scope) in OPEN_PATHS:
            return
        if not self._keys:
            if self._is_public:
                raise _refusal(_OWNER_MUST_SET_KEY)
        elif not self._knows(_authorization(request)):
            raise _refusal(_WRONG)

    def _knows(self, authorization: bytes) -> bool:
        scheme, _, token = authorization.partition(b" ")
        offered = (authorization, token.strip() if scheme.lower() == b"bearer" else authorization)
        # All keys are compared, even after a match, so that the response time reveals nothing.
        matches = [hmac.compare_digest(key, value) for key in self._keys for value in offered]
        return any(matches)


def _as_sent(key: str) -> list[bytes]:
    """The bytes that HTTP clients send for a key: some write UTF-8, others Latin-1 where it can encode the key."""
    latin = [key.encode("latin-1")] if all(ord(character) < 256 for character in key) else []
    return [key.encode(), *latin]


def _authorization(request: Request) -> bytes:
    return next((value.strip() for name, value in request.headers.raw if name == b"authorization"), b"")


def _refusal(message: str) -> HTTPException:
    return HTTPException(401, message, {"WWW-Authenticate": 'Bearer realm="Pygmalion UI"'})
