"""Reads the body of a request as one JSON object: UTF-8, of limited size, without NaN and infinities.

The body may be packed with gzip or deflate; the limit is for the unpacked one.

What the object's fields mean is not known here. The content type is ignored, because `curl --data` announces a form
where it sends JSON.
"""

import json
import re
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request

from pyg_ui.api.fields.encoding import TooLargeError, unpacked
from pyg_ui.errors import InputError

MAX_BODY_BYTES = 1024 * 1024

_EXAMPLE = 'Send one JSON object, such as {"prompt": "Hello"}.'


async def read_object(request: Request, *, may_be_empty: bool = False) -> dict[str, Any]:
    """The body as a JSON object; an empty object for no body, if it `may_be_empty`.

    Raises HTTPException 413 before anything is parsed and 415 for an unknown Content-Encoding, InputError if it is not
    a JSON object, and ClientDisconnect.
    """
    body = await _read_bytes(request)
    return {} if may_be_empty and not body.strip() else parse_object(body)


def parse_object(body: bytes) -> dict[str, Any]:
    """Parse the bytes of one JSON object. Raises InputError, which never repeats them."""
    if not body.strip():
        raise InputError("The body is empty. {example}", example=_EXAMPLE)
    try:
        text = body.decode("utf-8-sig")
        value = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        template = "The body is not valid UTF-8 (at byte {place}). Encode it as UTF-8."
        raise InputError(template, place=error.start) from None
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error) from None
    except RecursionError:
        raise InputError("The body is nested too deeply. Send a flat JSON object.") from None
    except ValueError:
        raise InputError("The body holds a number with too many digits. Shorten it.") from None
    if not isinstance(value, dict):
        raise InputError("The body is JSON, but no object. {example}", example=_EXAMPLE)
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
    try:
        return unpacked(bytes(body), request.headers.get("content-encoding", ""), MAX_BODY_BYTES)
    except TooLargeError:
        raise _too_large() from None


def _too_large() -> HTTPException:
    message = f"The body is larger than {MAX_BODY_BYTES:,} bytes. Send less."
    # The rest of the body stays unread, so the connection cannot serve another request.
    return HTTPException(413, message, {"Connection": "close"})


def _syntax_error(text: str, error: json.JSONDecodeError) -> InputError:
    if re.match(r"\s*\{\s*\{", text):
        template = "The body begins with two opening braces, which is not JSON. Remove the outer pair of braces."
        return InputError(template)
    template = "The body is not valid JSON (line {line}, column {column}: {problem}). {example}"
    return InputError(template, line=error.lineno, column=error.colno, problem=error.msg, example=_EXAMPLE)


def _refuse_constant(name: str) -> NoReturn:
    template = "The body holds {constant}, which is not JSON. Send a finite number or leave the field out."
    raise InputError(template, constant=name)
