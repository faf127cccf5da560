"""Joining the waiting list, leaving it, and coming back to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from booking.db import db
from booking.domain import access
from booking.domain.errors import BadInput, NotAllowed
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import answering, form_keys, line, news, offering, room, taking
from booking.domain.places.bookings import Booking, Party, end_places
from booking.domain.places.states import State, move
from booking.domain.schools import School

BEHIND_NEWCOMERS = 1
"""Who comes back stands where one who let an offer pass stands: behind those not offered yet."""


def join(event_id: int, party: Party, *, key: str, by: Person, at: datetime) -> Booking:
    """Let the party wait: as one booking if it comes together or not at all, else one for each; answer the first.

    Each gets the next position. Whoever is eligible at once is offered places at once. The same form key again answers
    the same. Raises `NotFound`, `NotOpenYet`, `Closed`, `CalledOff`, `AlreadyBooked`, `BadInput`, `KeyReused`,
    `NotAllowed`.
    """
    party = party.checked()
    if first := form_keys.first_answer(key, party, event_id, at=at):
        return first
    first = enter(event_id, party, by=by, at=at)
    form_keys.remember(key, first)
    return first


def enter(event_id: int, party: Party, *, by: Person | None, at: datetime, again: Booking | None = None) -> Booking:
    """Put a party whose booker is known into the line; `by=None`: the booker, who has just proven the address."""
    known = taking.meet(party, at)
    event = taking.opened(event_id, at)
    booker = known[party.booker.email]
    if by is not None and by.id != booker.id:
        access.must_organise(by, event.hub_id)
    taking.must_not_be_there(event, party.guests, known)
    must_ever_fit(event, party)
    bookings = [_wait(event, part, known, at) for part in _parts(party)]
    for position, booking in enumerate(bookings, line.next_position(event)):
        booking.position = position
        db.session.add(booking)
        move(booking, "join", by=by or booker, at=at, **({"again": again.id} if again else {}))
    taking.remember_booker(booker, bookings[0], is_own=by is None or by.id == booker.id)
    db.session.flush()
    news.tell(bookings[0], "joined_waiting_list", at=at, bookings=[booking.id for booking in bookings])
    offering.fill(event, at=at)
    return bookings[0]


def leave(booking_id: int, *, by: Person, at: datetime) -> Booking:
    """Take one's booking off the waiting list; leaving what was left changes nothing.

    Raises `NotFound`, `NotAllowed`, and `Over` while places are offered: those are passed on.
    """
    booking = _own(booking_id, by)
    if booking.state != State.CANCELLED:
        end_wait(booking, by=by, at=at, why="left")
    return booking


def end_wait(booking: Booking, *, by: Person, at: datetime, why: str, reason: str = "") -> None:
    """End a booking that waits or is parked, and say so to its booker."""
    places = booking.live_places
    move(booking, "leave", by=by, at=at, how=why)
    booking.end_reason = reason
    end_places(places, at)
    news.tell(booking, "left_waiting_list", at=at, why=why, reason=reason)


def come_back(booking_id: int, *, by: Person, at: datetime) -> Booking:
    """Return a parked booking to the end of the line; one more offer without an answer parks it again.

    Returning what waits changes nothing. Raises `NotFound`, `NotAllowed`, `CalledOff`, `Over`.
    """
    booking = _own(booking_id, by)
    answering.must_go_ahead(booking.event, at)
    if booking.state in (State.WAITING, State.OFFERED):
        return booking
    move(booking, "return", by=by, at=at)
    booking.position, booking.lapses = line.next_position(booking.event), BEHIND_NEWCOMERS
    offering.fill(booking.event, at=at)
    return booking


def must_ever_fit(event: Event, party: Party) -> None:
    """Refuse a party that no number of cancellations would ever let in."""
    size = party.size if party.together else 1
    school: School | None = taking.school_of(party)
    if size > event.capacity:
        raise BadInput(f"This event has {event.capacity} places in all, so {size} cannot come together.", "together")
    if school and event.max_per_school is not None and size > event.max_per_school:
        most = event.max_per_school
        raise BadInput(f"At most {most} may come from one school, so {size} cannot come together.", "together")


def _own(booking_id: int, by: Person) -> Booking:
    booking = room.booking_of(booking_id)
    if booking.booker_id != by.id:
        raise NotAllowed("This booking is somebody else's.")
    return booking


def _parts(party: Party) -> list[Party]:
    if party.together:
        return [party]
    return [replace(party, guests=(guest,)) for guest in party.guests]


def _wait(event: Event, party: Party, known: dict[str, Person], at: datetime) -> Booking:
    booking = taking.write(event, party, at=at)
    booking.booker, booking.booker_email = known[party.booker.email], None
    taking.seat(booking, known)
    return booking
