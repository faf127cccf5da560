"""Days on which an English school is open, near enough for a demo: terms differ by a few days between councils."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.easter import easter

LONDON = ZoneInfo("Europe/London")
SEASONS = {1: "Christmas", 3: "Easter", 4: "Easter", 7: "Summer", 12: "Christmas"}


def is_open(day: date) -> bool:
    """Say whether schools are open: no weekend, half-term, holiday or bank holiday."""
    return day.weekday() < 5 and not any(first <= day <= last for first, last in _holidays(day.year))


def from_(day: date) -> date:
    """Answer this day, or the next on which schools are open."""
    while not is_open(day):
        day += timedelta(days=1)
    return day


def after(day: date, number: int) -> date:
    """Answer the day so many open days later."""
    for _ in range(number):
        day = from_(day + timedelta(days=1))
    return day


def instant(day: date, hours: float) -> datetime:
    """Answer the instant at which a London clock shows so many hours, like 13.5 for half past one."""
    return datetime.combine(day, time(int(hours), int(hours % 1 * 60)), LONDON).astimezone(UTC)


def named_holidays(around: date) -> list[tuple[str, tuple[date, date]]]:
    """Answer the holidays of this year and the next, each with its name."""
    return [
        ("Half-term" if first.month in (2, 5, 10) else f"{SEASONS[first.month]} holidays", (first, last))
        for year in (around.year, around.year + 1)
        for first, last in _holidays(year)
        if last > first
    ]


def _holidays(year: int) -> list[tuple[date, date]]:
    sunday, may = easter(year), date(year, 5, 31)
    last_monday = may - timedelta(days=may.weekday())
    first_monday = date(year, 5, 1) + timedelta(days=-date(year, 5, 1).weekday() % 7)
    return [
        (date(year, 1, 1), date(year, 1, 4)),
        _week_of(date(year, 2, 17)),
        (sunday - timedelta(days=4), sunday + timedelta(days=12)),
        (first_monday, first_monday),
        (last_monday, last_monday + timedelta(days=4)),
        (date(year, 7, 20), date(year, 9, 3)),
        _week_of(date(year, 10, 28)),
        (date(year, 12, 19), date(year, 12, 31)),
    ]


def _week_of(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=4)
