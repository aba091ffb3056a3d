"""Writes times and durations in English, in the forms that the macros for them give elsewhere."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone

_MONTHS = tuple("January February March April May June July August September October November December".split())
_DAYS = tuple("Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split())
_LONG_FORMS = {
    "LT": "h:mm A", "LTS": "h:mm:ss A", "L": "MM/DD/YYYY", "LL": "MMMM D, YYYY", "LLL": "MMMM D, YYYY h:mm A",
    "LLLL": "dddd, MMMM D, YYYY h:mm A", "l": "M/D/YYYY", "ll": "MMM D, YYYY", "lll": "MMM D, YYYY h:mm A",
    "llll": "ddd, MMM D, YYYY h:mm A",
}  # fmt: skip
_PART = re.compile(
    r"\[(?P<quoted>[^\]]*)\]|LTS|LT|L{1,4}|l{1,4}|YYYY|YY|Q|M{3,4}|MM|Mo|M|DDDD|DDD|Do|DD|D|d{3,4}|dd|d|E|HH|H|hh|h|kk|k"
    r"|mm|m|ss|s|SSS|A|a|ZZ|Z|X|x"
)
_STEPS = ((45, "minute", 60), (22, "hour", 60), (26, "day", 24), (11, "month", 30.4), (None, "year", 12))
"""Each unit: from how many of it on the next one is used, its name, and how many of the smaller unit it holds."""


def write_moment(moment: datetime, form: str = "LT") -> str:
    """The moment in a format of moment.js, in the local time zone if it has any."""
    return _written(_values(_in_zone(moment) if moment.tzinfo is not None else moment), form)


def write_time_elsewhere(moment: datetime, hours: int) -> str:
    """The time of day at so many hours from UTC."""
    zone = timezone(timedelta(hours=max(-23, min(hours, 23))))
    return _written(_values(_in_zone(moment, zone)), "LT")


def write_duration(duration: timedelta) -> str:
    """The duration in words, roughly."""
    amount = abs(duration.total_seconds())
    if amount < 45:  # seconds
        return "a few seconds"
    for limit, unit, smaller in _STEPS:
        amount /= smaller
        number = max(1, int(amount + 0.5))
        if limit is None or number < limit:
            return f"{number} {unit}s" if number > 1 else f"{'an' if unit == 'hour' else 'a'} {unit}"
    raise AssertionError("the last unit has no limit")


def _in_zone(moment: datetime, zone: timezone | None = None) -> datetime:
    """The moment in this time zone, or in the local one."""
    try:
        return moment.astimezone(zone)
    except (ValueError, OverflowError, OSError):  # at the ends of what a datetime can be
        return moment


def _seconds(moment: datetime) -> float:
    """The seconds since 1970; 0 where the computer cannot count them."""
    try:
        return moment.timestamp()
    except (ValueError, OverflowError, OSError):
        return 0


def _written(values: Mapping[str, str], form: str) -> str:
    return _PART.sub(lambda part: _part(values, part), form)


def _part(values: Mapping[str, str], part: re.Match[str]) -> str:
    name = part.group()
    if part["quoted"] is not None:
        return part["quoted"]
    if name in _LONG_FORMS:
        return _written(values, _LONG_FORMS[name])
    return values[name]


def _values(moment: datetime) -> dict[str, str]:
    """What each part of a format stands for."""
    month, day, hour = _MONTHS[moment.month - 1], _DAYS[moment.weekday()], moment.hour % 12 or 12
    year_day, zone = moment.timetuple().tm_yday, moment.strftime("%z") or "+0000"
    day_number = moment.isoweekday() % 7
    am = "AM" if moment.hour < 12 else "PM"  # noon
    return {
        "YYYY": f"{moment.year:04}", "YY": f"{moment.year % 100:02}", "Q": str((moment.month + 2) // 3),
        "MMMM": month, "MMM": month[:3], "MM": f"{moment.month:02}", "Mo": _ordinal(moment.month),
        "M": str(moment.month), "DDDD": f"{year_day:03}", "DDD": str(year_day), "Do": _ordinal(moment.day),
        "DD": f"{moment.day:02}", "D": str(moment.day), "dddd": day, "ddd": day[:3], "dd": day[:2],
        "d": str(day_number), "E": str(moment.isoweekday()), "HH": f"{moment.hour:02}", "H": str(moment.hour),
        "hh": f"{hour:02}", "h": str(hour), "kk": f"{moment.hour or 24:02}", "k": str(moment.hour or 24),
        "mm": f"{moment.minute:02}", "m": str(moment.minute), "ss": f"{moment.second:02}", "s": str(moment.second),
        "SSS": f"{moment.microsecond // 1000:03}", "A": am, "a": am.lower(), "ZZ": zone[:5],
        "Z": f"{zone[:3]}:{zone[3:5]}", "X": str(int(_seconds(moment))), "x": str(int(_seconds(moment) * 1000)),
    }  # fmt: skip


def _ordinal(number: int) -> str:
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
