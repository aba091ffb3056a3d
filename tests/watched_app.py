"""The app, and a note of every address that it connects to or looks up: `python -m tests.watched_app`.

The notes go to the file that WATCHED_APP_NOTES names, one line each.
"""

from __future__ import annotations

import os
import runpy
import sys
from typing import Any

from tests.repository import ROOT

_NAMED_BY = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}
"""Which argument of an event is the address, or the name that is looked up."""
_notes = os.open(os.environ["WATCHED_APP_NOTES"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def note(event: str, arguments: tuple[Any, ...]) -> None:
    """Write down whom the process speaks to."""
    if event in _NAMED_BY:
        os.write(_notes, f"{event} {arguments[_NAMED_BY[event]]!r}\n".encode())


if __name__ == "__main__":
    sys.addaudithook(note)
    sys.argv[0] = str(ROOT / "app.py")
    runpy.run_path(sys.argv[0], run_name="__main__")
