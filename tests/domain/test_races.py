"""Many at once: never more places than there are, one effect of many presses, and what the locks are for."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import nullcontext, suppress

import pytest
from sqlalchemy import event as listening
from sqlalchemy import func, select

import booking.db
from booking.db import db, transaction
from booking.domain import places
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import Booking, Guest, Party, Place, State, room
from tests.racing import asking, at_once, book, in_processes


@pytest.fixture
def url(either_url):
    return either_url


def facts(event):
    """Answer what the event says is taken, and what its live places add up to."""
    db.session.rollback()
    live = select(func.count()).select_from(Place).where(Place.event_id == event.id, Place.ended_at.is_(None))
    return db.session.scalar(select(Event.taken).where(Event.id == event.id)), db.session.scalar(live)


def test_sixteen_ask_for_the_last_five_places(app, make, noon):
    event, people = make.event(capacity=5), [make.person().id for _ in range(16)]
    number = event.id

    outcomes = at_once(app, [lambda person=person: book(number, person, noon) for person in people])

    assert outcomes == Counter(done=5, full=11)
    assert facts(event) == (5, 5)


def test_four_processes_ask_for_the_last_places(make, url, noon):
    event, people = make.event(capacity=7), [make.person().id for _ in range(24)]

    outcomes = in_processes(url, [(noon, asking(event.id, people[number::4])) for number in range(4)])

    assert outcomes == Counter(done=7, full=17)
    assert facts(event) == (7, 7)


def test_one_address_that_asks_at_four_events_at_once_holds_at_one(app, make, noon):
    events, mine = [make.event().id for _ in range(4)], Guest("Bo", "bo@school.example")

    def ask(event_id):
        with transaction():
            party = Party(mine, (mine,), unlisted_school="Larkmead Trust")
            places.hold(event_id, party, key=places.new_form_key(), network="", most_of_network=100, at=noon)

    at_once(app, [lambda number=number: ask(number) for number in events])

    db.session.rollback()
    assert Counter(db.session.scalars(select(Booking.state))) == Counter(held=1, lapsed=3)


def test_the_school_limit_holds_for_sixteen_colleagues_at_once(app, make, noon):
    people = [make.person().id for _ in range(16)]
    urn, number = make.school().urn, make.event(max_per_school=3).id

    def ask(person_id):
        with transaction():
            person = db.session.get_one(Person, person_id)
            guest = Guest(person.name, str(person.email))
            party = Party(guest, (guest,), school_urn=urn)
            places.book(number, party, key=places.new_form_key(), by=person, at=noon)

    outcomes = at_once(app, [lambda person=person: ask(person) for person in people])

    assert outcomes == Counter(done=3, school_limit=13)


def test_one_form_pressed_thirteen_times_books_once(app, make, noon):
    person, event, key = make.person().id, make.event(), places.new_form_key()
    number = event.id

    outcomes = at_once(app, [lambda: book(number, person, noon, key=key)] * 13)

    assert outcomes == Counter(done=13)
    assert facts(event) == (1, 1)


def test_one_person_asking_in_thirteen_windows_gets_one_place(app, make, noon):
    person, number = make.person().id, make.event().id

    outcomes = at_once(app, [lambda: book(number, person, noon)] * 13)

    assert outcomes == Counter(done=1, already_booked=12)


def test_two_parties_with_the_same_new_people_in_other_order_do_not_wait_for_each_other(app, make, noon):
    one, two = make.event().id, make.event().id
    organiser = make.person()
    make.role(organiser, "administrator")
    actor = organiser.id
    guests = [make.guest() for _ in range(8)]

    def ask(event_id, order):
        with transaction():
            by = db.session.get_one(Person, actor)
            places.book(event_id, Party(order[0], tuple(order)), key=places.new_form_key(), by=by, at=noon)

    acts = [lambda: ask(one, guests), lambda: ask(two, guests[::-1])] * 2
    outcomes = at_once(app, acts)

    assert outcomes == Counter(done=2, already_booked=2)


def test_a_proof_races_the_timer_and_the_places_are_right_either_way(app, make, noon):
    event = make.event(capacity=6)
    held = [make.held(event, size=2).id for _ in range(3)]
    late = noon + places.HOLD

    def lapse():
        with transaction():
            places.lapse_due(at=late)

    def prove(booking_id):
        with transaction():
            places.prove(booking_id, at=late)

    acts = [lapse, *(lambda one=one: prove(one) for one in held), *(lambda one=one: prove(one) for one in held)]
    outcomes = at_once(app, acts)

    assert outcomes == Counter(done=7)
    assert facts(event) == (6, 6)


def test_cancel_swap_and_release_at_once_free_each_place_once(app, make, noon):
    event, priya = make.event(), make.person()
    booking = make.booking(event, priya, size=4)
    ids, number, booker = [place.id for place in booking.places], booking.id, priya.id

    def act(verb):
        with transaction():
            verb(db.session.get_one(Person, booker))

    acts = [
        lambda: act(lambda by: places.cancel(number, by=by, at=noon)),
        lambda: act(lambda by: places.release(ids[1], by=by, at=noon)),
        lambda: act(lambda by: places.release(ids[1], by=by, at=noon)),
        lambda: act(lambda by: places.swap(ids[2], Guest("Sam", "sam@school.example"), by=by, at=noon)),
    ]
    outcomes = at_once(app, acts)

    assert set(outcomes) <= {"done", "over"}
    assert facts(event) == (0, 0)
    assert db.session.scalar(select(Booking.state)) == State.CANCELLED


class TestWithoutTheLock:
    """The guards are taken away one at a time, to see that each is what holds."""

    @pytest.fixture
    def meeting(self, monkeypatch):
        """Two people who have both read how many places are left, before either writes."""
        barrier, honest = threading.Barrier(2, timeout=2), room.take

        def take(event, number):
            with suppress(threading.BrokenBarrierError):  # the other one waits for the lock and never comes
                barrier.wait()
            honest(event, number)

        monkeypatch.setattr(room, "take", take)

    def ask_for_the_last_place(self, app, make, noon):
        people, event = [make.person().id, make.person().id], make.event(capacity=1)
        number = event.id
        outcomes = at_once(app, [lambda person=person: book(number, person, noon) for person in people])
        return outcomes, facts(event)

    def test_with_the_lock_one_of_two_gets_the_last_place(self, app, make, noon, meeting):
        assert self.ask_for_the_last_place(app, make, noon) == (Counter(done=1, full=1), (1, 1))

    def test_without_it_two_people_are_told_that_they_have_the_one_place(self, app, make, noon, meeting, monkeypatch):
        if db.engine.dialect.name == "sqlite":
            self.take_the_writers_lock_away(monkeypatch)
        else:
            monkeypatch.setattr(room, "lock", lambda *ids: [db.session.get_one(Event, number) for number in ids])

        outcomes, (taken, live) = self.ask_for_the_last_place(app, make, noon)

        if db.engine.dialect.name == "sqlite":
            # SQLite sees that what was read has changed, and throws one of them out: a fault, not an answer.
            assert outcomes == Counter(done=1, OperationalError=1)
        else:
            assert (outcomes, taken, live) == (Counter(done=2), 1, 2)

    def take_the_writers_lock_away(self, monkeypatch):
        monkeypatch.setattr(booking.db, "_writer", lambda _session: nullcontext())
        plain = lambda connection, cursor, statement, parameters, context, many: (  # noqa: E731
            statement.replace("BEGIN IMMEDIATE", "BEGIN"),
            parameters,
        )
        listening.listen(db.engine, "before_cursor_execute", plain, retval=True)
