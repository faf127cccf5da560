"""Closing: a few seconds after booking closes, the list goes to whoever runs the event."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from booking.db import db
from booking.domain import audit, messages, people, places
from booking.domain.events import Event

AFTER = timedelta(seconds=15)
"""Longer than any lock is waited for, so that a booking accepted in time is on the list."""
BATCH = 20


def close_due(*, at: datetime) -> int:
    """Send the list of every event that has closed to its organisers, leads and hosts, once; answer how many events."""
    due = (
        select(Event.id)
        .where(
            Event.closing_told_at.is_(None),
            Event.closes_at <= at - AFTER,
            Event.published_at.is_not(None),
            Event.called_off_at.is_(None),
        )
        .order_by(Event.closes_at, Event.id)
        .limit(BATCH)
    )
    ids = db.session.scalars(due).all()
    if not ids:
        return 0
    for event in places.lock(*ids):
        if event.closing_told_at is None:
            _close(event, at)
    return len(ids)


def _close(event: Event, at: datetime) -> None:
    event.closing_told_at = at
    audit.record("event.closed", event, by=None, at=at, event_id=event.id, hub_id=event.hub_id, taken=event.taken)
    for person in people.running(event.hub_id, event.id, event.host_urns):
        messages.tell(person, "list_after_closing", at=at, hub_id=event.hub_id, event_id=event.id)
