"""The demo's waiting lists: a line that is long, an offer that waits for an answer, and a place that fits nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from booking.db import db
from booking.demo.people import Staff
from booking.domain import places
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import Booking, Guest, Party, State
from booking.domain.schools import School

LONG = "Year 4: multiplying by 9 when you know your tens"
OFFERED = "Open lesson: Year 4, division with remainders"
FITS_NOBODY = "Year 3: a third of what?"
Group = tuple[School, list[Person]]


def add(staff: Staff, groups: Iterator[Group], *, at: datetime) -> None:
    """Let people wait for three full events, as they did in the weeks before today."""
    _long(_event(LONG), staff, groups, at)
    _offered(_event(OFFERED), staff, groups, at)
    _fits_nobody(_event(FITS_NOBODY), groups, at)


def _long(event: Event, staff: Staff, groups: Iterator[Group], at: datetime) -> None:
    """One who did not answer twice, a party that comes together, and the demo's teacher with a colleague."""
    _park(event, groups, at - timedelta(days=25))
    _wait(event, _next(event, groups, 3), at - timedelta(days=6), together=True)
    _wait(event, _next(event, groups, 1), at - timedelta(days=5))
    own = (staff.teacher_school, [staff.teacher, *staff.colleagues])
    _wait(event, own, at - timedelta(days=3))
    _wait(event, _next(event, groups, 1), at - timedelta(days=1))


def _park(event: Event, groups: Iterator[Group], at: datetime) -> None:
    waits = _wait(event, _next(event, groups, 1), at)
    _free_one(event, at)
    while waits.state == State.OFFERED and waits.offer_ends_at:
        at = waits.offer_ends_at
        places.lapse_due(at=at)
    school, people = _next(event, groups, 1)
    places.book(event.id, _party(school, people), key=places.new_form_key(), by=people[0], at=at)


def _offered(event: Event, staff: Staff, groups: Iterator[Group], at: datetime) -> None:
    """The demo's teacher is first in line when somebody cancels, a moment ago."""
    _wait(event, (staff.teacher_school, [staff.teacher]), at - timedelta(days=4))
    _wait(event, _next(event, groups, 1), at - timedelta(days=2))
    _free_one(event, at)


def _fits_nobody(event: Event, groups: Iterator[Group], at: datetime) -> None:
    for days in (4, 2):
        _wait(event, _next(event, groups, 2), at - timedelta(days=days), together=True)
    _free_one(event, at)


def _wait(event: Event, group: Group, at: datetime, *, together: bool = False) -> Booking:
    school, people = group
    party = _party(school, people, together)
    return places.join(event.id, party, key=places.new_form_key(), by=people[0], at=at)


def _party(school: School, people: list[Person], together: bool = False) -> Party:
    guests = tuple(Guest(person.name, str(person.email), person.job) for person in people)
    return Party(guests[0], guests, school.urn, together=together)


def _free_one(event: Event, at: datetime) -> None:
    """Let one person who is booked give up the place."""
    query = select(Booking).where(Booking.event_id == event.id, Booking.state == State.CONFIRMED)
    booking = db.session.scalars(query.order_by(Booking.party_size.desc(), Booking.id)).first()
    if booking and booking.booker:
        places.release(booking.live_places[-1].id, by=booking.booker, at=at, reason="My class has a visitor that day")


def _next(event: Event, groups: Iterator[Group], number: int) -> Group:
    """Answer the next school that has so many teachers and is not at the event yet, with them."""
    there = set(db.session.scalars(select(Booking.school_urn).where(Booking.event_id == event.id)))
    others = (group for group in groups if group[0].urn not in there)
    return next((school, people[:number]) for school, people in others if len(people) >= number)


def _event(title: str) -> Event:
    return db.session.scalars(select(Event).where(Event.title == title, Event.published_at.is_not(None))).one()
