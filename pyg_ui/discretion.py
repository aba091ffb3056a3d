"""What the log may tell. No text of a person comes into it, and nothing fills it.

An exception says what failed, often with the value that it failed on, which may be what somebody has typed. So the log
has where it was raised and its class, but its words only if they are ours, which never repeat a text, or if the engine
logs it, which has tokens and files but no texts.
"""

import logging
import time
import traceback
from collections.abc import Iterator

from pyg_ui.errors import PygmalionError

_ENGINE = "pyg_ui.engine."
_SILENCE_S = 60.0
_MAX_KNOWN = 100


def be_discreet() -> None:
    """Keep all that is logged from now on discreet, whoever logs it and whoever writes it."""
    make = logging.getLogRecordFactory()

    def record(*given: object, **named: object) -> logging.LogRecord:
        made = make(*given, **named)
        if made.exc_info and made.exc_info[1] is not None and not made.name.startswith(_ENGINE):
            made.exc_text = told(made.exc_info[1])  # formatters write this if it is there
        return made

    logging.setLogRecordFactory(record)
    logging.getLogger("asyncio").addFilter(SeldomAndShort())


def told(error: BaseException) -> str:
    """An exception, and what led to it, in lines of a traceback."""
    return "\n".join(_lines(error)).rstrip()


def _lines(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _lines(before)
        yield "Then:"
    yield "".join(traceback.format_list(traceback.extract_tb(error.__traceback__))).rstrip()
    kind = type(error)
    words = str(error) if isinstance(error, PygmalionError) else getattr(error, "strerror", None)
    yield f"{kind.__module__}.{kind.__qualname__}" + (f": {words}" if words else "")


class SeldomAndShort(logging.Filter):
    """Lets the first line of a message through, once a minute.

    asyncio writes an exception's words into the lines below. While no descriptor is left for a connection that waits,
    it logs that two thousand times a second.
    """

    def __init__(self) -> None:
        super().__init__()
        self._told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        first, now = record.getMessage().partition("\n")[0], time.monotonic()
        if now - self._told.get(first, now - _SILENCE_S) < _SILENCE_S:
            return False
        if len(self._told) >= _MAX_KNOWN:
            self._told.clear()
        self._told[first] = now
        record.msg, record.args = first, ()
        return True
