"""How many places there are: the capacity, a deliberate excess over it, and how many one school may have."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select

from booking.db import db
from booking.domain import places
from booking.domain.changes import revising
from booking.domain.errors import BadInput, ReasonNeeded
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import TAKING, Booking
from booking.domain.schools import School


@dataclass(frozen=True)
class Room:
    """How many places there are to be, and for how many of one school (None: no limit)."""

    capacity: int
    max_per_school: int | None
    extra: int = 0
    """Places over the capacity, deliberately; freed places take them away first."""

    @classmethod
    def of(cls, event: Event) -> Room:
        return cls(event.capacity, event.max_per_school, event.extra)


def resize(event_id: int, wanted: Room, *, by: Person, at: datetime, why: str = "") -> Event:
    """Give an event more or fewer places. More are offered at once to those who wait, in order.

    Fewer go no further than what is confirmed or held; offers beyond that are withdrawn, the newest first. `extra` is
    shown, and asks for a reason. No calendar sees any of it. Raises `NotFound`, `NotAllowed`, `CalledOff`, `Over`,
    `ReasonNeeded`, and `BadInput` at capacity, extra or max_per_school.
    """
    act = revising.locked(event_id, by=by, at=at)
    event, before = act.event, Room.of(act.event)
    if wanted == before:
        return event
    _must_be_possible(event, wanted)
    if wanted.extra > before.extra and not why.strip():
        raise ReasonNeeded("Say in a few words why there are to be more places than the capacity")
    places.withdraw_beyond(event, wanted.capacity + wanted.extra - event.extra, by=by, at=at)
    event.capacity, event.extra, event.max_per_school = wanted.capacity, wanted.extra, wanted.max_per_school
    revising.touch(act)
    revising.record(act, "event.resized", event, before=asdict(before), after=asdict(wanted), why=why)
    db.session.flush()
    places.fill(event, at=at)
    return event


def _must_be_possible(event: Event, wanted: Room) -> None:
    if wanted.capacity < 1:
        raise BadInput("Enter at least 1 place", "capacity")
    if wanted.extra < 0:
        raise BadInput("Enter 0 or more", "extra")
    if wanted.max_per_school is None:
        return
    if wanted.max_per_school < 1:
        raise BadInput("Enter at least 1, or leave it empty for no limit", "max_per_school")
    if (most := _most_of_one_school(event)) > wanted.max_per_school:
        raise BadInput(f"One school has {most} places already, so its limit cannot be lower", "max_per_school")


def _most_of_one_school(event: Event) -> int:
    query = (
        select(func.sum(Booking.party_size).label("places"))
        .join(School, School.urn == Booking.school_urn)
        .where(Booking.event_id == event.id, Booking.state.in_(TAKING))
        .group_by(School.family_urn)
    )
    return int(db.session.scalar(select(func.max(query.subquery().c.places))) or 0)
