"""News for those who wait: of their own booking, and of how it goes on when the clock or the organiser moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain import messages
from booking.domain.events import LAST_MINUTE, Event
from booking.domain.messages import Urgency
from booking.domain.places import room
from booking.domain.places.bookings import Booking
from booking.domain.places.states import State

BATCH = 20
TOLD_ONCE = ("waiting_after_closing", "last_minute", "waiting_ended")
"""Kinds of mail that whoever waits with several bookings gets once, about one of them."""


def tell(booking: Booking, kind: str, *, at: datetime, urgency: Urgency = Urgency.NEWS, **facts: Any) -> None:
    """Promise the booker a mail about one booking of the waiting list."""
    messages.tell(
        booking.booker,
        kind,
        at=at,
        urgency=urgency,
        name=booking.booker_name,
        hub_id=booking.event.hub_id,
        event_id=booking.event.id,
        booking=booking.id,
        **facts,
    )


def tell_those_waiting(event: Event, kind: str, *, at: datetime, **facts: Any) -> None:
    """Promise a mail to everybody who waits for a locked event, or is parked: one a person.

    To be called by the act that concerns them, in its transaction. Whoever waits with several bookings hears of the
    first.
    """
    told: set[int | None] = set()
    for booking in _in_line(event):
        if booking.booker_id not in told:
            tell(booking, kind, at=at, **facts)
        told.add(booking.booker_id)


def tell_last_minute(*, at: datetime) -> int:
    """Say, once offers have ended, that a free place may be claimed from now on; answer for how many events."""
    by_default = and_(Event.offers_end_at.is_(None), Event.starts_at <= at + LAST_MINUTE)
    ended = or_(Event.offers_end_at <= at, by_default)
    has_not_begun = or_(Event.starts_at.is_(None), Event.starts_at > at)
    events = _due(Event.last_minute_told_at.is_(None), ended, has_not_begun)
    for event in events:
        event.last_minute_told_at = at
        tell_those_waiting(event, "last_minute", at=at)
    return len(events)


def tell_begun(*, at: datetime) -> int:
    """Say that an event has begun to those who waited for it to the end; answer for how many events."""
    events = _due(Event.line_ended_at.is_(None), Event.starts_at <= at)
    for event in events:
        event.line_ended_at = at
        tell_those_waiting(event, "waiting_ended", at=at)
    return len(events)


def first_in_line(booking: Booking) -> Booking:
    """Answer which of the booker's bookings such a mail speaks of: it, or the first that waits where it does not."""
    same = select(Booking).where(Booking.event_id == booking.event_id, Booking.booker_id == booking.booker_id)
    waits = same.where(Booking.state.in_([State.WAITING, State.PARKED]))
    others = db.session.scalars(waits.order_by(Booking.id)).all()
    return booking if booking in others or not others else others[0]


def _due(*conditions: ColumnElement[bool]) -> list[Event]:
    """Lock the events of which these are true and for which somebody waits, and answer those that still stand so."""
    waits = exists().where(Booking.event_id == Event.id, Booking.state.in_([State.WAITING, State.PARKED]))
    due = select(Event.id).where(waits, Event.published_at.is_not(None), Event.called_off_at.is_(None), *conditions)
    return room.lock_due(due.order_by(Event.id).limit(BATCH))


def _in_line(event: Event) -> Sequence[Booking]:
    query = select(Booking).where(Booking.event_id == event.id, Booking.state.in_([State.WAITING, State.PARKED]))
    return db.session.scalars(query.options(joinedload(Booking.booker)).order_by(Booking.id)).all()
