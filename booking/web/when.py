"""Days and times as people type them: "Tue 12 January 2027", "12/1/27", "1:30pm", "13.30", "12 noon"."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from booking import wording
from booking.domain.errors import BadInput

LIKE_A_DAY = "like 12 January 2027"
LIKE_A_TIME = "like 1:30pm"
EARLIEST, LATEST = 2000, 2100
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAY = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+", re.IGNORECASE)
ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d.%m.%y", "%d %B %Y", "%d %b %Y", "%d %B %y", "%d %b %y")
WITHOUT_YEAR = ("%d %B %Y", "%d %b %Y", "%d/%m %Y")
CLOCK = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?", re.IGNORECASE)
NAMED = {"noon": time(12), "12 noon": time(12), "midday": time(12), "midnight": time(0)}
FIRST_PLAIN_HOUR = 7
"""A school's day: "9:30" is in the morning, and "1:30" may be anything."""


def day(text: str, today: date) -> date:
    """Read a day; without its year, the next one that comes. Raises `BadInput`, also where the weekday is another."""
    typed = " ".join(text.split())
    weekday = WEEKDAY.match(typed)
    plain = ORDINAL.sub("", typed[weekday.end() :] if weekday else typed).replace(",", "")
    found = _first(plain, FORMS) or _next(plain, today)
    if found is None or not EARLIEST <= found.year <= LATEST:
        raise BadInput(f"Enter a day that exists, {LIKE_A_DAY}")
    if weekday and not WEEKDAYS[found.weekday()].lower().startswith(weekday[1].lower()):
        raise BadInput(f"{found.day} {found:%B %Y} is a {WEEKDAYS[found.weekday()]}")
    return found


def clock(text: str) -> time:
    """Read a time of day. Raises `BadInput`, also for what may be in the morning or in the afternoon."""
    typed = " ".join(text.lower().split())
    if typed in NAMED:
        return NAMED[typed]
    read = CLOCK.fullmatch(typed)
    if read is None:
        raise BadInput(f"Enter a time {LIKE_A_TIME}")
    hour, minute, half = int(read[1]), int(read[2] or 0), (read[3] or "").replace(".", "")
    if minute > 59 or hour > (12 if half else 23) or (half and hour == 0):
        raise BadInput(f"Enter a time that exists, {LIKE_A_TIME}")
    if not half and 0 < hour < FIRST_PLAIN_HOUR and len(read[1]) == 1:
        said = f"{hour}:{minute:02}" if minute else str(hour)
        raise BadInput(f"Say {said}am or {said}pm")
    return time(hour % 12 + 12 * (half == "pm"), minute) if half else time(hour, minute)


def day_words(found: date) -> str:
    """Say a day as `day` reads it: "Tuesday 12 January 2027"."""
    return wording.date_words(found)


def clock_words(there: datetime | time) -> str:
    """Say a time as `clock` reads it."""
    half = "am" if there.hour < 12 else "pm"
    return f"{there.hour % 12 or 12}{f':{there.minute:02}' if there.minute else ''}{half}"


def _first(plain: str, forms: tuple[str, ...]) -> date | None:
    for form in forms:
        try:
            return datetime.strptime(plain, form).date()
        except ValueError:
            continue
    return None


def _next(plain: str, today: date) -> date | None:
    """Read a day without its year: this year's, or else next year's."""
    coming = (_first(f"{plain} {year}", WITHOUT_YEAR) for year in (today.year, today.year + 1))
    return next((one for one in coming if one and one >= today), None)
