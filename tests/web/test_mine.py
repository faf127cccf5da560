"""My bookings: what comes, what is past, and what to do next."""

from __future__ import annotations

from booking.db import transaction
from booking.domain import places
from tests.web.reading import sign_in, words


def test_nobody_sees_bookings_without_signing_in(client):
    page = client.get("/my/bookings")

    assert (page.status_code, page.location) == (303, "/sign-in?next=/my/bookings")


def test_who_has_booked_nothing_is_told_what_to_do(client, make):
    sign_in(client, make.person())

    page = client.get("/my/bookings")

    assert "Nothing booked" in words(page)
    assert "Find an event" in words(page)


def test_what_comes_stands_before_what_is_past_or_cancelled(client, make, noon, the_clock):
    priya = make.person()
    make.booking(make.event(title="Soon"), priya, size=2)
    cancelled = make.booking(make.event(title="Given up"), priya)
    make.booking(make.event(title="Long ago"), priya)
    with transaction():
        places.cancel(cancelled.id, by=priya, at=noon)
    sign_in(client, priya)

    said = words(client.get("/my/bookings"))

    assert said.index("Soon") < said.index("Past and cancelled") < said.index("Given up")
    assert "2 places: you and Guest" in said
    assert "Tuesday 16 March 2027 1:30pm to 3:30pm Larkmead Primary School, Otley" in said
    the_clock.forward(days=20)
    sign_in(client, priya)
    said = words(client.get("/my/bookings"))
    assert "Nothing booked just now" in said
    assert said.index("Past and cancelled") < said.index("Long ago")


def test_a_colleague_who_was_booked_for_reaches_the_own_place_only(client, make):
    priya, grace = make.person(name="Priya Nair"), make.person(name="Grace Adeyemi", email="g@alderbeck.example")
    booking = make.booking(make.event(), priya, guests=(make.guest(email=grace.email), make.guest()))
    sign_in(client, grace)

    page = client.get("/my/bookings")

    assert "1 place, for you, booked by Priya Nair" in words(page)
    assert booking.link not in page.text
    assert f"/places/{booking.live_places[0].link}" in page.text


def test_a_hold_that_nobody_confirmed_is_not_there(client, make):
    priya = make.person()
    make.held(make.event(), make.party(priya))
    sign_in(client, priya)

    assert "Nothing booked" in words(client.get("/my/bookings"))


def test_thirty_bookings_ask_the_database_no_more_often_than_one(client, make, statements):
    priya, hub = make.person(), make.hub()
    make.booking(make.event(hub=hub), priya, size=2)
    sign_in(client, priya)
    statements.clear()
    client.get("/my/bookings")
    with_one = len(statements)
    for _ in range(29):
        make.booking(make.event(hub=hub), priya, size=2)
    statements.clear()

    client.get("/my/bookings")

    assert len(statements) == with_one
    assert with_one <= 10
