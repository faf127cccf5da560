"""Managing a booking by its link: see it, cancel it, send a colleague, say what is needed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import places
from booking.domain.audit import AuditEntry
from booking.domain.events import Event
from booking.domain.places import Booking, State
from tests.web.reading import digits, fields, sign_in, words


@pytest.fixture
def priya(make):
    return make.person(name="Priya Nair", email="p.nair@alderbeck.example")


@pytest.fixture
def booking(make, priya):
    """Three places: Priya's, Grace's and Daniel's."""
    grace = make.guest(name="Grace Adeyemi", email="g.adeyemi@alderbeck.example")
    daniel = make.guest(name="Daniel Whitmore", email="d.whitmore@alderbeck.example")
    event = make.event(title="Year 3: equal parts", bring="Photo ID")
    own = make.guest(name="Priya Nair", email=priya.email)
    return make.booking(event, priya, guests=(own, grace, daniel), needs="A ramp, please")


def taken():
    return db.session.scalar(select(Event.taken))


def state():
    return db.session.scalar(select(Booking.state))


def last_act():
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    return entry.act, entry.actor_id


OF_ONESELF = ("your place", "your plans", "your colleague", "your booking", "you hear", "can you ", " for you")
NELL = {"name": "Nell Comer", "email": "n.comer@alderbeck.example"}


# Seeing


def test_the_booker_sees_the_whole_booking_without_signing_in(client, booking):
    page = client.get(f"/bookings/{booking.link}")

    said = words(page)
    assert "3 places are booked" in said
    assert "Tuesday 16 March 2027 1:30pm to 3:30pm Larkmead Primary School, Otley" in said
    for fact in ("Grace Adeyemi", "Daniel Whitmore", "Photo ID", "A ramp, please"):
        assert fact in said
    headers = page.headers
    assert (headers["Referrer-Policy"], headers["X-Robots-Tag"]) == ("no-referrer", "noindex")
    assert headers["Cache-Control"] == "no-store"


def test_somebody_of_the_party_sees_the_own_place_and_no_needs(client, booking):
    page = client.get(f"/places/{booking.live_places[1].link}")

    assert "A place is booked for Grace Adeyemi, by Priya Nair" in words(page)
    assert "ramp" not in page.text
    assert "Daniel" not in page.text
    assert booking.link not in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_needs_are_not_shown_to_somebody_else_who_is_signed_in(client, make, booking):
    organiser = make.organiser(booking.event.hub)
    lead = make.person()
    make.role(lead, "lead", hub_id=booking.event.hub_id, event_id=booking.event_id)
    sign_in(client, organiser)
    of_organiser = client.get(f"/bookings/{booking.link}")
    sign_in(client, lead)
    of_lead = client.get(f"/bookings/{booking.link}")

    assert "A ramp" not in of_organiser.text
    assert "A ramp" in of_lead.text


@pytest.mark.parametrize(
    "address",
    ["/bookings/1-abc", "/bookings/1", "/bookings/x", "/bookings/" + "9" * 40 + "-a", "/places/1-abc", "/bookings/%00"],
)
def test_a_link_that_is_nobodys_leads_nowhere(client, booking, address):
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/cancellation").status_code == 404


def test_a_link_of_a_place_opens_no_booking(client, booking):
    assert client.get(f"/bookings/{booking.live_places[0].link}").status_code == 404
    assert client.get(f"/places/{booking.link}").status_code == 404


def test_another_bookings_place_is_not_in_this_one(client, make, booking):
    other = make.booking(make.event()).live_places[0]

    assert client.get(f"/bookings/{booking.link}/places/{other.id}/swap").status_code == 404
    assert client.post(f"/bookings/{booking.link}/places/{other.id}/cancellation").status_code == 404
    assert client.get(f"/bookings/{booking.link}/places/99999999999/cancellation").status_code == 404


# Cancelling


def test_cancelling_asks_first_and_then_gives_all_places_back(client, booking, priya, outbox):
    told = len(outbox())

    asked = client.get(f"/bookings/{booking.link}/cancellation")
    done = client.post(f"/bookings/{booking.link}/cancellation", data=fields(asked))
    page = client.get(done.location)

    assert "Cancel all 3 places?" in words(asked)
    assert (done.status_code, state(), taken()) == (303, State.CANCELLED, 0)
    assert last_act() == ("booking.cancel", priya.id)
    assert "This booking has ended" in words(page)
    assert "Book again" in words(page)
    assert len(outbox()) > told


def test_cancelling_twice_changes_nothing_more(client, booking, outbox):
    client.post(f"/bookings/{booking.link}/cancellation")
    told = outbox()

    again = client.post(f"/bookings/{booking.link}/cancellation")

    assert (again.status_code, taken(), outbox()) == (303, 0, told)


def test_one_person_of_the_party_can_be_cancelled(client, booking, priya):
    daniel = booking.live_places[2]
    asked = client.get(f"/bookings/{booking.link}/places/{daniel.id}/cancellation")

    done = client.post(f"/bookings/{booking.link}/places/{daniel.id}/cancellation", data=fields(asked))

    assert "Cancel the place of Daniel Whitmore?" in words(asked)
    assert (done.status_code, state(), taken()) == (303, State.CONFIRMED, 2)
    assert last_act() == ("place.released", priya.id)
    page = words(client.get(done.location))
    assert "The place of Daniel Whitmore is cancelled." in page
    assert page.count("Daniel") == 1


def test_whoever_gives_up_the_own_place_of_a_party_is_spoken_to(client, booking, priya):
    sign_in(client, priya)

    asked = words(client.get(f"/bookings/{booking.link}/places/{booking.live_places[0].id}/cancellation"))

    assert "Cancel your place?" in asked
    assert "You hear of it by e-mail." in asked


def test_somebody_gives_up_the_own_place_by_its_link(client, booking):
    grace = booking.live_places[1]

    done = client.post(f"/places/{grace.link}/cancellation")
    page = client.get(done.location)

    assert (done.status_code, taken()) == (303, 2)
    assert last_act() == ("place.released", grace.person_id)
    assert page.status_code == 410
    assert "Your place is cancelled." in words(page)
    assert "This place has ended" in words(page)
    assert "is cancelled" not in words(client.get(done.location))


def test_close_to_the_event_a_cancellation_says_why(client, booking, the_clock):
    the_clock.forward(days=14)

    asked = client.get(f"/bookings/{booking.link}/cancellation")
    silent = client.post(f"/bookings/{booking.link}/cancellation", data={"reason": " "})
    kept = (state(), taken())
    said = client.post(f"/bookings/{booking.link}/cancellation", data={"reason": "We are ill."})

    assert "reason" in fields(asked)
    assert silent.status_code == 422
    assert "say in a few words why" in words(silent)
    assert kept == (State.CONFIRMED, 3)
    assert (said.status_code, state()) == (303, State.CANCELLED)
    assert db.session.scalar(select(Booking.end_reason)) == "We are ill."


def test_long_before_no_reason_is_asked(client, booking):
    assert "reason" not in fields(client.get(f"/bookings/{booking.link}/cancellation"))


def test_after_the_start_nothing_can_be_changed_and_it_says_so(client, booking, the_clock):
    the_clock.forward(days=15, hours=2)

    page = client.get(f"/bookings/{booking.link}")
    refused = client.post(f"/bookings/{booking.link}/cancellation", data={"reason": "x"})
    swap = client.post(f"/bookings/{booking.link}/places/{booking.live_places[0].id}/swap", data=NELL)

    assert "The event has begun, so nothing can be changed any more" in words(page)
    assert "Cancel" not in words(page)
    assert (refused.status_code, swap.status_code, taken()) == (409, 409, 3)
    assert "The event has begun" in words(refused)
    assert fields(swap)["name"] == "Nell Comer"


# A colleague instead


def test_a_colleague_comes_instead_and_the_old_link_is_void(client, booking, priya):
    daniel = booking.live_places[2]
    old = daniel.link

    done = client.post(f"/bookings/{booking.link}/places/{daniel.id}/swap", data=NELL)
    page = client.get(done.location)

    assert (done.status_code, taken()) == (303, 3)
    assert last_act() == ("place.swapped", priya.id)
    assert "Nell Comer comes instead of Daniel Whitmore. We have written to both." in words(page)
    ended = client.get(f"/places/{old}")
    assert (ended.status_code, "Nell" in ended.text) == (410, False)
    assert client.post(f"/places/{old}/cancellation").status_code == 404
    assert client.post(f"/places/{old}/swap", data=NELL).status_code == 404
    assert taken() == 3


def test_somebody_sends_a_colleague_by_the_link_of_the_own_place(client, booking):
    grace = booking.live_places[1]

    done = client.post(f"/places/{grace.link}/swap", data=NELL)

    assert (done.status_code, taken()) == (303, 3)
    assert last_act() == ("place.swapped", grace.person_id)


def test_a_colleague_who_has_a_place_already_cannot_come_twice(client, booking):
    address = f"/bookings/{booking.link}/places/{booking.live_places[2].id}/swap"

    page = client.post(address, data={"name": "Grace Adeyemi", "email": "G.Adeyemi@alderbeck.example"})

    assert page.status_code == 409
    assert "Grace Adeyemi has a place at this event already" in words(page)
    assert fields(page)["email"] == "G.Adeyemi@alderbeck.example"


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": ""}, "Enter your colleague’s name"),
        ({"email": "n.comer"}, "Enter your colleague’s e-mail address in full, like name@school.sch.uk"),
        ({"name": "N\x00"}, "Type your colleague’s name again"),
    ],
)
def test_what_is_wrong_about_a_colleague_is_said_at_the_field(client, booking, wrong, sentence):
    page = client.post(f"/places/{booking.live_places[1].link}/swap", data=NELL | wrong)

    assert page.status_code == 422
    assert page.text.count(sentence) == 2


# Needs


def test_the_booker_says_anew_what_is_needed(client, booking, priya, outbox):
    asked = client.get(f"/bookings/{booking.link}/needs")

    done = client.post(f"/bookings/{booking.link}/needs", data={"needs": "Two ramps\r\nand a lift"})

    assert fields(asked)["needs"] == "A ramp, please"
    assert done.status_code == 303
    assert db.session.scalar(select(Booking.needs)) == "Two ramps\nand a lift"
    assert last_act() == ("booking.needs_changed", priya.id)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert "ramp" not in str(entry.facts)


def test_needs_that_are_too_long_are_kept_and_said(client, booking):
    page = client.post(f"/bookings/{booking.link}/needs", data={"needs": "x" * 2001})

    assert page.status_code == 422
    assert "Shorten what you need to 2000 characters" in words(page)


# Who acts


def test_an_organiser_of_the_hub_acts_as_herself(client, make, booking):
    organiser = make.organiser(booking.event.hub)
    sign_in(client, organiser)

    client.post(f"/bookings/{booking.link}/places/{booking.live_places[2].id}/cancellation")

    assert last_act() == ("place.released", organiser.id)


def test_an_organiser_is_spoken_to_about_others_and_stays_on_the_desk(client, make, booking, the_clock):
    the_clock.forward(days=14)
    sign_in(client, make.organiser(booking.event.hub))
    address, grace = f"/bookings/{booking.id}", booking.live_places[1]
    paths = ("", "/cancellation", "/needs", f"/places/{grace.id}/cancellation", f"/places/{grace.id}/swap")

    pages = {path: client.get(f"{address}{path}") for path in paths}
    wrong = client.post(f"{address}/places/{grace.id}/swap", data={})

    for page in [*pages.values(), wrong]:
        said = words(page).lower()
        assert [one for one in OF_ONESELF if one in said] == []
        assert '<a href="/desk" aria-current="true">' in page.text
    assert "Cancel all 3 places of Priya Nair? " in words(pages["/cancellation"])
    assert "Why can they not come?" in words(pages["/cancellation"])
    assert "Grace Adeyemi hears of it by e-mail" in words(pages[f"/places/{grace.id}/cancellation"])
    assert "Enter the colleague’s name" in words(wrong)


def test_an_organiser_cancels_a_booking_of_one_by_the_persons_name(client, make):
    booking = make.booking(make.event(), make.person(name="Bethan Price"))
    sign_in(client, make.organiser(booking.event.hub))

    asked = words(client.get(f"/bookings/{booking.id}/cancellation"))

    assert "Cancel the place of Bethan Price?" in asked
    assert "Bethan Price hears of it by e-mail." in asked


def test_an_organiser_of_another_hub_acts_as_whoever_has_the_link(client, make, booking, priya):
    sign_in(client, make.organiser(make.hub()))

    client.post(f"/bookings/{booking.link}/cancellation")

    assert last_act() == ("booking.cancel", priya.id)


# What has ended


def test_a_booking_of_an_event_called_off_says_so(client, booking, noon):
    with transaction():
        event = db.session.get(Event, booking.event_id)
        event.called_off_at, event.called_off_why = noon, "The teacher is ill."
        db.session.get(Booking, booking.id).state = State.CANCELLED

    said = words(client.get(f"/bookings/{booking.link}"))

    assert "The event was called off on Monday 1 March 2027. The teacher is ill." in said


def test_a_booking_that_is_not_confirmed_leads_to_its_code(client, make):
    held = make.held(make.event())

    assert client.get(f"/bookings/{held.link}").location == f"/bookings/{held.link}/confirmation"
    assert client.post(f"/bookings/{held.link}/cancellation").status_code == 404
    assert client.post(f"/bookings/{held.link}/needs", data={"needs": "x"}).status_code == 404


def test_everybody_named_had_a_place_so_nothing_is_booked_twice(client, make, priya):
    event = make.event()
    make.booking(event, priya)
    typed = {"key": places.new_form_key(), "name": "Priya", "email": priya.email, "unlisted": "y", "coming": "y"}
    sent = client.post(f"/events/{event.id}/bookings", data=typed)

    page = client.post(sent.location, data={"code": digits()}, follow_redirects=True)

    assert "Everybody you named has a place at this event already" in words(page)
    assert taken() == 1


# Stale forms


def test_a_form_that_was_open_too_long_keeps_what_was_typed(app, booking):
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    address = f"/places/{booking.live_places[1].link}/swap"

    stale = client.post(address, data=NELL | {"csrf_token": "old"})
    done = client.post(address, data=fields(stale))

    assert (stale.status_code, fields(stale)["name"]) == (400, "Nell Comer")
    assert "Nothing you typed is lost" in words(stale)
    assert (done.status_code, taken()) == (303, 3)
