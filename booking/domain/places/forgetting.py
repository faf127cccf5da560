"""Forgetting: what is deleted by itself, because nobody needs it any more."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import Select, and_, or_, select

from booking.db import db
from booking.domain.events import Event
from booking.domain.people import REMOVED, Person
from booking.domain.places import changing, form_keys, holding, room
from booking.domain.places.bookings import Booking, Place
from booking.domain.places.states import State

UNCONFIRMED_FOR = timedelta(hours=24)
"""What was typed for places that nobody confirmed is kept so long, for a proof that comes late."""
NEEDS_FOR = timedelta(days=30)
"""Access needs are health data (UK GDPR, Article 9): they go so long after the event."""
BATCH = 100
FORGOTTEN = "They asked us to forget them."
"""The reason that whoever runs the event reads, where a place is given up at short notice."""


def forget_lapsed(*, at: datetime) -> int:
    """Delete what was typed for places that nobody confirmed; answer for how many bookings."""
    old = (
        select(Booking)
        .where(Booking.booker_id.is_(None), Booking.booker_email.is_not(None), Booking.made_at <= at - UNCONFIRMED_FOR)
        .where(Booking.state != State.HELD)
        .limit(BATCH)
    )
    forgotten = db.session.scalars(old).all()
    for booking in forgotten:
        holding.let_text_go(booking)
    return len(forgotten)


def forget_needs(*, at: datetime) -> int:
    """Delete what people needed on the day, 30 days after an event ended or was called off; answer how often."""
    over = or_(Event.ends_at <= at - NEEDS_FOR, Event.called_off_at <= at - NEEDS_FOR)
    old = select(Booking).join(Booking.event).where(over, Booking.needs != "").limit(BATCH)
    forgotten = db.session.scalars(old).all()
    for booking in forgotten:
        booking.needs = ""
    return len(forgotten)


def forget_person(person: Person, *, at: datetime) -> list[int]:
    """Give up what somebody has at events to come, and take name, address and needs out of every booking.

    Colleagues keep their places; who waits in a party of theirs waits no more. Answers the bookings that they made.
    """
    _lock_events(person, at)
    for place_id in db.session.scalars(_to_give_up(person, at)).all():
        changing.release(place_id, by=person, at=at, reason=FORGOTTEN)
    _forget_unproven(str(person.email), at)
    made = db.session.scalars(select(Booking).where(Booking.booker_id == person.id)).all()
    for booking in made:
        booking.booker_name, booking.booker_job = REMOVED, ""
        booking.needs, booking.answer, booking.unlisted_school, booking.end_reason = "", "", "", ""
        booking.generation += 1
    for place in db.session.scalars(select(Place).where(Place.person_id == person.id)):
        place.name, place.email, place.job = REMOVED, None, ""
        place.generation += 1
        if place.booking.last_places == [place]:  # the reason is of whoever had it
            place.booking.end_reason = ""
    form_keys.forget(booking.id for booking in made)
    return [booking.id for booking in made]


def _lock_events(person: Person, at: datetime) -> None:
    """Lock at once, and so in order, where they give up places and where forms name them."""
    given_up, named = _to_give_up(person, at), _naming(str(person.email))
    event_ids = [db.session.scalars(query.with_only_columns(Booking.event_id)) for query in (given_up, named)]
    room.lock(*chain(*event_ids))


def _to_give_up(person: Person, at: datetime) -> Select[int]:
    """Their own places, and the whole party where nobody else could answer for it."""
    in_line = Booking.state.in_([State.WAITING, State.OFFERED, State.PARKED])
    return (
        select(Place.id)
        .join(Place.booking)
        .join(Booking.event)
        .where(Place.ended_at.is_(None), or_(Event.starts_at.is_(None), Event.starts_at > at))
        .where(or_(Place.person_id == person.id, and_(Booking.booker_id == person.id, in_line)))
        .order_by(Booking.event_id, Place.id)
    )


def _forget_unproven(address: str, at: datetime) -> None:
    """Let held places go that name the address, and leave out who has it when the others are booked after all."""
    for booking in db.session.scalars(_naming(address)).all():
        holding.give_up_hold(booking.id, at=at)
        if booking.booker_email == address:
            holding.let_text_go(booking)
        for place in booking.places:
            if place.email == address:
                place.name, place.email, place.job = "", None, ""


def _naming(address: str) -> Select[Booking]:
    named = select(Place.booking_id).where(Place.email == address)
    naming = or_(Booking.booker_email == address, Booking.id.in_(named))
    return select(Booking).where(naming).order_by(Booking.event_id, Booking.id)
