"""Publishing: from then on everybody sees it, and books from when it opens. And taking it off the list again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select

from booking.db import db
from booking.domain import access, audit, places
from booking.domain.errors import BadInput, Refused
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import LIVE, Booking
from booking.domain.putting_up.drafting import Booked


def missing(event: Event, at: datetime) -> Iterator[str]:
    """Answer what an event needs before it can be published, in sentences."""
    if event.closes_at is None:
        yield "Say when booking closes."
    elif event.closes_at <= at:
        yield "Booking would be closed already. Give a closing time to come."
    if event.is_past(at):
        yield "It is past."
    if not event.slots:
        yield "Add a session."
    if not event.phases:
        yield "Say which phases it is for, so that teachers find it."


def publish(*event_ids: int, by: Person, at: datetime) -> list[Event]:
    """Let everybody see events; all of them, or none. One that is published stays so.

    Raises `BadInput` with what is missing, `NotFound`, `NotAllowed`, and `Refused` for what was called off.
    """
    events = places.lock(*event_ids)
    for event in events:
        access.must_organise(by, event.hub_id)
        if not event.is_published:
            _publish(event, by, at)
    return events


def unpublish(event_id: int, *, by: Person, at: datetime) -> Event:
    """Take an event off the list, while nobody is booked. Raises `Booked`, `NotFound`, `NotAllowed`."""
    [event] = places.lock(event_id)
    access.must_organise(by, event.hub_id)
    if number := _booked(event.id):
        people = "1 person is" if number == 1 else f"{number} people are"
        raise Booked(f"{people} booked. Call it off instead, and they are told.")
    if event.is_published:
        event.published_at, event.updated_at = None, at
        audit.record("event.unpublished", event, by=by, at=at, event_id=event.id, hub_id=event.hub_id)
    return event


def _publish(event: Event, by: Person, at: datetime) -> None:
    if event.is_called_off:
        raise Refused("It was called off, and stays so. Put up another like it instead.")
    for sentence in missing(event, at):
        raise BadInput(f"{event.title}: {sentence}")
    event.published_at = event.updated_at = at
    audit.record("event.published", event, by=by, at=at, event_id=event.id, hub_id=event.hub_id)


def _booked(event_id: int) -> int:
    people = func.coalesce(func.sum(Booking.party_size), 0)
    return int(db.session.scalar(select(people).where(Booking.event_id == event_id, Booking.state.in_(LIVE))) or 0)
