"""Which events somebody reaches: what is published is for all; what is run, for those who run it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, text, true
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain import access
from booking.domain.events.event import Event, EventPhase, Slot
from booking.domain.events.venues import Venue
from booking.domain.people import Hub, Person


def public(event_id: int) -> Event | None:
    """Answer a published event with all that its page shows, or None."""
    return _one(_PUBLIC, event_id)


def organised_by(person: Person, event_id: int) -> Event | None:
    """Answer an event of a hub that the person organises; another hub's is not found."""
    return _one(_NUMBERED.where(_is_organised_by(person)), event_id)


def run_by(person: Person, event_id: int) -> Event | None:
    """Answer an event that the person organises, leads or is the host of; any other is not found."""
    return _one(_NUMBERED.where(_is_run_by(person)), event_id)


def on_desk(person: Person) -> Select[Event]:
    """Answer the query for all events that the person runs, with what a list of them shows."""
    listed = select(Event).options(joinedload(Event.hub), selectinload(Event.slots).joinedload(Slot.venue))
    return listed.where(_is_run_by(person))


def of_hub(hub_id: int) -> Select[Event]:
    """Answer the query for all events of a hub."""
    return select(Event).where(Event.hub_id == hub_id)


def titles(event_ids: Iterable[int]) -> dict[int, str]:
    """Answer the titles of these events, by number."""
    wanted = list(event_ids)
    query = select(Event.id, Event.title).where(Event.id.in_(wanted))
    return {row.id: row.title for row in db.session.execute(query)} if wanted else {}


def to_come(query: Select[Event], at: datetime) -> Select[Event]:
    """Narrow a query to what is not past, the next first, what has no date yet last."""
    coming = query.where(or_(Event.ends_at.is_(None), Event.ends_at > at))
    return coming.order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)


def past(query: Select[Event], at: datetime) -> Select[Event]:
    """Narrow a query to what is past, the latest first."""
    return query.where(Event.ends_at <= at).order_by(Event.ends_at.desc(), Event.id)


def hubs_on(query: Select[Event]) -> list[Hub]:
    """Answer the hubs of a query's events, by name."""
    ids = query.order_by(None).options().with_only_columns(Event.hub_id)
    return list(db.session.scalars(select(Hub).where(Hub.id.in_(ids)).order_by(Hub.name)))


def alternatives(event: Event, *, at: datetime, places: int = 1, most: int = 3) -> list[Event]:
    """Answer the next best: bookable events of the programme (else of kind and hub), for a phase of this one."""
    phases = [one.phase for one in event.phases]
    same = (
        Event.programme_id == event.programme_id
        if event.programme_id
        else and_(Event.kind == event.kind, Event.hub_id == event.hub_id)
    )
    query = (
        select(Event)
        .where(
            same,
            Event.id != event.id,
            Event.published_at.is_not(None),
            Event.called_off_at.is_(None),
            or_(Event.opens_at.is_(None), Event.opens_at <= at),
            Event.closes_at > at,
            Event.capacity + Event.extra - Event.taken >= places,
            Event.id.in_(select(EventPhase.event_id).where(EventPhase.phase.in_(phases))) if phases else text("1=1"),
        )
        .order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)
        .limit(most)
        .options(selectinload(Event.slots).joinedload(Slot.venue), joinedload(Event.hub))
    )
    return list(db.session.scalars(query))


def _one(query: Select[Event], number: int) -> Event | None:
    return db.session.scalars(query, {"number": number}).unique().one_or_none()


def _is_organised_by(person: Person) -> ColumnElement[bool]:
    return true() if access.is_national(person) else Event.hub_id.in_(access.hubs_organised(person))


def _is_run_by(person: Person) -> ColumnElement[bool]:
    hosted = [
        and_(Event.hub_id == hub_id, Event.slots.any(Slot.venue.has(Venue.school_urn == urn)))
        for hub_id, urn in sorted(access.schools_hosting(person))
    ]
    return or_(_is_organised_by(person), Event.id.in_(access.events_led(person)), *hosted)


# One statement, for an event has few sessions and leads. Written once: putting it together costs as much as running it.
_NUMBERED = (
    select(Event)
    .where(Event.id == bindparam("number"))
    .options(
        joinedload(Event.hub, innerjoin=True),
        joinedload(Event.programme),
        joinedload(Event.slots).joinedload(Slot.venue),
        joinedload(Event.leads),
    )
)
_PUBLIC = _NUMBERED.where(Event.published_at.is_not(None))
