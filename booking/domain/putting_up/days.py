"""A day of a programme: what takes place, in the order of its hours, drafts among it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from booking.db import db
from booking.domain import access
from booking.domain.events import Event, Programme, Slot
from booking.domain.people import Person, Role

AROUND = timedelta(hours=16)
"""No clock is further from UTC."""


def programme_organised_by(person: Person, programme_id: int) -> Programme | None:
    """Answer a programme of a hub that the person organises; another hub's is not found."""
    programme = db.session.get(Programme, programme_id, options=[joinedload(Programme.hub)])
    return programme if programme and access.may_organise(person, programme.hub_id) else None


def of_day(programme_id: int, day: date) -> list[Slot]:
    """Answer the sessions of a programme that start that day by the clocks of their place, with all that is shown."""
    midnight = datetime.combine(day, time(), UTC)
    query = (
        select(Slot)
        .join(Slot.event)
        .where(
            Event.programme_id == programme_id,
            Slot.removed_at.is_(None),
            Slot.starts_at >= midnight - AROUND,
            Slot.starts_at < midnight + timedelta(days=1) + AROUND,
        )
        .order_by(Slot.starts_at, Slot.room, Slot.id)
        .options(contains_eager(Slot.event).selectinload(Event.leads).joinedload(Role.person), joinedload(Slot.venue))
        .options(contains_eager(Slot.event).selectinload(Event.phases))
        .options(contains_eager(Slot.event).selectinload(Event.slots))
    )
    return [slot for slot in db.session.scalars(query) if slot.local_start and slot.local_start.date() == day]
