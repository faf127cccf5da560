"""Closing: a few seconds after it, the list goes to whoever runs the event; and again, where it has changed."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select

from booking.db import db
from booking.domain import audit, messages, people, places
from booking.domain.audit import AuditEntry
from booking.domain.events import Event
from booking.domain.events.standing import LAST_MINUTE
from booking.domain.places import Booking, Place

AFTER = timedelta(seconds=15)
"""Longer than any lock is waited for, so that a booking accepted in time is on the list."""
BATCH = 20


def close_due(*, at: datetime) -> int:
    """Send the list of every event that has closed to its organisers, leads and hosts; answer how many events.

    Once; and those who wait hear how it goes on for them.
    """
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
    events = places.lock_due(due)
    for event in events:
        _close(event, at)
    return len(events)


def tell_again_due(*, at: datetime) -> int:
    """Send the list again, as offers end, where it has changed since it went out; answer how many were looked at."""
    stop_by_default = and_(Event.offers_end_at.is_(None), Event.starts_at <= at - AFTER + LAST_MINUTE)
    due = (
        select(Event.id)
        .where(
            Event.list_told_again_at.is_(None),
            Event.closing_told_at.is_not(None),
            or_(Event.offers_end_at <= at - AFTER, stop_by_default),
            Event.starts_at > at,
            Event.published_at.is_not(None),
            Event.called_off_at.is_(None),
        )
        .order_by(Event.starts_at, Event.id)
        .limit(BATCH)
    )
    events = places.lock_due(due)
    for event in events:
        _tell_again(event, at)
    return len(events)


def coming(event_id: int, *, at: datetime) -> dict[int | None, str]:
    """Answer who had a place at that moment: names by the person's number."""
    came_later = exists().where(
        AuditEntry.act == "place.swapped",
        AuditEntry.subject == Place.__tablename__,
        AuditEntry.subject_id == Place.id,
        AuditEntry.recorded_at > at,
    )
    query = (
        select(Place.person_id, Place.name)
        .join(Place.booking)
        .where(Place.event_id == event_id, Booking.confirmed_at <= at, ~came_later)
        .where(or_(Place.ended_at.is_(None), Place.ended_at > at))
        .order_by(Place.name)
    )
    return {row.person_id: row.name for row in db.session.execute(query)}


def _tell_again(event: Event, at: datetime) -> None:
    since, event.list_told_again_at = event.closing_told_at, at
    if since is None or coming(event.id, at=since).keys() == coming(event.id, at=at).keys():
        return
    for person in people.running(event.hub_id, event.id, event.host_urns):
        kind = "list_changed_after_closing"
        messages.tell(person, kind, at=at, hub_id=event.hub_id, event_id=event.id, since=since.isoformat())


def _close(event: Event, at: datetime) -> None:
    event.closing_told_at = at
    audit.record("event.closed", event, by=None, at=at, event_id=event.id, hub_id=event.hub_id, taken=event.taken)
    for person in people.running(event.hub_id, event.id, event.host_urns):
        messages.tell(person, "list_after_closing", at=at, hub_id=event.hub_id, event_id=event.id)
    places.tell_those_waiting(event, "waiting_after_closing", at=at)
