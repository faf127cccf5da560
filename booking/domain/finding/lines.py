"""The lines of the list: what it shows of each event.

How many places are taken is read each time, in one statement; all else is kept while the revision of the list stays the
same, and read in two more where it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Engine, bindparam, select, true

from booking.db import db
from booking.domain.events import Event, Slot, Standing, Times, Venue
from booking.domain.finding.revision import Listing
from booking.domain.people import Hub

NEVER = datetime.max.replace(tzinfo=UTC)
MOST_KEPT = 2000


class ListedVenue(NamedTuple):
    """What a list shows of a place."""

    name: str
    town: str
    is_online: bool

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.town) if part)


@dataclass
class ListedSlot(Times):
    """What a list shows of a session."""

    starts_at: datetime | None
    ends_at: datetime | None
    expected: str
    zone: str
    venue: ListedVenue | None
    room: str = ""


@dataclass
class Listed(Standing):
    """One line of the list: an event with what is shown of it and nothing else."""

    id: int
    kind: str
    title: str
    audience: str
    hub_name: str
    capacity: int
    extra: int
    taken: int
    opens_at: datetime | None
    closes_at: datetime | None
    published_at: datetime | None
    called_off_at: datetime | None
    called_off_why: str
    starts_at: datetime | None
    ends_at: datetime | None
    slots: list[ListedSlot] = field(default_factory=list)
    drawn: dict[Any, str] = field(default_factory=dict, compare=False, repr=False)
    """What a door keeps beside the line: shared with its copies, and gone as soon as something listed has changed."""


_kept: WeakKeyDictionary[Engine, tuple[int, dict[int, Listed]]] = WeakKeyDictionary()


def next_slot(event: Event | Listed, *, at: datetime) -> Slot | ListedSlot | None:
    """Answer the event's next session; the first, where none is to come or its date is not known."""
    coming = [slot for slot in event.slots if slot.starts_at and slot.starts_at > at]
    return min(coming, key=lambda slot: slot.starts_at or NEVER, default=event.slots[0] if event.slots else None)


def listed(ids: Sequence[int]) -> list[Listed]:
    """Answer the lines of these events, in this order."""
    if not ids:
        return []
    revision, taken = 0, {}
    for event_id, places, revision in db.session.execute(_TAKEN, {"ids": list(ids)}):  # noqa: B007 the same in each
        taken[event_id] = places
    kept = _lines_at(revision)
    if unknown := [one for one in ids if one not in kept]:
        kept |= _read(unknown)
    return [replace(kept[one], taken=taken[one]) for one in ids]


def _lines_at(revision: int) -> dict[int, Listed]:
    """Answer what this process knows of this revision, to be added to."""
    known_at, lines = _kept.get(db.engine, (None, {}))
    if known_at != revision or len(lines) > MOST_KEPT:
        _, lines = _kept[db.engine] = (revision, {})
    return lines


def _read(ids: Sequence[int]) -> dict[int, Listed]:
    rows: Sequence[Any] = db.session.execute(_EVENTS, {"ids": list(ids)}).all()
    found = {row.id: Listed(*row) for row in rows}
    for event_id, slot in _slots(ids):
        found[event_id].slots.append(slot)
    return found


def _slots(ids: Sequence[int]) -> Iterator[tuple[int, ListedSlot]]:
    rows: Sequence[Any] = db.session.execute(_SESSIONS, {"ids": list(ids)}).all()
    for event_id, starts_at, ends_at, expected, zone, room, venue_id, *venue in rows:
        place = ListedVenue(*venue) if venue_id else None
        yield event_id, ListedSlot(starts_at, ends_at, expected, zone, place, room)


# Written once: putting such statements together costs as much as running them.
_IDS: BindParameter[list[int]] = bindparam("ids", expanding=True)
_TAKEN = select(Event.id, Event.taken, Listing.revision).join(Listing, true()).where(Event.id.in_(_IDS))
_EVENTS = (
    select(
        *(Event.id, Event.kind, Event.title, Event.audience, Hub.name, Event.capacity, Event.extra, Event.taken),
        *(Event.opens_at, Event.closes_at, Event.published_at, Event.called_off_at, Event.called_off_why),
        *(Event.starts_at, Event.ends_at),
    )
    .join(Hub, Hub.id == Event.hub_id)
    .where(Event.id.in_(_IDS))
)
_SESSIONS = (
    select(
        *(Slot.event_id, Slot.starts_at, Slot.ends_at, Slot.expected, Slot.zone, Slot.room, Slot.venue_id),
        *(Venue.name, Venue.town, Venue.is_online),
    )
    .outerjoin(Venue, Venue.id == Slot.venue_id)
    .where(Slot.event_id.in_(_IDS), Slot.removed_at.is_(None))
    .order_by(Slot.event_id, Slot.number)
)
