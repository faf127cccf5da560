"""Erasing: who somebody is leaves every table, and what is counted stays (UK GDPR, Article 17).

Which people were erased is known by number alone. A backup that is older than an erasure brings the person back, so
whoever restores it erases them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from sqlalchemy import Select, exists, func, or_, select

from booking.db import db
from booking.domain import access, audit, codes, messages, people, places, roles, sign_ins
from booking.domain.errors import NotAllowed
from booking.domain.events import Event
from booking.domain.people import REMOVED, Person, Role
from booking.domain.places import Booking, Place
from booking.domain.sign_ins import SignIn


@dataclass(frozen=True)
class Erasure:
    """Somebody who was erased, told from anybody who has their number after a restore by when they were first seen."""

    person_id: int
    first_seen_at: datetime
    erased_at: datetime

    @classmethod
    def read(cls, line: str) -> Erasure:
        """Answer what a line of `str(erasure)` says. Raises `ValueError`."""
        number, seen, gone = line.split()
        return cls(int(number), datetime.fromisoformat(seen), datetime.fromisoformat(gone))

    def __str__(self) -> str:
        return f"{self.person_id} {self.first_seen_at.isoformat()} {self.erased_at.isoformat()}"


def erase(person_id: int, *, by: Person | None, at: datetime) -> Person:
    """Forget who somebody is, at once and for good; erasing whom nobody knows any more changes nothing.

    Their places at events to come are given up, their sign-ins, roles, links and calendar end. People erase
    themselves, national administrators anybody; `by=None` is the operator. Raises `NotFound`, `NotAllowed`,
    `LastAdministrator`.
    """
    person = _lock(person_id)
    if by is not None and by.id != person.id and not access.is_national(by):
        raise NotAllowed("Everybody erases their own details.")
    if person.erased_at is None:
        roles.must_not_be_needed(person, by=by)
        _erase(person, by=by, at=at)
    return person


def unused(*, months: int, at: datetime) -> Sequence[int]:
    """Answer whom nothing has concerned for so long: no role, no sign-in, no booking made, no place at an event later.

    Those who are booked for an event with a date to be confirmed are concerned until it has one, or is called off.
    """
    return db.session.scalars(_unused(at - relativedelta(months=months))).all()


def erase_unused(*, months: int, at: datetime) -> int:
    """Forget who somebody is whom nothing has concerned for so long; answer 0 where there is nobody, else 1."""
    query = _unused(at - relativedelta(months=months)).limit(1)
    if (found := db.session.scalar(query)) is None:
        return 0
    person = _lock(found)
    if db.session.scalar(query.where(Person.id == found)):  # nothing has come to concern them meanwhile
        _erase(person, by=None, at=at)
    return 1


def erase_again(erased: Iterable[Erasure], *, at: datetime) -> int:
    """Erase those whom a restored backup has brought back, also its last administrator; answer how many."""
    number = 0
    for erasure in sorted(erased, key=lambda one: one.person_id):
        person = db.session.get(Person, erasure.person_id, populate_existing=True)
        if person and person.erased_at is None and person.first_seen_at == erasure.first_seen_at:
            _erase(person, by=None, at=at)
            number += 1
    return number


def erasures() -> list[Erasure]:
    """Answer who was erased, by number, and when."""
    query = select(Person.id, Person.first_seen_at, Person.erased_at).where(Person.erased_at.is_not(None))
    return [Erasure(*row) for row in db.session.execute(query.order_by(Person.id))]  # type: ignore[arg-type]


def _unused(since: datetime) -> Select[int]:
    over_at = func.coalesce(Event.called_off_at, Event.ends_at)
    booked = select(Booking.id).join(Booking.event).outerjoin(Booking.places)
    without = (
        Person.erased_at.is_(None),
        Person.first_seen_at < since,
        ~exists().where(Role.person_id == Person.id, Role.ended_at.is_(None)),
        ~exists().where(SignIn.person_id == Person.id, SignIn.seen_at >= since),
        ~booked.where(or_(Booking.booker_id == Person.id, Place.person_id == Person.id))
        .where(or_(over_at.is_(None), over_at >= since, Booking.made_at >= since))
        .correlate(Person)
        .exists(),
    )
    return select(Person.id).where(*without).order_by(Person.id)


def _lock(person_id: int) -> Person:
    codes.lock_of(person_id)
    return people.lock(person_id)


def _erase(person: Person, *, by: Person | None, at: datetime) -> None:
    sign_ins.end_everywhere(person, at=at)
    made = places.forget_person(person, at=at)
    codes.forget(str(person.email), at=at)
    db.session.flush()
    messages.forget(person, made, at=at)
    roles.end_all(person, by=by, at=at)
    person.email, person.name, person.job, person.school_urn, person.unlisted_school = None, REMOVED, "", None, ""
    person.feed_generation += 1
    person.feed_ended_at = person.erased_at = at
    audit.record("person.erased", person, by=by, at=at)
