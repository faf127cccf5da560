"""The world of one run: a clock, a few people who want the same few places, and what they were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import event as listening
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain.audit import AuditEntry
from booking.domain.errors import Refused
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking, Guest, Party, Place
from tests.make import NOON, Make
from tests.simulation.relay import Relay

ADDRESSES = [f"p{number}@school.example" for number in range(14)]
KNOWN = 10
"""So many have proven their address before; the others are strangers until they do."""
RARELY = 0.1
WRITES = ("INSERT", "UPDATE", "DELETE")


class Crash(BaseException):
    """The process dies here: nobody is told anything. A `BaseException`, so that nothing of ours mistakes it."""


class Broken(AssertionError):
    """A rule does not hold; `check` names which."""

    def __init__(self, check: str, sentence: str) -> None:
        super().__init__(f"{check}: {sentence}")
        self.check = check


@dataclass
class Form:
    """A form that somebody sent, to be sent again."""

    act: str
    event_id: int
    party: Party
    key: str
    booking_id: int | None = None
    """What it was answered with; None where the answer never arrived."""


@dataclass
class World:
    """Everything that acts speak of. Whatever is drawn comes from `chance`, which each step gets anew."""

    app: Flask
    at: datetime = NOON
    chance: Random = field(default_factory=Random)
    told: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Booking → the state and size that its booker was told, while nobody has tried to change it since."""
    forms: list[Form] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    """What has happened in this run, for the list of what must have been seen."""
    last_entry: int = 0
    """The newest entry of the trail that has been looked at."""
    sessions: dict[int, tuple[int, Any]] = field(default_factory=dict)
    """Session → its revision, time and place after the last step."""
    ended: dict[int, tuple[str, datetime | None]] = field(default_factory=dict)
    """Message → how it ended, and when."""
    has_written: bool = True
    """Whether something was written since the rules were looked at."""
    crash: str = ""
    """Where the next transaction dies: "before a write", "before the commit", "after the commit", or nowhere."""

    def __post_init__(self) -> None:
        self.make = Make()
        self.relay = Relay(self)
        hub = self.make.hub()
        self.hub_id, self.organiser_id = hub.id, self.make.organiser(hub, email="organiser@hub.example").id
        for address in ADDRESSES[:KNOWN]:
            self.make.person(email=address, name=address)
        first, second = self.make.school().urn, self.make.school().urn
        successor = self.make.school(family_urn=first).urn
        self.urns = [first, successor, first, successor, second, None, None]
        self._writes_left = self._commits = 0
        listening.listen(db.engine, "before_cursor_execute", self._may_die_at_a_write)
        listening.listen(db.session, "before_commit", self._may_die_at_the_commit)

    def close(self) -> None:
        listening.remove(db.engine, "before_cursor_execute", self._may_die_at_a_write)
        listening.remove(db.session, "before_commit", self._may_die_at_the_commit)

    # Doing things

    def do(self, act: Callable[[], Any]) -> Any:
        """Do it in a transaction, which may die; answer what came of it, or the refusal. Raises `Crash`."""
        before = self.footprint() if self.crash else None
        plan, self._writes_left, self._commits = self.crash, self.chance.randrange(1, 6), 0
        try:
            with transaction():
                done = act()
        except Refused as refusal:
            self.seen[f"refused: {refusal.code}"] += 1
            return refusal
        except Crash:
            self.crash = ""
            db.session.rollback()
            if self.footprint() != before:
                raise Broken("whole or not at all", f"something was kept of what died {plan}") from None
            self.seen[f"died {plan}"] += 1
            raise
        except Exception as fault:
            raise Broken("no fault", f"{type(fault).__name__}: {fault}") from fault
        finally:
            self.crash = ""
        if self._commits > 1:
            raise Broken("whole or not at all", f"one act was kept in {self._commits} parts")
        if plan == "after the commit":
            self.seen[f"died {plan}"] += 1
            raise Crash
        return done

    def footprint(self) -> tuple[Any, ...]:
        """Answer what tells one state of the database from another: numbers of rows, and places taken."""
        tables = [select(func.count(), func.max(table.id)) for table in (Booking, Place, Person, Message, AuditEntry)]
        rows = [tuple(db.session.execute(query).one()) for query in tables]
        taken = tuple(db.session.execute(select(Event.id, Event.taken, Event.capacity, Event.extra)).all())
        db.session.rollback()
        return (*rows, *map(tuple, taken))

    def _may_die_at_a_write(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(WRITES):
            return
        self.has_written = True
        self._writes_left -= 1
        if self.crash == "before a write" and self._writes_left == 0:
            raise Crash

    def _may_die_at_the_commit(self, session: Any) -> None:
        if not session.info.get("writing"):  # what was only read has nothing to keep
            return
        self._commits += 1
        if self.crash == "before the commit":
            raise Crash

    # Drawing

    def one_of(self, things: list[Any]) -> Any:
        return self.chance.choice(things) if things else None

    def booking(self, *states: str, least: int = 0) -> Booking | None:
        """Draw a booking in one of these states, for at least so many people; mostly of what is still to come."""
        query = select(Booking).where(Booking.state.in_(states), Booking.party_size >= least).order_by(Booking.id)
        if self.chance.random() > RARELY:
            query = query.join(Event).where(Event.starts_at > self.at, Event.called_off_at.is_(None))
        return self.one_of(list(db.session.scalars(query)))

    def event(self) -> int | None:
        """Draw an event: mostly one that is open, now and then any that has not long begun."""
        coming = select(Event.id).where(Event.starts_at > self.at - timedelta(hours=5)).order_by(Event.id)
        is_open = coming.where(Event.opens_at <= self.at, Event.closes_at > self.at, Event.called_off_at.is_(None))
        found = list(db.session.scalars(coming if self.chance.random() < RARELY else is_open))
        return self.one_of(found)

    def party(self, booker: str) -> Party:
        """Draw who comes with a booker: mostly a few, from one school."""
        size = self.chance.choice([1, 1, 2, 2, 3])
        others = [address for address in ADDRESSES if address != booker]
        guests = self.chance.sample(others, size - 1)
        first = [booker] if self.chance.random() < 0.9 or not guests else []
        return Party(
            Guest(booker, booker),
            tuple(Guest(address, address) for address in (*first, *guests)),
            school_urn=self.chance.choice(self.urns),
            together=self.chance.random() < 0.5,
        )

    def person(self, address: str) -> Person | None:
        return db.session.scalar(select(Person).where(Person.email == address))

    @property
    def organiser(self) -> Person:
        return db.session.get_one(Person, self.organiser_id)

    # What people were told

    def tell(self, booking: Booking) -> None:
        """Note that the booker has read how the booking stands."""
        self.told[booking.id] = (str(booking.state), booking.party_size)

    def touch(self, *booking_ids: int | None) -> None:
        """Note that somebody tries to change these: whatever was told before is no promise any more."""
        for number in booking_ids:
            if number is not None and self.told.get(number, ("", 0))[0] not in OVER:
                self.told.pop(number, None)

    def touch_event(self, event_id: int) -> None:
        numbers = db.session.scalars(select(Booking.id).where(Booking.event_id == event_id)).all()
        self.touch(*numbers)


OVER = ("cancelled", "declined")
"""Once somebody was told so, nothing brings the booking back."""
