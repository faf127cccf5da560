"""Changes: moving, resizing and calling off what people have booked; they are told once it has settled."""

from booking.domain.changes.calling_off import call_off
from booking.domain.changes.facts import Difference, EventFacts, SlotFacts, between
from booking.domain.changes.pending import Change
from booking.domain.changes.rehearsing import Changed, Outlook, must_be_as_seen, outlook
from booking.domain.changes.renaming import rename
from booking.domain.changes.resizing import Room, resize
from booking.domain.changes.revising import SETTLING
from booking.domain.changes.sessions import Plan, add_slot, change_slot, remove_slot
from booking.domain.changes.settling import (
    Listener,
    Settling,
    forget_settled,
    known_before,
    lately,
    listeners,
    news_of,
    pending,
    send_now,
    tell_due,
    unsettled,
    untold,
)

__all__ = [
    "SETTLING",
    "Change",
    "Changed",
    "Difference",
    "EventFacts",
    "Listener",
    "Outlook",
    "Plan",
    "Room",
    "Settling",
    "SlotFacts",
    "add_slot",
    "between",
    "call_off",
    "change_slot",
    "forget_settled",
    "known_before",
    "lately",
    "listeners",
    "must_be_as_seen",
    "news_of",
    "outlook",
    "pending",
    "remove_slot",
    "rename",
    "resize",
    "send_now",
    "tell_due",
    "unsettled",
    "untold",
]
