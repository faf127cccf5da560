"""The words of an event that people have booked: its title, and who teaches or leads it."""

from __future__ import annotations

from datetime import datetime

from booking.domain.changes import revising
from booking.domain.errors import BadInput
from booking.domain.events import Event
from booking.domain.people import Person


def rename(event_id: int, title: str, taught_by: str, *, by: Person, at: datetime) -> Event:
    """Give an event another title, or say who else teaches or leads it; people are told once.

    Calendars show the new title under the same entry. Raises `NotFound`, `NotAllowed`, `CalledOff`, `Over`, `BadInput`.
    """
    act = revising.locked(event_id, by=by, at=at)
    if not title.strip():
        raise BadInput("Enter a title", "title")
    with revising.rewording(act):
        act.event.title, act.event.taught_by = title, taught_by
    return act.event
