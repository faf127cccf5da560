"""Places: never more than there are, nobody twice, no school beyond its limit (rules 1 to 3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, func, select

from booking.db import db
from booking.domain.events import Event
from booking.domain.places import LIVE, TAKING, Booking, Place
from booking.domain.schools import School


def taken(_at: datetime) -> Iterable[str]:
    counted = (
        select(Booking.event_id, func.sum(Booking.party_size).label("places"))
        .where(Booking.state.in_(TAKING))
        .group_by(Booking.event_id)
        .subquery()
    )
    places = func.coalesce(counted.c.places, 0)
    query = select(Event.id, Event.taken, places).outerjoin(counted, counted.c.event_id == Event.id)
    for number, taken, found in db.session.execute(query.where(Event.taken != places)):
        yield f"Event {number} says that {taken} places are taken, and its bookings keep {found} (rule 1)."


def oversold(_at: datetime) -> Iterable[str]:
    query = select(Event.id, Event.taken, Event.capacity + Event.extra)
    for number, taken, room in db.session.execute(query.where(Event.taken > Event.capacity + Event.extra)):
        yield f"Event {number} has {room} places, and {taken} are taken (rule 1)."


def party_sizes(_at: datetime) -> Iterable[str]:
    places = func.count(Place.id)
    query = (
        select(Booking.id, Booking.party_size, places)
        .outerjoin(Place, and_(Place.booking_id == Booking.id, Place.ended_at.is_(None)))
        .where(Booking.state.in_(LIVE))
        .group_by(Booking.id, Booking.party_size)
        .having(Booking.party_size != places)
    )
    for number, size, found in db.session.execute(query):
        yield f"Booking {number} says that it is for {size}, and has {found} live places (rule 1)."


def twice(_at: datetime) -> Iterable[str]:
    query = (
        select(Place.event_id, Place.person_id, func.count(Place.id))
        .where(Place.ended_at.is_(None), Place.person_id.is_not(None))
        .group_by(Place.event_id, Place.person_id)
        .having(func.count(Place.id) > 1)
    )
    for event, person, number in db.session.execute(query):
        yield f"Person {person} has {number} live places at event {event} (rule 2)."


def school_limits(_at: datetime) -> Iterable[str]:
    total = func.sum(Booking.party_size)
    query = (
        select(Event.id, Event.max_per_school, School.family_urn, total)
        .join(Booking, Booking.event_id == Event.id)
        .join(School, School.urn == Booking.school_urn)
        .where(Booking.state.in_(TAKING), Event.max_per_school.is_not(None))
        .group_by(Event.id, Event.max_per_school, School.family_urn)
        .having(total > Event.max_per_school)
    )
    for event, most, urn, found in db.session.execute(query):
        yield f"School {urn} has {found} places at event {event}, of at most {most} (rule 3)."
