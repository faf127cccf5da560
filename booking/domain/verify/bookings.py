"""The life of a booking: what is held, confirmed and over, and how it came to be so."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from booking.db import db
from booking.domain.audit import AuditEntry
from booking.domain.codes import Code
from booking.domain.places import LIVE, Booking, Place, State
from booking.domain.verify.late import OVERDUE


def held_as_text(_at: datetime) -> Iterable[str]:
    known = select(Place.booking_id).where(Place.person_id.is_not(None))
    query = select(Booking.id).where(
        Booking.state == State.HELD, or_(Booking.booker_id.is_not(None), Booking.id.in_(known))
    )
    for number in db.session.scalars(query):
        yield f"Booking {number} is held, and knows people whose address is not proven (the life of a booking)."


def confirmed_people(_at: datetime) -> Iterable[str]:
    query = (
        select(Place.id, Place.booking_id)
        .join(Booking, Booking.id == Place.booking_id)
        .where(Booking.state == State.CONFIRMED, Place.ended_at.is_(None), Place.person_id.is_(None))
    )
    for place, booking in db.session.execute(query):
        yield f"Place {place} of confirmed booking {booking} is nobody's (the life of a booking)."


def ended(_at: datetime) -> Iterable[str]:
    query = select(Booking.id).where((Booking.ended_at.is_(None)) != Booking.state.in_(LIVE))
    for number in db.session.scalars(query):
        yield f"Booking {number} is live and has ended, or neither (the life of a booking)."


def places_of_ended(_at: datetime) -> Iterable[str]:
    query = (
        select(Place.id, Place.booking_id)
        .join(Booking, Booking.id == Place.booking_id)
        .where(Booking.state.not_in(LIVE), Place.ended_at.is_(None))
    )
    for place, booking in db.session.execute(query):
        yield f"Place {place} is live, and its booking {booking} is over (the life of a booking)."


def history(_at: datetime) -> Iterable[str]:
    """The state is what the last act on the booking led to."""
    last = (
        select(func.max(AuditEntry.id))
        .where(AuditEntry.subject == "booking", AuditEntry.facts["after"].as_string().is_not(None))
        .group_by(AuditEntry.subject_id)
    )
    after = select(AuditEntry.subject_id, AuditEntry.facts["after"].as_string().label("after"))
    led = after.where(AuditEntry.id.in_(last)).subquery()
    query = select(Booking.id, Booking.state, led.c.after).outerjoin(led, led.c.subject_id == Booking.id)
    for number, state, found in db.session.execute(
        query.where(or_(led.c.after.is_(None), led.c.after != Booking.state))
    ):
        yield f"Booking {number} is {state}, and its trail ends with {found or 'nothing'} (rule 14)."


def used_codes(_at: datetime) -> Iterable[str]:
    query = select(Code.id).join(Booking, Booking.id == Code.booking_id)
    proven = and_(Code.used_at.is_not(None), Booking.state == State.HELD)
    for number in db.session.scalars(query.where(proven)):
        yield f"Code {number} was used, and its booking is still held (the life of a booking)."


def overdue_holds(at: datetime) -> Iterable[str]:
    query = select(Booking.id).where(Booking.state == State.HELD, Booking.held_until < at - OVERDUE)
    for number in db.session.scalars(query):
        yield f"Booking {number} should have lapsed long ago: is a worker running? (the life of a booking)"
