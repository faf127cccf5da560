"""Order and chance: a state machine plays people, the timer and the clock against a small model of the rules.

The model knows nothing of rows: only who has a place, who holds how many, and until when. After every step the real
database must say the same, and so must each rule that `flask verify` checks.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from booking import create_app
from booking.db import db, transaction
from booking.domain import places, verify
from booking.domain.errors import Refused
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import Booking, Guest, Party, Place, State
from tests.conftest import settings_for
from tests.make import NOON, Make

PEOPLE = [f"p{number}@school.example" for number in range(7)]
CAPACITY, SCHOOL_LIMIT = 5, 3
parties = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True)
schools = st.sampled_from([0, 1, None])
moments = st.sampled_from(
    [timedelta(minutes=1), timedelta(minutes=14, seconds=59), timedelta(minutes=15), timedelta(hours=5)]
)


@dataclass
class Known:
    """What the model remembers of one booking."""

    id: int
    booker: str
    guests: list[str]
    school: int | None
    state: str = "held"
    until: datetime = NOON
    again: Known | None = None
    people: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        return {"held": len(self.guests), "confirmed": len(self.people)}.get(self.state, 0)


class Machine(RuleBasedStateMachine):
    """One event of five places, at most three for one school, that closes after a day."""

    url = ""
    bookings = Bundle("bookings")

    @initialize()
    def open_the_door(self) -> None:
        self.folder = tempfile.mkdtemp() if self.url.startswith("sqlite") else ""
        url = self.fresh(self.folder)
        self.app = create_app(settings_for(url))
        self.context = self.app.app_context()
        self.context.push()
        make = Make()
        self.at = NOON
        self.urns = [make.school().urn, make.school().urn]
        self.event = make.event(capacity=CAPACITY, max_per_school=SCHOOL_LIMIT, closes_at=NOON + timedelta(days=1)).id
        self.people = {email: make.person(email=email, name=email).id for email in PEOPLE}
        self.known: list[Known] = []

    def fresh(self, folder: str) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        if not hasattr(self, "context"):
            return
        db.session.rollback()
        found = verify.broken(at=NOON)
        db.session.remove()
        db.engine.dispose()
        self.context.pop()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert found == []

    # What people, the timer and the clock do

    @rule(target=bookings, booker=st.sampled_from(PEOPLE), guests=parties, school=schools)
    def hold(self, booker: str, guests: list[str], school: int | None) -> object:
        keeps = not any(one.state == "held" and one.booker == booker and self.at < one.until for one in self.known)
        may = self.is_open and len(guests) <= self.left and self.fits(school, len(guests))
        booking = self.try_to(
            may,
            lambda: places.hold(
                self.event,
                self.party(booker, guests, school),
                key=places.new_form_key(),
                network="n",
                most_of_network=99,
                at=self.at,
            ),
        )
        if booking is None:
            return multiple()
        known = Known(booking.id, booker, guests, school, "held" if keeps else "lapsed", self.at + places.HOLD)
        self.known.append(known)
        return known

    @rule(target=bookings, booker=st.sampled_from(PEOPLE), guests=parties, school=schools)
    def book(self, booker: str, guests: list[str], school: int | None) -> object:
        may = self.may_book(guests, school)
        by = self.person(booker)
        booking = self.try_to(
            may,
            lambda: places.book(
                self.event, self.party(booker, guests, school), key=places.new_form_key(), by=by(), at=self.at
            ),
        )
        if booking is None:
            return multiple()
        known = Known(booking.id, booker, guests, school, "confirmed", people=set(guests))
        self.known.append(known)
        return known

    @rule(known=bookings)
    def prove(self, known: Known) -> None:
        if known.state == "held" and self.at < known.until:
            self.try_to(True, lambda: places.prove(known.id, at=self.at))
            known.people = set(known.guests) - self.seated
            known.state = "confirmed" if known.people else "cancelled"
            return
        if known.state == "held":
            still_held = known.state
            known.state = "lapsed"
        else:
            still_held = ""
        if known.state == "lapsed" and known.again is None:
            guests = [guest for guest in known.guests if guest not in self.seated]
            may = bool(guests) and self.may_book(guests, known.school)
            booking = self.try_to(may, lambda: places.prove(known.id, at=self.at))
            if booking is not None:
                known.again = Known(booking.id, known.booker, guests, known.school, "confirmed", people=set(guests))
                self.known.append(known.again)
            elif still_held:
                known.state = "held"  # refused: nothing was written, the timer's work is still to do
        else:
            self.try_to(True, lambda: places.prove(known.id, at=self.at))

    @rule(known=bookings)
    def give_up(self, known: Known) -> None:
        self.try_to(True, lambda: places.give_up_hold(known.id, at=self.at))
        if known.state == "held":
            known.state = "lapsed"

    @rule(known=bookings)
    def cancel(self, known: Known) -> None:
        by = self.person(known.booker)
        may = known.state in ("confirmed", "cancelled")
        if known.state in ("held", "lapsed") and known.again is None:
            return  # nobody knows whose it is yet, so no link exists to cancel it by
        self.try_to(may, lambda: places.cancel(known.id, by=by(), at=self.at))
        if may:
            known.state, known.people = "cancelled", set()

    @rule(known=bookings, number=st.integers(0, 3))
    def release(self, known: Known, number: int) -> None:
        if known.state != "confirmed":
            return
        email = sorted(known.people)[number % len(known.people)]
        place, by = self.place_of(known, email), self.person(email)
        self.try_to(True, lambda: places.release(place, by=by(), at=self.at))
        known.people.discard(email)
        known.state = "confirmed" if known.people else "cancelled"

    @rule(known=bookings, number=st.integers(0, 3), newcomer=st.sampled_from(PEOPLE))
    def swap(self, known: Known, number: int, newcomer: str) -> None:
        if known.state != "confirmed":
            return
        email = sorted(known.people)[number % len(known.people)]
        place, by, may = self.place_of(known, email), self.person(known.booker), newcomer not in self.seated
        self.try_to(may, lambda: places.swap(place, Guest(newcomer, newcomer), by=by(), at=self.at))
        if may:
            known.people = known.people - {email} | {newcomer}

    @rule(by=moments)
    def time_passes(self, by: timedelta) -> None:
        self.at += by

    @rule()
    def the_timer_knocks(self) -> None:
        self.try_to(True, lambda: places.lapse_due(at=self.at))
        for one in self.known:
            if one.state == "held" and self.at >= one.until:
                one.state = "lapsed"

    # What must be true after each of them

    @invariant()
    def the_database_says_what_the_model_says(self) -> None:
        if not hasattr(self, "app"):
            return
        db.session.rollback()
        live = select(Place.booking_id, Person.email).join(Person).where(Place.ended_at.is_(None))
        assert {tuple(row) for row in db.session.execute(live)} == {
            (one.id, email) for one in self.known for email in one.people
        }
        states = {State(state) for state in db.session.scalars(select(Booking.state))}
        assert states == {State(one.state) for one in self.known}
        assert db.session.scalar(select(Event.taken)) == sum(one.size for one in self.known) <= CAPACITY

    # The model

    @property
    def is_open(self) -> bool:
        return self.at < NOON + timedelta(days=1)

    @property
    def left(self) -> int:
        return CAPACITY - sum(one.size for one in self.known)

    @property
    def seated(self) -> set[str]:
        return {email for one in self.known for email in one.people}

    def fits(self, school: int | None, size: int) -> bool:
        return school is None or sum(one.size for one in self.known if one.school == school) + size <= SCHOOL_LIMIT

    def may_book(self, guests: list[str], school: int | None) -> bool:
        return (
            self.is_open
            and not self.seated & set(guests)
            and len(guests) <= self.left
            and self.fits(school, len(guests))
        )

    # The real thing

    def party(self, booker: str, guests: list[str], school: int | None) -> Party:
        urn = None if school is None else self.urns[school]
        return Party(Guest(booker, booker), tuple(Guest(email, email) for email in guests), school_urn=urn)

    def person(self, email: str):
        return lambda: db.session.get_one(Person, self.people[email])

    def place_of(self, known: Known, email: str) -> int:
        query = select(Place.id).where(
            Place.booking_id == known.id, Place.person_id == self.people[email], Place.ended_at.is_(None)
        )
        return db.session.scalars(query).one()

    def try_to(self, may: bool, act):
        """Do it, and hold the answer against the model's."""
        try:
            with transaction():
                done = act()
        except Refused as refusal:
            if may:
                raise AssertionError("refused though allowed") from refusal
            return None
        assert may, "allowed though the rules refuse"
        return done


def play(machine: type[Machine], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


def test_any_order_of_acts_keeps_the_rules_on_sqlite(empty_sqlite: bytes) -> None:
    class OnSqlite(Machine):
        url = "sqlite"

        def fresh(self, folder: str) -> str:
            (Path(folder) / "it.sqlite").write_bytes(empty_sqlite)
            return f"sqlite:///{folder}/it.sqlite"

    play(OnSqlite, 60)


@pytest.mark.postgres
def test_any_order_of_acts_keeps_the_rules_on_postgresql(cluster, template: str) -> None:
    class OnPostgres(Machine):
        url = "postgresql"
        number = 0

        def fresh(self, folder: str) -> str:
            OnPostgres.number += 1
            return str(cluster.create_database(f"machine_{OnPostgres.number}", template=template))

        def teardown(self) -> None:
            super().teardown()
            cluster.drop_database(f"machine_{OnPostgres.number}")

    play(OnPostgres, 25)
