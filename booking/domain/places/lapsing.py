"""Lapsing: what time ends, a hold or an offer, and the places that go back to whoever waits in the same transaction.

The timer only sweeps up: whoever locks an event to take places settles first what was due there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain.events import Event
from booking.domain.places import line, offering, room
from booking.domain.places.bookings import Booking, end_places
from booking.domain.places.states import State, move

BATCH = 100


def settle(event: Event, *, at: datetime) -> None:
    """Lapse what is due at a locked event, and offer what is free: afterwards nobody eligible waits beside a place.

    Whoever takes places calls it first, so that no newcomer has what the line should have had; where the line is quiet,
    there is nothing to do.
    """
    for booking in _due_now(_is_due(at) & (Booking.event_id == event.id)):
        lapse(booking, at=at)
    offering.fill(event, at=at)


def lapse(booking: Booking, *, at: datetime) -> None:
    """Let a hold or an offer end. Its places are free afterwards; the caller fills."""
    if booking.state == State.OFFERED:
        offering.end_unanswered(booking, at=at)
        return
    held = booking.live_places
    move(booking, "lapse", by=None, at=at)
    room.free(booking.event, booking.party_size)
    end_places(held, at)


def lapse_due(*, at: datetime) -> int:
    """Give the places back that nobody confirmed or took in time, and offer them on; answer how many bookings."""
    due = (
        select(Booking.id, Booking.event_id)
        .where(_is_due(at))
        .order_by(Booking.held_until, Booking.offer_ends_at)
        .limit(BATCH)
    )
    rows = db.session.execute(due).all()
    if not rows:
        return 0
    events = room.lock(*(row.event_id for row in rows))
    for booking in _due_now(_is_due(at) & Booking.id.in_([row.id for row in rows])):
        lapse(booking, at=at)
    for event in events:
        offering.fill(event, at=at)
    return len(rows)


def repair(*, at: datetime) -> int:
    """Offer what lies idle beside somebody eligible, which no act should have left; answer how many bookings."""
    numbers = [event.id for event in idle(at=at)][:BATCH]
    events = room.lock(*numbers) if numbers else []
    return sum(len(offering.fill(event, at=at)) for event in events)


def idle(*, at: datetime) -> Iterator[Event]:
    """Answer the events where a place lies idle although somebody eligible waits and an offer could be made."""
    waits = exists().where(Booking.event_id == Event.id, Booking.state == State.WAITING)
    has_not_begun = or_(Event.starts_at.is_(None), Event.starts_at > at)
    query = select(Event).where(waits, has_not_begun, Event.taken < Event.capacity + Event.extra).order_by(Event.id)
    for event in db.session.scalars(query).all():
        if offering.offer_ends(event, at) is not None and line.eligible(event):
            yield event


def _is_due(at: datetime) -> ColumnElement[bool]:
    return or_(
        and_(Booking.state == State.HELD, Booking.held_until <= at),
        and_(Booking.state == State.OFFERED, Booking.offer_ends_at <= at),
    )


def _due_now(condition: ColumnElement[bool]) -> Sequence[Booking]:
    query = select(Booking).where(condition).order_by(Booking.lapses, Booking.position, Booking.id)
    options = joinedload(Booking.booker), selectinload(Booking.places)
    return db.session.scalars(query.options(*options).execution_options(populate_existing=True)).all()
