"""Taking an offer, letting it pass, coming back, and claiming a place in the last minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain import changes, places
from booking.domain.errors import Full, NotAllowed, Over, SchoolLimit
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.people import Hub
from booking.domain.places import Booking, State
from tests.domain.waiting_list.acts import accept, act, booker, cancel, state, states, taken, told, why

# Taking an offer, letting it pass


def test_taking_an_offer_confirms_it_and_tells_the_party(noon, offered, outbox):
    event, first, _ = offered

    booking = accept(first, noon)
    before = outbox()
    accept(first, noon)

    assert (booking.state, booking.confirmed_at, booking.offer_ends_at) == (State.CONFIRMED, noon, None)
    assert (taken(event), outbox(), before[-1]) == (2, before, "places_booked")


def test_an_offer_can_be_taken_until_its_end_and_not_at_it(offered):
    _, first, _ = offered
    end = first.offer_ends_at

    with pytest.raises(Over, match="This offer has ended"):
        accept(first, end)
    assert accept(first, end - timedelta(microseconds=1)).state == State.CONFIRMED


def test_nobody_but_the_booker_answers_an_offer(make, noon, offered):
    _, first, _ = offered

    for verb in (places.accept, places.decline, places.leave, places.come_back, places.claim):
        with pytest.raises(NotAllowed):
            act(verb, first.id, by=make.person(), at=noon)


def test_an_offer_that_ends_unanswered_goes_on_in_the_same_transaction(offered):
    event, first, second = offered

    act(places.lapse_due, at=first.offer_ends_at)

    assert states(first, second) == [State.WAITING, State.OFFERED]
    assert told("offer_passed") == [first.booker_id]
    assert taken(event) == 2


def test_who_let_an_offer_pass_stands_behind_those_not_offered_yet(make, noon, offered):
    event, first, _ = offered
    third = make.waiting(event)

    act(places.lapse_due, at=first.offer_ends_at)

    assert [number for number, _ in why(event)] == [third.id, first.id]


def test_the_second_offer_that_ends_unanswered_parks_the_booking(noon, offered):
    event, first, second = offered
    act(places.leave, second.id, by=booker(second), at=noon)
    act(places.lapse_due, at=first.offer_ends_at)
    assert state(first) == State.OFFERED

    again = db.session.get_one(Booking, first.id, populate_existing=True)
    act(places.lapse_due, at=again.offer_ends_at)

    assert (state(first), taken(event)) == (State.PARKED, 1)
    [passed, parked] = db.session.scalars(select(Message).where(Message.kind == "offer_passed").order_by(Message.id))
    assert (passed.facts["parked"], parked.facts["parked"]) == (False, True)


def park(make, event, at):
    """Let two offers to somebody end; answer the parked booking and when."""
    waits = make.waiting(event, at=at)
    for _ in range(2):
        at = db.session.get_one(Booking, waits.id, populate_existing=True).offer_ends_at
        act(places.lapse_due, at=at)
    return db.session.get_one(Booking, waits.id, populate_existing=True), at


def test_a_parked_booking_comes_back_at_the_end_and_is_parked_again_by_one_more(make, noon):
    event = make.event(capacity=1)
    parked, at = park(make, event, noon)
    assert parked.state == State.PARKED
    filler = make.booking(event, at=at)
    waits = make.waiting(event, at=at)

    act(places.come_back, parked.id, by=booker(parked), at=at)
    act(places.come_back, parked.id, by=booker(parked), at=at)
    assert [number for number, _ in why(event)] == [waits.id, parked.id]

    act(places.leave, waits.id, by=booker(waits), at=at)
    cancel(filler, at)
    again = db.session.get_one(Booking, parked.id, populate_existing=True)
    assert again.state == State.OFFERED
    act(places.lapse_due, at=again.offer_ends_at)
    assert state(parked) == State.PARKED


def test_a_parked_booking_that_comes_back_to_a_free_place_is_offered_it(make, noon):
    event = make.event(capacity=1)
    parked, at = park(make, event, noon)

    act(places.come_back, parked.id, by=booker(parked), at=at)

    assert state(parked) == State.OFFERED


def test_a_parked_booking_is_not_offered_anything_and_may_leave(make, noon):
    event = make.event(capacity=1)
    parked, at = park(make, event, noon)
    filler = make.booking(event, at=at)

    cancel(filler, at)
    assert state(parked) == State.PARKED
    act(places.leave, parked.id, by=booker(parked), at=at)
    assert state(parked) == State.CANCELLED


def test_a_parked_booking_ends_with_the_event_that_is_called_off(make, noon):
    event = make.event(capacity=1)
    parked, at = park(make, event, noon)
    ruth = make.organiser(db.session.get_one(Hub, event.hub_id))

    act(changes.call_off, event.id, "The hall is closed", by=ruth, at=at)

    assert state(parked) == State.CANCELLED


def test_leaving_ends_the_wait_once_and_says_so(make, noon, full):
    event, *_ = full
    waits = make.waiting(event)

    for _ in range(2):
        act(places.leave, waits.id, by=booker(waits), at=noon)

    assert (state(waits), why(event), told("left_waiting_list")) == (State.CANCELLED, [], [waits.booker_id])


def test_a_used_offer_is_freed_once(make, noon, offered):
    """The place of a taken offer that is cancelled goes to one person, not to two."""
    event, first, second = offered
    third = make.waiting(event)
    accept(first, noon)

    cancel(first, noon)
    cancel(first, noon)

    assert states(second, third) == [State.OFFERED, State.WAITING]
    assert taken(event) == 2


def test_an_offer_whose_time_is_over_is_freed_by_whoever_comes_before_the_timer(make, offered):
    event, first, second = offered
    act(places.leave, second.id, by=booker(second), at=first.offer_ends_at - timedelta(hours=1))
    newcomer = make.person()

    with pytest.raises(Full):  # the freed place is offered to the same booking again: nobody else waits
        make.booking(event, newcomer, at=first.offer_ends_at)


# The last minute


def test_in_the_last_minute_time_whoever_waits_claims_a_free_place_first_to_ask(make):
    event = make.event(capacity=1)
    booking, first, second = make.booking(event), make.waiting(event), make.waiting(event)
    soon = event.offers_end_at

    with pytest.raises(Over, match="still offered in the order"):
        act(places.claim, second.id, by=booker(second), at=soon - timedelta(microseconds=1))
    with pytest.raises(Full):
        act(places.claim, second.id, by=booker(second), at=soon)
    act(places.cancel, booking.id, by=booker(booking), at=soon, reason="ill")
    assert states(first, second) == [State.WAITING, State.WAITING]
    claimed = [act(places.claim, second.id, by=booker(second), at=soon).state for _ in range(2)]
    with pytest.raises(Full):
        act(places.claim, first.id, by=booker(first), at=soon)

    assert (claimed, taken(event)) == ([State.CONFIRMED] * 2, 1)
    assert told("places_booked")[-1] == second.booker_id


def test_claiming_keeps_the_school_limit_and_ends_at_the_start(make):
    event, school = make.event(capacity=3, max_per_school=1), make.school()
    make.booking(event, school=school)
    colleague, other = make.waiting(event, school=school), make.waiting(event, size=3)
    soon = event.offers_end_at

    with pytest.raises(SchoolLimit):
        act(places.claim, colleague.id, by=booker(colleague), at=soon)
    with pytest.raises(Over, match="has begun"):
        act(places.claim, other.id, by=booker(other), at=event.starts_at)


def test_an_offer_that_ended_with_all_offers_may_still_be_claimed(make):
    event = make.event(capacity=1)
    booking, waits = make.booking(event), make.waiting(event)
    act(places.cancel, booking.id, by=booker(booking), at=event.offers_end_at - timedelta(hours=3), reason="ill")
    assert state(waits) == State.OFFERED

    act(places.claim, waits.id, by=booker(waits), at=event.offers_end_at)

    assert (state(waits), taken(event)) == (State.CONFIRMED, 1)


def test_an_offer_that_ended_before_the_last_minute_time_is_claimed_only_then(make):
    event = make.event(capacity=1)
    booking, waits = make.booking(event), make.waiting(event)
    act(places.cancel, booking.id, by=booker(booking), at=event.offers_end_at - timedelta(hours=13), reason="ill")
    ended = db.session.get_one(Booking, waits.id).offer_ends_at
    assert ended < event.offers_end_at

    with pytest.raises(Over, match="still offered in the order of the waiting list"):
        act(places.claim, waits.id, by=booker(waits), at=ended)
    act(places.claim, waits.id, by=booker(waits), at=event.offers_end_at)

    assert state(waits) == State.CONFIRMED


def test_everybody_who_waits_is_told_once_that_the_last_minute_time_has_begun(make):
    event, quiet = make.event(capacity=1, taken=1), make.event(capacity=1, taken=1)
    one, two = make.waiting(event), make.waiting(event)
    at = event.offers_end_at

    assert act(places.tell_last_minute, at=at - timedelta(microseconds=1)) == 0
    assert [act(places.tell_last_minute, at=at) for _ in range(2)] == [1, 0]
    assert told("last_minute") == [one.booker_id, two.booker_id]
    assert db.session.get_one(Event, quiet.id).last_minute_told_at is None


def test_who_waits_with_several_bookings_is_told_once(make):
    event = make.event(capacity=1, taken=1, offers_end_at=None)
    waits = make.waiting(event, size=3, together=False)

    act(places.tell_last_minute, at=event.starts_at - timedelta(hours=24))

    assert told("last_minute") == [waits.booker_id]


def test_who_waited_to_the_end_is_told_that_it_has_begun(make):
    event = make.event(capacity=1, taken=1)
    waits = make.waiting(event)

    assert act(places.tell_begun, at=event.starts_at - timedelta(microseconds=1)) == 0
    assert [act(places.tell_begun, at=event.starts_at) for _ in range(2)] == [1, 0]
    assert told("waiting_ended") == [waits.booker_id]
