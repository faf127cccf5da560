"""Answering: an offer is taken or passed on; in the last-minute time a place that is free may be claimed.

Of accept, decline, lapse and withdraw exactly one wins, under the event's lock; whoever comes after is told what is
true now.
"""

from __future__ import annotations

from datetime import datetime

from booking.domain.errors import CalledOff, NotAllowed, NotFound, Over
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import lapsing, offering, room, taking
from booking.domain.places.bookings import Booking
from booking.domain.places.states import State, move


def accept(booking_id: int, *, by: Person, at: datetime) -> Booking:
    """Take the places that are offered: the booking is confirmed, and the whole party is told.

    Taking what was taken changes nothing. Raises `NotFound`, `NotAllowed`, `CalledOff`, and `Over` from the instant at
    which the offer ends.
    """
    booking = _locked(booking_id, by, at)
    if booking.is_confirmed and booking.offered_at:
        return booking
    if booking.state == State.OFFERED and not booking.is_offered(at):
        raise Over("This offer has ended, and the places have gone to whoever is next.")
    _confirm(booking, "accept", by=by, at=at)
    return booking


def decline(booking_id: int, *, by: Person, at: datetime) -> Booking:
    """Pass an offer on: the booking is over, and its places are offered to whoever is next at once.

    Passing on what was passed on changes nothing. Raises as `accept` does.
    """
    booking = _locked(booking_id, by, at)
    if booking.state == State.DECLINED:
        return booking
    offering.pass_on(booking, by=by, at=at)
    offering.fill(booking.event, at=at)
    return booking


def claim(booking_id: int, *, by: Person, at: datetime) -> Booking:
    """Take free places without an offer, once offers have ended: first to ask, until the event begins.

    Claiming what is booked changes nothing. Raises as `accept` does, and `Full`, `SchoolLimit`.
    """
    booking = _locked(booking_id, by, at)
    if booking.is_confirmed:
        return booking
    lapsing.settle(booking.event, at=at)
    if booking.waits and not booking.event.is_last_minute(at):
        raise Over("Places are still offered in the order of the waiting list. We write to you when it is your turn.")
    if booking.waits:
        room.must_fit_school(booking.event, booking.school, booking.party_size)
        room.take(booking.event, booking.party_size)
    _confirm(booking, "claim", by=by, at=at)
    return booking


def must_go_ahead(event: Event, at: datetime) -> None:
    """Raise the reason why nothing happens in the line any more: unpublished, called off, or begun."""
    if not event.is_published:
        raise NotFound("That event does not exist.")
    if event.is_called_off:
        raise CalledOff("This event has been called off.")
    if event.has_begun(at):
        raise Over("The event has begun, so nothing can be changed any more.")


def _locked(booking_id: int, by: Person, at: datetime) -> Booking:
    booking = room.booking_of(booking_id)
    if booking.booker_id != by.id:
        raise NotAllowed("This booking is somebody else's.")
    must_go_ahead(booking.event, at)
    return booking


def _confirm(booking: Booking, act: str, *, by: Person, at: datetime) -> None:
    move(booking, act, by=by, at=at)
    booking.confirmed_at = at
    taking.tell_booked(booking, at=at)
