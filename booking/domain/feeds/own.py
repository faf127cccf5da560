"""What one person's own calendar shows, and the secret address at which it is polled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Select

from booking import keys
from booking.db import db
from booking.domain import audit
from booking.domain.errors import NotFound
from booking.domain.events import Event, Slot, Venue
from booking.domain.feeds.sessions import Session, is_kept, sessions
from booking.domain.people import Person
from booking.domain.places import Booking, Place, State

SHOWN = (State.CONFIRMED, State.OFFERED, State.WAITING)
"""The states that stand in somebody's calendar; any other is shown as cancelled."""


class Own(NamedTuple):
    """How somebody stands at a session, and what only those who come are told."""

    session: Session
    state: str
    """Of their booking; cancelled where their place is over, whatever became of the others."""
    offer_ends_at: datetime | None
    sequence: int
    """The slot's and the place's together: both only rise, so whatever happens in between, so does this."""
    modified_at: datetime
    join_url: str
    bring: str
    directions: str
    parking: str

    @property
    def is_off(self) -> bool:
        return self.session.is_off or self.state not in SHOWN


def link(person: Person) -> str | None:
    """Answer the secret part of the address of somebody's own calendar; None while they want none."""
    return None if person.feed_ended_at else keys.link("feed", person.id, person.feed_generation)


def with_link(token: str) -> Person:
    """Answer whose calendar it is. Raises `NotFound` alike for old, ended, cut and invented addresses."""
    number = keys.number_of(token)
    person = db.session.get(Person, number) if number is not None else None
    is_live = person is not None and person.feed_ended_at is None and person.email is not None
    if person is None or not is_live or not keys.fits(token, "feed", person.id, person.feed_generation):
        raise NotFound("That address does not lead to a calendar.")
    return person


def renew(person_id: int, *, at: datetime) -> None:
    """Give somebody a new address for their calendar; the old one leads nowhere from now on."""
    person = db.session.get_one(Person, person_id, with_for_update=True)
    person.feed_generation += 1
    person.feed_ended_at = None
    audit.record("feed.renewed", person, by=person, at=at)


def end(person_id: int, *, at: datetime) -> None:
    """Let no address lead to somebody's calendar, until they ask for a new one."""
    person = db.session.get_one(Person, person_id, with_for_update=True)
    person.feed_generation += 1
    person.feed_ended_at = at
    audit.record("feed.ended", person, by=person, at=at)


def personal(person: Person, *, at: datetime, event_id: int | None = None) -> list[Own]:
    """Answer the sessions at which somebody has, or had, a place of their own, soonest first; or those of one event."""
    query = _own_sessions().where(Place.person_id == person.id)
    query = query.where(is_kept(at)) if event_id is None else query.where(Event.id == event_id)
    rows: Sequence[Any] = db.session.execute(query).all()
    by_event = groupby(sorted(rows, key=lambda row: row[0]), key=lambda row: row[0])
    own = [_own(row) for _, of_event in by_event for row in _newest(of_event)]
    return sorted(own, key=lambda one: (one.session.starts_at, one.session.uid))


def _newest(rows: Iterable[Any]) -> list[Any]:
    """Answer what is said of somebody's newest place at an event: the live one, else the one with the last step."""
    found = list(rows)
    newest = max((row.place_ended_at is None, row.calendar_step, row.place_id) for row in found)[2]
    return [row for row in found if row.place_id == newest]


def _own(row: Any) -> Own:
    session = Session(*row[: len(Session._fields)])
    state = _state(row, session)
    comes = state == State.CONFIRMED and not session.is_off
    return Own(
        session,
        state,
        row.offer_ends_at if state == State.OFFERED else None,
        session.sequence + row.calendar_step,
        max(session.modified_at, row.place_revised_at or row.made_at),
        row.join_url if comes else "",
        row.bring if comes else "",
        (row.directions or "") if comes else "",
        (row.parking or "") if comes else "",
    )


def _state(row: Any, session: Session) -> State:
    """Answer how somebody stands: cancelled once their place is over, but for what they had come to before."""
    if row.place_ended_at is None:
        return State(row.state)
    came = row.confirmed_at is not None and session.starts_at <= row.place_ended_at
    return State.CONFIRMED if came else State.CANCELLED


def _own_sessions() -> Select[Any]:
    query = sessions(
        Place.id.label("place_id"),
        Place.ended_at.label("place_ended_at"),
        Place.calendar_step,
        Place.revised_at.label("place_revised_at"),
        Booking.state,
        Booking.offer_ends_at,
        Booking.made_at,
        Booking.confirmed_at,
        Slot.join_url,
        Event.bring,
        Venue.directions,
        Venue.parking,
    )
    return query.join(Place, Place.event_id == Event.id).join(Booking, Booking.id == Place.booking_id)
