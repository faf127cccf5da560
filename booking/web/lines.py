"""Where those who wait stand: what their pages say of the line, read at once for any number of bookings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from booking.domain import places
from booking.domain.events import Event
from booking.domain.places import Booking


@dataclass(frozen=True)
class Line:
    """How manieth a booking is (None if it does not wait), of how many, and how many places came free lately."""

    rank: int | None
    length: int
    freed: int


def of(bookings: Iterable[Booking], *, at: datetime) -> dict[int, Line]:
    """Answer where each of the bookings stands, by its id."""
    asked = list(bookings)
    events = {booking.event_id for booking in asked}
    ranks, lengths = places.ranks(asked), places.lengths(events)
    freed = places.came_free(events, at=at) if events else {}
    return {one.id: Line(ranks.get(one.id), lengths.get(one.event_id, 0), freed.get(one.event_id, 0)) for one in asked}


def of_event(event: Event, *, at: datetime) -> Line:
    """Answer what whoever thinks of joining wants to know."""
    freed = places.came_free([event.id], at=at)
    return Line(None, places.lengths([event.id]).get(event.id, 0), freed.get(event.id, 0))
