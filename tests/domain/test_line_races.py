"""Many at once in the line: exactly one answer wins, a place is freed once, and nobody jumps the queue."""

from __future__ import annotations

from collections import Counter, defaultdict
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise, permutations

import pytest
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain import places, verify
from booking.domain.audit import AuditEntry
from booking.domain.errors import Over
from booking.domain.events import Event
from booking.domain.people import Hub, Person
from booking.domain.places import Booking, Place, State
from booking.domain.places.room import lock
from tests.racing import asking, at_once, book, in_processes

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def url(either_url):
    return either_url


def doing(verb, booking, at, **named):
    """Answer the act of a booking's booker, to be done in a thread of its own."""
    number, person = booking.id, booking.booker_id

    def act():
        with transaction():
            verb(number, by=db.session.get_one(Person, person), at=at, **named)

    return act


def timer(at):
    def act():
        with transaction():
            places.lapse_due(at=at)

    return act


def resizing(event, capacity, by, at):
    number, person = event.id, by.id

    def act():
        with transaction():
            [locked] = lock(number)
            places.withdraw_beyond(locked, capacity, by=db.session.get_one(Person, person), at=at)
            locked.capacity = capacity
            places.fill(locked, at=at)

    return act


def states(event):
    db.session.rollback()
    query = select(Booking.state, func.sum(Booking.party_size)).where(Booking.event_id == event.id)
    return dict(db.session.execute(query.group_by(Booking.state)).all())


def must_be_in_order(event, at):
    """Taken is what is taken, nobody is twice, and no place lies idle beside somebody eligible."""
    db.session.rollback()
    live = select(func.count()).select_from(Place).join(Booking, Booking.id == Place.booking_id)
    taking = live.where(Booking.event_id == event.id, Place.ended_at.is_(None), Booking.state.in_(places.TAKING))
    now = db.session.get_one(Event, event.id, populate_existing=True)
    assert now.taken == db.session.scalar(taking) <= now.capacity + now.extra
    assert list(places.idle(at=at)) == []
    assert [one for one in verify.broken(at=at) if f"vent {event.id} " in one or "Booking" in one] == []


def stories():
    """Answer what happened to each booking, step by step: (state before, act, state after)."""
    db.session.rollback()
    found = defaultdict(list)
    for entry in db.session.scalars(select(AuditEntry).where(AuditEntry.subject == "booking").order_by(AuditEntry.id)):
        if "after" in entry.facts:
            act = entry.act.removeprefix("booking.")
            found[entry.subject_id].append((entry.facts["before"], act, entry.facts["after"]))
    return found


def is_one_story(steps):
    """Say whether each step is one of the table, from where the one before had led: nothing won that had lost."""
    follow = all(earlier[2] == later[0] for earlier, later in pairwise(steps))
    return follow and all(places.TRANSITIONS.get((before, act)) == after for before, act, after in steps)


@pytest.fixture
def offered(make, noon):
    """A full event of two with one open offer and three who wait; answers (event, offered, waiting)."""
    event = make.event(capacity=2)
    booking, _ = make.booking(event), make.booking(event)
    waits = [make.waiting(event) for _ in range(4)]
    doing(places.cancel, booking, noon)()
    return event, db.session.get_one(Booking, waits[0].id, populate_existing=True), waits[1:]


def test_twenty_presses_on_one_offer_have_one_effect(app, make, noon, offered, outbox):
    event, first, _ = offered
    told = outbox()

    outcomes = at_once(app, [doing(places.accept, first, noon)] * 20)

    db.session.rollback()
    assert outcomes == Counter(done=20)
    assert outbox() == [*told, "places_booked"]
    must_be_in_order(event, noon)


def test_accept_and_decline_at_once_one_wins_and_the_other_is_told(app, noon, offered):
    event, first, _ = offered

    outcomes = at_once(app, [doing(places.accept, first, noon), doing(places.decline, first, noon)] * 5)

    db.session.rollback()
    won = db.session.get_one(Booking, first.id, populate_existing=True).state
    assert won in (State.CONFIRMED, State.DECLINED)
    assert outcomes == Counter(done=5, over=5)
    must_be_in_order(event, noon)


def test_accept_races_the_end_of_the_offer_and_the_timer(app, noon, offered):
    event, first, waits = offered
    end = first.offer_ends_at

    outcomes = at_once(
        app, [doing(places.accept, first, end), timer(end), timer(end), doing(places.accept, first, end)]
    )

    assert outcomes == Counter(done=2, over=2)
    assert states(event) == {"confirmed": 1, "offered": 1, "waiting": 3, "cancelled": 1}
    assert db.session.get_one(Booking, waits[0].id, populate_existing=True).state == State.OFFERED
    must_be_in_order(event, end)


def test_accept_races_a_lower_capacity(app, make, noon, offered):
    event, first, _ = offered

    outcomes = at_once(app, [doing(places.accept, first, noon), resizing(event, 1, make.person(), noon)])

    found = states(event)
    assert found.get("confirmed") in (1, 2)
    assert outcomes in (Counter(done=1, bad_input=1), Counter(done=1, over=1))
    must_be_in_order(event, noon)


def test_everything_at_once_leaves_the_line_in_order(app, make, noon, offered):
    """Cancel, accept, decline, lapse, leave, raise and newcomers: whatever comes first, every rule holds."""
    event, first, waits = offered
    confirmed = db.session.scalars(select(Booking).where(Booking.state == State.CONFIRMED)).first()
    organiser, newcomers = make.person(), [make.person().id for _ in range(3)]
    number = event.id

    acts = [
        doing(places.accept, first, noon),
        doing(places.decline, first, noon),
        doing(places.cancel, confirmed, noon),
        doing(places.leave, waits[2], noon),
        resizing(event, 3, organiser, noon),
        timer(noon),
        *(lambda person=person: book(number, person, noon) for person in newcomers),
    ]
    outcomes = at_once(app, acts)

    assert set(outcomes) <= {"done", "over", "full", "bad_input"}
    must_be_in_order(event, noon)


def test_a_newcomer_cannot_jump_the_queue_while_places_come_free(app, make, noon):
    """Five cancel while ten newcomers ask: each freed place goes to whoever waited, in order."""
    event = make.event(capacity=5)
    bookings = [make.booking(event) for _ in range(5)]
    waits = [make.waiting(event) for _ in range(6)]
    people, number = [make.person().id for _ in range(10)], event.id

    cancelling = [doing(places.cancel, booking, noon) for booking in bookings]
    asking = [lambda person=person: book(number, person, noon) for person in people]
    outcomes = at_once(app, [act for pair in zip(cancelling, asking[:5], strict=True) for act in pair] + asking[5:])

    assert outcomes == Counter(done=5, full=10)
    db.session.rollback()
    now = [db.session.get_one(Booking, one.id, populate_existing=True).state for one in waits]
    assert now == [State.OFFERED] * 5 + [State.WAITING]
    must_be_in_order(event, noon)


def test_processes_that_ask_find_what_the_line_leaves(make, url, noon):
    event = make.event(capacity=3)
    held = [make.held(event) for _ in range(3)]
    waits = [make.waiting(event) for _ in range(2)]
    people, late = [make.person().id for _ in range(12)], noon + places.HOLD

    outcomes = in_processes(url, [(late, asking(event.id, people[number::3])) for number in range(3)])

    assert outcomes == Counter(done=1, full=11)
    db.session.rollback()
    now = [db.session.get_one(Booking, one.id, populate_existing=True).state for one in (*held, *waits)]
    assert now == [State.LAPSED] * 3 + [State.OFFERED] * 2
    must_be_in_order(event, late)


def test_processes_whose_clocks_differ_end_each_offer_once(make, url, noon, offered):
    """Accept, decline, withdraw, cancel and raise a moment before the offer ends, and the timer at its end."""
    event, first, _ = offered
    end, ruth = first.offer_ends_at, make.organiser(db.session.get_one(Hub, event.hub_id))
    booked = db.session.scalars(select(Booking).where(Booking.state == State.CONFIRMED)).one()
    accept, decline = f"accept:{first.id}:{first.booker_id}", f"decline:{first.id}:{first.booker_id}"
    withdraw, more = f"withdraw:{first.id}:{ruth.id}", f"raise:{event.id}:{ruth.id}"
    cancel, lapse = f"cancel:{booked.id}:{booked.booker_id}", "lapse:0:0"

    outcomes = in_processes(
        url,
        [
            (end - MICROSECOND, [accept, cancel, decline, more]),
            (end - MICROSECOND, [withdraw, decline, more, accept]),
            (end, [lapse, accept, lapse, withdraw]),
        ],
    )

    assert set(outcomes) <= {"done", "over"}
    assert all(is_one_story(steps) for steps in stories().values())
    must_be_in_order(event, end)


def test_one_place_is_claimed_by_one_of_many(app, make):
    event = make.event(capacity=1)
    booking, waits = make.booking(event), [make.waiting(event) for _ in range(8)]
    soon = event.offers_end_at
    doing(places.cancel, booking, soon, reason="ill")()

    outcomes = at_once(app, [doing(places.claim, one, soon) for one in waits])

    assert outcomes == Counter(done=1, full=7)
    must_be_in_order(event, soon)


def test_twelve_join_at_once_and_stand_in_positions_of_their_own(app, make, noon):
    event, people = make.event(capacity=1, taken=1), [make.person() for _ in range(12)]
    number, parties = event.id, [(person.id, make.party(person)) for person in people]

    def joining(person_id, party):
        def act():
            with transaction():
                by = db.session.get_one(Person, person_id)
                places.join(number, party, key=places.new_form_key(), by=by, at=noon)

        return act

    assert at_once(app, [joining(*one) for one in parties]) == Counter(done=12)
    db.session.rollback()
    positions = db.session.scalars(select(Booking.position).where(Booking.state == State.WAITING)).all()
    assert sorted(positions) == list(range(1, 13))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_comes_first_a_freed_place_is_freed_once(make, noon, order):
    """The same three acts one after the other, in each order: what the races above may turn out as."""
    event = make.event(capacity=1)
    booking = make.booking(event)
    first, _ = make.waiting(event), make.waiting(event)
    doing(places.cancel, booking, noon)()
    end = db.session.get_one(Booking, first.id, populate_existing=True).offer_ends_at
    acts = [doing(places.decline, first, end - timedelta(hours=1)), timer(end), doing(places.cancel, booking, noon)]

    for number in order:
        with suppress(Over):
            acts[number]()

    assert states(event)["offered"] == 1
    must_be_in_order(event, end)


class TestWithoutTheGuard:
    """The guards are taken away, to see that each is what holds."""

    def test_without_settling_a_newcomer_takes_what_the_line_should_have_had(self, make, noon, monkeypatch):
        event = make.event(capacity=1, taken=1)
        make.waiting(event)
        with transaction():
            lock(event.id)[0].capacity = 2
        monkeypatch.setattr("booking.domain.places.lapsing.settle", lambda event, *, at: None)
        monkeypatch.setattr("booking.domain.places.line.must_not_be_passed", lambda event, at: None)

        assert make.booking(event).state == State.CONFIRMED
