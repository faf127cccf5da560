"""Taking places: what every booking goes through, whether it is confirmed at once or held first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from booking.db import db
from booking.domain import access, messages, people
from booking.domain.errors import AlreadyBooked, BadInput, CalledOff, Closed, Full, NotFound, NotOpenYet
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import form_keys, lapsing, line, room
from booking.domain.places.bookings import Booking, Guest, Party, Place
from booking.domain.places.states import State, move
from booking.domain.schools import School


def book(event_id: int, party: Party, *, key: str, by: Person, at: datetime) -> Booking:
    """Confirm places for the party at once: somebody signed in books, or an organiser for a person who phoned.

    The same form key again answers the first booking. Raises `NotFound`, `NotOpenYet`, `Closed`, `CalledOff`, `Full`,
    `SchoolLimit`, `AlreadyBooked`, `BadInput`, `KeyReused`, `NotAllowed`.
    """
    party = party.checked()
    if first := form_keys.first_answer(key, party, event_id, at=at):
        return first
    booking = confirm(event_id, party, by=by, at=at)
    form_keys.remember(key, booking)
    return booking


def confirm(event_id: int, party: Party, *, by: Person | None, at: datetime, again: Booking | None = None) -> Booking:
    known = meet(party, at)
    event = opened_to_all(event_id, at)
    booker = known[party.booker.email]
    if by is not None and by.id != booker.id:
        access.must_organise(by, event.hub_id)
    must_not_be_there(event, party.guests, known)
    room.must_fit_school(event, school_of(party), party.size)
    room.take(event, party.size)
    booking = write(event, party, at=at)
    booking.booker, booking.booker_email, booking.confirmed_at = booker, None, at
    seat(booking, known)
    db.session.add(booking)
    move(booking, "book", by=by or booker, at=at, **({"again": again.id} if again else {}))
    remember_booker(booker, booking, is_own=by is None or by.id == booker.id)
    tell_booked(booking, at=at)
    return booking


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


def must_be_bookable(event: Event, at: datetime) -> None:
    """Raise why nothing can be booked at all: the clock, the organiser, or `Full`."""
    must_be_open(event, at)
    if event.is_full:
        raise Full("Every place is taken.")


def steps(event_id: int, person_ids: Iterable[int]) -> dict[int, int]:
    """Answer, for people who had a place at the event before, the calendar step that a new one begins with."""
    query = (
        select(Place.person_id, func.max(Place.calendar_step))
        .where(Place.event_id == event_id, Place.person_id.in_(list(person_ids)))
        .group_by(Place.person_id)
    )
    return {person_id: step + 1 for person_id, step in db.session.execute(query) if person_id is not None}


def opened(event_id: int, at: datetime) -> Event:
    """Lock an open event, with what was due there done, so that what is free now is free for good."""
    event = _locked(event_id, at)
    if not line.is_quiet(event, at):
        lapsing.settle(event, at=at)
    return event


def opened_to_all(event_id: int, at: datetime) -> Event:
    """Lock an open event for somebody who does not wait. Raises `Full` while somebody eligible does."""
    event = _locked(event_id, at)
    if not line.is_quiet(event, at):
        lapsing.settle(event, at=at)
        line.must_not_be_passed(event, at)
    return event


def _locked(event_id: int, at: datetime) -> Event:
    [event] = room.lock(event_id)
    must_be_open(event, at)
    return event


def meet(party: Party, at: datetime) -> dict[str, Person]:
    return people.meet(party.addresses, at=at)


def school_of(party: Party) -> School | None:
    if party.school_urn is None:
        return None
    school = db.session.get(School, party.school_urn)
    if school is None:
        raise BadInput("Choose your school from the list", "school")
    return school


def must_not_be_there(event: Event, guests: Iterable[Guest], known: dict[str, Person]) -> None:
    """Raise `AlreadyBooked` for whoever has a place at the event, or waits for one.

    It names them as they were typed: their own names would tell who is behind an address.
    """
    persons = [(guest.name, known[people.normalise(guest.email)]) for guest in guests]
    already = _states(event.id, (person for _, person in persons))
    booked = [name for name, person in persons if already.get(person.id) in (State.HELD, State.CONFIRMED)]
    if booked:
        have = "has a place" if len(booked) == 1 else "have places"
        raise AlreadyBooked(f"{' and '.join(booked)} {have} at this event already.")
    if already:
        names = [name for name, person in persons if person.id in already]
        are = "is" if len(names) == 1 else "are"
        raise AlreadyBooked(f"{' and '.join(names)} {are} on the waiting list of this event already.")


def have_places(event_id: int, persons: Iterable[Person]) -> set[int]:
    """Answer the ids of those who have a place at the event, or wait for one."""
    return set(_states(event_id, persons))


def _states(event_id: int, persons: Iterable[Person]) -> dict[int, str]:
    ids = [person.id for person in persons]
    query = (
        select(Place.person_id, Booking.state)
        .join(Booking, Booking.id == Place.booking_id)
        .where(Place.event_id == event_id, Place.ended_at.is_(None), Place.person_id.in_(ids))
    )
    return {person_id: state for person_id, state in db.session.execute(query) if person_id is not None}


def write(event: Event, party: Party, *, at: datetime, network: str = "") -> Booking:
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


def seat(booking: Booking, known: dict[str, Person]) -> None:
    """Turn the text of the live places into people."""
    seated = [place for place in booking.live_places if place.email]
    rises = steps(booking.event.id, [known[place.email or ""].id for place in seated])
    for place in seated:
        person = known[place.email or ""]
        place.person, place.email = person, None
        place.calendar_step = rises.get(person.id, 0)
    for place in booking.places:
        place.email = None


def remember_booker(booker: Person, booking: Booking, *, is_own: bool) -> None:
    """Keep what the booker says of herself, so that the next form knows it; nobody else writes it."""
    if not is_own:
        return
    booker.name = booking.booker_name
    booker.job = booking.booker_job or booker.job
    booker.school_urn = booking.school_urn
    booker.unlisted_school = booking.unlisted_school
