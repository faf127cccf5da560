"""Order and chance: a state machine plays people, the timer and the clock against a small model of the rules.

The model knows nothing of rows: only who has a place, who holds how many, and until when. After every step the real
database must say the same, and so must each rule that `flask verify` checks.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from booking import create_app
from booking.db import db, transaction
from booking.domain import changes, places, verify
from booking.domain.errors import Refused
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import Booking, Guest, Party, Place
from tests.conftest import settings_for
from tests.make import NOON, Make

PEOPLE = [f"p{number}@school.example" for number in range(8)]
CAPACITY, SCHOOL_LIMIT = 5, 3
CLOSES, OFFERS_END, STARTS = (NOON + timedelta(days=days) for days in (4, 10, 11))
NO_MORE_OFFERS = OFFERS_END - timedelta(hours=2)
parties = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4, unique=True)
schools = st.sampled_from([0, 1, None])
moments = st.sampled_from(
    [
        timedelta(minutes=1),
        timedelta(minutes=14, seconds=59),
        timedelta(minutes=15),
        timedelta(hours=5),
        timedelta(hours=48),
        timedelta(days=3),
    ]
)
picks = st.integers(0, 99)


def has(*states: str):
    """Let a rule wait until some booking is in one of these states."""
    return precondition(lambda self: any(one.state in states for one in getattr(self, "known", ())))


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
    asks: bool = False
    people: set[str] = field(default_factory=set)
    lapses: int = 0
    position: int = 0

    @property
    def size(self) -> int:
        return len(self.guests) if self.state == "held" else len(self.people)

    @property
    def taking(self) -> int:
        return self.size if self.state in ("held", "confirmed", "offered") else 0

    def end(self, state: str) -> None:
        self.state, self.people = state, set()


class Machine(RuleBasedStateMachine):
    """One event of five places, at most three for one school, that closes after four days and starts after eleven."""

    url = ""

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
        hub = make.hub()
        times = {"closes_at": CLOSES, "offers_end_at": OFFERS_END, "starts": (STARTS,), "notice_hours": 0}
        self.event = make.event(hub=hub, capacity=CAPACITY, max_per_school=SCHOOL_LIMIT, **times).id
        self.people = {email: make.person(email=email, name=email).id for email in PEOPLE}
        self.organiser = make.organiser(hub).id
        self.known: list[Known] = []
        self.offered_at: dict[int, datetime] = {}
        self.capacity, self.extra = CAPACITY, 0

    def fresh(self, folder: str) -> str:
        raise NotImplementedError

    def teardown(self) -> None:
        if not hasattr(self, "context"):
            return
        db.session.rollback()
        due = [check for check in verify.CHECKS if check not in verify.LATE]  # time jumps here, and no worker runs
        found = [sentence for check in due for sentence in check(self.at)]
        ended = self.call_off() if not self.has_begun else {}
        db.session.remove()
        db.engine.dispose()
        self.context.pop()
        shutil.rmtree(self.folder, ignore_errors=True)
        assert set(ended.values()) <= {"cancelled"}
        assert found == []

    def call_off(self) -> dict[int, str]:
        """Call the event off in the end, whatever state its bookings have come to; answer what became of the live."""
        live = [one.id for one in self.known if one.state not in ("cancelled", "declined", "lapsed")]
        with transaction():
            changes.call_off(self.event, "The hall is closed", by=self.person("")(), at=self.at)
        assert db.session.get_one(Event, self.event, populate_existing=True).taken == 0
        query = select(Booking.id, Booking.state).where(Booking.id.in_(live))
        return dict(db.session.execute(query).all())

    # Taking places

    @rule(booker=st.sampled_from(PEOPLE), guests=parties, school=schools)
    def hold(self, booker: str, guests: list[str], school: int | None) -> None:
        keeps = not any(one.state == "held" and one.booker == booker and self.at < one.until for one in self.known)
        before = self.settle()
        may = self.is_open and not self.would_pass_somebody and self.has_room(school, len(guests))
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
            before,
        )
        if booking is None:
            return
        self.note(Known(booking.id, booker, guests, school, "held" if keeps else "lapsed", self.at + places.HOLD))

    @rule(booker=st.sampled_from(PEOPLE), guests=parties, school=schools)
    def book(self, booker: str, guests: list[str], school: int | None) -> None:
        before, by = self.settle(), self.person(booker)
        booking = self.try_to(
            self.may_book(guests, school),
            lambda: places.book(
                self.event, self.party(booker, guests, school), key=places.new_form_key(), by=by(), at=self.at
            ),
            before,
        )
        if booking is None:
            return
        self.note(Known(booking.id, booker, guests, school, "confirmed", people=set(guests)))

    @has("held", "lapsed")
    @rule(pick=picks)
    def prove(self, pick: int) -> None:
        known = self.one_of(pick, "held", "lapsed")
        if known.state == "held" and self.at < known.until:
            self.try_to(True, lambda: places.prove(known.id, at=self.at))
            left = set(known.guests) - self.seated
            self.give_back(len(known.guests) - len(left))
            known.people, known.state = left, "confirmed" if left else "cancelled"
            if len(left) < len(known.guests):
                self.fill()
            return
        if known.state not in ("held", "lapsed") or known.again:
            self.try_to(True, lambda: places.prove(known.id, at=self.at))
            return
        guests = [guest for guest in known.guests if guest not in self.seated]
        before = self.settle()
        may = self.may_wait(guests, known.school) if known.asks else self.may_book(guests, known.school)
        booking = self.try_to(bool(guests) and may, lambda: places.prove(known.id, at=self.at), before)
        if booking is not None:
            state = "waiting" if known.asks else "confirmed"
            made = Known(booking.id, known.booker, guests, known.school, state, people=set(guests))
            made.position = self.next_position if known.asks else 0
            known.again = self.note(made)
            self.fill()

    @has("held")
    @rule(pick=picks)
    def give_up(self, pick: int) -> None:
        known = self.one_of(pick, "held")
        self.try_to(True, lambda: places.give_up_hold(known.id, at=self.at))
        if known.state == "held":
            self.give_back(known.size)
            known.end("lapsed")
            self.fill()

    # Changing

    @has("confirmed")
    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        known = self.one_of(pick, "confirmed")
        if known.state in ("held", "lapsed") and known.again is None:
            return  # nobody knows whose it is yet, so no link exists to cancel it by
        by, freed = self.person(known.booker), known.taking
        may = known.state == "cancelled" or (known.state == "confirmed" and not self.has_begun)
        done = self.try_to(may, lambda: places.cancel(known.id, by=by(), at=self.at, reason="ill"))
        if done is not None and known.state == "confirmed":
            self.give_back(freed)
            known.end("cancelled")
            self.fill()

    @has("confirmed", "waiting", "offered")
    @rule(pick=picks, number=st.integers(0, 3))
    def release(self, pick: int, number: int) -> None:
        known = self.one_of(pick, "confirmed", "waiting", "offered")
        if not known.people:
            return
        email = sorted(known.people)[number % len(known.people)]
        place, by = self.place_of(known, email), self.person(email)
        done = self.try_to(not self.has_begun, lambda: places.release(place, by=by(), at=self.at, reason="ill"))
        if done is not None:
            self.give_back(1 if known.taking else 0)
            known.people.discard(email)
            if not known.people:
                known.end("declined" if known.state == "offered" else "cancelled")
            self.fill()

    @has("confirmed", "waiting", "offered")
    @rule(pick=picks, number=st.integers(0, 3), newcomer=st.sampled_from(PEOPLE))
    def swap(self, pick: int, number: int, newcomer: str) -> None:
        known = self.one_of(pick, "confirmed", "waiting", "offered")
        if not known.people:
            return
        email = sorted(known.people)[number % len(known.people)]
        place, by = self.place_of(known, email), self.person(known.booker)
        may = newcomer not in self.seated and not self.has_begun
        self.try_to(may, lambda: places.swap(place, Guest(newcomer, newcomer), by=by(), at=self.at))
        if may:
            known.people = known.people - {email} | {newcomer}

    # Waiting

    @rule(booker=st.sampled_from(PEOPLE), guests=parties, school=schools)
    def join(self, booker: str, guests: list[str], school: int | None) -> None:
        before, by = self.settle(), self.person(booker)
        party = replace(self.party(booker, guests, school), together=True)
        may = self.may_wait(guests, school) and not self.seated & set(guests)
        booking = self.try_to(
            may, lambda: places.join(self.event, party, key=places.new_form_key(), by=by(), at=self.at), before
        )
        if booking is None:
            return
        position = self.next_position
        self.note(Known(booking.id, booker, guests, school, "waiting", people=set(guests), position=position))
        self.fill()

    @rule(booker=st.sampled_from(PEOPLE), guests=parties, school=schools)
    def ask_to_wait(self, booker: str, guests: list[str], school: int | None) -> None:
        before, key = self.settle(), places.new_form_key()
        party = replace(self.party(booker, guests, school), together=True)
        booking = self.try_to(
            self.may_wait(guests, school),
            lambda: places.ask_to_wait(self.event, party, key=key, network="n", at=self.at),
            before,
        )
        if booking is None:
            return
        self.note(Known(booking.id, booker, guests, school, "lapsed", asks=True))

    @has("waiting", "parked")
    @rule(pick=picks)
    def leave(self, pick: int) -> None:
        known = self.one_of(pick, "waiting", "parked")
        may = known.state in ("waiting", "parked", "cancelled")
        if self.answer(known, may, places.leave):
            known.end("cancelled")

    @has("offered")
    @rule(pick=picks)
    def accept(self, pick: int) -> None:
        known = self.one_of(pick, "offered")
        in_time = known.state == "offered" and self.at < known.until
        done_before = known.state == "confirmed" and known.id in self.offered_at
        if self.answer(known, not self.has_begun and (in_time or done_before), places.accept):
            known.state = "confirmed"

    @has("offered")
    @rule(pick=picks)
    def decline(self, pick: int) -> None:
        known = self.one_of(pick, "offered")
        freed = known.taking if known.state == "offered" else 0
        if self.answer(known, not self.has_begun and known.state in ("offered", "declined"), places.decline):
            known.end("declined")
            self.give_back(freed)
            self.fill()

    @has("waiting")
    @rule(pick=picks)
    def claim(self, pick: int) -> None:
        known = self.one_of(pick, "waiting")
        if known.state not in ("waiting", "offered", "parked"):
            return
        if known.state == "waiting" and self.at < OFFERS_END:
            self.answer(known, False, places.claim)
            return
        before = self.settle()
        may = known.state == "waiting" and not self.has_begun and self.has_room(known.school, known.size)
        if self.answer(known, may, places.claim, before):
            known.state = "confirmed"

    @has("parked")
    @rule(pick=picks)
    def come_back(self, pick: int) -> None:
        known = self.one_of(pick, "parked")
        may = known.state in ("parked", "waiting", "offered") and not self.has_begun
        if self.answer(known, may, places.come_back) and known.state == "parked":
            known.state, known.lapses, known.position = "waiting", 1, self.next_position
            self.fill()

    # The organiser

    @rule(by=st.integers(-3, 3))
    def resize(self, by: int) -> None:
        capacity = max(0, self.capacity + by)
        kept = sum(one.size for one in self.known if one.state in ("held", "confirmed"))
        may = kept <= capacity + self.extra

        def act() -> bool:
            [event] = places.lock(self.event)
            places.withdraw_beyond(event, capacity, by=self.person("")(), at=self.at)
            event.capacity = capacity
            places.fill(event, at=self.at)
            return True

        if self.try_to(may, act):
            while sum(one.taking for one in self.known) > capacity + self.extra:
                self.withdrawn(self.newest_offer)
            self.capacity = capacity
            self.fill()

    @has("waiting")
    @rule(pick=picks, rank=st.integers(1, 4))
    def move(self, pick: int, rank: int) -> None:
        known = self.one_of(pick, "waiting")
        waiting = [one for one in self.line if one.state == "waiting" and one is not known]
        may = known.state == "waiting" and rank <= len(waiting) + 1 and not self.has_begun
        if self.steer(known, may, lambda by: places.move_to(known.id, rank, by=by, at=self.at, reason="why")):
            others = [one for one in self.line if one is not known]
            index = others.index(waiting[rank - 1]) if rank <= len(waiting) else len(others)
            beside = others[index : index + 1] or others[-1:]
            known.lapses = beside[0].lapses if beside else known.lapses
            for position, one in enumerate([*others[:index], known, *others[index:]], 1):
                one.position = position
            self.fill()

    @has("waiting")
    @rule(pick=picks)
    def offer_out_of_turn(self, pick: int) -> None:
        known = self.one_of(pick, "waiting")
        may = known.state == "waiting" and self.is_offering and self.fits(known.school, known.size)
        if self.steer(known, may, lambda by: places.offer_out_of_turn(known.id, by=by, at=self.at, reason="why")):
            self.extra += max(0, known.size - self.left)
            self.offered(known)
            self.fill()

    @has("offered")
    @rule(pick=picks)
    def withdraw(self, pick: int) -> None:
        known = self.one_of(pick, "offered")
        before = self.remember()
        may = known.state == "offered" and not self.has_begun
        if may:
            self.withdrawn(known)
            self.fill(without=known)
            may = known not in self.eligible
        self.steer(known, may, lambda by: places.withdraw(known.id, by=by, at=self.at, reason="why"), before)

    @has("waiting", "offered", "parked")
    @rule(pick=picks)
    def remove(self, pick: int) -> None:
        known = self.one_of(pick, "waiting", "offered", "parked")
        may = known.state in ("waiting", "offered", "parked", "cancelled") and not self.has_begun
        if self.steer(known, may, lambda by: places.remove(known.id, by=by, at=self.at, reason="why")):
            self.give_back(known.taking)
            known.end("cancelled")
            self.fill()

    # The clock and the timer

    @rule(by=moments)
    def time_passes(self, by: timedelta) -> None:
        self.at += by

    @has("held", "offered")
    @rule(pick=picks)
    def time_is_over(self, pick: int) -> None:
        self.at = max(self.at, self.one_of(pick, "held", "offered").until)

    @precondition(lambda self: len(getattr(self, "known", ())) > 4)
    @rule(at=st.sampled_from([CLOSES, OFFERS_END]))
    def the_event_comes_nearer(self, at: datetime) -> None:
        self.at = max(self.at, at)

    @rule()
    def the_timer_knocks(self) -> None:
        self.try_to(True, lambda: places.lapse_due(at=self.at))
        self.settle()

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
        states = dict(db.session.execute(select(Booking.id, Booking.state)).all())
        assert states == {one.id: one.state for one in self.known}
        event = db.session.get_one(Event, self.event, populate_existing=True)
        assert (event.capacity, event.extra) == (self.capacity, self.extra)
        assert event.taken == sum(one.taking for one in self.known) <= self.capacity + self.extra

    @invariant()
    def the_line_stands_as_the_model_says_and_no_place_lies_idle(self) -> None:
        if not hasattr(self, "app"):
            return
        waiting = select(Booking.id).where(Booking.state == "waiting").order_by(Booking.lapses, Booking.position)
        assert list(db.session.scalars(waiting)) == [one.id for one in self.line if one.state == "waiting"]
        ends = select(Booking.id, Booking.offer_ends_at).where(Booking.state == "offered")
        found = dict(db.session.execute(ends).all())
        assert found == {one.id: one.until for one in self.known if one.state == "offered"}
        assert all(end <= OFFERS_END for end in found.values())
        assert list(places.idle(at=self.at)) == []

    # The model

    @property
    def is_open(self) -> bool:
        return self.at < CLOSES

    @property
    def is_offering(self) -> bool:
        return self.at <= NO_MORE_OFFERS

    @property
    def has_begun(self) -> bool:
        return self.at >= STARTS

    @property
    def left(self) -> int:
        return self.capacity + self.extra - sum(one.taking for one in self.known)

    @property
    def seated(self) -> set[str]:
        return {email for one in self.known for email in one.people}

    @property
    def line(self) -> list[Known]:
        inside = [one for one in self.known if one.state in ("waiting", "offered")]
        return sorted(inside, key=lambda one: (one.lapses, one.position))

    @property
    def next_position(self) -> int:
        return max((one.position for one in self.known), default=0) + 1

    @property
    def newest_offer(self) -> Known:
        offers = [one for one in self.known if one.state == "offered"]
        return max(offers, key=lambda one: (self.offered_at[one.id], one.lapses, one.position))

    @property
    def would_pass_somebody(self) -> bool:
        waiting = [one for one in self.known if one.state == "waiting"]
        return self.at < OFFERS_END and any(self.has_room(one.school, one.size) for one in waiting)

    @property
    def eligible(self) -> list[Known]:
        """Who would be offered places now; each counts as served for those behind."""
        found: list[Known] = []
        for one in self.line:
            size = one.size + sum(other.size for other in found)
            of_school = one.size + sum(other.size for other in found if other.school == one.school)
            if one.state == "waiting" and size <= self.left and self.fits(one.school, of_school):
                found.append(one)
        return found

    def fits(self, school: int | None, size: int) -> bool:
        return school is None or sum(one.taking for one in self.known if one.school == school) + size <= SCHOOL_LIMIT

    def has_room(self, school: int | None, size: int) -> bool:
        return size <= self.left and self.fits(school, size)

    def may_book(self, guests: list[str], school: int | None) -> bool:
        return (
            self.is_open
            and not self.would_pass_somebody
            and not self.seated & set(guests)
            and self.has_room(school, len(guests))
        )

    def may_wait(self, guests: list[str], school: int | None) -> bool:
        """Say whether joining is open, and some number of cancellations could let them all in together."""
        return self.is_open and len(guests) <= self.capacity and (school is None or len(guests) <= SCHOOL_LIMIT)

    def remember(self) -> list[tuple[Known, dict[str, object]]]:
        """Answer how the model stands, for an act that is refused."""
        before = [(one, {**vars(one), "people": set(one.people)}) for one in self.known]
        return [*before, (self, {"extra": self.extra, "offered_at": dict(self.offered_at)})]  # type: ignore[list-item]

    def settle(self) -> list[tuple[Known, dict[str, object]]]:
        """Let what is due lapse and fill; answer how it was before."""
        before = self.remember()
        due = [one for one in self.known if one.state in ("held", "offered") and one.until <= self.at]
        for one in due:
            self.give_back(one.taking)
            if one.state == "held":
                one.end("lapsed")
            else:
                one.lapses += 1
                one.state = "parked" if one.lapses >= 2 else "waiting"
        self.fill()
        return before

    def fill(self, without: Known | None = None) -> None:
        for one in self.line:
            may = self.is_offering and one.state == "waiting" and one is not without
            if may and self.has_room(one.school, one.size):
                self.offered(one)

    def offered(self, one: Known) -> None:
        event = db.session.get_one(Event, self.event, populate_existing=True)
        one.state, one.until = "offered", places.offer_ends(event, self.at) or NOON
        self.offered_at[one.id] = self.at
        db.session.rollback()

    def withdrawn(self, one: Known) -> None:
        self.give_back(one.size)
        one.state = "waiting"

    def give_back(self, number: int) -> None:
        self.extra -= min(self.extra, number)

    def note(self, known: Known) -> Known:
        self.known.append(known)
        return known

    # The real thing

    def one_of(self, pick: int, *states: str) -> Known:
        """Answer a booking in one of these states; one time in five, any."""
        fitting = [one for one in self.known if one.state in states or pick % 5 == 0]
        return fitting[pick // 5 % len(fitting)]

    def answer(self, known: Known, may: bool, verb, before=()) -> bool:
        """Let the booker answer; an act on what nobody is known to own has no door."""
        if known.state in ("held", "lapsed"):
            return False
        by = self.person(known.booker)
        return self.try_to(may, lambda: verb(known.id, by=by(), at=self.at), before) is not None

    def steer(self, known: Known, may: bool, act, before=()) -> bool:
        if known.state in ("held", "lapsed"):
            return False
        return self.try_to(may, lambda: act(self.person("")()), before) is not None

    def party(self, booker: str, guests: list[str], school: int | None) -> Party:
        urn = None if school is None else self.urns[school]
        return Party(Guest(booker, booker), tuple(Guest(email, email) for email in guests), school_urn=urn)

    def person(self, email: str):
        """Answer who has the address; nobody's is the organiser."""
        return lambda: db.session.get_one(Person, self.people.get(email, self.organiser))

    def place_of(self, known: Known, email: str) -> int:
        query = select(Place.id).where(
            Place.booking_id == known.id, Place.person_id == self.people[email], Place.ended_at.is_(None)
        )
        return db.session.scalars(query).one()

    def try_to(self, may: bool, act, before=()):
        """Do it, and hold the answer against the model's; what is refused leaves the model as it was `before`."""
        try:
            with transaction():
                done = act()
        except Refused as refusal:
            if may:
                raise AssertionError("refused though allowed") from refusal
            for one, facts in before:
                vars(one).update(facts)
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
