"""The sessions of an event that people have booked: change one, give or take back its date, add one, take one away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from booking.db import db
from booking.domain.changes import revising
from booking.domain.changes.facts import SlotFacts
from booking.domain.changes.revising import Act
from booking.domain.errors import BadInput
from booking.domain.events import Event, Slot, Venue
from booking.domain.people import Person


@dataclass(frozen=True)
class Plan:
    """What a session is to be. Times are aware instants, both or neither; without them its date is to be confirmed."""

    title: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    expected: str = ""
    """Without a date: about when, like "Spring 2027"."""
    venue_id: int | None = None
    room: str = ""
    join_url: str = ""

    @classmethod
    def of(cls, slot: Slot) -> Plan:
        times = (slot.starts_at, slot.ends_at, slot.expected)
        return cls(slot.title, *times, slot.venue_id, slot.room, slot.join_url)


def change_slot(slot_id: int, plan: Plan, *, by: Person, at: datetime) -> Slot:
    """Move a session, give it a date or take it back, change where it is or how to join; people are told once.

    Changing it to what it is changes nothing. Its zone is that of the venue. Booking closes as many days before the
    first start as it did. Raises `NotFound`, `NotAllowed`, `CalledOff`, `Over` once it has begun, and `BadInput` at a
    field for what cannot be: times in the past or in the wrong order, a session that overlaps another, another hub's
    venue.
    """
    act, slot = revising.locked_slot(slot_id, by=by, at=at)
    venue = _venue(act.event, plan.venue_id)
    _must_be_possible(act, plan, slot)
    with revising.revising(act, slot, "changed"):
        _write(slot, plan, venue)
    return slot


def add_slot(event_id: int, plan: Plan, *, by: Person, at: datetime) -> Slot:
    """Add a session, for everybody who is booked; the same one twice is added once. Raises as `change_slot`."""
    act = revising.locked(event_id, by=by, at=at)
    venue = _venue(act.event, plan.venue_id)
    for one in act.event.slots:
        if Plan.of(one) == plan:
            return one
    _must_be_possible(act, plan)
    start = act.event.starts_at
    slot = Slot(event_id=act.event.id, number=len(act.event.slots) + 1, zone=_zone(act.event), revised_at=at)
    _write(slot, plan, venue)
    db.session.add(slot)
    revising.came_or_went(act, slot, "added", before=None, start=start)
    return slot


def remove_slot(slot_id: int, *, by: Person, at: datetime) -> Slot:
    """Take a session away: the event goes on without it, and calendars show it as cancelled. Raises as `change_slot`.

    An event keeps one session at least; without any it is called off instead.
    """
    act, slot = revising.locked_slot(slot_id, by=by, at=at)
    if len(act.event.slots) == 1:
        raise BadInput("This is the only session. Call the event off instead, so that everybody is told.")
    before, start = SlotFacts.of(slot), act.event.starts_at
    slot.removed_at = at
    revising.revise(slot, is_moved=True, at=at)
    revising.came_or_went(act, slot, "removed", before=before, start=start)
    return slot


def _write(slot: Slot, plan: Plan, venue: Venue | None) -> None:
    slot.set_times(plan.starts_at, plan.ends_at)
    slot.title, slot.expected, slot.room, slot.join_url = plan.title, plan.expected, plan.room, plan.join_url
    slot.venue, slot.venue_id = venue, plan.venue_id
    slot.zone = venue.zone if venue else slot.zone


def _venue(event: Event, venue_id: int | None) -> Venue | None:
    if venue_id is None:
        return None
    venue = db.session.get(Venue, venue_id)
    if venue is None or venue.hub_id != event.hub_id:
        raise BadInput("Choose one of your hub’s venues", "where")
    return venue


def _zone(event: Event) -> str:
    return event.slots[-1].zone if event.slots else "Europe/London"


def _must_be_possible(act: Act, plan: Plan, slot: Slot | None = None) -> None:
    """Raise `BadInput` for what cannot be, at the field where it was typed."""
    if not plan.title.strip():
        raise BadInput("Enter what this session is called", "title")
    if plan.join_url and not plan.join_url.startswith(("https://", "http://")):
        raise BadInput("Enter the link in full, beginning with https://", "join_url")
    if plan.starts_at is None or plan.ends_at is None:
        if plan.starts_at or plan.ends_at:
            raise BadInput("Enter both times, or neither", "ends")
        return
    if plan.starts_at <= act.at:
        raise BadInput("That is in the past. Choose a time to come", "day")
    if plan.ends_at <= plan.starts_at:
        raise BadInput("It must end after it starts", "ends")
    for other in act.event.slots:
        if other is not slot and other.starts_at and other.ends_at and _overlap(plan, other.starts_at, other.ends_at):
            raise BadInput(f"At that time there is “{other.title}”. Choose another, or move that one first", "day")


def _overlap(plan: Plan, starts_at: datetime, ends_at: datetime) -> bool:
    return bool(plan.starts_at and plan.ends_at and plan.starts_at < ends_at and starts_at < plan.ends_at)
