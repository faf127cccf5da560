"""Programmes, events, their slots and venues: what is booked, when and where."""

from booking.domain.events import choosing
from booking.domain.events.event import LAST_YEAR, RECEPTION, Event, EventPhase, EventYear, Slot, span
from booking.domain.events.reach import (
    alternatives,
    hubs_on,
    of_hub,
    on_desk,
    organised_by,
    past,
    public,
    run_by,
    titles,
    to_come,
)
from booking.domain.events.standing import LAST_MINUTE, SHOWN_AFTER_END, Standing, Times
from booking.domain.events.venues import ZONES, Kind, Phase, Programme, Venue, must_be_zone

__all__ = [
    "LAST_MINUTE",
    "LAST_YEAR",
    "RECEPTION",
    "SHOWN_AFTER_END",
    "ZONES",
    "Event",
    "EventPhase",
    "EventYear",
    "Kind",
    "Phase",
    "Programme",
    "Slot",
    "Standing",
    "Times",
    "Venue",
    "alternatives",
    "choosing",
    "hubs_on",
    "must_be_zone",
    "of_hub",
    "on_desk",
    "organised_by",
    "past",
    "public",
    "run_by",
    "span",
    "titles",
    "to_come",
]
