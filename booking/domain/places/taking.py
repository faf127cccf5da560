"""Taking places: booked at once by somebody known, or held for fifteen minutes while an address is proven."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from booking.db import db
from booking.domain import access, messages, people
from booking.domain.errors import AlreadyBooked, BadInput, CalledOff, Closed, NotFound, NotOpenYet, Over, TooManyHeld
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import form_keys, room
from booking.domain.places.bookings import MOST_UNPROVEN, Booking, Guest, Party, Place
from booking.domain.places.states import State, move
from booking.domain.schools import School

HOLD = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=24)
"""What was typed for places that nobody confirmed is deleted so long after."""
BATCH = 100


def book(event_id: int, party: Party, *, key: str, by: Person, at: datetime) -> Booking:
    """Confirm places for the party at once: somebody signed in books, or an organiser for a person who phoned.

    The same form key again answers the first booking. Raises `NotFound`, `NotOpenYet`, `Closed`, `CalledOff`, `Full`,
    `SchoolLimit`, `AlreadyBooked`, `BadInput`, `KeyReused`, `NotAllowed`.
    """
    party = party.checked()
    if first := form_keys.first_answer(key, party, event_id, at=at):
        return first
    booking = _book(event_id, party, by=by, at=at)
    form_keys.remember(key, booking)
    return booking


def hold(event_id: int, party: Party, *, key: str, network: str, most_of_network: int, at: datetime) -> Booking:
    """Hold places for 15 minutes while the booker proves an address; the people stay text and hear nothing.

    Where the address holds places already, or the network holds many, nothing is held (the answer looks the same to
    a stranger): the booking begins as lapsed, and proving the address books then. Raises as `book`, and `TooManyHeld`.
    """
    party = party.checked()
    if party.size > MOST_UNPROVEN:
        raise TooManyHeld(
            f"Before we know your e-mail address you can book up to {MOST_UNPROVEN} places. Sign in to book for more."
        )
    if first := form_keys.first_answer(key, party, event_id, at=at):
        return first
    event = _open(event_id, at)
    school = _school(party)
    room.must_fit_school(event, school, party.size)
    keeps = not _holds_enough(party, network, most_of_network, at)
    room.must_have(event, party.size)
    if keeps:
        room.take(event, party.size)
    booking = _write(event, party, at=at, network=network)
    booking.held_until = at + HOLD if keeps else at
    if not keeps:
        _end_places(booking.places, at)
    db.session.add(booking)
    move(booking, "hold" if keeps else "ask", by=None, at=at)
    form_keys.remember(key, booking)
    return booking


def prove(booking_id: int, *, at: datetime) -> Booking:
    """Confirm what was held, now that the booker's address is proven; too late, book again from what was typed.

    Somebody of the party whom a rule now refuses is dropped, named to the booker, and the place freed.
    Raises like `book` where the places had gone back and cannot be had again; what was typed is still there.
    """
    found = db.session.get(Booking, booking_id)
    if found is None:
        raise NotFound("That booking does not exist.")
    if found.again_id:
        return db.session.get_one(Booking, found.again_id)
    if found.booker_id is not None:
        return found
    if found.booker_email is None:
        raise Over("What was typed has been deleted, because nobody confirmed it within a day. Book again.")
    known = _meet(party_of(found), at)
    booking = room.booking_of(booking_id)
    if booking.state == State.HELD and not booking.is_held(at):
        _lapse(booking, at)
    if booking.state == State.HELD:
        _confirm_held(booking, known, at)
        return booking
    if booking.again_id or booking.booker_id:
        return prove(booking_id, at=at)
    return _book_again(booking, known, at)


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


def give_up_hold(booking_id: int, *, at: datetime) -> None:
    """Let held places go before their time: the booker changes the form. Raises `NotFound`."""
    booking = room.booking_of(booking_id)
    if booking.state == State.HELD:
        _lapse(booking, at)


def lapse_due(*, at: datetime) -> int:
    """Give the places back that nobody confirmed in time; answer how many bookings that were."""
    due = (
        select(Booking.id, Booking.event_id)
        .where(Booking.state == State.HELD, Booking.held_until <= at)
        .order_by(Booking.held_until)
        .limit(BATCH)
    )
    rows = db.session.execute(due).all()
    if rows:
        room.lock(*(row.event_id for row in rows))
    still = select(Booking).where(Booking.id.in_([row.id for row in rows]), Booking.state == State.HELD)
    lapsed = db.session.scalars(still.order_by(Booking.id).execution_options(populate_existing=True)).all()
    for booking in lapsed:
        _lapse(booking, at)
    return len(rows)


def forget_lapsed(*, at: datetime) -> int:
    """Delete what was typed for places that nobody confirmed; answer for how many bookings."""
    old = (
        select(Booking)
        .where(Booking.booker_id.is_(None), Booking.booker_email.is_not(None), Booking.made_at <= at - FORGET_AFTER)
        .where(Booking.state != State.HELD)
        .limit(BATCH)
    )
    forgotten = db.session.scalars(old).all()
    for booking in forgotten:
        booking.booker_name, booking.booker_email, booking.booker_job = "", None, ""
        booking.needs, booking.answer, booking.unlisted_school, booking.network = "", "", "", ""
        for place in booking.places:
            place.name, place.email, place.job = "", None, ""
    return len(forgotten)


def _book(event_id: int, party: Party, *, by: Person | None, at: datetime, again: Booking | None = None) -> Booking:
    known = _meet(party, at)
    event = _open(event_id, at)
    booker = known[party.booker.email]
    if by is not None and by.id != booker.id:
        access.must_organise(by, event.hub_id)
    _nobody_twice(event, [known[guest.email] for guest in party.guests])
    room.must_fit_school(event, _school(party), party.size)
    room.take(event, party.size)
    booking = _write(event, party, at=at)
    booking.booker, booking.booker_email, booking.confirmed_at = booker, None, at
    _seat(booking, known)
    db.session.add(booking)
    move(booking, "book", by=by or booker, at=at, **({"again": again.id} if again else {}))
    _remember_booker(booker, booking, is_own=by is None or by.id == booker.id)
    tell_booked(booking, at=at)
    return booking


def _book_again(lapsed: Booking, known: dict[str, Person], at: datetime) -> Booking:
    party = party_of(lapsed)
    already = _have_places(lapsed.event_id, known.values())
    guests = tuple(guest for guest in party.guests if known[guest.email].id not in already)
    if not guests:
        raise AlreadyBooked("Everybody you named has a place at this event already.")
    again = _book(lapsed.event_id, Party(**(party.__dict__ | {"guests": guests})), by=None, at=at, again=lapsed)
    lapsed.again_id = again.id
    lapsed.booker_id, lapsed.booker_email, lapsed.needs, lapsed.answer = again.booker_id, None, "", ""
    for place in lapsed.places:
        place.email = None
    return again


def _confirm_held(booking: Booking, known: dict[str, Person], at: datetime) -> None:
    booker = known[people.normalise(booking.booker_email or "")]
    already = _have_places(booking.event_id, known.values())
    dropped = [place for place in booking.live_places if known[place.email or ""].id in already]
    _end_places(dropped, at)
    booking.party_size -= len(dropped)
    room.free(booking.event, len(dropped))
    booking.booker, booking.booker_email, booking.confirmed_at = booker, None, at
    booking.generation += 1  # the link of the form was given to a stranger: it leads no further than the code
    _seat(booking, known)
    move(booking, "prove" if booking.live_places else "drop", by=booker, at=at, dropped=len(dropped))
    _remember_booker(booker, booking, is_own=True)
    tell_booked(booking, at=at, dropped=[place.id for place in dropped])


def tell_booked(booking: Booking, *, at: datetime, dropped: Iterable[int] = ()) -> None:
    """Promise the booker a mail about all places, and everybody else in the party one about their own."""
    common = {"at": at, "hub_id": booking.event.hub_id, "event_id": booking.event_id, "booking": booking.id}
    db.session.flush()
    messages.tell(booking.booker, "places_booked", name=booking.booker_name, dropped=list(dropped), **common)  # type: ignore[arg-type]
    for place in booking.live_places:
        if place.person_id != booking.booker_id:
            messages.tell(place.person, "place_booked", name=place.name, place=place.id, **common)  # type: ignore[arg-type]


def must_be_open(event: Event, at: datetime) -> None:
    """Raise the reason why the clock or the organiser does not allow booking. The instant decides, not the timer."""
    if not event.is_published:
        raise NotFound("That event does not exist.")
    if event.is_called_off:
        raise CalledOff("This event has been called off.")
    if event.is_opening_later(at):
        raise NotOpenYet("Booking for this event has not opened yet.")
    if event.is_closed(at):
        raise Closed("Booking for this event has closed.")


def steps(event_id: int, person_ids: Iterable[int]) -> dict[int, int]:
    """Answer, for people who had a place at the event before, the calendar step that a new one begins with."""
    query = (
        select(Place.person_id, func.max(Place.calendar_step))
        .where(Place.event_id == event_id, Place.person_id.in_(list(person_ids)))
        .group_by(Place.person_id)
    )
    return {person_id: step + 1 for person_id, step in db.session.execute(query) if person_id is not None}


def _open(event_id: int, at: datetime) -> Event:
    [event] = room.lock(event_id)
    must_be_open(event, at)
    return event


def _meet(party: Party, at: datetime) -> dict[str, Person]:
    return people.meet(party.addresses, at=at)


def _school(party: Party) -> School | None:
    if party.school_urn is None:
        return None
    school = db.session.get(School, party.school_urn)
    if school is None:
        raise BadInput("Choose your school from the list", "school")
    return school


def _holds_enough(party: Party, network: str, most_of_network: int, at: datetime) -> bool:
    live = select(Booking).where(Booking.state == State.HELD, Booking.held_until > at).subquery()
    of_address = select(func.count()).where(live.c.booker_email == party.booker.email).scalar_subquery()
    of_network = (
        select(func.coalesce(func.sum(live.c.party_size), 0)).where(live.c.network == network).scalar_subquery()
    )
    holds, places = db.session.execute(select(of_address, of_network)).one()
    return bool(holds) or int(places) + party.size > most_of_network


def _nobody_twice(event: Event, persons: list[Person]) -> None:
    already = _have_places(event.id, persons)
    names = [person.name for person in persons if person.id in already]
    if names:
        raise AlreadyBooked(
            f"{' and '.join(names)} {'has a place' if len(names) == 1 else 'have places'} at this event already."
        )


def _have_places(event_id: int, persons: Iterable[Person]) -> set[int]:
    ids = [person.id for person in persons]
    query = select(Place.person_id).where(
        Place.event_id == event_id, Place.ended_at.is_(None), Place.person_id.in_(ids)
    )
    return {person_id for person_id in db.session.scalars(query) if person_id is not None}


def _write(event: Event, party: Party, *, at: datetime, network: str = "") -> Booking:
    booking = Booking(
        event=event,
        state=None,
        booker_name=party.booker.name,
        booker_email=party.booker.email,
        booker_job=party.booker.job,
        school_urn=party.school_urn,
        unlisted_school=party.unlisted_school,
        party_size=party.size,
        together=party.together,
        needs=party.needs,
        answer=party.answer,
        network=network,
        made_at=at,
        lapses=0,
    )
    booking.places = [
        Place(event_id=event.id, name=guest.name, email=guest.email, job=guest.job) for guest in party.guests
    ]
    return booking


def _seat(booking: Booking, known: dict[str, Person]) -> None:
    """Turn the text of the live places into people."""
    seated = [place for place in booking.live_places if place.email]
    rises = steps(booking.event.id, [known[place.email or ""].id for place in seated])
    for place in seated:
        person = known[place.email or ""]
        place.person, place.email = person, None
        place.calendar_step = rises.get(person.id, 0)
    for place in booking.places:
        place.email = None


def _remember_booker(booker: Person, booking: Booking, *, is_own: bool) -> None:
    """Keep what the booker says of herself, so that the next form knows it; nobody else writes it."""
    if not is_own:
        return
    booker.name = booking.booker_name
    booker.job = booking.booker_job or booker.job
    booker.school_urn = booking.school_urn
    booker.unlisted_school = booking.unlisted_school


def _lapse(booking: Booking, at: datetime) -> None:
    room.free(booking.event, booking.party_size)
    _end_places(booking.places, at)
    move(booking, "lapse", by=None, at=at)


def _end_places(places: Iterable[Place], at: datetime) -> None:
    for place in places:
        place.ended_at = place.ended_at or at
