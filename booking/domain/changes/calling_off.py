"""Calling an event off: every live booking ends at once, and each person hears of it in one mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booking.db import db
from booking.domain import access, messages, people, places
from booking.domain.changes import revising, settling
from booking.domain.changes.revising import Act
from booking.domain.errors import BadInput, Over
from booking.domain.events import Event, Slot
from booking.domain.people import Person
from booking.domain.places import Ended


def call_off(event_id: int, why: str, *, by: Person, at: datetime) -> Event:
    """Call an event off: nobody is expected any more, calendars show it as cancelled, nobody is reminded.

    Everybody with a place or an offer of one, who waits, and who runs it is told why, once; a form that is only held
    ends without a mail, since its address is not proven. What has taken place stays as it is. Calling off what is
    called off changes nothing. Raises `NotFound`, `NotAllowed`, `Over` once it is past, and `BadInput` with no reason.
    """
    [event] = places.lock(event_id)
    access.must_organise(by, event.hub_id)
    if event.is_called_off:
        return event
    if event.is_past(at):
        raise Over("This event is over, so it cannot be called off.")
    if not why.strip():
        raise BadInput("Say in a few words why: everybody who booked reads it", "why")
    act = Act(event, by, at)
    event.called_off_at, event.called_off_why = at, why
    revising.touch(act)
    for slot in event.slots:
        if _is_to_come(slot, at):
            revising.revise(slot, is_moved=True, at=at)
    settling.settle_silently(event, at=at)
    ended = places.end_all(event, by=by, at=at, reason=why)
    revising.record(act, "event.called_off", event, bookings=len(ended), people=_tell(act, ended))
    return event


def _tell(act: Act, ended: Sequence[Ended]) -> int:
    """Tell each person once: as whoever booked, else as somebody of a party, else as who runs the event."""
    proven = [one for one in ended if one.booking.booker_id is not None]
    mails: dict[int, dict[str, Any]] = {}
    for one in proven:
        mails.setdefault(one.booking.booker_id or 0, _of(one) | {"name": one.booking.booker_name})
    for one in proven:
        for place in one.places:
            mails.setdefault(place.person_id or 0, _of(one) | {"name": place.name, "place": place.id})
    for person in people.running(act.event.hub_id, act.event.id, act.event.host_urns):
        if person.id != act.by.id:
            mails.setdefault(person.id, {})
    about: dict[str, Any] = {"at": act.at, "hub_id": act.event.hub_id, "event_id": act.event.id}
    told = (messages.tell(db.session.get_one(Person, one), "called_off", **about, **mails[one]) for one in mails)
    return sum(message is not None for message in told)


def _of(ended: Ended) -> dict[str, Any]:
    return {"booking": ended.booking.id, "was": ended.was}


def _is_to_come(slot: Slot, at: datetime) -> bool:
    return slot.ends_at is None or slot.ends_at > at
