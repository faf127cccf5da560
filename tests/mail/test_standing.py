"""What a mail tells of may have moved on before it is sent: then it is not sent, or says what is true."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import changes, closing, codes, places, roles
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking, Guest, Place
from booking.domain.roles import Reach
from booking.mail import render, standing
from tests.make import NOON

TEMPLATES = Path(__file__).parents[2] / "templates" / "mail"


@pytest.fixture
def event(make):
    return make.event(capacity=3)


@pytest.fixture
def booking(make, event):
    return make.booking(event, make.person(name="Priya Nair"), size=3)


@pytest.fixture
def organiser(make, event):
    return make.organiser(event.hub)


def sent(at=NOON):
    """Answer the kinds that would be sent of all that was promised, in the order of their promises."""
    return [message.kind for message in promised() if _is_written(message, at)]


def promised():
    db.session.expire_all()
    return db.session.scalars(select(Message).order_by(Message.id)).all()


def _is_written(message, at):
    try:
        render.mail(message, at=at)
    except render.Pointless:
        return False
    return True


def act(verb, booking, at=NOON, **named):
    with transaction():
        verb(booking.id, by=db.session.get_one(Person, booking.booker_id), at=at, **named)


def test_every_kind_of_mail_says_when_it_still_stands():
    kinds = {path.stem for path in TEMPLATES.glob("*.txt") if not path.stem.startswith("_")}

    assert set(standing.STANDS) == kinds


def test_a_confirmation_is_not_sent_once_the_booking_is_cancelled(booking):
    assert sent() == ["places_booked", "place_booked", "place_booked"]

    act(places.cancel, booking)

    assert sent() == ["booking_cancelled", "place_cancelled", "place_cancelled"]


def test_a_booking_of_which_everybody_had_a_place_already_is_told_so(make, event):
    grace = make.person(email="grace@school.example")
    guest = make.guest(email="grace@school.example")
    held = make.held(event, make.party(booker=None, guests=(guest,)))
    make.booking(event, grace)
    with transaction():
        places.prove(held.id, at=NOON)

    assert sent() == ["places_booked", "places_booked"]
    assert "everybody had a place already" in render.mail(promised()[-1], at=NOON)["Subject"]


def test_a_booking_of_which_one_was_dropped_and_the_rest_cancelled_is_not_told_of_the_dropped(make, event):
    make.booking(event, make.person(email="grace@school.example"))
    guests = (make.guest(), make.guest(email="grace@school.example"))
    held = make.held(event, make.party(booker=None, guests=guests))
    with transaction():
        places.prove(held.id, at=NOON)
    with transaction():
        proven = db.session.get_one(Booking, held.id)
        places.cancel(proven.id, by=proven.booker, at=NOON)

    assert sent().count("places_booked") == 1


def test_whoever_gave_up_a_place_before_its_mail_went_is_told_only_that(booking):
    with transaction():
        places.release(booking.places[2].id, by=booking.booker, at=NOON)

    assert sent() == ["places_booked", "place_booked", "place_cancelled", "party_changed"]


def test_a_change_of_the_party_is_not_told_once_it_changed_again_or_the_booking_is_over(booking):
    def come_instead(place_id, name):
        with transaction():
            place = db.session.get_one(Place, place_id)
            guest = Guest(name, f"{name}@school.example")
            places.swap(place.id, guest, by=place.person, at=NOON)

    def told():
        return [_is_written(message, NOON) for message in promised() if message.kind == "party_changed"]

    come_instead(booking.places[1].id, "grace")
    assert told() == [True]
    come_instead(promised()[-1].facts["came"], "daniel")
    assert told() == [False, True]
    act(places.cancel, booking)

    assert told() == [False, False]


def test_nobody_who_booked_anew_is_told_that_they_are_not_expected(make, event, booking):
    colleague = db.session.get_one(Person, booking.places[1].person_id)
    with transaction():
        places.release(booking.places[1].id, by=booking.booker, at=NOON)
    assert "place_cancelled" in sent()

    make.booking(event, colleague)

    assert "place_cancelled" not in sent()


def test_changed_needs_are_not_told_once_the_booking_is_over(booking, organiser):
    act(places.change_needs, booking, needs="A hearing loop")
    assert "needs_changed" in sent()

    act(places.cancel, booking)

    assert "needs_changed" not in sent()


class TestAChange:
    @pytest.fixture
    def told(self, event, booking, organiser):
        with transaction():
            changes.rename(event.id, "Year 4: nines", "", by=organiser, at=NOON)
        with transaction():
            changes.send_now(event.id, by=organiser, at=NOON)
        assert sent().count("event_changed") == 3

    def test_is_not_told_to_whoever_gave_up_the_place(self, booking, told):
        with transaction():
            places.release(booking.places[1].id, by=booking.booker, at=NOON)
        assert sent().count("event_changed") == 2

        act(places.cancel, booking)

        assert "event_changed" not in sent()

    def test_is_not_told_once_the_event_is_called_off(self, event, organiser, told):
        with transaction():
            changes.call_off(event.id, "Snow", by=organiser, at=NOON)

        assert {*sent()} == {"called_off"}


def test_the_list_of_who_comes_is_not_sent_of_what_was_called_off_meanwhile(event, booking, organiser):
    closed = event.closes_at + closing.AFTER
    with transaction():
        closing.close_due(at=closed)
    assert "list_after_closing" in sent(closed)

    with transaction():
        changes.call_off(event.id, "Snow", by=organiser, at=closed)

    assert "list_after_closing" not in sent(closed)


class TestTheWaitingList:
    @pytest.fixture
    def waits(self, make, event, booking):
        return make.waiting(event, make.person(name="Tom Reeve"))

    def of_tom(self, waits, at=NOON):
        return [one.kind for one in promised() if one.facts.get("booking") == waits.id and _is_written(one, at)]

    def test_who_is_offered_a_place_before_the_first_mail_went_hears_of_the_offer_only(self, waits, booking):
        assert self.of_tom(waits) == ["joined_waiting_list"]

        act(places.cancel, booking)

        assert self.of_tom(waits) == ["place_offered"]

    @pytest.mark.parametrize(
        ("verb", "told"), [(places.accept, ["places_booked"]), (places.decline, ["left_waiting_list"])]
    )
    def test_an_offer_that_was_answered_is_not_made_again(self, waits, booking, verb, told):
        act(places.cancel, booking)

        act(verb, waits)

        assert self.of_tom(waits) == told

    def test_an_offer_taken_back_and_made_again_is_told_once(self, waits, booking, organiser):
        act(places.cancel, booking)
        later = NOON + timedelta(minutes=1)
        with transaction():
            [event] = places.lock(waits.event_id)
            places.withdraw_beyond(event, 0, by=organiser, at=later)
        assert self.of_tom(waits, later) == ["joined_waiting_list", "offer_withdrawn"]
        with transaction():
            [event] = places.lock(waits.event_id)
            places.fill(event, at=later)

        assert self.of_tom(waits, later) == ["place_offered"]

    def test_who_let_an_offer_pass_and_has_another_hears_of_that_one_only(self, waits, booking):
        act(places.cancel, booking)
        ended = db.session.get_one(Booking, waits.id, populate_existing=True).offer_ends_at
        with transaction():
            places.lapse_due(at=ended)

        assert self.of_tom(waits, ended) == ["place_offered"]

    def test_the_place_in_line_is_the_one_they_have_when_it_is_sent(self, make, event, waits, organiser):
        make.waiting(event)
        last = make.waiting(event)
        with transaction():
            places.move_to(last.id, 2, by=organiser, at=NOON, reason="Travels furthest")
        act(places.leave, waits)

        [moved] = [one for one in promised() if one.kind == "moved_in_line"]
        assert "you are 1st in line" in render.mail(moved, at=NOON).get_body(("plain",)).get_content()
        act(places.leave, last)
        assert "moved_in_line" not in sent()

    def test_who_left_and_joined_again_is_not_told_that_they_left(self, make, event, waits):
        act(places.leave, waits)
        assert self.of_tom(waits) == ["left_waiting_list"]

        make.waiting(event, db.session.get_one(Person, waits.booker_id))

        assert self.of_tom(waits) == []

    def test_how_it_goes_on_is_told_of_whichever_of_their_bookings_still_waits(self, make, event, booking):
        first = make.waiting(event, size=2, together=False)
        closed = event.closes_at + closing.AFTER
        with transaction():
            closing.close_due(at=closed)
        [told] = [one for one in promised() if one.kind == "waiting_after_closing"]

        act(places.leave, first, closed)
        assert "1st of those who wait" in render.mail(told, at=closed).get_body(("plain",)).get_content()
        [other] = db.session.scalars(select(Booking).where(Booking.state == "waiting"))
        act(places.leave, other, closed)
        assert "waiting_after_closing" not in sent(closed)

    def test_claiming_is_not_told_once_the_event_has_begun(self, event, waits):
        with transaction():
            places.tell_last_minute(at=event.offers_end_at)
        assert "last_minute" in self.of_tom(waits, event.offers_end_at)

        assert "last_minute" not in self.of_tom(waits, event.starts_at)


def test_a_role_that_was_taken_away_or_given_back_meanwhile_is_told_as_it_is(make, event, organiser):
    dev = make.person()
    reach = Reach(event.hub_id, event_id=event.id)
    with transaction():
        given = roles.give(dev, "lead", reach, by=None, at=NOON)
    with transaction():
        roles.end(given.id, hub_id=event.hub_id, by=organiser, at=NOON)
    assert sent() == ["role_ended"]

    with transaction():
        roles.give(dev, "lead", reach, by=None, at=NOON)

    assert {*sent()} == {"invited"}


def test_a_code_that_was_typed_is_not_sent_once_more(app):
    with transaction():
        codes.send("p.nair@school.example", at=NOON, network="", limits=codes.Limits())
    assert sent() == ["code"]
    with transaction():
        db.session.scalars(select(codes.Code)).one().used_at = NOON

    assert sent() == []
