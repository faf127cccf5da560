"""Holding places: kept for fifteen minutes as text, until the booker proves an address or the time passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from booking.db import UtcDateTime, db
from booking.domain import people
from booking.domain.errors import AlreadyBooked, NotFound, Over, TooManyHeld
from booking.domain.people import Person
from booking.domain.places import form_keys, joining, lapsing, offering, room, taking
from booking.domain.places.bookings import MOST_UNPROVEN, Booking, Guest, Party, end_places
from booking.domain.places.states import State, move

HOLD = timedelta(minutes=15)
Onward = Callable[[Booking, dict[str, Person], datetime], Booking]


def hold(event_id: int, party: Party, *, key: str, network: str, most_of_network: int, at: datetime) -> Booking:
    """Hold places for 15 minutes while the booker proves an address; the people stay text and hear nothing.

    Where the address holds places already, or the network holds many, nothing is held (the answer looks the same to
    a stranger): the booking begins as lapsed, and proving the address books then. Raises as `book`, and `TooManyHeld`.
    """
    party = _small(party)
    if first := form_keys.first_answer(key, party, event_id, at=at):  # locks the address too: it may hold elsewhere
        return first
    event = taking.opened_to_all(event_id, at)
    school = taking.school_of(party)
    room.must_fit_school(event, school, party.size)
    keeps = not _holds_enough(party, network, most_of_network, at)
    room.must_have(event, party.size)
    if keeps:
        room.take(event, party.size)
    booking = taking.write(event, party, at=at, network=network)
    booking.held_until = at + HOLD if keeps else at
    if not keeps:
        end_places(booking.places, at)
    db.session.add(booking)
    move(booking, "hold" if keeps else "ask", by=None, at=at)
    form_keys.remember(key, booking)
    return booking


def ask_to_wait(event_id: int, party: Party, *, key: str, network: str, at: datetime) -> Booking:
    """Note what was typed by somebody whose address is to be proven; the proof then joins the waiting list.

    Nothing is kept meanwhile: the booking begins as lapsed. Raises as `join`, and `TooManyHeld`.
    """
    party = _small(party)
    if first := form_keys.first_answer(key, party, event_id, at=at):
        return first
    event = taking.opened(event_id, at)
    joining.must_ever_fit(event, party)
    booking = taking.write(event, party, at=at, network=network)
    booking.held_until = booking.asked_to_wait_at = at
    end_places(booking.places, at)
    db.session.add(booking)
    move(booking, "ask", by=None, at=at)
    form_keys.remember(key, booking)
    return booking


def prove(booking_id: int, *, at: datetime) -> Booking:
    """Confirm what was held, now that the booker's address is proven; too late, book again from what was typed.

    Somebody of the party whom a rule now refuses is dropped, named to the booker, and the place freed.
    Raises like `book` where the places had gone back and cannot be had again; what was typed is still there.
    """
    return _prove(booking_id, _go_on, at)


def prove_and_wait(booking_id: int, *, at: datetime) -> Booking:
    """The same, but what cannot be confirmed any more joins the waiting list. Raises like `join`."""
    return _prove(booking_id, _wait, at)


def party_of(booking: Booking) -> Party:
    """Answer the party of a booking that was never confirmed, as its form named it."""
    together = [place for place in booking.places if place.email]
    return Party(
        booker=Guest(booking.booker_name, booking.booker_email or "", booking.booker_job),
        guests=tuple(Guest(place.name, place.email or "", place.job) for place in together),
        school_urn=booking.school_urn,
        unlisted_school=booking.unlisted_school,
        together=booking.together,
        needs=booking.needs,
        answer=booking.answer,
    )


def let_text_go(booking: Booking) -> None:
    """Delete what was typed for a booking that was never confirmed: nobody is known by it any more."""
    booking.booker_name, booking.booker_email, booking.booker_job = "", None, ""
    booking.needs, booking.answer, booking.unlisted_school, booking.network = "", "", "", ""
    for place in booking.places:
        place.name, place.email, place.job = "", None, ""


def give_up_hold(booking_id: int, *, at: datetime) -> None:
    """Let held places go before their time: the booker changes the form. Raises `NotFound`."""
    booking = room.booking_of(booking_id)
    if booking.state == State.HELD:
        lapsing.lapse(booking, at=at)
        offering.fill(booking.event, at=at)


def _prove(booking_id: int, go_on: Onward, at: datetime) -> Booking:
    found = db.session.get(Booking, booking_id)
    if found is None:
        raise NotFound("That booking does not exist.")
    if found.again_id:
        return db.session.get_one(Booking, found.again_id)
    if found.booker_id is not None:
        return found
    if found.booker_email is None:
        raise Over("What was typed has been deleted, because nobody confirmed it within a day. Book again.")
    known = taking.meet(party_of(found), at)
    booking = room.booking_of(booking_id)
    if booking.state == State.HELD and not booking.is_held(at):
        lapsing.lapse(booking, at=at)
    if booking.state == State.HELD:
        _confirm_held(booking, known, at)
        return booking
    if booking.again_id or booking.booker_id:
        return _prove(booking_id, go_on, at)
    return go_on(booking, known, at)


def _confirm_held(booking: Booking, known: dict[str, Person], at: datetime) -> None:
    booker = known[people.normalise(booking.booker_email or "")]
    already = taking.have_places(booking.event_id, known.values())
    dropped = [place for place in booking.live_places if known[place.email or ""].id in already]
    end_places(dropped, at)
    for place in dropped:
        place.person = known[place.email or ""]  # so that it is found when they ask to be forgotten
    booking.party_size -= len(dropped)
    room.free(booking.event, len(dropped))
    booking.booker, booking.booker_email, booking.network, booking.confirmed_at = booker, None, "", at
    booking.generation += 1  # the link of the form was given to a stranger: it leads no further than the code
    taking.seat(booking, known)
    move(booking, "prove" if booking.live_places else "drop", by=booker, at=at, dropped=len(dropped))
    taking.remember_booker(booker, booking, is_own=True)
    taking.tell_booked(booking, at=at, dropped=[place.id for place in dropped])
    if dropped:
        offering.fill(booking.event, at=at)


def _go_on(lapsed: Booking, known: dict[str, Person], at: datetime) -> Booking:
    """Book again from what was typed, or join the waiting list if that was asked for."""
    if lapsed.asked_to_wait_at:
        return _wait(lapsed, known, at)
    party = _party_left(lapsed, known)
    return _passed_on(lapsed, taking.confirm(lapsed.event_id, party, by=None, at=at, again=lapsed))


def _wait(lapsed: Booking, known: dict[str, Person], at: datetime) -> Booking:
    party = _party_left(lapsed, known)
    return _passed_on(lapsed, joining.enter(lapsed.event_id, party, by=None, at=at, again=lapsed))


def _party_left(lapsed: Booking, known: dict[str, Person]) -> Party:
    party = party_of(lapsed)
    already = taking.have_places(lapsed.event_id, known.values())
    guests = tuple(guest for guest in party.guests if known[guest.email].id not in already)
    if not guests:
        raise AlreadyBooked("Everybody you named has a place at this event, or waits for one, already.")
    return replace(party, guests=guests)


def _passed_on(lapsed: Booking, again: Booking) -> Booking:
    """Let the text of a lapsed booking go: what was made of it has everything."""
    lapsed.again_id, lapsed.booker_id = again.id, again.booker_id
    let_text_go(lapsed)
    return again


def _small(party: Party) -> Party:
    party = party.checked()
    if party.size > MOST_UNPROVEN:
        raise TooManyHeld(
            f"Before we know your e-mail address you can book up to {MOST_UNPROVEN} places. Sign in to book for more."
        )
    return party


def _holds_enough(party: Party, network: str, most_of_network: int, at: datetime) -> bool:
    asked = {"address": party.booker.email, "network": network, "at": at}
    holds, places = db.session.execute(_HELD_ALREADY, asked).one()
    return bool(holds) or int(places) + party.size > most_of_network


# Written once: putting a statement together costs as much as running it.
_HELD_ALREADY = select(
    func.count().filter(Booking.booker_email == bindparam("address")),
    func.coalesce(func.sum(Booking.party_size).filter(Booking.network == bindparam("network")), 0),
).where(Booking.state == State.HELD, Booking.held_until > bindparam("at", type_=UtcDateTime()))
