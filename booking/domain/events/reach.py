"""Which events somebody reaches: what is published is for all, what is organised for the hub's organisers only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, and_, func, or_, select, text
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain import access
from booking.domain.events.event import Event, EventPhase, Slot
from booking.domain.people import Person


def public(event_id: int) -> Event | None:
    """Answer a published event with all that its page shows, or None."""
    return db.session.scalar(_whole().where(Event.id == event_id, Event.published_at.is_not(None)))


def organised_by(person: Person, event_id: int) -> Event | None:
    """Answer an event of a hub that the person organises; another hub's is not found."""
    return db.session.scalar(_reach(person, _whole()).where(Event.id == event_id))


def desk(person: Person, *, at: datetime, past: bool) -> Select[Event]:
    """Answer the query for the events of a person's hubs, coming ones first to come, past ones latest first."""
    query = _reach(
        person, select(Event).options(joinedload(Event.hub), selectinload(Event.slots).joinedload(Slot.venue))
    )
    if past:
        return query.where(Event.ends_at <= at).order_by(Event.ends_at.desc(), Event.id)
    return query.where(or_(Event.ends_at.is_(None), Event.ends_at > at)).order_by(
        Event.starts_at.is_(None), Event.starts_at, Event.id
    )


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


def _whole() -> Select[Event]:
    return select(Event).options(
        joinedload(Event.hub),
        joinedload(Event.programme),
        selectinload(Event.slots).joinedload(Slot.venue),
        selectinload(Event.phases),
        selectinload(Event.leads),
    )


def _reach(person: Person, query: Select[Event]) -> Select[Event]:
    return query if access.is_national(person) else query.where(Event.hub_id.in_(access.hubs_organised(person)))


def count(query: Select[Event]) -> int:
    """Answer how many rows a query has without its order and paging."""
    return int(db.session.scalar(select(func.count()).select_from(query.order_by(None).options().subquery())) or 0)
