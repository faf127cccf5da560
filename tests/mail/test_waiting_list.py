"""The mails of the waiting list: where one stands, until when an offer is open, and what happens otherwise."""

from __future__ import annotations

import re

import pytest

from booking.db import db, transaction
from booking.domain import closing, places
from booking.domain.people import Person
from booking.domain.places import Booking
from tests.mail.test_render import html, mail, text
from tests.web.test_places import form

ENDS = "Wednesday 3 March 2027, 12 noon (UK time)"


@pytest.fixture
def event(make):
    hub = make.hub(name="Wharfedale Maths Hub", email="hello@wharfedalehub.example")
    return make.event(hub=hub, capacity=3, max_per_school=3)


@pytest.fixture
def full(make, event):
    """The booking that fills the event."""
    return make.booking(event, size=3)


def act(verb, booking, at, **named):
    with transaction():
        verb(booking.id, by=db.session.get_one(Person, booking.booker_id), at=at, **named)


def plain(received):
    return " ".join(text(received).split())


def both(received, sentence):
    """Say whether both parts of a mail have the sentence."""
    tagless = " ".join(re.sub(r"<[^>]+>", " ", html(received)).replace("&#39;", "'").split())
    squeezed = re.sub(r"\s+([.,:?])", r"\1", tagless)
    return sentence in plain(received) and sentence in squeezed


def offered(make, event, full, at, **given):
    waits = make.waiting(event, make.person(name="Priya Nair"), **given)
    act(places.cancel, full, at)
    return db.session.get_one(Booking, waits.id, populate_existing=True)


def test_joining_is_confirmed_with_the_place_in_line_the_rule_and_a_way_out(make, event, full, noon):
    make.waiting(event)
    waits = make.waiting(event, make.person(name="Priya Nair"), size=2)

    received = mail("joined_waiting_list", noon)

    assert received["Subject"] == "On the waiting list: Year 4: multiplying by 9 when you know your tens"
    assert "2nd in line, all together or not at all" in plain(received)
    assert both(received, "place that comes free is offered at once to the first in line whose party fits")
    assert "leave the list" in plain(received)
    assert f"http://localhost/bookings/{waits.link}" in text(received)


def test_any_of_us_get_one_mail_with_a_line_and_a_link_each(make, event, full, noon):
    make.waiting(event, make.person(name="Priya Nair"), size=2, together=False)

    received = mail("joined_waiting_list", noon)

    assert re.search(r"You are 1st in line\. Guest \d+: 2nd in line\.", plain(received))
    assert len(set(re.findall(r"/bookings/([\w-]+)", text(received)))) == 2


def test_an_offer_says_what_until_when_how_to_answer_and_what_happens_otherwise(make, event, full, noon):
    booking = offered(make, event, full, noon)

    received = mail("place_offered", noon)

    assert received["Subject"] == "A place has come free for you: answer by Wednesday 3 March, 12 noon"
    assert both(received, ENDS)
    assert "nothing happens by opening it" in plain(received)
    assert f"http://localhost/bookings/{booking.link}" in text(received)
    assert both(received, "the place goes to the next in line, and you stay in it, behind those not offered yet.")


def test_the_second_offer_says_that_it_is_the_last(make, event, full, noon):
    booking = offered(make, event, full, noon, size=2)
    ended = booking.offer_ends_at
    with transaction():
        places.lapse_due(at=ended)

    received = mail("place_offered", ended)

    assert received["Subject"].startswith("2 places have come free for you")
    assert both(received, "we offer you nothing more until you return to the list. It is the second offer.")


def test_an_offer_that_passed_says_where_one_stands_now(make, event, full, noon):
    booking = offered(make, event, full, noon, size=2)
    after = make.waiting(event, size=3)
    said = []
    for _ in range(2):
        at = db.session.get_one(Booking, booking.id, populate_existing=True).offer_ends_at
        with transaction():
            places.lapse_due(at=at)
        said.append(mail("offer_passed", at))
        if len(said) == 1:
            act(places.decline, after, at)

    assert both(said[0], "You stay in it, behind those not offered yet")
    assert said[1]["Subject"].startswith("Not in the line any more")
    assert both(said[1], "return to the end of the line")


def test_what_an_organiser_does_is_told_with_the_reason(make, event, full, noon):
    organiser = make.organiser(event.hub)
    first, second = make.waiting(event), make.waiting(event)
    with transaction():
        places.move_to(second.id, 1, by=organiser, at=noon, reason="Travels furthest")
    moved = mail("moved_in_line", noon)
    with transaction():
        places.offer_out_of_turn(second.id, by=organiser, at=noon, reason="Hosts us next year")
    given = mail("place_offered", noon)
    with transaction():
        places.remove(first.id, by=organiser, at=noon, reason="Asked us by phone")
    removed = mail("left_waiting_list", noon)

    assert both(moved, "has moved your booking: you are 1st in line.")
    assert both(moved, "The organiser says: Travels furthest")
    assert both(given, "The organiser says: Hosts us next year")
    assert both(removed, "An organiser of Wharfedale Maths Hub has taken your booking off the waiting list.")
    assert both(removed, "The organiser says: Asked us by phone")


def test_an_offer_taken_back_says_why_and_that_one_waits_on(make, event, full, noon):
    booking = offered(make, event, full, noon)
    with transaction():
        [locked] = places.lock(event.id)
        places.withdraw_beyond(locked, 0, by=db.session.get_one(Person, booking.booker_id), at=noon)
        locked.capacity = 0

    received = mail("offer_withdrawn", noon)

    assert both(received, "You are on the waiting list again, at the position that you had.")
    assert both(received, "The event has fewer places than before.")


def test_leaving_and_passing_on_are_confirmed(make, event, full, noon):
    left = make.waiting(event)
    act(places.leave, left, noon)
    assert both(mail("left_waiting_list", noon), "You have left the waiting list.")

    passed = offered(make, event, full, noon)
    act(places.decline, passed, noon)
    assert both(mail("left_waiting_list", noon), "You have passed our offer on")


def test_those_who_wait_hear_at_closing_how_it_goes_on_and_when_they_may_claim(make, event, full):
    make.waiting(event)
    with transaction():
        closing.close_due(at=event.closes_at + closing.AFTER)
    closed = mail("waiting_after_closing", event.closes_at)
    with transaction():
        places.tell_last_minute(at=event.offers_end_at)
    claim = mail("last_minute", event.offers_end_at)
    with transaction():
        places.tell_begun(at=event.starts_at)
    begun = mail("waiting_ended", event.starts_at)

    assert both(closed, "1st of those who wait")
    assert both(closed, "until Monday 15 March 2027, 1:30pm")
    assert both(claim, "the first to ask has it")
    assert both(begun, "no place came free for you")


def test_a_code_for_waiting_says_so(make, event, full, noon, client):
    client.post(f"/events/{event.id}/waiting-list", data=form())

    assert "Type this code to confirm that you wait:" in text(mail("code", noon))
