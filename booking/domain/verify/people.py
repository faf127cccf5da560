"""People: what is known of them, no longer than it should be, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from booking.db import db
from booking.domain.events import Event
from booking.domain.people import REMOVED, Person, Role
from booking.domain.places import Booking

NEEDS_KEPT = timedelta(days=31)
"""30 days after the event, and a day for the timetable."""


def old_needs(at: datetime) -> Iterable[str]:
    query = select(Booking.id).join(Event, Event.id == Booking.event_id)
    for number in db.session.scalars(query.where(Booking.needs != "", Event.ends_at < at - NEEDS_KEPT)):
        yield f"Booking {number} still says what was needed, a month after the event (rule 13)."


def roles(_at: datetime) -> Iterable[str]:
    query = (
        select(Role.id)
        .join(Event, Event.id == Role.event_id)
        .where(Role.ended_at.is_(None), Role.hub_id != Event.hub_id)
    )
    for number in db.session.scalars(query):
        yield f"Role {number} leads an event of another hub (rule 11)."


def erased(_at: datetime) -> Iterable[str]:
    query = select(Person.id).where(Person.erased_at.is_not(None))
    for number in db.session.scalars(query.where(or_(Person.email.is_not(None), Person.name != REMOVED))):
        yield f"Person {number} was erased, and is still known by a name or an address (rule 14)."
