"""The waiting list: who is offered what, when, until when, and what becomes of it; on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import changes, places
from booking.domain.audit import AuditEntry
from booking.domain.errors import (
    AlreadyBooked,
    BadInput,
    CalledOff,
    Closed,
    Full,
    NotAllowed,
    NotFound,
    NotOpenYet,
    Over,
    SchoolLimit,
    TooManyHeld,
)
from booking.domain.events import Event
from booking.domain.messages import Message
from booking.domain.people import Hub, Person
from booking.domain.places import Booking, Guest, State, Why
from booking.domain.places.room import lock


@pytest.fixture
def url(either_url):
    return either_url


def act(verb, *given, **named):
    """One act in a transaction of its own, as a door does it."""
    with transaction():
        return verb(*given, **named)


def booker(booking):
    return db.session.get_one(Person, booking.booker_id)


def cancel(booking, at):
    return act(places.cancel, booking.id, by=booker(booking), at=at)


def accept(booking, at):
    return act(places.accept, booking.id, by=booker(booking), at=at)


def decline(booking, at):
    return act(places.decline, booking.id, by=booker(booking), at=at)


def state(booking):
    return db.session.scalar(select(Booking.state).where(Booking.id == booking.id))


def states(*bookings):
    return [state(booking) for booking in bookings]


def taken(event):
    return db.session.scalar(select(Event.taken).where(Event.id == event.id))


def last_entry(act):
    query = select(AuditEntry).where(AuditEntry.act == act).order_by(AuditEntry.id.desc()).limit(1)
    return db.session.scalars(query).one()


def told(kind):
    """Answer whom a kind of mail was promised, in order."""
    return list(db.session.scalars(select(Message.person_id).where(Message.kind == kind).order_by(Message.id)))


def why(event):
    """Answer (booking, reason) of everybody who waits, as the organiser's page shows it."""
    return [(booking.id, reason) for booking, reason in places.walk(db.session.get_one(Event, event.id))]


@pytest.fixture
def full(make):
    """An event of two places, both booked by one person each; answers (event, one, other)."""
    event = make.event(capacity=2)
    return event, make.booking(event), make.booking(event)


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


# Taking an offer, letting it pass


@pytest.fixture
def offered(make, noon, full):
    """Somebody to whom a place is offered, and who waits behind; answers (event, offered, next)."""
    event, one, _ = full
    first, second = make.waiting(event, size=1), make.waiting(event)
    cancel(one, noon)
    return event, db.session.get_one(Booking, first.id), db.session.get_one(Booking, second.id)


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


# Capacity


def raise_to(event, capacity, at):
    with transaction():
        [locked] = lock(event.id)
        locked.capacity = capacity
        places.fill(locked, at=at)


def lower_to(event, capacity, by, at):
    with transaction():
        [locked] = lock(event.id)
        withdrawn = places.withdraw_beyond(locked, capacity, by=by, at=at)
        locked.capacity = capacity
        places.fill(locked, at=at)
    return [booking.id for booking in withdrawn]


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


# What an organiser does


@pytest.fixture
def organised(make):
    """A full event of two places with three who wait; answers (event, organiser, waiting)."""
    hub = make.hub()
    event, organiser = make.event(hub=hub, capacity=2), make.organiser(hub)
    make.booking(event), make.booking(event)
    return event, organiser, [make.waiting(event) for _ in range(3)]


WHY = "Travels furthest"


def line_of(event):
    return [number for number, _ in why(event)]


def test_an_organiser_moves_somebody_in_the_line(noon, organised):
    event, organiser, (first, second, third) = organised

    act(places.move_to, third.id, 1, by=organiser, at=noon, reason=WHY)
    assert line_of(event) == [third.id, first.id, second.id]
    act(places.move_to, third.id, 3, by=organiser, at=noon, reason=WHY)
    assert line_of(event) == [first.id, second.id, third.id]
    act(places.move_to, third.id, 2, by=organiser, at=noon, reason=WHY)
    assert line_of(event) == [first.id, third.id, second.id]

    assert last_entry("booking.moved").facts == {"was": 3, "rank": 2}
    assert told("moved_in_line") == [third.booker_id] * 3


def test_a_move_keeps_who_let_an_offer_pass_behind_and_open_offers_where_they_were(make, noon, organised):
    event, organiser, (first, second, third) = organised
    raise_to(event, 3, noon)
    passed = db.session.get_one(Booking, first.id, populate_existing=True)
    act(places.lapse_due, at=passed.offer_ends_at)
    assert (state(second), line_of(event)) == (State.OFFERED, [third.id, first.id])
    fourth = make.waiting(event)

    act(places.move_to, fourth.id, 1, by=organiser, at=noon, reason=WHY)
    assert line_of(event) == [fourth.id, third.id, first.id]
    lower_to(event, 2, organiser, noon)
    assert line_of(event) == [second.id, fourth.id, third.id, first.id]


def test_an_organiser_offers_out_of_turn_beyond_the_capacity(noon, organised):
    event, organiser, (first, second, third) = organised

    act(places.offer_out_of_turn, third.id, by=organiser, at=noon, reason=WHY)

    now = db.session.get_one(Event, event.id, populate_existing=True)
    assert states(first, second, third) == [State.WAITING, State.WAITING, State.OFFERED]
    assert (now.capacity, now.extra, now.taken) == (2, 1, 3)
    facts = last_entry("booking.offer").facts
    assert (facts["out_of_turn"], facts["beyond"], last_entry("booking.offer").actor_id) == (True, 1, organiser.id)
    act(places.decline, third.id, by=booker(third), at=noon)
    assert (taken(event), states(first)) == (2, [State.WAITING])


def test_an_offer_out_of_turn_keeps_the_school_limit(make, noon):
    hub, school = make.hub(), make.school()
    event, organiser = make.event(hub=hub, capacity=2, max_per_school=1), make.organiser(hub)
    make.booking(event, school=school)
    waits = make.waiting(event, school=school)

    with pytest.raises(SchoolLimit):
        act(places.offer_out_of_turn, waits.id, by=organiser, at=noon, reason=WHY)


def test_an_organiser_withdraws_an_offer_in_favour_of_the_next(noon, organised):
    event, organiser, (first, second, third) = organised
    raise_to(event, 3, noon)

    act(places.withdraw, first.id, by=organiser, at=noon, reason=WHY)

    assert states(first, second) == [State.WAITING, State.OFFERED]
    assert line_of(event) == [first.id, third.id]
    assert told("offer_withdrawn") == [first.booker_id]


def test_an_offer_that_nobody_else_could_have_is_not_withdrawn(make, noon):
    hub = make.hub()
    event, organiser = make.event(hub=hub, capacity=1), make.organiser(hub)
    only = make.waiting(event)

    with pytest.raises(Over, match="Nobody else"):
        act(places.withdraw, only.id, by=organiser, at=noon, reason=WHY)

    assert (state(only), told("offer_withdrawn")) == (State.OFFERED, [])


def test_an_organiser_removes_somebody_and_an_open_offer_goes_on(noon, organised):
    event, organiser, (first, second, third) = organised
    raise_to(event, 3, noon)

    act(places.remove, third.id, by=organiser, at=noon, reason=WHY)
    act(places.remove, first.id, by=organiser, at=noon, reason=WHY)
    act(places.remove, first.id, by=organiser, at=noon, reason=WHY)

    assert states(first, second, third) == [State.CANCELLED, State.OFFERED, State.CANCELLED]
    assert told("left_waiting_list") == [third.booker_id, first.booker_id]
    assert (taken(event), told("offer_withdrawn")) == (3, [])


def test_an_organisers_act_needs_a_reason_and_the_hub(make, noon, organised):
    _, organiser, (first, *_) = organised
    acts = [
        (places.move_to, (1,)),
        (places.offer_out_of_turn, ()),
        (places.withdraw, ()),
        (places.remove, ()),
    ]

    for verb, given in acts:
        with pytest.raises(BadInput, match="Say in a few words why"):
            act(verb, first.id, *given, by=organiser, at=noon, reason=" ")
        with pytest.raises(NotAllowed):
            act(verb, first.id, *given, by=make.organiser(make.hub()), at=noon, reason=WHY)
    with pytest.raises(BadInput, match="from 1 to 3"):
        act(places.move_to, first.id, 4, by=organiser, at=noon, reason=WHY)


def test_the_audit_of_the_line_names_nobody(noon, organised):
    _, organiser, (first, *_) = organised

    act(places.move_to, first.id, 2, by=organiser, at=noon, reason="Priya asked")
    act(places.remove, first.id, by=organiser, at=noon, reason="Priya asked")

    assert "Priya" not in str([entry.facts for entry in db.session.scalars(select(AuditEntry))])


# What those who wait see


def test_ranks_count_those_before_in_the_same_line(make, noon, full):
    event, *_ = full
    other = make.event(capacity=1, taken=1)
    first, second, elsewhere = make.waiting(event), make.waiting(event), make.waiting(other)

    assert places.ranks([second, elsewhere, first]) == {first.id: 1, second.id: 2, elsewhere.id: 1}
    assert places.ranks([]) == {}


def test_places_that_came_free_lately_are_counted_for_fourteen_days(make, noon):
    event = make.event(capacity=6)
    two, three, waits = make.booking(event, size=2), make.booking(event, size=3), make.waiting(event)
    decline(waits, noon)
    cancel(two, noon)
    act(places.release, three.places[1].id, by=booker(three), at=noon + timedelta(days=1))

    seen = [places.came_free([event.id], at=noon + timedelta(days=days)) for days in (1, 14, 15)]

    assert seen == [{event.id: 3}, {event.id: 1}, {}]


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
