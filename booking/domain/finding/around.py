"""Around a school: what takes place within so many miles of it, and what is nearest."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from functools import reduce
from itertools import chain
from math import hypot, inf
from operator import or_

from booking.domain.finding.catalogue import Moment
from booking.domain.finding.filters import DISTANCES
from booking.domain.schools import School

MILE = 1609.344
"""Metres. The national grid is flat, so Pythagoras is near enough for any distance that somebody drives."""
MOST_KEPT = 200
"""Schools whose surroundings a process remembers: whoever measures from one asks again, for the next page."""
FARTHEST = int(DISTANCES[-1]) * MILE


class Around:
    """The catalogue of a moment as it lies around a school whose easting and northing are known."""

    def __init__(self, moment: Moment, school: School) -> None:
        self._moment, self._here = moment, (school.easting or 0, school.northing or 0)
        kept = moment.catalogue.near
        if len(kept) >= MOST_KEPT:
            kept.clear()
        self._near = kept.get(self._here) or kept.setdefault(self._here, self._rings(FARTHEST))

    def within(self) -> dict[str, int]:
        """Answer for each distance the set of what takes place within it."""
        squares = {distance: (int(distance) * MILE) ** 2 for distance in DISTANCES}
        return {
            distance: reduce(or_, (those for square, those in self._near if square <= most), 0)
            for distance, most in squares.items()
        }

    def nearest_first(self, events: int) -> Iterator[int]:
        """Answer the ids of these, the nearest first, last what is nowhere.

        Looks no farther than it is asked to go on.
        """
        for _, those in chain(self._near, self._everywhere()):
            if here := events & those:
                yield from self._moment.in_order(here)
                events ^= here
            if not events:
                return
        yield from self._moment.in_order(events)

    def miles(self, event_id: int) -> float | None:
        """Answer how far an event is; None where its place is not known, or it is online."""
        listed = self._moment.catalogue
        number = listed.number_of.get(event_id)
        points = listed.entries[number].points if number is not None else ()
        east, north = self._here
        return min((hypot(x - east, y - north) for x, y in points), default=inf) / MILE if points else None

    def _everywhere(self) -> Iterator[tuple[int, int]]:
        yield from self._rings(inf)

    def _rings(self, reach: float) -> list[tuple[int, int]]:
        """Answer what lies within so many metres, the nearest first: the square of each distance, and what is there."""
        points, (east, north), most = self._moment.catalogue.points, self._here, reach**2
        first = bisect_left(points, east - reach, key=lambda point: point[0][0])
        last = bisect_right(points, east + reach, key=lambda point: point[0][0])
        rings: dict[int, int] = defaultdict(int)
        for (x, y), those in points[first:last]:
            if (square := (x - east) ** 2 + (y - north) ** 2) <= most:
                rings[square] |= those
        return sorted(rings.items())
