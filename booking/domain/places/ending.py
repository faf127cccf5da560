"""Ending everything: the event is called off, and nobody is expected any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import room
from booking.domain.places.bookings import Booking, Place, end_places
from booking.domain.places.states import LIVE, State, move


@dataclass(frozen=True)
class Ended:
    """A booking that has ended with the event, what it was until then, and whose places they were."""

    booking: Booking
    was: State
    places: list[Place]


def end_all(event: Event, *, by: Person, at: datetime, reason: str) -> list[Ended]:
    """End every live booking of a locked event; the caller tells people. Those that took places come first."""
    query = (
        select(Booking)
        .where(Booking.event_id == event.id, Booking.state.in_(LIVE))
        .options(joinedload(Booking.booker), selectinload(Booking.places))
        .order_by(Booking.state.in_([State.WAITING, State.PARKED]), Booking.id)
    )
    bookings = db.session.scalars(query.execution_options(populate_existing=True)).all()
    return [_end(booking, by=by, at=at, reason=reason) for booking in bookings]


def _end(booking: Booking, *, by: Person, at: datetime, reason: str) -> Ended:
    was, leaving = State(booking.state), booking.live_places
    if booking.takes_places:
        room.free(booking.event, booking.party_size)
    booking.end_reason = reason
    move(booking, "call off", by=by, at=at)
    end_places(leaving, at)
    return Ended(booking, was, leaving)
