"""The moments of foreign chats: milliseconds, seconds, ISO, and what SillyTavern writes for people."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FOR_FILES = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s(?: ?(\d{1,3})ms)?")
_FOR_PEOPLE = ("%B %d, %Y %I:%M%p", "%b %d, %Y %H:%M", "%Y-%m-%d %H:%M:%S")
_FIRST_MILLISECONDS = 10**11
"""Numbers below it count seconds: as milliseconds they would lie before 1973-03-04."""


def parse_date(value: object) -> datetime | None:
    """The moment, in UTC where the file says so or counts from 1970; None where it cannot be told."""
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value.strip()[:20])
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) >= _FIRST_MILLISECONDS else value
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError):
            return None
    return _parse_text(value.strip()) if isinstance(value, str) else None


def _parse_text(text: str) -> datetime | None:
    if match := _FOR_FILES.fullmatch(text):
        *parts, milliseconds = (int(part or 0) for part in match.groups())
        try:
            return datetime(*parts, microsecond=milliseconds * 1000)  # type: ignore[misc, arg-type]
        except ValueError:
            return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FOR_PEOPLE:
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return None
