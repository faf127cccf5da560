"""Places asked for, week by week: the numbers of the desk's small chart and of its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from booking.domain.places import Booking
from booking.wording import local

WEEKS = 8
"""The latest ones; a longer chart is too narrow to read on a phone."""
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True)
class Week:
    """How many places were asked for in the week that begins on this Monday."""

    begins_on: date
    places: int


@dataclass(frozen=True)
class Demand:
    weeks: list[Week]

    @property
    def step(self) -> int:
        """The distance of the chart's lines, so that there are at most four."""
        most = max(week.places for week in self.weeks)
        return next((step for step in STEPS if most <= 3 * step), STEPS[-1])


def of(bookings: Iterable[Booking]) -> Demand | None:
    """Answer the latest weeks; None while there is only one, which is no chart."""
    asked: Counter[date] = Counter()
    for booking in bookings:
        made = local(booking.made_at).date()
        asked[made - timedelta(days=made.weekday())] += booking.party_size
    if len(asked) < 2:
        return None
    last = max(asked)
    number = min(WEEKS, (last - min(asked)).days // 7 + 1)
    mondays = [last - timedelta(weeks=back) for back in reversed(range(number))]
    return Demand([Week(monday, asked[monday]) for monday in mondays])
