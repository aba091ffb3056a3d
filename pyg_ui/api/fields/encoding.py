"""Unpacks the body of a request that was sent compressed."""

import zlib
from contextlib import suppress

from starlette.exceptions import HTTPException

from pyg_ui.errors import InputError

_GZIP_OR_ZLIB, _RAW = 32 + zlib.MAX_WBITS, -zlib.MAX_WBITS
"""What zlib may expect: a header of gzip or zlib, or none, because some clients send `deflate` without one."""

_NAMES = ("gzip", "x-gzip", "deflate")


class TooLargeError(Exception):
    """The body is larger than allowed once it is unpacked."""


def unpacked(body: bytes, encoding: str, limit: int) -> bytes:
    """The body that was sent with this `Content-Encoding`, at most `limit` bytes of it.

    No more than that is ever unpacked. Raises TooLargeError, InputError for damaged data, and HTTPException 415 for an
    encoding that is not known.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    if name not in _NAMES:
        message = "This Content-Encoding is not known. Send the body as it is, or packed with gzip or deflate."
        raise HTTPException(415, message, {"Accept-Encoding": "gzip, deflate"})
    for header in (_GZIP_OR_ZLIB, _RAW) if name == "deflate" else (_GZIP_OR_ZLIB,):
        with suppress(zlib.error):
            return _inflated(body, header, limit)
    raise InputError("The body is not whole data of the encoding {encoding}. Pack it again.", encoding=name)


def _inflated(body: bytes, header: int, limit: int) -> bytes:
    stream = zlib.decompressobj(header)
    data = stream.decompress(body, limit + 1)
    if len(data) > limit:
        raise TooLargeError
    if not stream.eof or stream.unused_data:
        raise zlib.error("cut off, or followed by something else")
    return data
