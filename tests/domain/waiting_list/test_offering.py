"""A place that comes free is offered: to whom, until when, and whom it passes over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from booking.db import db, transaction
from booking.domain import places
from booking.domain.errors import BadInput
from booking.domain.people import Person
from booking.domain.places import Booking, Guest, State, Why
from booking.domain.places.room import lock
from tests.domain.waiting_list.acts import (
    act,
    booker,
    cancel,
    decline,
    last_entry,
    lower_to,
    raise_to,
    state,
    states,
    taken,
    told,
    why,
)

# A freed place is offered in the transaction that frees it


def test_a_freed_place_is_offered_at_once_and_not_at_the_next_cron_run(make, noon, full):
    event, one, _ = full
    first, second = make.waiting(event), make.waiting(event)

    cancel(one, noon)

    assert states(first, second) == [State.OFFERED, State.WAITING]
    assert (taken(event), told("place_offered")) == (2, [first.booker_id])


def test_each_act_that_frees_a_place_offers_it(make, noon):
    hub = make.hub()

    def cancelled(event, booking):
        cancel(booking, noon)

    def released(event, booking):
        act(places.release, booking.places[1].id, by=booker(booking), at=noon)

    def raised(event, booking):
        with transaction():
            [locked] = lock(event.id)
            locked.capacity += 1
            places.fill(locked, at=noon)

    for freeing in (cancelled, released, raised):
        event = make.event(hub=hub, capacity=2)
        booking, waits = make.booking(event, size=2), make.waiting(event)
        freeing(event, booking)
        assert (freeing.__name__, state(waits)) == (freeing.__name__, State.OFFERED)


def test_a_hold_that_lapses_frees_its_places_for_the_line(make, noon):
    event = make.event(capacity=1)
    held, waits = make.held(event), make.waiting(event)
    late = noon + places.HOLD

    act(places.lapse_due, at=late)

    assert states(held, waits) == [State.LAPSED, State.OFFERED]


def test_a_hold_that_is_given_up_or_loses_people_frees_places_for_the_line(make, noon):
    event, priya = make.event(capacity=4), make.person()
    given_up = make.held(event)
    shrinking = make.held(event, make.party(guests=(make.guest(), Guest("Priya", str(priya.email)))))
    make.booking(event, priya)
    first, second = make.waiting(event), make.waiting(event)

    act(places.give_up_hold, given_up.id, at=noon)
    assert states(first, second) == [State.OFFERED, State.WAITING]
    act(places.prove, shrinking.id, at=noon)
    assert states(first, second) == [State.OFFERED, State.OFFERED]


def test_a_place_that_is_declined_goes_to_the_next_and_the_decliner_is_out(make, noon, full):
    event, one, _ = full
    first, second = make.waiting(event), make.waiting(event)
    cancel(one, noon)

    decline(first, noon)
    decline(first, noon)

    assert states(first, second) == [State.DECLINED, State.OFFERED]
    assert taken(event) == 2
    assert make.waiting(event, booker(first)).state == State.WAITING


def test_several_places_go_to_several_people_in_order_in_one_transaction(make, noon):
    event = make.event(capacity=6)
    four, waits = make.booking(event, size=4), [make.booking(event, size=2)]
    waits = [make.waiting(event, size=size) for size in (1, 2, 1, 1)]

    cancel(four, noon)

    assert states(*waits) == [State.OFFERED, State.OFFERED, State.OFFERED, State.WAITING]
    assert taken(event) == 6


# Who is passed over


def test_a_party_can_wait_together_and_is_passed_over_while_too_few_are_free(make, noon):
    event = make.event(capacity=3)
    one, two = make.booking(event), make.booking(event, size=2)
    party, single = make.waiting(event, size=2), make.waiting(event)

    cancel(one, noon)
    assert states(party, single) == [State.WAITING, State.OFFERED]
    assert last_entry("booking.offer").facts["passed"] == [[party.id, "too_large"]]

    cancel(two, noon)
    assert state(party) == State.OFFERED


def test_places_are_never_gathered_for_a_large_party(make, noon):
    event = make.event(capacity=2)
    one, other = make.booking(event), make.booking(event)
    party = make.waiting(event, size=2)
    cancel(one, noon)

    newcomer = make.booking(event)

    assert (newcomer.state, state(party), taken(event)) == (State.CONFIRMED, State.WAITING, 2)
    assert other.state == State.CONFIRMED


def test_a_school_at_its_limit_is_passed_over_until_one_of_its_own_goes(make, noon):
    event, school = make.event(capacity=3, max_per_school=2), make.school()
    own, other = make.booking(event, size=2, school=school), make.booking(event)
    colleague, stranger = make.waiting(event, school=school), make.waiting(event)

    cancel(other, noon)
    assert states(colleague, stranger) == [State.WAITING, State.OFFERED]
    assert last_entry("booking.offer").facts["passed"] == [[colleague.id, "school_limit"]]
    assert why(event) == [(colleague.id, Why.FULL)]

    act(places.release, own.places[1].id, by=booker(own), at=noon)
    assert state(colleague) == State.OFFERED


def test_offers_made_together_count_for_the_school_limit_too(make, noon):
    event, school = make.event(capacity=2, max_per_school=1), make.school()
    academy = make.school(family_urn=school.urn)
    booking = make.booking(event, size=2)
    first, second = make.waiting(event, school=school), make.waiting(event, school=academy)

    cancel(booking, noon)

    assert states(first, second) == [State.OFFERED, State.WAITING]
    assert why(event) == [(second.id, Why.SCHOOL_LIMIT)]


def test_the_organiser_sees_why_each_was_not_offered(make, noon):
    event, school = make.event(capacity=4, max_per_school=1), make.school()
    make.booking(event, school=school)
    two = make.booking(event, size=2)
    one = make.booking(event)
    large, limited, next_one = make.waiting(event, size=3), make.waiting(event, school=school), make.waiting(event)

    assert why(event) == [(large.id, Why.FULL), (limited.id, Why.FULL), (next_one.id, Why.FULL)]
    cancel(two, noon)
    assert why(event) == [(large.id, Why.TOO_LARGE), (limited.id, Why.SCHOOL_LIMIT)]
    assert one.state == State.CONFIRMED


def test_a_raised_school_limit_lets_the_passed_over_in(make, noon):
    event, school = make.event(capacity=3, max_per_school=1), make.school()
    make.booking(event, school=school)
    waits = make.waiting(event, school=school)
    assert state(waits) == State.WAITING

    with transaction():
        [locked] = lock(event.id)
        locked.max_per_school = 2
        places.fill(locked, at=noon)

    assert state(waits) == State.OFFERED


def test_a_waiting_party_that_shrinks_may_fit(make, noon):
    event = make.event(capacity=3)
    one = make.booking(event)
    make.booking(event, size=2)
    party = make.waiting(event, size=2)
    cancel(one, noon)
    assert state(party) == State.WAITING
    colleague = party.places[1]

    act(places.release, colleague.id, by=db.session.get_one(Person, colleague.person_id), at=noon)

    assert (state(party), taken(event)) == (State.OFFERED, 3)
    assert told("party_changed") == [party.booker_id]
    assert told("place_cancelled") == []


def test_the_last_of_a_waiting_party_to_go_ends_the_wait(make, noon, full):
    event, one, _ = full
    waits, offered = make.waiting(event), None

    act(places.release, waits.places[0].id, by=booker(waits), at=noon)
    offered = make.waiting(event)
    cancel(one, noon)
    act(places.release, offered.places[0].id, by=booker(offered), at=noon)

    assert states(waits, offered) == [State.CANCELLED, State.DECLINED]
    assert taken(event) == 1


def test_a_waiting_party_may_send_a_colleague_instead_without_telling_of_a_place(make, noon, full):
    event, *_ = full
    waits = make.waiting(event, size=2)

    act(places.swap, waits.places[1].id, make.guest(), by=booker(waits), at=noon)

    assert state(waits) == State.WAITING
    assert len(told("place_booked")) == len(told("place_cancelled")) == 0


# Until when offers are made


def test_an_event_without_a_date_offers_for_two_days_and_without_end(make, noon):
    event = make.event(starts=(None,), offers_end_at=None, capacity=1)
    booking, waits = make.booking(event), make.waiting(event)

    cancel(booking, noon)

    assert db.session.get_one(Booking, waits.id).offer_ends_at == noon + timedelta(hours=48)


def test_no_offer_outlives_the_end_of_offers_or_is_made_after_it(make):
    event = make.event(capacity=2)
    bookings, waits = [make.booking(event), make.booking(event)], [make.waiting(event), make.waiting(event)]

    act(
        places.cancel, bookings[0].id, by=booker(bookings[0]), at=event.offers_end_at - timedelta(hours=3), reason="ill"
    )
    act(places.cancel, bookings[1].id, by=booker(bookings[1]), at=event.offers_end_at, reason="ill")

    [first, second] = [db.session.get_one(Booking, one.id) for one in waits]
    assert (first.offer_ends_at, second.state) == (event.offers_end_at, State.WAITING)


def test_offers_go_on_after_closing(make):
    event = make.event(capacity=1)
    booking, waits = make.booking(event), make.waiting(event)

    cancel(booking, event.closes_at + timedelta(minutes=1))

    assert state(waits) == State.OFFERED


# Capacity


def test_raising_the_capacity_offers_all_of_the_gain_in_order(make, noon, full):
    event, *_ = full
    waits = [make.waiting(event) for _ in range(3)]

    raise_to(event, 4, noon)

    assert states(*waits) == [State.OFFERED, State.OFFERED, State.WAITING]


def test_lowering_withdraws_the_newest_offers_back_to_their_old_positions(make, noon, full):
    event, *_ = full
    by = make.person()
    first, second, third = (make.waiting(event) for _ in range(3))
    raise_to(event, 3, noon)
    raise_to(event, 4, noon + timedelta(minutes=1))

    withdrawn = lower_to(event, 3, by, noon + timedelta(minutes=2))

    assert (withdrawn, states(first, second, third)) == (
        [second.id],
        [State.OFFERED, State.WAITING, State.WAITING],
    )
    assert [number for number, _ in why(event)] == [second.id, third.id]
    assert (taken(event), told("offer_withdrawn")) == (3, [second.booker_id])


def test_lowering_goes_no_further_than_what_is_confirmed_and_held(make, noon):
    event = make.event(capacity=4)
    make.booking(event, size=2)
    make.held(event)
    waits = make.waiting(event)
    assert state(waits) == State.OFFERED

    with pytest.raises(BadInput, match="3 places are booked: the event cannot have fewer"):
        lower_to(event, 2, make.person(), noon)
    lower_to(event, 3, make.person(), noon)

    assert (state(waits), taken(event)) == (State.WAITING, 3)


def test_freed_places_reduce_the_excess_before_anybody_is_offered_one(make, noon):
    event = make.event(capacity=2, extra=1)
    one, other = make.booking(event), make.booking(event, size=2)
    waits = make.waiting(event)

    cancel(one, noon)
    assert (state(waits), taken(event)) == (State.WAITING, 2)
    act(places.release, other.places[1].id, by=booker(other), at=noon)
    assert (state(waits), taken(event)) == (State.OFFERED, 2)


# Repair, and what it costs


def test_the_sweep_offers_what_no_act_should_have_left(make, noon, full):
    event, *_ = full
    waits = make.waiting(event)
    with transaction():
        lock(event.id)[0].capacity = 3

    assert [found.id for found in places.idle(at=noon)] == [event.id]
    assert [act(places.repair, at=noon) for _ in range(2)] == [1, 0]
    assert state(waits) == State.OFFERED


def test_the_sweep_leaves_alone_what_is_passed_over_or_past(make, noon):
    large = make.event(capacity=2)
    make.booking(large)
    make.waiting(large, size=2)

    assert list(places.idle(at=noon)) == []
    assert list(places.idle(at=large.starts_at)) == []


@pytest.mark.parametrize("waiting", [1, 30])
def test_filling_reads_the_line_once_however_long_it_is(make, noon, statements, waiting):
    event = make.event(capacity=40, max_per_school=2)
    large = make.booking(event, size=20)
    make.booking(event, size=20)
    for _ in range(waiting):
        make.waiting(event, school=make.school())
    with transaction():
        places.cancel(large.id, by=booker(large), at=noon)
        db.session.flush()
        statements.clear()
        assert places.fill(lock(event.id)[0], at=noon) == []
        reading = [one for one in statements if one.startswith("SELECT")]

    assert len(reading) <= 5
