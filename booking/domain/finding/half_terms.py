"""Half-terms: the parts of a school year between the holidays that most schools of England share.

Nobody sets these dates for the whole country, so they follow from a rule, and whoever is shown a half-term is shown its
days. Every school differs by a few, so this finds events and forbids nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, pairwise

from dateutil.easter import easter

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True)
class HalfTerm:
    begins_on: date
    ends_on: date
    """Both days are part of it."""

    def __contains__(self, day: date) -> bool:
        return self.begins_on <= day <= self.ends_on


def on(day: date) -> HalfTerm:
    """Answer the half-term of this day, in the holidays the one that comes."""
    holidays = chain.from_iterable(map(holidays_of, (day.year - 1, day.year, day.year + 1)))
    halves = (HalfTerm(last + DAY, first - DAY) for (_, last), (first, _) in pairwise(holidays))
    return next(half for half in halves if day <= half.ends_on)


def holidays_of(year: int) -> Iterator[tuple[date, date]]:
    """Answer first and last days of the holidays that begin in a year, in order."""
    yield _week(_nearest_monday(date(year, 2, 15)))
    yield _easter(easter(year))
    yield _week(_last_monday(date(year, 5, 31)))
    yield date(year, 7, 22), date(year, 9, 1)
    yield _week(_last_monday(date(year, 10, 28)))
    christmas = _last_monday(date(year, 12, 25))
    yield christmas - 2 * DAY, christmas + 2 * WEEK - DAY


def _easter(sunday: date) -> tuple[date, date]:
    """Two weeks that begin as early in April as they can and still touch Easter, with Good Friday and Easter Monday."""
    around = [sunday + DAY - weeks * WEEK for weeks in (2, 1, 0)]
    monday = min(around, key=lambda day: abs(day - date(sunday.year, 4, 2)))
    return min(monday, sunday - 2 * DAY), max(monday + 2 * WEEK - DAY, sunday + DAY)


def _week(monday: date) -> tuple[date, date]:
    return monday, monday + 4 * DAY


def _last_monday(day: date) -> date:
    return day - day.weekday() * DAY


def _nearest_monday(day: date) -> date:
    return _last_monday(day + 3 * DAY)
