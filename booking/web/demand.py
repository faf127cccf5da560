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
    """How many places were booked, and joined for, in the week that begins on this Monday."""

    begins_on: date
    places: int
    waits: int = 0


@dataclass(frozen=True)
class Demand:
    weeks: list[Week]
    asked: int

    @property
    def waits(self) -> int:
        """How many of the places in these weeks were joined for."""
        return sum(week.waits for week in self.weeks)

    @property
    def step(self) -> int:
        """The distance of the chart's lines, so that there are at most four."""
        most = max(week.places + week.waits for week in self.weeks)
        return next((step for step in STEPS if most <= 3 * step), STEPS[-1])


def of(bookings: Iterable[Booking]) -> Demand | None:
    """Answer the latest weeks of live bookings; None while there is only one, which is no chart."""
    booked: Counter[date] = Counter()
    joined: Counter[date] = Counter()
    for booking in bookings:
        made = local(booking.made_at).date()
        weeks = joined if booking.position is not None else booked
        weeks[made - timedelta(days=made.weekday())] += booking.party_size
    begun = booked.keys() | joined.keys()
    if len(begun) < 2:
        return None
    number = min(WEEKS, (max(begun) - min(begun)).days // 7 + 1)
    mondays = [max(begun) - timedelta(weeks=back) for back in reversed(range(number))]
    weeks = [Week(monday, booked[monday], joined[monday]) for monday in mondays]
    return Demand(weeks, booked.total() + joined.total())
