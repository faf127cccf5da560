"""What an organiser does with the line, and what those in it see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db
from booking.domain import places
from booking.domain.audit import AuditEntry
from booking.domain.errors import BadInput, NotAllowed, Over, SchoolLimit
from booking.domain.events import Event
from booking.domain.places import Booking, State
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


def test_moved_to_the_end_it_is_behind_those_who_wait_and_takes_nothing_from_an_offer(make, noon):
    hub = make.hub()
    event, organiser = make.event(hub=hub, capacity=1), make.organiser(hub)
    booking, passed = make.booking(event), make.waiting(event)
    cancel(booking, noon)
    act(places.lapse_due, at=db.session.get_one(Booking, passed.id).offer_ends_at)
    second, third = make.waiting(event), make.waiting(event)
    assert states(passed, second, third) == [State.OFFERED, State.WAITING, State.WAITING]

    act(places.move_to, second.id, 2, by=organiser, at=noon, reason=WHY)

    assert line_of(event) == [third.id, second.id]
    assert db.session.get_one(Booking, second.id, populate_existing=True).lapses == 0


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
