"""Events and their sessions: their times, what calendars were told, and what was changed or called off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.changes import Change
from booking.domain.events import Event, Slot
from booking.domain.places import LIVE, Booking
from booking.domain.verify.late import OVERDUE


def times(_at: datetime) -> Iterable[str]:
    published = select(Event.id).where(Event.published_at.is_not(None))
    wrong = or_(Event.closes_at.is_(None), Event.opens_at >= Event.closes_at, Event.closes_at > Event.starts_at)
    for number in db.session.scalars(published.where(wrong)):
        yield f"Event {number} does not open before it closes, and close before it starts (putting up)."


def spans(_at: datetime) -> Iterable[str]:
    """An event starts with its first session, and ends with the last one once every date is known."""
    of_event = select(Slot).where(Slot.event_id == Event.id, Slot.removed_at.is_(None))
    first = of_event.with_only_columns(func.min(Slot.starts_at)).scalar_subquery()
    last = of_event.with_only_columns(func.max(Slot.ends_at)).scalar_subquery()
    open_dates = of_event.with_only_columns(Slot.id).where(Slot.starts_at.is_(None)).exists()
    end = case((open_dates, None), else_=last)
    wrong = or_(Event.starts_at.is_distinct_from(first), Event.ends_at.is_distinct_from(end))
    for number in db.session.scalars(select(Event.id).where(wrong)):
        yield f"Event {number} does not start when the first of its sessions does, or end with the last (putting up)."


def sequences(_at: datetime) -> Iterable[str]:
    """No calendar entry has a lower number than its trail says that it had."""
    noted = func.max(AuditEntry.facts["sequence"].as_integer())
    query = (
        select(Slot.id, Slot.sequence, noted)
        .join(AuditEntry, and_(AuditEntry.subject == "slot", AuditEntry.subject_id == Slot.id))
        .group_by(Slot.id, Slot.sequence)
        .having(noted > Slot.sequence)
    )
    for number, sequence, found in db.session.execute(query):
        yield f"Session {number} has the calendar sequence {sequence}, and had {found} before (rule 16)."


def settling(at: datetime) -> Iterable[str]:
    query = select(Change.event_id).where(Change.settled_at.is_(None), Change.due_at < at - OVERDUE).distinct()
    for number in db.session.scalars(query):
        yield f"People should have been told long ago what changed at event {number}: is a worker running? (rule 17)"


def called_off(_at: datetime) -> Iterable[str]:
    query = (
        select(Booking.id, Event.id)
        .join(Event, Event.id == Booking.event_id)
        .where(Event.called_off_at.is_not(None), Booking.state.in_(LIVE))
    )
    for booking, event in db.session.execute(query):
        yield f"Booking {booking} is live, and event {event} is called off (rule 19)."
