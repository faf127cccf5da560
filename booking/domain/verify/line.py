"""The waiting list: its order, its offers, and no place idle beside somebody who could have it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from booking.db import db
from booking.domain import places
from booking.domain.events import Event
from booking.domain.places import MOST_LAPSES, Booking, State
from booking.domain.verify.late import OVERDUE


def positions(_at: datetime) -> Iterable[str]:
    query = (
        select(Booking.event_id, Booking.position)
        .where(Booking.state == State.WAITING)
        .group_by(Booking.event_id, Booking.lapses, Booking.position)
        .having(func.count(Booking.id) > 1)
    )
    for event, position in db.session.execute(query):
        yield f"Two bookings wait in position {position} for event {event} (the waiting list)."


def parked(_at: datetime) -> Iterable[str]:
    wrong = or_(
        and_(Booking.state == State.PARKED, Booking.lapses < MOST_LAPSES),
        and_(Booking.state.in_([State.WAITING, State.OFFERED]), Booking.lapses >= MOST_LAPSES),
    )
    for number, lapses in db.session.execute(select(Booking.id, Booking.lapses).where(wrong)):
        yield f"Booking {number} let {lapses} offers pass, and is parked, or is not (the waiting list)."


def overdue_offers(at: datetime) -> Iterable[str]:
    query = select(Booking.id).where(Booking.state == State.OFFERED, Booking.offer_ends_at < at - OVERDUE)
    for number in db.session.scalars(query):
        yield f"The offer to booking {number} should have ended long ago: is a worker running? (the waiting list)"


def late_offers(_at: datetime) -> Iterable[str]:
    stop = func.coalesce(Event.offers_end_at, Event.starts_at)
    query = select(Booking.id).join(Event, Event.id == Booking.event_id)
    late = or_(Booking.offer_ends_at > stop, Booking.offer_ends_at > Event.starts_at)
    for number in db.session.scalars(query.where(Booking.state == State.OFFERED, late)):
        yield f"The offer to booking {number} ends after the offers of its event do (the waiting list)."


def idle_places(at: datetime) -> Iterable[str]:
    for event in places.idle(at=at):
        yield f"Event {event.id} has places left, and somebody who could have them waits (the waiting list)."
