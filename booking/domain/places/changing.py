"""Changing a booking: cancel it, let one person go, send a colleague instead, say what is needed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from booking.db import db
from booking.domain import access, audit, messages, people
from booking.domain.errors import NotAllowed, NotFound, Over, ReasonNeeded
from booking.domain.people import Person
from booking.domain.places import joining, offering, room, taking
from booking.domain.places.bookings import Booking, Guest, Place, end_places
from booking.domain.places.states import State, move
from booking.domain.places.taking import steps


def cancel(booking_id: int, *, by: Person, at: datetime, reason: str = "") -> Booking:
    """Give up all places of a booking; everybody in the party is told.

    They are offered at once to whoever waits. Cancelling what is cancelled changes nothing. Raises `NotFound`,
    `NotAllowed`, `Over` once the event has begun, and `ReasonNeeded` within the notice period, of which organisers and
    host are told.
    """
    booking = room.booking_of(booking_id)
    _must_be_own(booking, by)
    if booking.state != State.CANCELLED:
        _must_not_have_begun(booking, at)
        _cancel(booking, by=by, at=at, reason=reason)
        offering.fill(booking.event, at=at)
    return booking


def release(place_id: int, *, by: Person, at: datetime, reason: str = "") -> Booking:
    """Give up one person's place; the last one ends the booking. Raises as `cancel` does.

    A party that waits is smaller afterwards, and may fit where it did not.
    """
    booking, place = _locked_place(place_id)
    _must_be_own(booking, by, place)
    if not place.is_live:
        return booking
    _must_not_have_begun(booking, at)
    if booking.is_in_line:
        _shrink(booking, place, by=by, at=at)
    elif booking.party_size == 1:
        _cancel(booking, by=by, at=at, reason=reason)
    else:
        _release(booking, place, by=by, at=at, reason=reason)
    offering.fill(booking.event, at=at)
    return booking


def swap(place_id: int, newcomer: Guest, *, by: Person, at: datetime) -> Place:
    """Send a colleague instead: the place stays taken, the old person's link is void, both are told.

    Raises `NotFound`, `NotAllowed`, `Over`, `AlreadyBooked`.
    """
    email = people.normalise(newcomer.email)
    known = people.meet({email: newcomer.name}, at=at)
    person = known[email]
    booking, old = _locked_place(place_id)
    _must_be_own(booking, by, old)
    _must_not_have_begun(booking, at)
    if not old.is_live:
        raise Over("That place has been given up already.")
    taking.must_not_be_there(booking.event, [newcomer], known)
    _end(old, at)
    rise = steps(booking.event_id, [person.id]).get(person.id, 0)
    new = Place(
        event_id=booking.event_id,
        person_id=person.id,
        name=newcomer.name,
        job=newcomer.job,
        calendar_step=rise,
        revised_at=at,
    )
    booking.places.append(new)
    db.session.flush()
    audit.record(
        "place.swapped",
        new,
        by=by,
        at=at,
        event_id=booking.event_id,
        hub_id=booking.event.hub_id,
        instead_of=old.id,
        booking=booking.id,
    )
    if booking.is_confirmed:
        _tell(booking, old.person, "place_cancelled", at=at, name=old.name, place=old.id, instead=True)
        _tell(booking, person, "place_booked", at=at, name=new.name, place=new.id)
    if booking.booker_id not in (old.person_id, person.id):
        _tell(booking, booking.booker, "party_changed", at=at, left=old.id, came=new.id)
    return new


def change_needs(booking_id: int, needs: str, *, by: Person, at: datetime) -> Booking:
    """Say anew what the party needs on the day; whoever may read it is told that it changed, not what it says."""
    people.lock_known(by.id)
    booking = room.booking_of(booking_id)
    _must_be_own(booking, by)
    if not booking.is_live:
        raise Over("This booking is over.")
    if booking.needs == needs:
        return booking
    booking.needs = needs
    audit.record("booking.needs_changed", booking, by=by, at=at, event_id=booking.event_id, hub_id=booking.event.hub_id)
    readers = people.leads(booking.event_id) or people.organisers(booking.event.hub_id)
    for reader in readers:
        _tell(booking, reader, "needs_changed", at=at)
    return booking


def _release(booking: Booking, place: Place, *, by: Person, at: datetime, reason: str) -> None:
    _must_give_reason(booking, reason, at)
    room.free(booking.event, 1)
    _let_go(booking, place, by=by, at=at, places=1)
    _tell(booking, place.person, "place_cancelled", at=at, name=place.name, place=place.id)
    if booking.booker_id != place.person_id:
        _tell(booking, booking.booker, "party_changed", at=at, left=place.id)
    _tell_if_late(booking, 1, reason, by=by, at=at)


def _shrink(booking: Booking, place: Place, *, by: Person, at: datetime) -> None:
    """Let one person of a party that waits go; only its booker was told of the wait, so only the booker hears of it."""
    if booking.party_size > 1:
        room.free(booking.event, 1 if booking.takes_places else 0)
        _let_go(booking, place, by=by, at=at, places=0)
        if booking.booker_id != by.id:
            _tell(booking, booking.booker, "party_changed", at=at, left=place.id)
    elif booking.state == State.OFFERED:
        offering.pass_on(booking, by=by, at=at)
    else:
        joining.end_wait(booking, by=by, at=at, why="left")


def _let_go(booking: Booking, place: Place, *, by: Person, at: datetime, places: int) -> None:
    """End one place of a booking that goes on. `places`: how many booked places come free by it."""
    _end(place, at)
    booking.party_size -= 1
    audit.record(
        "place.released",
        place,
        by=by,
        at=at,
        event_id=booking.event_id,
        hub_id=booking.event.hub_id,
        booking=booking.id,
        places=places,
    )


def _cancel(booking: Booking, *, by: Person, at: datetime, reason: str) -> None:
    _must_give_reason(booking, reason, at)
    leaving = booking.live_places
    move(booking, "cancel", by=by, at=at, late=booking.event.is_short_notice(at))
    booking.end_reason = reason
    room.free(booking.event, len(leaving))
    end_places(leaving, at)
    _tell(booking, booking.booker, "booking_cancelled", at=at, name=booking.booker_name)
    for place in leaving:
        if place.person_id != booking.booker_id:
            _tell(booking, place.person, "place_cancelled", at=at, name=place.name, place=place.id)
    _tell_if_late(booking, len(leaving), reason, by=by, at=at)


def _locked_place(place_id: int) -> tuple[Booking, Place]:
    booking_id = db.session.scalar(select(Place.booking_id).where(Place.id == place_id))
    if booking_id is None:
        raise NotFound("That place does not exist.")
    booking = room.booking_of(booking_id)
    return booking, next(place for place in booking.places if place.id == place_id)


def _must_be_own(booking: Booking, by: Person, place: Place | None = None) -> None:
    """The booker, an organiser of the hub, or for one place the person whose it is."""
    is_own = booking.booker_id == by.id or (place is not None and place.person_id == by.id)
    if not is_own and not access.may_organise(by, booking.event.hub_id):
        raise NotAllowed("This booking is somebody else's.")


def _must_not_have_begun(booking: Booking, at: datetime) -> None:
    if booking.event.has_begun(at):
        raise Over("The event has begun, so nothing can be changed any more.")


def _must_give_reason(booking: Booking, reason: str, at: datetime) -> None:
    if booking.event.is_short_notice(at) and not reason.strip():
        raise ReasonNeeded("It is so soon that the school has prepared for you: say in a few words why.")


def _end(place: Place, at: datetime) -> None:
    """End one place of a booking that goes on."""
    place.ended_at = at
    place.revise(at=at)


def _tell(booking: Booking, recipient: Person | None, kind: str, *, at: datetime, name: str = "", **facts: Any) -> None:
    messages.tell(
        recipient,
        kind,
        at=at,
        name=name,
        hub_id=booking.event.hub_id,
        event_id=booking.event_id,
        booking=booking.id,
        **facts,
    )


def _tell_if_late(booking: Booking, places: int, reason: str, *, by: Person, at: datetime) -> None:
    """Tell who runs the event; `by` is noted so that the reason goes when whoever gave it is forgotten."""
    if booking.event.is_short_notice(at):
        for person in people.running(booking.event.hub_id, booking.event_id, booking.event.host_urns):
            _tell(booking, person, "late_cancellation", at=at, places=places, reason=reason, by=by.id)
