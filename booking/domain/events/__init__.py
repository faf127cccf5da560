"""Programmes, events, their slots and venues: what is booked, when and where."""

from booking.domain.events.event import Event, EventPhase, Slot, span
from booking.domain.events.reach import alternatives, count, desk, organised_by, public
from booking.domain.events.standing import SHOWN_AFTER_END, Standing, Times
from booking.domain.events.venues import Kind, Phase, Programme, Venue

__all__ = [
    "SHOWN_AFTER_END",
    "Event",
    "EventPhase",
    "Kind",
    "Phase",
    "Programme",
    "Slot",
    "Standing",
    "Times",
    "Venue",
    "alternatives",
    "count",
    "desk",
    "organised_by",
    "public",
    "span",
]
