"""Test of the tests: faults that are planted into the product, one at a time, and the check that must find each.

Each is a fault that a booking system has had somewhere. It is patched in for one run; the product has no switch for it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from booking import jobs
from booking.db import db
from booking.domain import audit, changes, closing, messages, places
from booking.domain.events import Event
from booking.domain.events.standing import Standing
from booking.domain.messages import claiming
from booking.domain.places import (
    Booking,
    changing,
    ending,
    form_keys,
    holding,
    joining,
    lapsing,
    line,
    news,
    offering,
    room,
    taking,
)
from booking.mail.letters import Letter
from booking.mail.post import Refused, Trouble

Plant = Callable[[pytest.MonkeyPatch], None]
MODULES_THAT_END_PLACES = (changing, ending, holding, joining, lapsing, offering)


@dataclass(frozen=True)
class Fault:
    """A fault, how to plant it, and the checks of which one must name it."""

    name: str
    plant: Plant
    found_by: frozenset[str]
    seed: int
    """A run that finds it soon, to begin with; where the acts have changed, one of the next does."""


FAULTS: list[Fault] = []


def found_by(*checks: str, seed: int = 1) -> Callable[[Plant], Plant]:
    def add(plant: Plant) -> Plant:
        name = plant.__name__.replace("_", " ")
        FAULTS.append(Fault(name, plant, frozenset(checks), seed))
        return plant

    return add


def _instead(patch: pytest.MonkeyPatch, owner: Any, name: str, wrong: Callable[..., Any]) -> None:
    """Put `wrong` in the place of a function; it gets the right one as its first argument."""
    right = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **named: wrong(right, *given, **named))


def _nothing(*_given: Any, **_named: Any) -> None:
    return None


# Places


@found_by("taken")
def places_are_given_without_being_counted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room, "take", lambda event, places: room.must_have(event, places))


@found_by("taken", "no fault")
def a_place_is_freed_twice(patch: pytest.MonkeyPatch) -> None:
    def twice(right: Any, event: Event, places: int) -> None:
        right(event, places)
        right(event, places)

    _instead(patch, room, "free", twice)


@found_by("no fault")
def only_the_database_refuses_an_oversold_event(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room, "must_have", _nothing)


@found_by("no fault")
def only_the_database_refuses_somebody_twice(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(taking, "must_not_be_there", _nothing)


@found_by("school_limits", seed=3)
def the_school_limit_is_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(room, "must_fit_school", _nothing)


@found_by("school_limits", seed=3)
def what_the_school_was_before_does_not_count(patch: pytest.MonkeyPatch) -> None:
    def own_only(_right: Any, event: Event, school: Any) -> int:
        bookings = db.session.query(Booking).filter_by(event_id=event.id, school_urn=school.urn)
        return sum(booking.party_size for booking in bookings if booking.takes_places)

    _instead(patch, room, "of_school", own_only)


@found_by("places_of_ended")
def the_places_of_an_ended_booking_stay(patch: pytest.MonkeyPatch) -> None:
    for module in MODULES_THAT_END_PLACES:
        if hasattr(module, "end_places"):
            patch.setattr(module, "end_places", _nothing)


@found_by("party_sizes", "taken", seed=6)
def a_party_is_not_counted_down(patch: pytest.MonkeyPatch) -> None:
    def forgetful(right: Any, booking: Booking, *given: Any, **named: Any) -> None:
        size = booking.party_size
        right(booking, *given, **named)
        booking.party_size = size

    _instead(patch, changing, "_let_go", forgetful)


@found_by("held_as_text", "proven")
def a_hold_makes_people_known(patch: pytest.MonkeyPatch) -> None:
    def known(right: Any, event_id: int, party: Any, **named: Any) -> Booking:
        booking: Booking = right(event_id, party, **named)
        if booking.state == "held":
            met = taking.meet(party, named["at"])
            for place in booking.places:
                place.person_id = met[place.email or ""].id
        return booking

    _instead(patch, places, "hold", known)


@found_by("one form, one answer", "no fault")
def the_key_of_a_form_is_not_looked_at(patch: pytest.MonkeyPatch) -> None:
    for module in (taking, holding, joining):
        patch.setattr(module.form_keys, "first_answer", _nothing)
    patch.setattr(form_keys, "remember", _nothing)


@found_by("history")
def an_act_is_not_noted(patch: pytest.MonkeyPatch) -> None:
    def forgetful(right: Any, act: str, *given: Any, **named: Any) -> None:
        if act != "booking.cancel":
            right(act, *given, **named)

    _instead(patch, audit, "record", forgetful)


@found_by("told", "history")
def a_cancelled_booking_comes_back(patch: pytest.MonkeyPatch) -> None:
    def back(right: Any, *, at: Any) -> int:
        dead = db.session.query(Booking).filter_by(state="cancelled").order_by(Booking.id).first()
        if dead is not None:
            dead.state, dead.ended_at = "lapsed", at
        return int(right(at=at))

    _instead(patch, places, "lapse_due", back)
    patch.setattr(jobs, "TIMETABLE", [(places.lapse_due, every) for _, every in jobs.TIMETABLE[:1]])


# Instants


@found_by("instants", seed=8)
def booking_closes_just_after_its_closing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Standing, "is_closed", lambda self, at: self.closes_at is None or at > self.closes_at)


@found_by("instants", seed=7)
def booking_opens_a_moment_early(patch: pytest.MonkeyPatch) -> None:
    early = timedelta(microseconds=1)
    patch.setattr(
        Standing, "is_opening_later", lambda self, at: self.opens_at is not None and at < self.opens_at - early
    )


@found_by("instants", seed=5)
def a_hold_can_be_proven_at_its_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Booking, "is_held", lambda self, at: self.held_until is not None and at <= self.held_until)


@found_by("instants", seed=2)
def an_offer_can_be_taken_at_its_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Booking, "is_offered", lambda self, at: self.offer_ends_at is not None and at <= self.offer_ends_at)


@found_by("instants", "late_offers", seed=2)
def an_offer_outlives_the_end_of_offers(patch: pytest.MonkeyPatch) -> None:
    def long(right: Any, event: Event, at: Any) -> Any:
        ends_at = right(event, at)
        return ends_at and ends_at + timedelta(hours=36)

    _instead(patch, offering, "offer_ends", long)


# The waiting list


@found_by("in order")
def the_line_is_walked_from_its_end(patch: pytest.MonkeyPatch) -> None:
    _instead(patch, line, "waiting", lambda right, event: list(reversed(right(event))))


@found_by("idle_places")
def a_freed_place_is_offered_to_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(offering, "fill", lambda event, *, at, without=None: [])
    patch.setattr(places, "fill", lambda event, *, at, without=None: [])


@found_by("idle_places")
def a_raised_capacity_is_offered_to_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(places, "fill", lambda event, *, at, without=None: [])


@found_by("taken", "no fault", seed=2)
def an_offer_that_lapses_keeps_its_places(patch: pytest.MonkeyPatch) -> None:
    def keeping(right: Any, booking: Booking, **named: Any) -> None:
        right(booking, **named)
        booking.event.taken += booking.party_size

    _instead(patch, offering, "end_unanswered", keeping)


@found_by("no fault", seed=2)
def offers_stand_when_there_are_fewer_places(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(places, "withdraw_beyond", lambda event, capacity, **named: [])


@found_by("extra", seed=4)
def an_excess_is_never_taken_back(patch: pytest.MonkeyPatch) -> None:
    def keep(right: Any, event: Event, places: int) -> None:
        extra = event.extra
        right(event, places)
        event.extra = extra

    _instead(patch, room, "free", keep)


@found_by("called_off", seed=6)
def who_waits_is_forgotten_when_it_is_called_off(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ending, "LIVE", ("held", "confirmed", "offered"))


@found_by("comes to rest", seed=2)
def those_who_wait_are_told_again_and_again(patch: pytest.MonkeyPatch) -> None:
    def untold(right: Any, event: Event, kind: str, **named: Any) -> None:
        right(event, kind, **named)
        event.last_minute_told_at = event.line_ended_at = None

    _instead(patch, news, "tell_those_waiting", untold)


# Mail and workers


@found_by("whole or not at all")
def mail_is_promised_outside_the_transaction(patch: pytest.MonkeyPatch) -> None:
    def at_once(right: Any, *given: Any, **named: Any) -> Any:
        promised = right(*given, **named)
        db.session.commit()
        return promised

    _instead(patch, messages, "tell", at_once)


@found_by("mail")
def mail_is_marked_before_it_is_sent(patch: pytest.MonkeyPatch) -> None:
    def marked_first(_right: Any, letter: Letter, mail: Any, post: Any) -> None:
        db.session.rollback()
        letter._mark(messages.mark_sent)
        with suppress(Refused, Trouble):
            post.send(mail)

    _instead(patch, Letter, "_send", marked_first)


@found_by("mail", "one owner")
def a_worker_whose_lease_has_passed_still_writes(patch: pytest.MonkeyPatch) -> None:
    def anyway(right: Any, message_id: int, _token: str, values: Any) -> bool:
        row = db.session.get_one(messages.Message, message_id, populate_existing=True)
        for name, value in values.items():
            setattr(row, name, value)
        return True

    _instead(patch, claiming, "_write", anyway)


@found_by("mail")
def mail_is_given_up_at_the_first_fault(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(claiming, "TRIES", 1)


@found_by("all in time", seed=4)
def nobody_lapses_what_is_due(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(jobs, "TIMETABLE", [(verb, every) for verb, every in jobs.TIMETABLE if verb != places.lapse_due])


@found_by("comes to rest", seed=2)
def the_list_goes_out_again_and_again(patch: pytest.MonkeyPatch) -> None:
    def untold(right: Any, event: Event, at: Any) -> None:
        right(event, at)
        event.closing_told_at = None

    _instead(patch, closing, "_close", untold)


# Changes


@found_by("revisions", "sequences", seed=2)
def a_session_that_moves_keeps_its_revision(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes.revising, "revise", _nothing)
