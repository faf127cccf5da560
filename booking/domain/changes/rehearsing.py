"""The outlook: what an act would change, and who would be told what, learnt by doing it where nothing is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import func, select

from booking.db import db
from booking.domain import places
from booking.domain.changes import facts, settling
from booking.domain.changes.facts import Difference
from booking.domain.changes.resizing import Room
from booking.domain.errors import Refused
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking, State


class Changed(Refused):
    """Somebody else was quicker, so what was looked at is no longer what would come of it."""

    code = "changed"


@dataclass(frozen=True)
class Outlook:
    """What would come of an act."""

    differences: list[Difference]
    sizes: list[tuple[str, object, object]]
    """What is different of the number of places: its name, before and after."""
    closes: tuple[datetime, datetime] | None
    """When booking closes, before and after, where that changes too."""
    mails: Mapping[str, int]
    """How many people would get a mail of each kind."""
    due_at: datetime | None
    """When people would be told of what differs; None where it is at once."""
    seen: str
    """What tells whether the event is still as it was when this was learnt."""
    waiting: int
    """How many bookings wait, and are not written to about what differs."""

    @property
    def is_nothing(self) -> bool:
        """It is so already."""
        return not (self.differences or self.sizes or self.mails)


def outlook(event_id: int, act: Callable[[], object], *, by: Person, at: datetime) -> Outlook:
    """Do the act, tell everybody, and answer what came of it. Only for `db.rehearsal`. Raises what the act raises."""
    [event] = places.lock(event_id)
    known, closes, room, seen = facts.all_known(event), event.closes_at, Room.of(event), fingerprint(event)
    last = db.session.scalar(select(func.max(Message.id))) or 0
    act()
    db.session.flush()
    changes = settling.pending(event)
    known["slots"] |= {str(slot.id): {} for slot in event.slots if str(slot.id) not in known["slots"]}
    settling.send_now(event_id, by=by, at=at)
    differences, mails = facts.between(known, event), _mails(event, last)
    if not differences:
        mails.pop("event_changed", None)  # of what was settling before
    return Outlook(
        differences=differences,
        sizes=_sizes(room, Room.of(event)),
        closes=(closes, event.closes_at) if closes and event.closes_at and closes != event.closes_at else None,
        mails=mails,
        due_at=changes[0].due_at if changes else None,
        seen=seen,
        waiting=_waiting(event),
    )


def fingerprint(event: Event) -> str:
    """Answer what tells this event, as it can be changed, from how it was before anybody changed it."""
    known = json.dumps([facts.all_known(event), asdict(Room.of(event)), event.is_called_off], sort_keys=True)
    return hashlib.sha256(known.encode()).hexdigest()[:32]


def must_be_as_seen(event_id: int, seen: str) -> None:
    """Raise `Changed` where somebody has changed the event since this fingerprint was taken. Locks the event."""
    [event] = places.lock(event_id)
    if fingerprint(event) != seen:
        raise Changed("Somebody else has changed this event meanwhile. Look again at what comes of it.")


def _sizes(before: Room, now: Room) -> list[tuple[str, object, object]]:
    rows = [
        ("Places", before.capacity, now.capacity),
        ("Places beyond the capacity", before.extra, now.extra),
        ("For one school, at most", before.max_per_school or "no limit", now.max_per_school or "no limit"),
    ]
    return [row for row in rows if row[1] != row[2]]


def _mails(event: Event, last: int) -> dict[str, int]:
    db.session.flush()
    promised = select(Message.kind, func.count().label("people")).where(Message.id > last, Message.event_id == event.id)
    return {row.kind: row.people for row in db.session.execute(promised.group_by(Message.kind))}


def _waiting(event: Event) -> int:
    waiting = select(func.count()).where(Booking.event_id == event.id, Booking.state.in_([State.WAITING, State.PARKED]))
    return int(db.session.scalar(waiting) or 0)
