"""Forgetting: what is deleted by itself, because nobody needs it any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from booking.db import db
from booking.domain.events import Event
from booking.domain.places.bookings import Booking
from booking.domain.places.states import State

UNCONFIRMED_FOR = timedelta(hours=24)
"""What was typed for places that nobody confirmed is kept so long, for a proof that comes late."""
NEEDS_FOR = timedelta(days=30)
"""Access needs are health data (UK GDPR, Article 9): they go so long after the event."""
BATCH = 100


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
        booking.booker_name, booking.booker_email, booking.booker_job = "", None, ""
        booking.needs, booking.answer, booking.unlisted_school, booking.network = "", "", "", ""
        for place in booking.places:
            place.name, place.email, place.job = "", None, ""
    return len(forgotten)


def forget_needs(*, at: datetime) -> int:
    """Delete what people needed on the day, 30 days after an event ended or was called off; answer how often."""
    over = or_(Event.ends_at <= at - NEEDS_FOR, Event.called_off_at <= at - NEEDS_FOR)
    old = select(Booking).join(Booking.event).where(over, Booking.needs != "").limit(BATCH)
    forgotten = db.session.scalars(old).all()
    for booking in forgotten:
        booking.needs = ""
    return len(forgotten)
