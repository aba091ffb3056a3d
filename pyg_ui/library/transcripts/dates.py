"""Dates in the chats of other programs: numbers since 1970, ISO 8601, and what programs write for people and files."""

import re
from contextlib import suppress
from datetime import UTC, datetime

_FOR_FILES = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m(?: ?(\d{1,2})s)?(?: ?(\d{1,3})ms)?")
_TIME = r"(?:,?\s(?:at )?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s?(?P<half>[ap]m)?)?"
_DAYS = (
    r"(?P<name>[a-z]{3,9})\.? (?P<day>\d{1,2}),? (?P<year>\d{4})",
    r"(?:[a-z]{3}, )?(?P<day>\d{1,2}) (?P<name>[a-z]{3,9})\.?,? (?P<year>\d{4})",
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})",
    r"(?P<year>\d{4})/(?P<month>\d{1,2})/(?P<day>\d{1,2})",
)
_FOR_PEOPLE = [re.compile(day + _TIME, re.IGNORECASE) for day in _DAYS]
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MOST_CHARACTERS = 50
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d*)?")
_LARGEST_SECONDS = 10**11
"""From here on numbers count milliseconds. As milliseconds, smaller ones would be dates before 1973-03-04."""


def parse_date(value: object) -> datetime | None:
    """The moment; None if the value is no date. It is in UTC where the value says so or counts from 1970."""
    text = value.strip() if isinstance(value, str) else ""
    if _NUMBER.fullmatch(text):
        value = float(text)
    if isinstance(value, int | float) and not isinstance(value, bool):
        with suppress(OverflowError, ValueError, OSError):
            return datetime.fromtimestamp(_seconds(value), UTC)
        return None
    return _parse_text(text) if 0 < len(text) <= _MOST_CHARACTERS else None


def _seconds(number: float) -> float:
    """The seconds in a number of seconds, milliseconds, microseconds or nanoseconds."""
    for _ in range(3):
        if abs(number) >= _LARGEST_SECONDS:
            number = number / 1000
    return number


def _parse_text(text: str) -> datetime | None:
    is_utc = text.endswith((" UTC", " GMT"))
    text = text[:-4] if is_utc else text
    moment = None
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
    with suppress(ValueError):
        moment = moment or _for_files(text) or _for_people(text)
    return moment.replace(tzinfo=UTC) if is_utc and moment is not None and moment.tzinfo is None else moment


def _for_files(text: str) -> datetime | None:
    match = _FOR_FILES.fullmatch(text)
    if match is None:
        return None
    *parts, milliseconds = (int(part or 0) for part in match.groups())
    return datetime(*parts, microsecond=milliseconds * 1000)  # type: ignore[misc, arg-type]


def _for_people(text: str) -> datetime | None:
    match = next(filter(None, (form.fullmatch(text) for form in _FOR_PEOPLE)), None)
    if match is None:
        return None
    found = match.groupdict()
    name = (found.get("name") or "").lower()[:3]
    month = int(found.get("month") or (_MONTHS.index(name) + 1))
    year, day, hour, minute, second = (int(found[key] or 0) for key in ("year", "day", "hour", "minute", "second"))
    if half := (found["half"] or "").lower():
        hour = hour % 12 + 12 * (half == "pm")
    return datetime(year, month, day, hour, minute, second)
