"""Strict reading of a JSON body: one object, UTF-8, of limited size, with finite numbers. What its fields mean is
`fields`' business.

The content type is not looked at: `curl --data` announces a form where JSON is meant.
"""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request

from pyg_ui.errors import InputError

MAX_BODY_BYTES = 1024 * 1024

_EXAMPLE = 'Send one JSON object, such as {"prompt": "Hello"}.'


async def read_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object.

    Raises HTTPException 413 before anything is parsed, InputError for all that is not a JSON object, and
    ClientDisconnect.
    """
    return parse_object(await _read_bytes(request))


async def read_object_if_any(request: Request) -> dict[str, Any]:
    """As `read_object`; an empty body counts as an empty object."""
    body = await _read_bytes(request)
    return parse_object(body) if body.strip() else {}


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse the bytes of one JSON object. Raises InputError, which never repeats them."""
    if not body.strip():
        raise InputError(f"The body is empty. {_EXAMPLE}")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"The body is not valid UTF-8 (at byte {error.start}). Encode it as UTF-8.") from None
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InputError(_what_is_wrong(text, error)) from None
    except RecursionError:
        raise InputError("The body is nested too deeply. Send a flat JSON object.") from None
    except ValueError:
        raise InputError("The body holds a number with too many digits. Shorten it.") from None
    if not isinstance(value, dict):
        raise InputError(f"The body is JSON, but no object. {_EXAMPLE}")
    return value


async def _read_bytes(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> HTTPException:
    message = f"The body is larger than {MAX_BODY_BYTES:,} bytes. Send less."
    # The rest of the body stays unread, so the connection cannot serve another request.
    return HTTPException(413, message, {"Connection": "close"})


def _what_is_wrong(text: str, error: json.JSONDecodeError) -> str:
    if re.match(r"\s*\{\s*\{", text):
        return "The body begins with two opening braces, which is not JSON. Remove the outer pair of braces."
    return f"The body is not valid JSON (line {error.lineno}, column {error.colno}: {error.msg}). {_EXAMPLE}"


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"The body holds {name}, which is not JSON. Send a finite number or leave the field out.")
