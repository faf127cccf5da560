"""The life of a booking: one table of what may follow what, and the one verb that moves it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from booking.domain import audit
from booking.domain.errors import Over

if TYPE_CHECKING:
    from booking.domain.people import Person
    from booking.domain.places.bookings import Booking


class State(StrEnum):
    HELD = "held"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    OFFERED = "offered"
    PARKED = "parked"
    CANCELLED = "cancelled"
    DECLINED = "declined"
    LAPSED = "lapsed"


LIVE = (State.HELD, State.CONFIRMED, State.WAITING, State.OFFERED, State.PARKED)
TAKING = (State.HELD, State.CONFIRMED, State.OFFERED)
"""The states whose places are counted in `event.taken`."""
IN_LINE = (State.WAITING, State.OFFERED, State.PARKED)
"""The states of the waiting list."""

TRANSITIONS: dict[tuple[State | None, str], State] = {
    (None, "book"): State.CONFIRMED,
    (None, "hold"): State.HELD,
    (None, "ask"): State.LAPSED,
    (None, "join"): State.WAITING,
    (State.HELD, "prove"): State.CONFIRMED,
    (State.HELD, "drop"): State.CANCELLED,
    (State.HELD, "lapse"): State.LAPSED,
    (State.WAITING, "offer"): State.OFFERED,
    (State.WAITING, "claim"): State.CONFIRMED,
    (State.WAITING, "leave"): State.CANCELLED,
    (State.OFFERED, "accept"): State.CONFIRMED,
    (State.OFFERED, "decline"): State.DECLINED,
    (State.OFFERED, "pass"): State.WAITING,
    (State.OFFERED, "park"): State.PARKED,
    (State.OFFERED, "withdraw"): State.WAITING,
    (State.PARKED, "return"): State.WAITING,
    (State.PARKED, "leave"): State.CANCELLED,
    (State.CONFIRMED, "cancel"): State.CANCELLED,
    **{(state, "call off"): State.CANCELLED for state in LIVE},
}
"""(from, act) → to. "ask" keeps nothing until the address is proven. "drop": the whole party has places already."""


def move(booking: Booking, act: str, *, by: Person | None, at: datetime, **facts: Any) -> None:
    """Bring a booking from its state to the one that the act leads to, and note it. Raises `Over` where none does.

    The calendars of its live places see it, so a verb ends places after it moves the booking.
    """
    before = State(booking.state) if booking.state else None
    after = TRANSITIONS.get((before, act))
    if after is None:
        raise Over(_WHY_NOT.get(booking.state, "That cannot be done now."))
    booking.state = after
    booking.ended_at = None if after in LIVE else at
    booking.offer_ends_at = None  # an offer's end is set by whoever makes the offer, and ends with it
    for place in booking.live_places if before else ():
        place.revise(at=at)
    audit.record(
        f"booking.{act}",
        booking,
        by=by,
        at=at,
        event_id=booking.event.id,  # its own is written at the first flush
        hub_id=booking.event.hub_id,
        before=before,
        after=after,
        places=booking.party_size,
        **facts,
    )


_WHY_NOT: dict[str, str] = {
    State.CANCELLED: "This booking was cancelled already.",
    State.DECLINED: "This offer was passed on already.",
    State.LAPSED: "These places were kept for 15 minutes and have gone back.",
    State.CONFIRMED: "This booking is confirmed already.",
    State.OFFERED: "Places are offered to this booking: take them, or pass them on.",
    State.WAITING: "This booking is on the waiting list.",
    State.PARKED: "Two offers have ended without an answer, so this booking is not in the line any more.",
}
