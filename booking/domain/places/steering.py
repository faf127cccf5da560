"""What an organiser does to the line: move, remove, withdraw, offer out of turn. Each has a reason, and is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from booking.domain import access, audit
from booking.domain.errors import BadInput, Over
from booking.domain.people import Person
from booking.domain.places import answering, joining, line, news, offering, room
from booking.domain.places.bookings import Booking
from booking.domain.places.states import State

SHORTEST_REASON = 3


def move_to(booking_id: int, rank: int, *, by: Person, at: datetime, reason: str) -> Booking:
    """Move a booking that waits to the given rank (1 is first); all of the line is numbered anew.

    It takes on how often its new neighbours let an offer pass, for that is part of the order. Raises `NotFound`,
    `NotAllowed`, `BadInput`, `Over`.
    """
    booking = _waiting(booking_id, by, at, reason)
    others = [one for one in line.with_offers(booking.event) if one is not booking]
    waiting = [one for one in others if one.waits]
    if not 1 <= rank <= len(waiting) + 1:
        raise BadInput(f"Choose a place in the line from 1 to {len(waiting) + 1}.", "rank")
    before = line.ranks([booking])[booking.id]
    index = others.index(waiting[rank - 1]) if rank <= len(waiting) else len(others)
    neighbours = waiting[rank - 1 : rank] or waiting[-1:]
    booking.lapses = neighbours[0].lapses if neighbours else booking.lapses
    for position, one in enumerate([*others[:index], booking, *others[index:]], 1):
        one.position = position
    _note("booking.moved", booking, by=by, at=at, was=before, rank=rank)
    news.tell(booking, "moved_in_line", at=at, rank=rank, reason=reason)
    offering.fill(booking.event, at=at)
    return booking


def withdraw(booking_id: int, *, by: Person, at: datetime, reason: str) -> Booking:
    """Take an offer back and offer the places to whoever is next; it waits on at its old position.

    Raises `NotFound`, `NotAllowed`, `BadInput`, and `Over` where nobody else could have the places: then they would be
    offered to the same booking again.
    """
    booking = _locked(booking_id, by, at, reason)
    offering.take_back(booking, by=by, at=at)
    news.tell(booking, "offer_withdrawn", at=at, reason=reason)
    offering.fill(booking.event, at=at, without=booking)
    if booking in line.eligible(booking.event):
        raise Over("Nobody else in the line could have these places now, so they would be offered here again.")
    return booking


def offer_out_of_turn(booking_id: int, *, by: Person, at: datetime, reason: str) -> Booking:
    """Offer places to one that waits although others are before it, beyond the capacity where none is free.

    What it takes beyond the capacity goes again with the first places that come free. Raises `NotFound`, `NotAllowed`,
    `BadInput`, `Over`, `SchoolLimit`.
    """
    booking = _waiting(booking_id, by, at, reason)
    event = booking.event
    ends_at = offering.offer_ends(event, at)
    if ends_at is None:
        raise Over("Offers for this event have ended.")
    room.must_fit_school(event, booking.school, booking.party_size)
    beyond = room.exceed(event, booking.party_size)
    offering.offer(booking, by=by, at=at, ends_at=ends_at, reason=reason, out_of_turn=True, beyond=beyond)
    offering.fill(event, at=at)
    return booking


def remove(booking_id: int, *, by: Person, at: datetime, reason: str) -> Booking:
    """Take somebody off the waiting list, with an open offer or without; the booker is told why.

    Removing what was removed changes nothing. Raises `NotFound`, `NotAllowed`, `BadInput`, `Over`.
    """
    booking = _locked(booking_id, by, at, reason)
    if booking.state == State.CANCELLED:
        return booking
    if booking.state == State.OFFERED:
        offering.take_back(booking, by=by, at=at)
    joining.end_wait(booking, by=by, at=at, why="removed", reason=reason)
    offering.fill(booking.event, at=at)
    return booking


def _locked(booking_id: int, by: Person, at: datetime, reason: str) -> Booking:
    booking = room.booking_of(booking_id)
    access.must_organise(by, booking.event.hub_id)
    answering.must_go_ahead(booking.event, at)
    if len(reason.strip()) < SHORTEST_REASON:
        raise BadInput("Say in a few words why: it is noted, and told to whom it concerns.", "reason")
    return booking


def _waiting(booking_id: int, by: Person, at: datetime, reason: str) -> Booking:
    booking = _locked(booking_id, by, at, reason)
    if not booking.waits:
        raise Over("This booking does not wait any more.")
    return booking


def _note(act: str, booking: Booking, *, by: Person, at: datetime, **facts: Any) -> None:
    audit.record(act, booking, by=by, at=at, event_id=booking.event_id, hub_id=booking.event.hub_id, **facts)
