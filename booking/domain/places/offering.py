"""Offering: a place that comes free is offered in the transaction that frees it, to whoever is first and eligible.

Every verb here works on an event that its caller has locked (`room.lock`), and never waits for anything.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import db
from booking.domain import audit, working_days
from booking.domain.errors import BadInput
from booking.domain.events import Event
from booking.domain.messages import Urgency
from booking.domain.people import Person
from booking.domain.places import line, news, room
from booking.domain.places.bookings import Booking, end_places
from booking.domain.places.line import Why
from booking.domain.places.states import State, move

ORDINARY = timedelta(hours=48)
SOONER = ((timedelta(days=3), timedelta(hours=12)), (timedelta(days=7), timedelta(hours=24)))
"""Within so long of the start, an offer is open for so long."""
SHORTEST = timedelta(hours=2)
"""Where less is left until offers end, nothing is offered any more."""
MOST_LAPSES = 2
"""An offer that ends unanswered for the second time parks the booking."""


def fill(event: Event, *, at: datetime, without: Booking | None = None) -> list[Booking]:
    """Offer whatever is free, in order; answer the bookings that were offered places.

    To be called last, under the event's lock, by every verb that frees places or makes somebody eligible: cancelled,
    released, declined, lapsed, capacity or school limit raised, a waiting party shrunk, moved or returned. Calling it
    when nothing is free costs nothing and changes nothing. A party that is too large, or whose school has its limit, is
    passed over; the entry of each offer says who and why. `without` is looked past.
    """
    ends_at = None if event.is_full else offer_ends(event, at)
    if ends_at is None:
        return []
    offered: list[Booking] = []
    passed: list[tuple[int, str]] = []
    for booking, why in line.walk(event, without=without):
        if why is None:
            offer(booking, by=None, at=at, ends_at=ends_at, passed=list(passed))
            offered.append(booking)
        elif why != Why.FULL:
            passed.append((booking.id, why))
    return offered


def offer_ends(event: Event, at: datetime) -> datetime | None:
    """Answer until when an offer made at this instant may be taken; None where there is no time for one.

    48 hours, near the start 24 or 12; what would end outside working hours ends at the next noon of a working day; and
    never after the event's offers end.
    """
    if not event.is_offering(at):
        return None
    last = event.offers_stop_at
    if last is not None and last - at < SHORTEST:
        return None
    ends_at = working_days.in_working_hours(at + _window(event, at), event.hub_id)
    return min(ends_at, last) if last else ends_at


def offer(
    booking: Booking, *, by: Person | None, at: datetime, ends_at: datetime, reason: str = "", **facts: Any
) -> None:
    """Keep places of a locked event for a waiting booking, and tell its booker until when. Raises `Full`, `Over`."""
    room.take(booking.event, booking.party_size)
    move(booking, "offer", by=by, at=at, until=ends_at.isoformat(), **facts)
    booking.offered_at, booking.offer_ends_at = at, ends_at
    news.tell(booking, "place_offered", at=at, urgency=Urgency.OFFER, expires_at=ends_at, reason=reason)


def end_unanswered(booking: Booking, *, at: datetime) -> None:
    """Let an open offer pass: the booking waits on behind those not offered yet; the second time it is parked.

    Its places are free afterwards; the caller fills.
    """
    booking.lapses += 1
    move(booking, "park" if booking.lapses >= MOST_LAPSES else "pass", by=None, at=at)
    room.free(booking.event, booking.party_size)
    news.tell(booking, "offer_passed", at=at, parked=booking.state == State.PARKED)


def take_back(booking: Booking, *, by: Person, at: datetime) -> None:
    """Withdraw an open offer: the booking waits on at its old position. The caller tells its booker, and fills."""
    move(booking, "withdraw", by=by, at=at)
    room.free(booking.event, booking.party_size)


def pass_on(booking: Booking, *, by: Person, at: datetime) -> None:
    """End a booking that does not want the places offered to it. They are free afterwards; the caller fills."""
    places = booking.live_places
    move(booking, "decline", by=by, at=at)
    end_places(places, at)
    room.free(booking.event, booking.party_size)
    news.tell(booking, "left_waiting_list", at=at, why="declined")


def withdraw_beyond(event: Event, capacity: int, *, by: Person, at: datetime) -> list[Booking]:
    """Withdraw the newest offers until the event would hold what is taken with this capacity; answer whose they were.

    To be called under the event's lock before a lower capacity is written; afterwards write it and call `fill`.
    Raises `BadInput` at `capacity` where more places are confirmed or held than that: nobody is removed.
    """
    offered, most = _newest_offers(event), capacity + event.extra  # what is taken back lowers `extra` as it goes
    kept = event.taken - sum(booking.party_size for booking in offered)
    if kept > most:
        raise BadInput(f"{kept} places are booked: the event cannot have fewer.", "capacity")
    withdrawn = []
    while event.taken > most:
        withdrawn.append(offered.pop(0))
        take_back(withdrawn[-1], by=by, at=at)
        news.tell(withdrawn[-1], "offer_withdrawn", at=at)
    return withdrawn


def follow_end(event: Event, *, by: Person, at: datetime) -> None:
    """Bring open offers in line with the end of a locked event's offers, after that was moved; then offer what is free.

    No offer outlives it: one that would ends with it, and its booker is told until when it is open now. What people
    hear as offers end, they hear again where that is still to come.
    """
    last = event.offers_stop_at
    if last is None or last > at:
        event.last_minute_told_at = event.list_told_again_at = None
    for booking in _newest_offers(event):
        if last and booking.offer_ends_at and booking.offer_ends_at > last:
            booking.offer_ends_at = last
            reach = {"event_id": event.id, "hub_id": event.hub_id}
            audit.record("booking.offer_shortened", booking, by=by, at=at, until=last.isoformat(), **reach)
            news.tell(booking, "place_offered", at=at, urgency=Urgency.OFFER, expires_at=last)
    fill(event, at=at)


def _window(event: Event, at: datetime) -> timedelta:
    if event.starts_at is None:
        return ORDINARY
    return next((window for within, window in SOONER if event.starts_at - at <= within), ORDINARY)


def _newest_offers(event: Event) -> list[Booking]:
    query = select(Booking).where(Booking.event_id == event.id, Booking.state == State.OFFERED)
    newest = query.order_by(Booking.offered_at.desc(), Booking.lapses.desc(), Booking.position.desc())
    options = joinedload(Booking.booker), selectinload(Booking.places)
    return list(db.session.scalars(newest.options(*options).execution_options(populate_existing=True)))
