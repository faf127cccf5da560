"""Half-terms: the parts of a school year between the holidays that most schools of England share.

Every school differs by a few days, so this finds events and forbids nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

HOLIDAYS = (
    (date(2026, 7, 22), date(2026, 9, 1)),
    (date(2026, 10, 26), date(2026, 10, 30)),
    (date(2026, 12, 19), date(2027, 1, 3)),
    (date(2027, 2, 15), date(2027, 2, 19)),
    (date(2027, 3, 26), date(2027, 4, 11)),
    (date(2027, 5, 31), date(2027, 6, 4)),
    (date(2027, 7, 22), date(2027, 9, 1)),
)
"""First and last days; outside them nobody can say yet, and the list does not ask."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class HalfTerm:
    begins_on: date
    ends_on: date
    """Both days are part of it."""

    def __contains__(self, day: date) -> bool:
        return self.begins_on <= day <= self.ends_on


def on(day: date) -> HalfTerm | None:
    """Answer the half-term of this day, in the holidays the one that comes; None where no dates are known."""
    for (first, last), (next_first, _) in pairwise(HOLIDAYS):
        if first <= day < next_first:
            return HalfTerm(last + DAY, next_first - DAY)
    return None
