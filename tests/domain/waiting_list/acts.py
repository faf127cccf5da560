"""What people do in the line, and what is asked about it afterwards."""

from __future__ import annotations

from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import places
from booking.domain.audit import AuditEntry
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking
from booking.domain.places.room import lock


def act(verb, *given, **named):
    """One act in a transaction of its own, as a door does it."""
    with transaction():
        return verb(*given, **named)


def booker(booking):
    return db.session.get_one(Person, booking.booker_id)


def cancel(booking, at):
    return act(places.cancel, booking.id, by=booker(booking), at=at)


def accept(booking, at):
    return act(places.accept, booking.id, by=booker(booking), at=at)


def decline(booking, at):
    return act(places.decline, booking.id, by=booker(booking), at=at)


def state(booking):
    return db.session.scalar(select(Booking.state).where(Booking.id == booking.id))


def states(*bookings):
    return [state(booking) for booking in bookings]


def taken(event):
    return db.session.scalar(select(Event.taken).where(Event.id == event.id))


def last_entry(act):
    query = select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalars(query).one()


def told(kind):
    """Answer whom a kind of mail was promised, in order."""
    return list(db.session.scalars(select(Message.person_id).where(Message.kind == kind).order_by(Message.id)))


def why(event):
    """Answer (booking, reason) of everybody who waits, as the organiser's page shows it."""
    return [(booking.id, reason) for booking, reason in places.walk(db.session.get_one(Event, event.id))]


def raise_to(event, capacity, at):
    with transaction():
        [locked] = lock(event.id)
        locked.capacity = capacity
        places.fill(locked, at=at)


def lower_to(event, capacity, by, at):
    with transaction():
        [locked] = lock(event.id)
        withdrawn = places.withdraw_beyond(locked, capacity, by=by, at=at)
        locked.capacity = capacity
        places.fill(locked, at=at)
    return [booking.id for booking in withdrawn]
