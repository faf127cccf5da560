"""The line: who waits for an event, in which order, and why somebody is passed over.

The order is (`lapses`, `position`): who let an offer pass stands behind everybody who was not offered yet. Eligible is
who would be offered places now: the party fits, and its school may have so many. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from booking.db import UtcDateTime, db
from booking.domain.audit import AuditEntry
from booking.domain.errors import Full
from booking.domain.events import Event
from booking.domain.places import room
from booking.domain.places.bookings import Booking
from booking.domain.places.states import State

LATELY = timedelta(days=14)
FREEING = ("booking.cancel", "place.released")
"""The acts by which a booked place comes free."""


class Why(StrEnum):
    """Why a booking that waits would not be offered places now."""

    FULL = "full"
    TOO_LARGE = "too_large"
    SCHOOL_LIMIT = "school_limit"


@dataclass(frozen=True)
class Standing:
    """A booking of the waiting list, how manieth it is (None if it does not wait), and why it is not offered places."""

    booking: Booking
    rank: int | None
    why: Why | None = None


@dataclass
class Left:
    """What an event still has to give while its line is walked; a school's family is its `family_urn`."""

    places: int
    most_per_school: int | None
    of_family: dict[int, int]

    def why_not(self, booking: Booking) -> Why | None:
        if self.places <= 0:
            return Why.FULL
        if booking.party_size > self.places:
            return Why.TOO_LARGE
        if booking.school and self.most_per_school is not None:
            has = self.of_family.get(booking.school.family_urn, 0)
            if has + booking.party_size > self.most_per_school:
                return Why.SCHOOL_LIMIT
        return None

    def give(self, booking: Booking) -> None:
        self.places -= booking.party_size
        if booking.school:
            family = booking.school.family_urn
            self.of_family[family] = self.of_family.get(family, 0) + booking.party_size


def waiting(event: Event) -> Sequence[Booking]:
    """Answer those who wait, in order, read afresh."""
    query = _in_order(event.id).where(Booking.state == State.WAITING)
    options = joinedload(Booking.booker), joinedload(Booking.school), selectinload(Booking.places)
    return db.session.scalars(query.options(*options).execution_options(populate_existing=True)).all()


def walk(event: Event, *, without: Booking | None = None) -> Iterator[tuple[Booking, Why | None]]:
    """Answer, for each who waits, why nothing would be offered now; None for whoever is eligible.

    Three queries, however long the line. Who is eligible counts as served for those behind. `without`: a booking that
    is looked past, as if it did not wait.
    """
    left = Left(event.places_left, event.max_per_school, {})
    bookings = [booking for booking in waiting(event) if booking is not without]
    if event.max_per_school is not None and any(booking.school for booking in bookings):
        left.of_family = room.of_families(event)
    for booking in bookings:
        why = left.why_not(booking)
        if why is None:
            left.give(booking)
        yield booking, why


def standing(event: Event) -> list[Standing]:
    """Answer the whole waiting list as an organiser looks at it: offered, waiting in order, parked."""
    query = _in_order(event.id).where(Booking.state.in_([State.OFFERED, State.PARKED]))
    options = joinedload(Booking.school), selectinload(Booking.places)
    others = db.session.scalars(query.options(*options)).all()
    waits = [Standing(booking, rank, why) for rank, (booking, why) in enumerate(walk(event), 1)]
    return [
        *(Standing(one, None) for one in others if one.state == State.OFFERED),
        *waits,
        *(Standing(one, None) for one in others if one.state == State.PARKED),
    ]


def eligible(event: Event) -> list[Booking]:
    """Answer who would be offered places now, if it is a time for offers."""
    return [booking for booking, why in walk(event) if why is None]


def must_not_be_passed(event: Event, at: datetime) -> None:
    """Raise `Full` while somebody who waits could have a place: a newcomer takes only what nobody eligible can."""
    if event.is_offering(at) and not event.is_full and eligible(event):
        raise Full("The places that are free are for those who wait.")


def is_quiet(event: Event, at: datetime) -> bool:
    """Say whether nobody waits and nothing is due: then there is nothing to settle and nobody to pass. One query."""
    return db.session.scalar(_STIRS, {"event": event.id, "at": at}) is None


def next_position(event: Event) -> int:
    """Answer the position at the end of a locked event's line."""
    last = db.session.scalar(select(func.max(Booking.position)).where(Booking.event_id == event.id))
    return (last or 0) + 1


def with_offers(event: Event) -> list[Booking]:
    """Answer those who wait and those with an open offer, each at its position: what an organiser's move numbers."""
    query = _in_order(event.id).where(Booking.state.in_([State.WAITING, State.OFFERED]))
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def ranks(bookings: Iterable[Booking]) -> dict[int, int]:
    """Answer, for those of the bookings that wait, how manieth each is in its line: one query for all."""
    events = {booking.event_id for booking in bookings if booking.state == State.WAITING}
    number = func.row_number().over(partition_by=Booking.event_id, order_by=(Booking.lapses, Booking.position))
    line = select(Booking.id, number.label("rank")).where(Booking.event_id.in_(events), Booking.state == State.WAITING)
    return {row.id: row.rank for row in db.session.execute(line)} if events else {}


def lengths(event_ids: Iterable[int]) -> dict[int, int]:
    """Answer how many bookings wait for each event; an event for which nobody waits is left out."""
    waits = Booking.event_id.in_(list(event_ids)), Booking.state == State.WAITING
    query = select(Booking.event_id, func.count()).where(*waits).group_by(Booking.event_id)
    return {number: int(waiting) for number, waiting in db.session.execute(query)}


def came_free(event_ids: Iterable[int], *, at: datetime) -> dict[int, int]:
    """Answer how many booked places of each event were given up in the last 14 days; an event with none is left out."""
    places = func.sum(AuditEntry.facts["places"].as_integer())
    query = (
        select(AuditEntry.event_id, places)
        .where(
            AuditEntry.event_id.in_(list(event_ids)),
            AuditEntry.act.in_(FREEING),
            AuditEntry.recorded_at > at - LATELY,
        )
        .group_by(AuditEntry.event_id)
    )
    return {number: int(freed) for number, freed in db.session.execute(query) if number and freed}


def _in_order(event_id: int) -> Select[Booking]:
    return select(Booking).where(Booking.event_id == event_id).order_by(Booking.lapses, Booking.position, Booking.id)


# Written once: putting a statement together costs as much as running it.
_AT = bindparam("at", type_=UtcDateTime())
_STIRS = (
    select(Booking.id)
    .where(
        Booking.event_id == bindparam("event"),
        or_(
            Booking.state == State.WAITING,
            and_(Booking.state == State.HELD, Booking.held_until <= _AT),
            and_(Booking.state == State.OFFERED, Booking.offer_ends_at <= _AT),
        ),
    )
    .limit(1)
)
