"""Revising: what every change does to the event's calendar entries, its trail, and what is to be told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select, update

from booking.db import db
from booking.domain import access, audit, events, places
from booking.domain.changes import closing_time
from booking.domain.changes.facts import EventFacts, SlotFacts
from booking.domain.changes.pending import Change
from booking.domain.errors import CalledOff, NotFound, Over
from booking.domain.events import Event, Slot
from booking.domain.people import Person

SETTLING = timedelta(minutes=10)
"""People are told so long after the latest change, so that they hear of all of them at once."""
LONGEST = timedelta(hours=1)
"""But no later than this after the first of them."""
AT_ONCE = timedelta(hours=1)
"""Nor later than so long before a session that is concerned begins, or was to begin."""


@dataclass(frozen=True)
class Act:
    """Who changes what, and when."""

    event: Event
    by: Person
    at: datetime


def locked(event_id: int, *, by: Person, at: datetime) -> Act:
    """Lock an event that is to be changed. Raises `NotFound`, `NotAllowed`, `CalledOff`, and `Over` when it is past."""
    [event] = places.lock(event_id)
    access.must_organise(by, event.hub_id)
    if event.is_called_off:
        raise CalledOff("This event has been called off, so nothing about it can be changed.")
    if event.is_past(at):
        raise Over("This event is over, so nothing about it can be changed.")
    return Act(event, by, at)


def locked_slot(slot_id: int, *, by: Person, at: datetime) -> tuple[Act, Slot]:
    """Lock the event of a session that is to be changed. Raises as `locked`, and `Over` once the session has begun."""
    event_id = db.session.scalar(select(Slot.event_id).where(Slot.id == slot_id))
    if event_id is None:
        raise NotFound("That session does not exist.")
    act = locked(event_id, by=by, at=at)
    slot = next((one for one in act.event.slots if one.id == slot_id), None)
    if slot is None:
        raise Over("That session has been taken away already.")
    if slot.starts_at and slot.starts_at <= at:
        raise Over("This session has begun, so it cannot be changed any more.")
    return act, slot


@contextmanager
def revising(act: Act, slot: Slot, name: str) -> Iterator[None]:
    """Note what the work inside changes of a session: its revision, the trail, and what people are to be told."""
    before, start = SlotFacts.of(slot), act.event.starts_at
    yield
    now = SlotFacts.of(slot)
    if now == before:
        return
    revise(slot, is_moved=not now.is_same_appointment(before), at=act.at)
    _bring_in_line(act, start)
    remember(act, slot, before.stored, begins=[before.starts_at, now.starts_at])
    differing = {"before": _audited(before, now), "after": _audited(now, before)}
    record(act, f"slot.{name}", slot, title=before.title, **differing, sequence=slot.sequence)


@contextmanager
def rewording(act: Act) -> Iterator[None]:
    """Note what the work inside changes of the event's own words. Calendars show them with every session."""
    before = EventFacts.of(act.event)
    yield
    now = EventFacts.of(act.event)
    if now == before:
        return
    for slot in act.event.slots:
        revise(slot, is_moved=False, at=act.at)
    remember(act, None, before.stored)
    if now.title != before.title:
        record(act, "event.renamed", act.event, before={"title": before.title}, after={"title": now.title})
    if now.taught_by != before.taught_by:
        record(act, "event.handed_over", act.event)  # names of people stand in no trail


def came_or_went(act: Act, slot: Slot, name: str, *, before: SlotFacts | None, start: datetime | None) -> None:
    """Note that a session was added (there was nothing before) or taken away; `start` is when the event began then."""
    db.session.flush()
    db.session.expire(act.event, ["slots", "removed_slots"])
    _bring_in_line(act, start)
    remember(act, slot, before.stored if before else {}, begins=[slot.starts_at])
    record(act, f"slot.{name}", slot, **_said_of(slot), sequence=slot.sequence)


def revise(slot: Slot, *, is_moved: bool, at: datetime) -> None:
    """Raise the revision of a session: `sequence` where a calendar would lead people astray (RFC 5545, 3.8.7.4)."""
    slot.revised_at = max(at, slot.revised_at)
    if is_moved:
        slot.sequence += 1


def remember(
    act: Act, slot: Slot | None, before: dict[str, Any], *, begins: list[datetime | None] | None = None
) -> None:
    """Keep what people knew, and start the settling time anew for all that is settling at this event."""
    touch(act)
    if not act.event.is_published:
        return
    pending = (Change.event_id == act.event.id, Change.settled_at.is_(None))
    first = db.session.scalar(select(func.min(Change.made_at)).where(*pending)) or act.at
    concerned = [*(begins or []), *_begins(act.event, pending)]
    latest = [first + LONGEST, *(one - AT_ONCE for one in concerned if one)]
    due = max(act.at, min(act.at + SETTLING, *latest))
    db.session.add(
        Change(event_id=act.event.id, slot_id=slot.id if slot else None, before=before, made_at=act.at, due_at=due)
    )
    db.session.execute(update(Change).where(*pending).values(due_at=due))


def _begins(event: Event, pending: tuple[ColumnElement[bool], ...]) -> Iterator[datetime | None]:
    """Answer when the sessions that are settling begin, and were to begin."""
    sessions = {slot.id: slot for slot in [*event.slots, *event.removed_slots]}
    for change in db.session.scalars(select(Change).where(*pending)):
        if change.slot_id in sessions:
            yield sessions[change.slot_id].starts_at
            yield SlotFacts.read(change.before).starts_at if change.before else None


def touch(act: Act) -> None:
    act.event.updated_at = max(act.at, act.event.updated_at)


def record(act: Act, name: str, subject: Event | Slot, **facts: Any) -> None:
    audit.record(name, subject, by=act.by, at=act.at, event_id=act.event.id, hub_id=act.event.hub_id, **facts)


def _bring_in_line(act: Act, start: datetime | None) -> None:
    """Let the event's span, its order of sessions and its closing follow what was changed."""
    db.session.flush()
    _number(act.event)
    events.span(act.event)
    if act.event.starts_at != start:
        before = act.event.closes_at
        closing_time.follow(act.event, start, at=act.at)
        if act.event.closes_at != before:
            was, is_ = ({"closes_at": _iso(one)} for one in (before, act.event.closes_at))
            record(act, "event.closing_moved", act.event, before=was, after=is_)
        places.follow_end(act.event, by=act.by, at=act.at)


def _number(event: Event) -> None:
    """Number the sessions in the order of their dates; one without a date stays behind the one it followed."""
    order, latest = [], None
    for slot in event.slots:
        latest = slot.starts_at or latest
        order.append((latest is not None, latest, slot))
    for number, (*_, slot) in enumerate(sorted(order, key=lambda one: one[:2]), 1):
        slot.number = number
    db.session.flush()
    db.session.expire(event, ["slots"])


def _audited(facts: SlotFacts, other: SlotFacts) -> dict[str, Any]:
    """Answer what differs, for the trail; the link to join is a secret of those who come."""
    found = {name: value for name, value in facts.stored.items() if value != other.stored[name]}
    if found.pop("join_url", None) is not None:
        found["link"] = bool(facts.join_url)
    return found


def _said_of(slot: Slot) -> dict[str, Any]:
    return {"title": slot.title, "starts_at": _iso(slot.starts_at), "ends_at": _iso(slot.ends_at), "zone": slot.zone}


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
