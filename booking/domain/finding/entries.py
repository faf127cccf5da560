"""The entries of the catalogue: what the list can be asked about each published event, read all at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from booking.db import db
from booking.domain.events import SHOWN_AFTER_END, Event, EventPhase, EventYear, Programme, Slot, Venue
from booking.domain.finding import telling
from booking.domain.people import Hub
from booking.domain.schools import School

Point = tuple[int, int]
"""Easting and northing of the national grid, in metres."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One published event, as far as it can be asked about."""

    id: int
    kind: str
    hub: str
    """Its slug."""
    hub_name: str
    phases: tuple[str, ...]
    years: tuple[int, ...]
    starts_at: datetime | None
    ends_at: datetime | None
    closes_at: datetime
    is_called_off: bool
    sessions: tuple[tuple[datetime | None, str], ...]
    """When each starts, and by whose clocks."""
    points: frozenset[Point]
    """Where it takes place, as far as that is known."""
    has_online: bool
    has_in_person: bool
    text: str
    words: tuple[str, ...]


def read(known: Mapping[int, Entry], *, at: datetime) -> list[Entry]:
    """Answer what is published and not long over, by number; a text that is `known` is not taken apart again."""
    is_shown = or_(Event.ends_at.is_(None), Event.ends_at > at - SHOWN_AFTER_END)
    query = select(
        Event.id,
        Event.kind,
        Hub.slug,
        Hub.name,
        Event.starts_at,
        Event.ends_at,
        Event.closes_at,
        Event.called_off_at,
        *(Event.title, Event.summary, Event.description, Event.audience, Event.taught_by, Event.maths),
        *(Hub.area, Programme.title),
    )
    query = query.join(Hub, Hub.id == Event.hub_id).outerjoin(Programme, Programme.id == Event.programme_id)
    rows = db.session.execute(query.where(Event.published_at.is_not(None), is_shown).order_by(Event.id)).all()
    phases, years, sessions = _many(EventPhase.phase), _many(EventYear.year), _sessions()
    return [_entry(row, phases, years, sessions[row[0]], known.get(row[0])) for row in rows]


def _entry(row: Any, phases: Any, years: Any, sessions: list[Any], before: Entry | None) -> Entry:
    event_id, kind, hub, hub_name, starts_at, ends_at, closes_at, called_off_at, *texts = row
    places = {(name, town, postcode): is_online for _, _, name, town, postcode, is_online, *_ in sessions if name}
    text = "\n".join(filter(None, [hub_name, *texts, *(part for place in places for part in place)]))
    its_years = tuple(sorted(years[event_id]))
    is_known = before is not None and (before.text, before.years) == (text, its_years)
    return Entry(
        event_id,
        kind,
        hub,
        hub_name,
        tuple(phases[event_id]),
        its_years,
        starts_at,
        ends_at,
        closes_at,
        called_off_at is not None,
        tuple((starts, zone) for starts, zone, *_ in sessions),
        frozenset((east, north) for *_, is_online, east, north in sessions if east and north and not is_online),
        any(places.values()),
        not all(places.values()) if places else True,
        text,
        before.words if before and is_known else telling.words_of(text, its_years),
    )


def _many(column: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for event_id, value in db.session.execute(select(column.class_.event_id, column)).all():
        found[event_id].append(value)
    return found


def _sessions() -> dict[int, list[Any]]:
    """Answer for each event its sessions with their venues; a school's own place stands in where a venue has none."""
    easting, northing = func.coalesce(Venue.easting, School.easting), func.coalesce(Venue.northing, School.northing)
    query = (
        select(
            *(Slot.event_id, Slot.starts_at, Slot.zone),
            *(Venue.name, Venue.town, Venue.postcode, Venue.is_online, easting, northing),
        )
        .outerjoin(Venue, Venue.id == Slot.venue_id)
        .outerjoin(School, School.urn == Venue.school_urn)
        .where(Slot.removed_at.is_(None))
        .order_by(Slot.event_id, Slot.number)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for event_id, *session in db.session.execute(query).all():
        found[event_id].append(session)
    return found
