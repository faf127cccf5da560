"""What stands together on a page of its own: a programme, a hub, a venue, each with its published events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.events import SHOWN_AFTER_END, Event, Programme, Slot, Venue
from booking.domain.people import Hub


def hub(slug: str) -> Hub | None:
    return db.session.scalar(select(Hub).where(Hub.slug == slug))


def hubs() -> Sequence[Hub]:
    """Answer every hub, by name."""
    return db.session.scalars(select(Hub).order_by(Hub.name)).all()


def programme(programme_id: int, *, at: datetime) -> Programme | None:
    """Answer a programme of which the public can see an event, or None."""
    query = select(Programme).options(joinedload(Programme.hub)).where(Programme.id == programme_id)
    return db.session.scalar(query.where(_has_events(Event.programme_id == Programme.id, at)))


def programmes_of(hub: Hub, *, at: datetime) -> Sequence[Programme]:
    """Answer the hub's programmes of which the public can see an event, by title."""
    query = select(Programme).where(Programme.hub_id == hub.id, _has_events(Event.programme_id == Programme.id, at))
    return db.session.scalars(query.order_by(Programme.title, Programme.id)).all()


def venue(venue_id: int, *, at: datetime) -> Venue | None:
    """Answer a place, not online, in which a published event takes place, or None."""
    takes_place = Event.id.in_(select(Slot.event_id).where(Slot.venue_id == Venue.id, Slot.removed_at.is_(None)))
    query = select(Venue).options(joinedload(Venue.hub)).where(Venue.id == venue_id, Venue.is_online.is_(False))
    return db.session.scalar(query.where(_has_events(takes_place, at)))


def in_programme(programme: Programme, *, at: datetime) -> Sequence[int]:
    """Answer the programme's events, those not long over among them, the first first."""
    return db.session.scalars(_shown(at).where(Event.programme_id == programme.id)).all()


def at_venue(venue: Venue, *, at: datetime) -> Sequence[int]:
    """Answer the events at this place that are not over, the next first."""
    there = select(Slot.event_id).where(Slot.venue_id == venue.id, Slot.removed_at.is_(None))
    is_to_come = or_(Event.ends_at.is_(None), Event.ends_at > at)
    return db.session.scalars(_shown(at).where(Event.id.in_(there), is_to_come)).all()


def everything(*, at: datetime) -> dict[str, list[tuple[object, datetime]]]:
    """Answer every page that search engines should know, by its sort: what names it, and when it changed last."""
    shown = _is_shown(at)
    changed = func.max(Event.updated_at)
    at_places = select(Venue.id, changed).join(Slot, Slot.venue_id == Venue.id).join(Event, Event.id == Slot.event_id)
    queries: dict[str, Select[object, datetime]] = {
        "event": select(Event.id, Event.updated_at).where(shown).order_by(Event.id),
        "programme": select(Event.programme_id, changed)
        .where(shown, Event.programme_id.is_not(None))
        .group_by(Event.programme_id)
        .order_by(Event.programme_id),
        "hub": select(Hub.slug, changed).join(Event, Event.hub_id == Hub.id).where(shown).group_by(Hub.slug),
        "venue": at_places.where(shown, Venue.is_online.is_(False)).group_by(Venue.id).order_by(Venue.id),
    }
    return {sort: [(row[0], row[1]) for row in db.session.execute(query).all()] for sort, query in queries.items()}


def _shown(at: datetime) -> Select[int]:
    return select(Event.id).where(_is_shown(at)).order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)


def _is_shown(at: datetime) -> ColumnElement[bool]:
    is_recent = or_(Event.ends_at.is_(None), Event.ends_at > at - SHOWN_AFTER_END)
    return and_(Event.published_at.is_not(None), is_recent)


def _has_events(which: ColumnElement[bool], at: datetime) -> ColumnElement[bool]:
    return select(Event.id).where(which, _is_shown(at)).exists()
