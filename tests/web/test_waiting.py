"""The waiting list through the browser: joining with what was typed, answering an offer, and the organiser's line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import places
from booking.domain.messages import Message
from booking.domain.people import Person
from booking.domain.places import Booking, State
from tests.web.reading import digits, fields, sign_in, words
from tests.web.test_places import DANIEL, GRACE, form


@pytest.fixture
def full(make):
    """An event of two places, both booked; answers (event, one of the bookings)."""
    event = make.event(capacity=2)
    make.booking(event)
    return event, make.booking(event)


def cancel(booking, at):
    with transaction():
        places.cancel(booking.id, by=db.session.get_one(Person, booking.booker_id), at=at)


def state(booking):
    return db.session.scalar(select(Booking.state).where(Booking.id == booking.id))


def link_in(kind):
    """Answer the address in the newest mail of a kind, as its booker follows it."""
    mail = db.session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id.desc())).first()
    return f"/bookings/{db.session.get_one(Booking, mail.facts['booking']).link}"


# Joining


def test_the_page_of_a_full_event_says_how_the_waiting_list_works_before_anybody_joins(client, make, full, noon):
    event, _ = full
    other = make.event(capacity=3)
    cancel(make.booking(other, size=2), noon)
    make.booking(other, size=3)
    make.waiting(other)

    said, elsewhere = (words(client.get(f"/events/{one.id}")) for one in (event, other))

    assert "Nobody is waiting yet. No place came free in the last 14 days." in said
    assert "1 booking is waiting. 2 places came free in the last 14 days." in elsewhere
    for page in (said, words(client.get(f"/events/{event.id}/waiting-list/new"))):
        assert "offered at once to the first in line whose party fits" in page
        assert "Places are not gathered for a large party" in page
        assert "Offers end Monday 15 March, 1:30pm." in page
    assert "1 booking is waiting before you" in words(client.get(f"/events/{other.id}/waiting-list/new"))


def test_a_stranger_joins_with_colleagues_and_waits_from_the_code_on(client, full, outbox):
    event, _ = full
    told = outbox()

    sent = client.post(f"/events/{event.id}/waiting-list", data=form(**GRACE, together="all"))
    asked = client.get(sent.location)
    assert "You wait from the moment in which you type the code" in words(asked)
    assert outbox() == [*told, "code"]
    joined = client.post(sent.location, data={"code": digits()})
    page = words(client.get(joined.location))

    assert outbox()[-1] == "joined_waiting_list"
    assert "You are 1st in line." in page
    assert "2 people, all together: you and Grace Adeyemi" in page


@pytest.mark.parametrize("together", ["all", "any"])
def test_changing_what_was_typed_shows_the_form_of_the_waiting_list_as_it_was_sent(client, full, together):
    event, _ = full
    typed = form(**GRACE, together=together, needs="A ramp")
    sent = client.post(f"/events/{event.id}/waiting-list", data=typed)
    assert "Change the e-mail address or what you typed" in words(client.get(sent.location))

    page = client.post(sent.location.replace("confirmation", "return"), follow_redirects=True)

    assert "Join the waiting list" in words(page)
    assert "Book places" not in words(page)
    assert f'action="/events/{event.id}/waiting-list"' in page.text
    back = fields(page)
    assert typed | {"key": back["key"]} == {name: back[name] for name in typed}
    assert client.post(f"/events/{event.id}/waiting-list", data=back).status_code == 303


def test_any_of_us_makes_a_booking_for_each(client, make, full):
    event, _ = full
    sign_in(client, make.person(name="Priya Nair"))

    joined = client.post(f"/events/{event.id}/waiting-list", data=form(**GRACE, **DANIEL, together="any"))
    page = words(client.get(joined.location))

    stand = ("You are 1st in line.", "Grace Adeyemi is 2nd in line.", "Daniel Whitmore is 3rd in line.")
    assert [one in page for one in stand] == [True] * 3


def test_when_the_event_fills_at_the_last_moment_everything_typed_is_kept_and_may_wait(client, make):
    event = make.event(capacity=2)
    sign_in(client, make.person(name="Priya Nair"))
    asked = (
        fields(client.get(f"/events/{event.id}/bookings/new"))
        | GRACE
        | {"needs": "A seat near the front", "unlisted": "y"}
    )
    make.booking(event, size=2)

    refused = client.post(f"/events/{event.id}/bookings", data=asked)
    typed = fields(refused)
    assert refused.status_code == 409
    assert "Join the waiting list" in words(refused)
    assert f'formaction="/events/{event.id}/waiting-list"' in refused.text
    joined = client.post(f"/events/{event.id}/waiting-list", data=typed | {"together": "all"})

    assert joined.status_code == 303
    [booking] = db.session.scalars(select(Booking).where(Booking.state == State.WAITING))
    assert (booking.party_size, booking.needs) == (2, "A seat near the front")


def test_a_code_that_comes_too_late_for_a_place_may_join_instead(client, make, the_clock):
    event = make.event(capacity=1)
    sent = client.post(f"/events/{event.id}/bookings", data=form())
    the_clock.forward(minutes=16)
    with transaction():
        places.lapse_due(at=the_clock())
    make.booking(event, at=the_clock())
    client.post(sent.location.replace("confirmation", "code"))

    refused = client.post(sent.location, data={"code": digits()})
    assert refused.status_code == 409
    assert "Join the waiting list instead" in words(refused)
    joined = client.post(sent.location, data={"code": digits(), "wait": "yes"})

    assert "You are 1st in line." in words(client.get(joined.location))


def test_a_wrong_form_says_so_and_keeps_what_was_typed(client, full):
    event, _ = full

    wrong = client.post(f"/events/{event.id}/waiting-list", data=form(email="nonsense", needs="A ramp", together="all"))

    assert (wrong.status_code, fields(wrong)["needs"], fields(wrong)["together"]) == (422, "A ramp", "all")
    assert "Enter your e-mail address in full" in words(wrong)


def test_a_party_that_could_never_come_together_is_told_at_the_form(client, full, make):
    event, _ = full
    sign_in(client, make.person())

    refused = client.post(f"/events/{event.id}/waiting-list", data=form(**GRACE, **DANIEL, together="all"))

    assert refused.status_code == 422
    assert "This event has 2 places in all, so 3 cannot come together" in words(refused)


def test_where_places_are_left_nobody_waits(client, make):
    event = make.event()

    assert client.get(f"/events/{event.id}/waiting-list/new").location == f"/events/{event.id}/bookings/new"


def test_a_colleague_sees_that_she_waits_and_that_another_answers(client, make, full):
    event, _ = full
    grace = make.person(name="Grace Adeyemi")
    make.waiting(event, make.person(name="Priya Nair"), guests=(places.Guest("Grace Adeyemi", str(grace.email)),))
    sign_in(client, grace)

    page = words(client.get("/my/bookings"))

    assert "You, with Priya Nair, who answers for you" in page
    assert "Leave the waiting list" not in page


# Answering


@pytest.fixture
def offered(make, full, noon):
    """Priya, to whom a place is offered, with her booking; and somebody who waits behind her."""
    event, booking = full
    priya = make.person(name="Priya Nair")
    first, second = make.waiting(event, priya), make.waiting(event)
    cancel(booking, noon)
    return event, priya, first, second


def test_the_mail_leads_to_a_page_that_says_until_when_and_does_nothing_by_itself(client, offered):
    _, _, first, _ = offered

    page = client.get(link_in("place_offered"))

    assert "A place has come free for you" in words(page)
    assert "Kept for you until Wednesday 3 March, 12 noon (UK time)" in words(page)
    assert "If we don’t hear from you, the place goes to the next in line" in words(page)
    assert state(first) == State.OFFERED
    assert client.head(link_in("place_offered") + "/acceptance").status_code == 405
    assert client.get(link_in("place_offered") + "/acceptance").status_code == 405


def test_the_offer_is_taken_with_one_button(client, offered):
    _, _, first, _ = offered
    link = link_in("place_offered")

    taken = client.post(f"{link}/acceptance")
    again = client.post(f"{link}/acceptance")

    assert (taken.location, again.location, state(first)) == (link, link, State.CONFIRMED)
    assert "1 place is booked" in words(client.get(link))


def test_the_offer_is_passed_on_with_one_button(client, offered):
    _, _, first, second = offered
    link = link_in("place_offered")

    client.post(f"{link}/refusal")

    assert (state(first), state(second)) == (State.DECLINED, State.OFFERED)
    assert "You passed the offer on" in words(client.get(link))


def test_an_offer_that_ended_says_so_and_where_one_stands(client, offered, the_clock):
    _, _, first, _ = offered
    link = link_in("place_offered")
    the_clock.at = db.session.get_one(Booking, first.id).offer_ends_at

    client.post(f"{link}/acceptance")
    page = words(client.get(link))

    assert "This offer has ended" in page
    assert "Take the place" not in page


def test_my_bookings_show_the_offer_first_and_the_line_with_a_picture(client, make, offered, noon):
    _, priya, _, _ = offered
    other = make.event(capacity=1, taken=1)
    for _ in range(2):
        make.waiting(other)
    make.waiting(other, priya)
    sign_in(client, priya)

    page = client.get("/my/bookings")

    assert "A place has come free for you" in words(page)
    assert "You are 3rd in line." in words(page)
    assert "Number line: you are number 3 of 3 waiting" in page.text


def test_a_colleague_waits_instead_and_nobody_is_said_to_have_been_written_to(client, make, full):
    event, _ = full
    waits = make.waiting(event)
    form = {"name": "Nell Comer", "email": "nell@alderbeck.example"}

    done = client.post(f"/bookings/{waits.link}/places/{waits.places[0].id}/swap", data=form)

    page = words(client.get(done.location))
    assert f"Nell Comer waits instead of {waits.booker_name}." in page
    assert "written to both" not in page


def test_who_waits_is_asked_before_they_leave(client, make, full):
    event, _ = full
    waits = make.waiting(event, make.person(name="Priya Nair"))
    address = f"/bookings/{waits.link}/departure"
    assert (
        f'href="{address}">Leave the waiting list<span class="govuk-visually-hidden"> of {event.title}'
        in client.get(f"/bookings/{waits.link}").text.replace("&#39;", "'")
    )

    asked = client.get(address)
    kept = state(waits)
    client.post(address, data=fields(asked))

    assert "Leave the waiting list? Priya Nair gives up the position." in words(asked)
    assert (kept, state(waits)) == (State.WAITING, State.CANCELLED)
    assert client.get(address).location == f"/bookings/{waits.link}"
    assert "It left the waiting list" in words(client.get(f"/bookings/{waits.link}"))


def test_a_parked_booking_returns_with_one_button(client, offered, the_clock):
    _, _, first, second = offered
    for booking in (first, second, first):
        the_clock.at = db.session.get_one(Booking, booking.id, populate_existing=True).offer_ends_at
        with transaction():
            places.lapse_due(at=the_clock())
    assert state(first) == State.PARKED
    assert "Two offers ended without an answer" in words(client.get(f"/bookings/{first.link}"))

    client.post(f"/bookings/{first.link}/comeback")

    assert state(first) == State.WAITING


def test_in_the_last_minute_time_a_free_place_is_claimed_with_one_button(client, make, full, the_clock):
    event, booking = full
    waits = make.waiting(event)
    the_clock.at = event.offers_end_at
    link = f"/bookings/{waits.link}"
    assert "No place is free just now." in words(client.get(link))

    client.post(f"{link}/claim")
    assert "The last place has just gone" in words(client.get(link))
    with transaction():
        by = db.session.get_one(Person, booking.booker_id)
        places.cancel(booking.id, by=by, at=the_clock(), reason="ill")
    assert "A place is free." in words(client.get(link))
    client.post(f"{link}/claim")

    assert state(waits) == State.CONFIRMED


def test_nobody_answers_with_an_invented_or_a_numbers_link(client, make, offered):
    _, _, first, _ = offered
    sign_in(client, make.person())

    for token in (str(first.id), "1-invented"):
        for act in ("acceptance", "refusal", "claim", "departure", "comeback"):
            assert client.post(f"/bookings/{token}/{act}").status_code == 404
    assert state(first) == State.OFFERED


@pytest.mark.parametrize("number", [1, 30])
def test_my_bookings_read_the_lines_with_the_same_number_of_queries(client, make, statements, number):
    priya = make.person()
    for _ in range(number):
        make.waiting(make.event(capacity=1, taken=1), priya)
    sign_in(client, priya)
    statements.clear()

    assert client.get("/my/bookings").status_code == 200
    assert len(statements) <= 13


# The desk


@pytest.fixture
def desk(make, client):
    """Somebody who organises a full event of three, of which a school may have one; and who waits for it."""
    hub, school = make.hub(), make.school(name="Brookhollow Primary School")
    event, organiser = make.event(hub=hub, capacity=3, max_per_school=2), make.organiser(hub)
    large = [make.booking(event), make.booking(event, school=school, size=2)][0]
    waits = [
        make.waiting(event, make.person(name="Joanne Birtwistle"), size=2),
        make.waiting(event, make.person(name="Kwame Boateng"), school=school),
        make.waiting(event, make.person(name="Sunita Rao"), size=2),
    ]
    sign_in(client, organiser)
    return event, large, waits


def test_the_desk_shows_the_line_in_order_and_why_nobody_is_offered(client, desk, noon):
    event, one, _ = desk

    before = words(client.get(f"/desk/events/{event.id}"))
    cancel(one, noon)
    after = words(client.get(f"/desk/events/{event.id}"))

    assert "5 people waiting" in before
    assert "Why is nobody offered a place? Every place is taken, held or offered." in before
    assert "Why is nobody offered the free place? None of those below can take it now, so anyone may book it." in after
    assert "Too large for now. 2 places must be free at once." in after
    assert "School limit. Brookhollow Primary School may have 2 in all." in after
    assert after.index("Joanne Birtwistle") < after.index("Kwame Boateng") < after.index("Sunita Rao")


def test_an_organiser_moves_offers_withdraws_and_removes_with_a_reason(client, desk, outbox):
    event, _, (_, second, third) = desk
    line = f"/desk/events/{event.id}/line"

    def act(booking, name, **given):
        return client.post(f"{line}/{booking.id}/{name}", data={"reason": "Travels furthest", **given})

    page = words(client.get(f"{line}/{third.id}"))
    assert "Sunita Rao, 3rd in line" in page
    assert "so the event gets 2 places beyond its capacity" in page
    assert act(third, "position", rank="1").location == f"/desk/events/{event.id}#line"
    assert outbox()[-1] == "moved_in_line"
    assert act(third, "offer").status_code == 303
    assert (state(third), outbox()[-1]) == (State.OFFERED, "place_offered")
    assert "Offered until" in words(client.get(f"{line}/{third.id}"))
    refused = act(third, "withdrawal")
    assert (refused.status_code, state(third)) == (303, State.WAITING)
    assert act(second, "removal").status_code == 303
    assert (state(second), outbox()[-1]) == (State.CANCELLED, "left_waiting_list")


def test_without_a_reason_nothing_happens_and_the_form_says_so(client, desk):
    event, _, (first, *_) = desk
    line = f"/desk/events/{event.id}/line/{first.id}"

    refused = client.post(f"{line}/removal", data={"reason": " "})
    wrong_rank = client.post(f"{line}/position", data={"reason": "why not", "rank": "nine"})

    assert (refused.status_code, wrong_rank.status_code, state(first)) == (422, 422, State.WAITING)
    assert "Say in a few words why" in words(refused)
    assert "Choose a place in the line from 1 to 3" in words(wrong_rank)


def test_an_organiser_puts_somebody_who_phoned_on_the_list(client, desk):
    event, *_ = desk
    asked = fields(client.get(f"/desk/events/{event.id}/line/new"))

    said = words(client.get(f"/desk/events/{event.id}/line/new"))
    assert [one for one in ("before you", "write to you", "of us", "if you come") if one in said] == []
    assert "Any of them: each is offered a place" in said

    added = client.post(f"/desk/events/{event.id}/line", data=form() | {"key": asked["key"]})

    assert added.location == f"/desk/events/{event.id}#line"
    assert "Priya Nair is on the waiting list" in words(client.get(f"/desk/events/{event.id}"))


def test_another_hubs_line_is_not_found(client, make, desk):
    event, _, (first, *_) = desk
    elsewhere = make.event()
    sign_in(client, make.organiser(elsewhere.hub))

    for address in (f"/desk/events/{event.id}/line/{first.id}", f"/desk/events/{elsewhere.id}/line/{first.id}"):
        assert client.get(address).status_code == 404
        assert client.post(f"{address}/removal", data={"reason": "because"}).status_code == 404
    assert state(first) == State.WAITING


def test_the_demand_shows_who_joined_beside_who_booked(client, make, noon):
    hub = make.hub()
    event = make.event(hub=hub, capacity=2)
    make.booking(event, size=2, at=noon - timedelta(weeks=2))
    make.waiting(event, size=2)
    sign_in(client, make.organiser(hub))

    page = words(client.get(f"/desk/events/{event.id}"))

    assert "4 places asked for, 2 to give, by the week in which they were booked or joined for." in page
    assert "Week of Booked Joined 15 Feb 2 0 22 Feb 0 0 1 Mar 0 2" in page


@pytest.mark.parametrize("number", [1, 30])
def test_the_desk_reads_the_line_with_the_same_number_of_queries(client, make, statements, number):
    hub = make.hub()
    event = make.event(hub=hub, capacity=1, taken=1, max_per_school=1)
    for _ in range(number):
        make.waiting(event, school=make.school())
    sign_in(client, make.organiser(hub))
    statements.clear()

    assert client.get(f"/desk/events/{event.id}").status_code == 200
    assert len(statements) <= 20
