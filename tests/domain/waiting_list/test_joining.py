"""Joining the waiting list: who may, and what a newcomer gets."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain import places
from booking.domain.errors import (
    AlreadyBooked,
    BadInput,
    CalledOff,
    Closed,
    Full,
    NotAllowed,
    NotFound,
    NotOpenYet,
    TooManyHeld,
)
from booking.domain.places import Booking, Guest, State, Why
from tests.domain.waiting_list.acts import act, booker, cancel, last_entry, state, states, taken, told, why

# Joining


def test_joining_keeps_no_place_and_tells_the_booker_only(make, noon, full):
    event, *_ = full

    booking = make.waiting(event, size=2)

    assert (booking.state, booking.position, booking.lapses, taken(event)) == (State.WAITING, 1, 0, 2)
    assert told("joined_waiting_list") == [booking.booker_id]
    assert not set(told("place_booked")) & {place.person_id for place in booking.places}


def test_any_of_us_is_one_booking_for_each_and_all_together_is_one(make, noon, full):
    event, one, _ = full
    any_of_us = make.waiting(event, size=3, together=False)
    together = make.waiting(event, size=2)

    line = db.session.scalars(select(Booking).where(Booking.state == State.WAITING).order_by(Booking.position)).all()
    assert [(booking.booker_id, booking.party_size) for booking in line] == [
        *[(any_of_us.booker_id, 1)] * 3,
        (together.booker_id, 2),
    ]
    cancel(one, noon)
    assert states(any_of_us) == [State.OFFERED]


def test_the_same_form_key_joins_once(make, noon, full):
    event, *_ = full
    priya, key = make.person(), places.new_form_key()
    party = make.party(priya)

    first, again = (act(places.join, event.id, party, key=key, by=priya, at=noon) for _ in range(2))

    assert first.id == again.id
    assert len(why(event)) == 1


def test_nobody_waits_twice_or_beside_a_place_of_their_own(make, noon, full):
    event, booked, _ = full
    waits = make.waiting(event)

    with pytest.raises(AlreadyBooked, match="on the waiting list of this event already"):
        make.waiting(event, booker(waits))
    with pytest.raises(AlreadyBooked, match="has a place at this event already"):
        make.waiting(event, booker(booked))


def test_who_waits_cannot_be_booked_by_somebody_else_meanwhile(make, noon, full):
    event, one, _ = full
    waits = make.waiting(event, size=2)
    cancel(one, noon)
    guest = booker(waits)
    party = make.party(guests=(Guest(guest.name, str(guest.email)),))
    by = make.person(email=party.booker.email)

    with pytest.raises(AlreadyBooked, match="on the waiting list"):
        act(places.book, event.id, party, key=places.new_form_key(), by=by, at=noon)


def test_closing_ends_joining_at_the_instant(make, full):
    event, *_ = full

    make.waiting(event, at=event.closes_at - timedelta(microseconds=1))
    with pytest.raises(Closed):
        make.waiting(event, at=event.closes_at)


def test_nobody_joins_before_booking_opens_or_what_was_called_off(make, noon):
    with pytest.raises(NotOpenYet):
        make.waiting(make.event(opens_at=noon + timedelta(days=1)))
    with pytest.raises(CalledOff):
        make.waiting(make.event(called_off_at=noon))
    with pytest.raises(NotFound):
        make.waiting(make.event(published_at=None))


def test_a_party_that_could_never_be_offered_places_is_told_so_at_once(make, noon):
    event, school = make.event(capacity=4, taken=4, max_per_school=2), make.school()

    with pytest.raises(BadInput, match="This event has 4 places in all, so 5 cannot come together"):
        make.waiting(event, size=5)
    with pytest.raises(BadInput, match="At most 2 may come from one school, so 3 cannot come together"):
        make.waiting(event, size=3, school=school)

    assert make.waiting(event, size=3, school=school, together=False).state == State.WAITING


def test_who_joins_where_a_place_is_free_is_offered_it_at_once(make, noon):
    event = make.event(capacity=2, taken=1)

    assert make.waiting(event).state == State.OFFERED


def test_an_organiser_adds_somebody_who_phoned(make, noon):
    hub = make.hub()
    event, organiser, caller = make.event(hub=hub, capacity=1, taken=1), make.organiser(hub), make.guest()
    party = places.Party(caller, (caller,))

    booking = act(places.join, event.id, party, key=places.new_form_key(), by=organiser, at=noon)

    assert (booking.state, last_entry("booking.join").actor_id) == (State.WAITING, organiser.id)
    assert told("joined_waiting_list") == [booking.booker_id] != [organiser.id]
    stranger, other = make.person(), make.guest()
    with pytest.raises(NotAllowed):
        act(places.join, event.id, places.Party(other, (other,)), key=places.new_form_key(), by=stranger, at=noon)


# Joining with an address that is not proven


def ask_to_wait(event, party, at):
    return act(places.ask_to_wait, event.id, party, key=places.new_form_key(), network="n", at=at)


def test_an_unproven_address_waits_only_once_it_is_proven(make, noon, full, outbox):
    event, *_ = full
    sent = outbox()
    asked = ask_to_wait(event, make.party(size=2, together=True), noon)
    assert (asked.state, why(event), outbox()) == (State.LAPSED, [], sent)

    booking = act(places.prove, asked.id, at=noon)
    again = act(places.prove, asked.id, at=noon)

    assert (booking.state, booking.party_size, again.id) == (State.WAITING, 2, booking.id)
    assert why(event) == [(booking.id, Why.FULL)]


def test_a_proof_that_finds_no_place_may_join_instead(make, noon):
    event, late = make.event(capacity=1), noon + timedelta(minutes=20)
    held = make.held(event)
    act(places.lapse_due, at=late)
    make.booking(event, at=late)
    with pytest.raises(Full):
        act(places.prove, held.id, at=late)

    booking = act(places.prove_and_wait, held.id, at=late)

    assert (booking.state, booking.id != held.id) == (State.WAITING, True)


def test_an_unproven_party_of_six_is_too_many_to_wait(make, noon, full):
    event, *_ = full

    with pytest.raises(TooManyHeld):
        ask_to_wait(event, make.party(size=6), noon)


# Newcomers


def test_a_newcomer_takes_only_what_no_eligible_booking_can_take(make, noon):
    """Here the line holds a place that no act has offered yet: the newcomer's own act offers it first."""
    event = make.event(capacity=1)
    held, waits, newcomer = make.held(event), make.waiting(event), make.person()
    late = noon + places.HOLD

    with pytest.raises(Full):
        make.booking(event, newcomer, at=late)
    with pytest.raises(Full):
        make.held(event, at=late)

    act(places.lapse_due, at=late)
    assert states(held, waits) == [State.LAPSED, State.OFFERED]


def test_a_newcomer_gets_what_is_left_when_the_line_is_served(make, noon):
    event = make.event(capacity=3)
    make.held(event, size=3)
    waits = make.waiting(event)
    late = noon + places.HOLD

    newcomer = make.booking(event, size=2, at=late)

    assert (newcomer.state, state(waits), taken(event)) == (State.CONFIRMED, State.OFFERED, 3)


def test_a_late_proof_is_a_newcomer_too(make, noon):
    event = make.event(capacity=1)
    held, waits = make.held(event), make.waiting(event)

    with pytest.raises(Full):
        act(places.prove, held.id, at=noon + places.HOLD)
    act(places.lapse_due, at=noon + places.HOLD)

    assert state(waits) == State.OFFERED


def test_between_the_last_offer_and_the_last_minute_time_nobody_jumps_the_line(make):
    """Too late for an offer, too early to claim: what comes free waits for those who wait."""
    event = make.event(capacity=1, closes_at=make.event().starts_at - timedelta(hours=1))
    booking, waits = make.booking(event), make.waiting(event)
    just_before, newcomer = event.offers_end_at - timedelta(hours=1), make.person()
    act(places.cancel, booking.id, by=booker(booking), at=just_before, reason="Ofsted rang")
    assert state(waits) == State.WAITING

    with pytest.raises(Full, match="for those who wait"):
        make.booking(event, newcomer, at=just_before)

    assert make.booking(event, newcomer, at=event.offers_end_at).state == State.CONFIRMED
