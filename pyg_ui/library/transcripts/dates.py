"""Dates in the chats of other programs: milliseconds, seconds, ISO 8601, and SillyTavern's readable formats."""

import re
from contextlib import suppress
from datetime import UTC, datetime

_FOR_FILES = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s(?: ?(\d{1,3})ms)?")
_FOR_PEOPLE = ("%B %d, %Y %I:%M%p", "%b %d, %Y %H:%M", "%Y-%m-%d %H:%M:%S")
_FIRST_MILLISECONDS = 10**11
"""Smaller numbers count seconds. As milliseconds they would be dates before 1973-03-04."""


def parse_date(value: object) -> datetime | None:
    """The moment; None if the value is no date. It is in UTC where the value says so or counts from 1970."""
    if isinstance(value, str) and value.strip().isdigit():
        value = int(value.strip()[:20])
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if abs(value) >= _FIRST_MILLISECONDS else value
        with suppress(OverflowError, ValueError, OSError):
            return datetime.fromtimestamp(seconds, UTC)
    return _parse_text(value.strip()) if isinstance(value, str) else None


def _parse_text(text: str) -> datetime | None:
    with suppress(ValueError):
        if match := _FOR_FILES.fullmatch(text):
            *parts, milliseconds = (int(part or 0) for part in match.groups())
            return datetime(*parts, microsecond=milliseconds * 1000)  # type: ignore[misc, arg-type]
        return datetime.fromisoformat(text)
    for form in _FOR_PEOPLE:
        with suppress(ValueError):
            return datetime.strptime(text, form)
    return None
