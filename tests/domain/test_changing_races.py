"""Changing an event while people book, accept and cancel: one serial order, and nobody is left at what is off."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain import changes, places, verify
from booking.domain.changes import Plan, Room, settling
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking
from tests.make import NOON, START
from tests.racing import at_once, book


@pytest.fixture
def url(either_url):
    return either_url


@pytest.fixture
def act(make):
    """Answer an act of the organiser, in a transaction of its own: `act(changes.call_off, event.id, "Snow")`."""

    def of(hub):
        ruth = make.organiser(hub).id

        def one(verb, *given, **more):
            def run():
                with transaction():
                    verb(*given, by=db.session.get_one(Person, ruth), at=NOON, **more)

            return run

        return one

    return of


def answer(verb, booking):
    number, booker = booking.id, booking.booker_id

    def run():
        with transaction():
            verb(number, by=db.session.get_one(Person, booker), at=NOON)

    return run


def mails(kind):
    db.session.rollback()
    counts = select(Message.person_id, func.count().label("mails")).where(Message.kind == kind)
    return [row.mails for row in db.session.execute(counts.group_by(Message.person_id))]


def test_called_off_while_people_book_accept_and_cancel_nobody_is_left(app, make, act):
    hub = make.hub()
    event = make.event(hub=hub, capacity=8, taken=4)
    leaving = make.booking(event)
    by_ruth = act(hub)
    by_ruth(changes.resize, event.id, Room(5, None))()
    waiting = make.waiting(event)
    by_ruth(changes.resize, event.id, Room(6, None))()
    people = [make.person().id for _ in range(6)]
    number = event.id

    outcomes = at_once(
        app,
        [
            by_ruth(changes.call_off, number, "Snow"),
            by_ruth(changes.call_off, number, "Snow"),
            answer(places.accept, waiting),
            answer(places.cancel, leaving),
            *(lambda person=person: book(number, person, NOON) for person in people),
        ],
    )

    assert set(outcomes) <= {"done", "called_off", "over", "full"}
    db.session.rollback()
    assert db.session.scalar(select(Event.taken)) == 0
    assert set(db.session.scalars(select(Booking.state))) == {"cancelled"}
    assert set(mails("called_off")) == {1}
    assert verify.broken(at=NOON) == []


def test_resized_while_people_cancel_and_book_it_is_never_oversold(app, make, act):
    hub = make.hub()
    event = make.event(hub=hub, capacity=6)
    bookings = [make.booking(event) for _ in range(6)]
    for _ in range(3):
        make.waiting(event)
    by_ruth, number = act(hub), event.id
    people = [make.person().id for _ in range(3)]

    outcomes = at_once(
        app,
        [
            by_ruth(changes.resize, number, Room(8, None)),
            by_ruth(changes.resize, number, Room(6, None)),
            *(answer(places.cancel, one) for one in bookings[:3]),
            *(lambda person=person: book(number, person, NOON) for person in people),
        ],
    )

    assert set(outcomes) <= {"done", "full", "bad_input"}
    assert verify.broken(at=NOON) == []


def test_moved_by_several_at_once_the_number_rises_with_each_and_people_are_told_once(app, make, act):
    hub = make.hub()
    event = make.event(hub=hub)
    for _ in range(3):
        make.booking(event)
    by_ruth, slot = act(hub), event.slots[0]
    plan = Plan.of(slot)
    later = [
        replace(plan, starts_at=START + timedelta(days=day), ends_at=plan.ends_at + timedelta(days=day))
        for day in (1, 2, 3)
    ]

    outcomes = at_once(app, [by_ruth(changes.change_slot, slot.id, one) for one in later])
    settled = at_once(app, [tell] * 4)

    assert (outcomes["done"], settled["done"]) == (3, 4)
    assert mails("event_changed") == [1, 1, 1]
    assert db.session.scalar(select(Slot.sequence)) == 3


def tell():
    with transaction():
        changes.tell_due(at=NOON + changes.SETTLING)


class TestWithoutTheLock:
    """Two workers have both read what is settling, before either writes that people were told."""

    @pytest.fixture
    def meeting(self, monkeypatch):
        barrier, honest = threading.Barrier(2, timeout=2), settling.pending

        def pending(event):
            found = honest(event)
            with suppress(threading.BrokenBarrierError):  # the other one waits for the lock and never comes
                barrier.wait()
            return found

        monkeypatch.setattr(settling, "pending", pending)

    @pytest.fixture
    def moved(self, make, act):
        hub = make.hub()
        event = make.event(hub=hub)
        make.booking(event)
        plan = replace(Plan.of(event.slots[0]), room="The hall")
        act(hub)(changes.change_slot, event.slots[0].id, plan)()

    def test_with_the_lock_people_are_told_once(self, app, moved, meeting):
        at_once(app, [tell, tell])

        assert mails("event_changed") == [1]

    def test_without_it_they_are_told_twice(self, app, moved, meeting, monkeypatch):
        monkeypatch.setattr(places, "lock", lambda *ids: [db.session.get_one(Event, number) for number in ids])

        at_once(app, [tell, tell])

        # SQLite lets one writer in at a time, whatever a verb locks.
        assert mails("event_changed") == [1 if db.engine.dialect.name == "sqlite" else 2]
