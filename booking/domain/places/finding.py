"""Finding bookings: through a secret link, or through the person who asks. What is not yours is not found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking import keys
from booking.db import db
from booking.domain import access
from booking.domain.errors import NotFound
from booking.domain.events import Event, Slot
from booking.domain.people import Person
from booking.domain.places.bookings import Booking, Place
from booking.domain.places.states import IN_LINE, TAKING


def with_booking_link(token: str) -> Booking:
    """Answer the booking that a booker's link stands for. Raises `NotFound` alike for old and invented ones."""
    booking = _one(_ONE, keys.number_of(token))
    if booking is None or not keys.fits(token, "booking", booking.id, booking.generation):
        raise NotFound("That link does not lead to a booking.")
    return booking


def with_form_link(token: str) -> Booking:
    """Answer the booking whose form was answered with this link, before any address was proven. Raises `NotFound`."""
    booking = _one(_UNPROVEN, keys.number_of(token))
    if booking is None or not keys.fits(token, "booking", booking.id):
        raise NotFound("That link does not lead to a booking.")
    return booking


def organised_by(person: Person, booking_id: int) -> Booking:
    """Answer a proven booking in a hub that the person organises. Raises `NotFound` alike for all others."""
    booking = _one(_ONE, booking_id)
    if booking is None or booking.booker_id is None or not access.may_organise(person, booking.event.hub_id):
        raise NotFound("That booking does not exist.")
    return booking


def with_place_link(token: str) -> Place:
    """Answer the live place that one person's link stands for. Raises `NotFound`."""
    number = keys.number_of(token)
    query = (
        select(Place)
        .where(Place.id == number)
        .options(joinedload(Place.booking).options(*_AROUND_ONE), joinedload(Place.person))
    )
    place = db.session.scalars(query).unique().one_or_none() if number is not None else None
    if (
        place is None
        or not place.is_live
        or place.person_id is None
        or not keys.fits(token, "place", place.id, place.generation)
    ):
        raise NotFound("That link does not lead to a place any more.")
    return place


def ended_with_place_link(token: str) -> Place | None:
    """Answer the place that a link stood for until it was given up or passed on; None if it never stood for one."""
    number = keys.number_of(token)
    place = db.session.get(Place, number) if number is not None else None
    is_its_own = place and place.person_id and keys.fits(token, "place", place.id, place.generation)
    return place if place and is_its_own and not place.is_live else None


def at_event(event_id: int, person: Person) -> Place | None:
    """Answer the place that somebody has at an event, if any."""
    query = select(Place).where(Place.event_id == event_id, Place.person_id == person.id, Place.ended_at.is_(None))
    return db.session.scalar(query.options(joinedload(Place.booking)))


def of_person(person: Person, *, at: datetime) -> tuple[Sequence[Booking], Sequence[Booking]]:
    """Answer the bookings somebody made or comes with: those to come or waited for, and those over, latest first."""
    comes = exists().where(Place.booking_id == Booking.id, Place.person_id == person.id, Place.ended_at.is_(None))
    theirs = _whole().join(Booking.event).where(or_(Booking.booker_id == person.id, comes))
    is_coming = and_(Booking.state.in_([*TAKING, *IN_LINE]), or_(Event.ends_at.is_(None), Event.ends_at > at))
    coming = theirs.where(is_coming).order_by(Event.starts_at.is_(None), Event.starts_at, Booking.id)
    past = (
        theirs.where(~is_coming, Booking.booker_id.is_not(None), Booking.again_id.is_(None))
        .order_by(Event.starts_at.desc(), Booking.id.desc())
        .limit(50)
    )
    return db.session.scalars(coming).all(), db.session.scalars(past).all()


def of_event(event: Event) -> Sequence[Booking]:
    """Answer the bookings of an event that keep places, by school and name, with all that a list shows.

    Of one that was called off, the confirmed ones that ended with it: somebody may have to ring them.
    """
    ended_with_it = and_(Booking.confirmed_at.is_not(None), Booking.ended_at == event.called_off_at)
    counts = ended_with_it if event.is_called_off else Booking.state.in_(TAKING)
    query = _whole().where(Booking.event_id == event.id, counts)
    return sorted(
        db.session.scalars(query), key=lambda one: (one.school_name.casefold(), one.booker_name.casefold(), one.id)
    )


def is_own_place(place: Place, person: Person) -> bool:
    return place.person_id == person.id


def _one(query: Select[Booking], number: int | None) -> Booking | None:
    return None if number is None else db.session.scalars(query, {"number": number}).unique().one_or_none()


def _whole() -> Select[Booking]:
    return select(Booking).options(*_AROUND_MANY)


_SCHOOL_BOOKER_AND_PARTY = [
    joinedload(Booking.school),
    joinedload(Booking.booker),
    selectinload(Booking.places).joinedload(Place.person),
]
_AROUND_MANY = [
    joinedload(Booking.event).options(
        joinedload(Event.hub), selectinload(Event.slots).joinedload(Slot.venue), selectinload(Event.leads)
    ),
    *_SCHOOL_BOOKER_AND_PARTY,
]
# One booking's event comes with its few sessions in the same statement; of many bookings it would come with each.
_ITS_EVENT = joinedload(Booking.event, innerjoin=True)
_SESSIONS = joinedload(Event.slots).joinedload(Slot.venue)
_AROUND_ONE = [_ITS_EVENT.options(joinedload(Event.hub, innerjoin=True), _SESSIONS), *_SCHOOL_BOOKER_AND_PARTY]
# Written once: putting a statement together costs as much as running it.
_NUMBERED = select(Booking).where(Booking.id == bindparam("number"))
_ONE = _NUMBERED.options(*_AROUND_ONE)
_UNPROVEN = _NUMBERED.options(_ITS_EVENT.options(_SESSIONS), joinedload(Booking.places))
"""Nobody is known by it yet, and its party is small: with what the page shows that asks for the code."""
