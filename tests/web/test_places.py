"""Booking through the browser: the form, the code, the booking, and what is said where something is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from booking import create_app
from booking.db import db, transaction
from booking.domain import codes, places
from booking.domain.codes import Code
from booking.domain.events import Event
from booking.domain.people import Person
from booking.domain.places import Booking, State
from tests.conftest import settings_for
from tests.racing import at_once
from tests.web.reading import digits, fields, newest_code, sign_in, words

KEY = "a-key-of-one-form-only"


def form(**given):
    """Answer what Priya sends for herself, from no listed school."""
    ordinary = {
        "key": places.new_form_key(),
        "name": "Priya Nair",
        "email": "p.nair@alderbeck.example",
        "unlisted": "y",
        "coming": "y",
    }
    return ordinary | given


def colleague(number, name, email):
    return {f"colleagues-{number}-name": name, f"colleagues-{number}-email": email}


GRACE = colleague(0, "Grace Adeyemi", "g.adeyemi@alderbeck.example")
DANIEL = colleague(1, "Daniel Whitmore", "d.whitmore@alderbeck.example")


def post(client, event, **given):
    return client.post(f"/events/{event.id}/bookings", data=form(**given))


def bookings():
    return db.session.scalars(select(Booking).order_by(Booking.id)).all()


def taken(event):
    return db.session.scalar(select(Event.taken).where(Event.id == event.id))


# The whole way, without signing in


def test_a_teacher_books_for_herself_and_two_colleagues(client, make, outbox):
    event, school = make.event(), make.school(name="Alderbeck Primary School")

    asked = client.get(f"/events/{event.id}/bookings/new")
    typed = fields(asked) | GRACE | DANIEL
    typed |= {"name": "Priya Nair", "email": "P.Nair@alderbeck.example", "school_urn": str(school.urn)}
    sent = client.post(f"/events/{event.id}/bookings", data=typed)
    page = client.get(sent.location)

    assert sent.status_code == 303
    assert "It went to p.nair@alderbeck.example. Your 3 places are kept until 12:15pm." in words(page)
    assert "Grace Adeyemi and Daniel Whitmore have not been written to yet" in words(page)
    assert outbox() == ["code"]

    confirmed = client.post(sent.location, data={"code": f" {digits()[:3]} {digits()[3:]} "})
    page = client.get(confirmed.location)

    assert confirmed.status_code == 303
    assert "3 places are booked" in words(page)
    assert outbox() == ["code", "places_booked", "place_booked", "place_booked"]
    assert [(one.state, one.party_size, one.school_urn) for one in bookings()] == [("confirmed", 3, school.urn)]
    assert client.get("/my/bookings").status_code == 200


def test_somebody_signed_in_books_with_two_clicks(client, make):
    event, school = make.event(), make.school()
    priya = make.person(name="Priya Nair", job="Maths lead", school_urn=school.urn)
    sign_in(client, priya)

    asked = client.get(f"/events/{event.id}/bookings/new")
    booked = client.post(f"/events/{event.id}/bookings", data=fields(asked))

    assert "email" not in fields(asked)
    assert booked.status_code == 303
    assert "1 place is booked" in words(client.get(booked.location))
    assert [(one.state, one.booker_id, one.school_urn) for one in bookings()] == [("confirmed", priya.id, school.urn)]


def test_the_booker_need_not_come_herself(client, make):
    event = make.event()

    post(client, event, **GRACE, coming="")

    assert [guest.name for guest in places.party_of(bookings()[0]).guests] == ["Grace Adeyemi"]


# The form


def test_rows_come_and_go_without_javascript_and_nothing_typed_is_lost(client, make):
    event = make.event(question="Which year do you teach?")
    typed = form(**GRACE, needs="A ramp", answer="Year 4", job="Maths lead")

    added = post(client, event, **typed, add="1")
    filled = fields(added) | DANIEL
    removed = client.post(f"/events/{event.id}/bookings", data=filled | {"remove": "1"})

    assert (added.status_code, removed.status_code, bookings()) == (200, 200, [])
    assert {name: fields(added)[name] for name in typed if name != "csrf_token"} == typed
    assert fields(removed)["colleagues-0-name"] == "Daniel Whitmore"
    assert "colleagues-1-name" not in fields(removed)
    assert (fields(removed)["needs"], fields(removed)["answer"]) == ("A ramp", "Year 4")
    assert "to put right" not in removed.text


def test_a_school_that_was_typed_is_still_found_after_a_row_was_added(client, make):
    event, school = make.event(), make.school()

    added = post(client, event, unlisted="", school=school.label, school_urn=str(school.urn), add="1")

    assert (fields(added)["school"], fields(added)["school_urn"]) == (school.label, str(school.urn))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": " "}, "Enter your name"),
        ({"name": "x" * 121}, "Shorten your name to 120 characters"),
        ({"name": "Priya\x00"}, "Type your name again: there is a character in it that cannot be shown"),
        ({"name": "Priya \u202erian"}, "Type your name again: there is a character in it that cannot be shown"),
        ({"email": ""}, "Enter your e-mail address, like name@school.sch.uk"),
        ({"email": "p.nair"}, "Enter your e-mail address in full, like name@school.sch.uk"),
        ({"unlisted": ""}, "Choose your school from the list"),
        ({"coming": ""}, "Tick “I am coming myself” or add a colleague"),
        (
            colleague(0, "Daniel Whitmore", "d.whitmore@"),
            "Enter Daniel’s e-mail address in full, like name@school.sch.uk",
        ),
        (colleague(0, "", "d@alderbeck.example"), "Enter colleague 1’s name"),
        (colleague(0, "Daniel", "P.NAIR@alderbeck.example"), "Enter Daniel’s own e-mail address: this one is yours"),
        (
            GRACE | colleague(1, "Daniel", "G.Adeyemi@alderbeck.example"),
            "Enter Daniel’s own e-mail address: this one is Grace Adeyemi’s",
        ),
        ({"needs": "x" * 2001}, "Shorten what you need on the day to 2000 characters"),
        (
            {"needs": "a ramp\x07"},
            "Type what you need on the day again: there is a character in it that cannot be shown",
        ),
        ({"unlisted_school": "a\x00"}, "Type where you work again: there is a character in it that cannot be shown"),
    ],
)
def test_what_is_to_be_put_right_is_said_at_the_field_and_nothing_is_lost(client, make, wrong, sentence):
    event = make.event()

    page = post(client, event, **{"job": "Maths lead"} | wrong)

    assert (page.status_code, bookings()) == (422, [])
    assert page.text.count(sentence) == 2  # in the summary, and at the field
    assert "One thing to put right" in words(page)
    assert "<title>Error: " in page.text
    assert fields(page)["job"] == "Maths lead"


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ("Bo", "", "Enter colleague 2’s own e-mail address: this one is Bo’s"),
        ("", "Bo", "Enter Bo’s own e-mail address: this one is colleague 1’s"),
    ],
)
def test_a_colleague_without_a_name_is_called_by_number(client, make, first, second, sentence):
    same = "bo@alderbeck.example"

    page = post(client, make.event(), **colleague(0, first, same), **colleague(1, second, same))

    assert (page.status_code, page.text.count(sentence)) == (422, 2)


def test_fields_that_only_look_numbered_are_left_alone(client, make):
    event = make.event()
    odd = {f"colleagues-{number}-name": "x" for number in ("²", "9" * 5000, "-1", "٣", "999")}

    page = post(client, event, **odd, remove="²")

    assert page.status_code == 200
    assert post(client, event, **odd).status_code == 303


def test_at_most_20_people_fit_on_a_form(client, make):
    event = make.event(capacity=100)
    many = {key: value for n in range(25) for key, value in colleague(n, f"C{n}", f"c{n}@alderbeck.example").items()}
    sign_in(client, make.person())

    page = post(client, event, **many)

    assert page.status_code == 422
    assert "One booking is for at most 20 people" in page.text


def test_a_form_without_its_key_is_asked_for_once_more(client, make):
    event = make.event()

    page = post(client, event, key="\x00'")
    again = client.post(f"/events/{event.id}/bookings", data=fields(page))

    assert (page.status_code, again.status_code) == (422, 303)


# Stale forms: CSRF is on


@pytest.fixture
def guarded(app):
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


def test_a_form_that_was_open_too_long_is_shown_again_with_what_was_typed(guarded, make):
    event = make.event()
    typed = form(**GRACE, needs="A ramp")

    stale = guarded.post(f"/events/{event.id}/bookings", data=typed | {"csrf_token": "old"})
    sent = guarded.post(f"/events/{event.id}/bookings", data=fields(stale))

    assert stale.status_code == 400
    assert "Nothing you typed is lost" in stale.text
    assert {name: fields(stale)[name] for name in typed} == typed
    assert sent.status_code == 303


def test_the_whole_way_goes_with_tokens_on_every_form(guarded, make):
    event = make.event()
    asked = guarded.get(f"/events/{event.id}/bookings/new")

    typed = fields(asked) | {"name": "Priya", "email": "p@alderbeck.example", "unlisted": "y"}
    sent = guarded.post(f"/events/{event.id}/bookings", data=typed)
    code_page = guarded.get(sent.location)
    without = guarded.post(sent.location, data={"code": digits()})
    confirmed = guarded.post(sent.location, data=fields(code_page) | {"code": digits()})

    assert (without.status_code, confirmed.status_code) == (400, 303)
    assert bookings()[0].state == State.CONFIRMED


def test_the_whole_way_goes_over_https_though_secret_pages_send_no_referer(sqlite_url, make):
    event = make.event()
    safe = create_app(settings_for(sqlite_url, base_url="https://events.example")).test_client()
    there = {"base_url": "https://events.example"}

    asked = safe.get(f"/events/{event.id}/bookings/new", **there)
    typed = fields(asked) | {"name": "Priya", "email": "p@alderbeck.example", "unlisted": "y"}
    sent = safe.post(f"/events/{event.id}/bookings", data=typed, headers={"Origin": "https://events.example"}, **there)
    code_page = safe.get(sent.location, **there)
    typed = fields(code_page) | {"code": digits()}
    confirmed = safe.post(sent.location, data=typed, headers={"Origin": "null"}, **there)

    assert code_page.headers["Referrer-Policy"] == "no-referrer"
    assert confirmed.status_code == 303


def test_somebody_signed_out_meanwhile_loses_nothing(client, make, the_clock):
    event, priya = make.event(), make.person()
    sign_in(client, priya)
    typed = fields(client.get(f"/events/{event.id}/bookings/new")) | {"unlisted": "y", "needs": "A ramp"}
    the_clock.forward(hours=13)

    page = client.post(f"/events/{event.id}/bookings", data=typed)

    assert page.status_code == 422
    assert "You have been signed out meanwhile. Nothing you typed is lost" in words(page)
    assert fields(page)["needs"] == "A ramp"


# The one-time key


def test_the_same_form_twice_holds_once_and_sends_one_code(client, make, outbox):
    event = make.event()

    first, second = post(client, event, key=KEY), post(client, event, key=KEY)

    assert (first.location, len(bookings()), taken(event)) == (second.location, 1, 1)
    assert outbox() == ["code"]


def test_the_same_key_with_other_fields_is_refused_in_words(client, make):
    event = make.event()
    post(client, event, key=KEY)

    page = post(client, event, key=KEY, name="Somebody Else")

    assert (page.status_code, len(bookings())) == (409, 1)
    assert "Your first booking stands" in words(page)
    assert fields(page)["name"] == "Somebody Else"


class TestOnBothDatabases:
    @pytest.fixture
    def url(self, either_url):
        return either_url

    def test_one_form_pressed_13_times_books_once(self, app, make, outbox):
        event, priya = make.event(), make.person()
        client = app.test_client()
        sign_in(client, priya)
        cookie = client.get_cookie("booking")
        address, answers, typed = f"/events/{event.id}/bookings", [], form(key=KEY)

        def press():
            browser = app.test_client()
            browser.set_cookie("booking", cookie.value)
            answers.append(browser.post(address, data=typed))

        assert at_once(app, [press] * 13) == {"done": 13}
        db.session.rollback()
        assert {(answer.status_code, answer.location) for answer in answers} == {(303, answers[0].location)}
        assert (len(bookings()), taken(event)) == (1, 1)
        assert outbox() == ["code", "places_booked"]

    def test_the_link_in_the_mail_pressed_13_times_confirms_once(self, app, make, outbox):
        event, client = make.event(), app.test_client()
        sent = post(client, event)
        link, cookie = newest_code().link, client.get_cookie("booking")
        answers = []

        def press():
            browser = app.test_client()
            browser.set_cookie("booking", cookie.value)
            answers.append(browser.post(f"/codes/{link}"))

        assert at_once(app, [press] * 13) == {"done": 13}
        db.session.rollback()
        assert {answer.status_code for answer in answers} == {303}
        assert sorted("/codes/" in answer.location for answer in answers) == [False] + [True] * 12
        assert outbox() == ["code", "places_booked"]
        assert (bookings()[0].state, taken(event)) == (State.CONFIRMED, 1)
        # Whoever was too late is led on: with the cookie of the press that won, to the booking.
        winner = next(answer for answer in answers if "/codes/" not in answer.location)
        client.set_cookie("booking", _cookie_of(winner))
        assert client.get(f"/codes/{link}", follow_redirects=True).request.path == winner.location
        assert client.get(sent.location).location == winner.location


def _cookie_of(answer):
    return answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]


# Refused: in words, with what is next best, and nothing is lost


def test_who_comes_too_late_keeps_the_form_and_is_offered_another_lesson(client, make):
    programme = make.programme(hub := make.hub())
    event = make.event(hub=hub, programme_id=programme.id, capacity=1, taken=1)
    other = make.event(hub=hub, programme_id=programme.id, title="Year 3: equal parts")
    make.event(hub=hub, programme_id=programme.id, title="No room for two", capacity=1)

    page = post(client, event, **GRACE, needs="A ramp")

    assert page.status_code == 409
    assert "The last places have just gone" in words(page)
    assert "Year 3: equal parts" in page.text
    assert "No room for two" not in page.text
    assert f'href="/events/{other.id}"' in page.text
    assert (fields(page)["needs"], fields(page)["colleagues-0-name"]) == ("A ramp", "Grace Adeyemi")


def test_the_instant_of_closing_refuses_and_keeps_the_form(client, make, the_clock):
    event = make.event()
    the_clock.at = event.closes_at

    page = post(client, event)

    assert (page.status_code, fields(page)["name"]) == (409, "Priya Nair")
    assert "Booking for this event has closed" in words(page)


def test_a_school_that_has_all_it_may_is_told(client, make):
    school = make.school(name="Alderbeck Primary School")
    event = make.event(max_per_school=2)
    make.booking(event, size=2, school=school)

    page = post(client, event, unlisted="", school_urn=str(school.urn))

    assert page.status_code == 409
    assert "Alderbeck Primary School has all of the 2 places that one school may have here" in words(page)


def test_somebody_signed_in_learns_who_is_booked_already(client, make):
    event, grace = make.event(), make.person(name="Grace Adeyemi", email="g.adeyemi@alderbeck.example")
    make.booking(event, grace)
    sign_in(client, make.person())

    page = post(client, event, **GRACE)

    assert page.status_code == 409
    assert "Grace Adeyemi has a place at this event already" in words(page)


def test_a_stranger_learns_nothing_about_who_is_booked(client, make):
    event, grace = make.event(), make.person(name="Grace Adeyemi", email="g.adeyemi@alderbeck.example")
    make.booking(event, grace)

    sent = post(client, event, **GRACE)

    assert sent.status_code == 303
    assert "already" not in words(client.get(sent.location))


def test_before_the_address_is_known_a_party_is_at_most_5(client, make):
    event = make.event()
    many = {key: value for n in range(5) for key, value in colleague(n, f"C{n}", f"c{n}@alderbeck.example").items()}

    page = post(client, event, **many)

    assert page.status_code == 409
    assert "you can book up to 5 places" in words(page)
    assert f"/sign-in?next=/events/{event.id}/bookings/new" in page.text
    assert fields(page)["colleagues-4-name"] == "C4"
    assert bookings() == []


def test_too_many_codes_for_an_address_keep_the_form_and_hold_nothing(client, make):
    event = make.event()
    for _ in range(6):
        client.post("/sign-in", data={"email": "p.nair@alderbeck.example"})

    page = post(client, event)

    assert (page.status_code, bookings(), taken(event)) == (429, [], 0)
    assert fields(page)["name"] == "Priya Nair"


def test_when_the_database_is_busy_the_form_is_kept(client, make, monkeypatch):
    address = f"/events/{make.event().id}/bookings"
    monkeypatch.setattr("booking.engines.WAIT_SECONDS", 0.05)

    with transaction(), ThreadPoolExecutor(1) as elsewhere:
        page = elsewhere.submit(client.post, address, data=form()).result(30)

    assert (page.status_code, page.headers["Retry-After"]) == (503, "5")
    assert (fields(page)["name"], bookings()) == ("Priya Nair", [])


# Where there is no form


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"capacity": 2, "taken": 2}, "This event is full All 2 places are taken"),
        ({"called_off_why": "The teacher is ill."}, "This event has been called off The teacher is ill."),
        ({"opens_at": timedelta(days=2)}, "Booking has not opened yet It opens Wednesday 3 March, 12 noon"),
        ({"closes_at": timedelta(hours=-2)}, "Booking has closed It closed today, 10am"),
    ],
)
def test_without_a_form_the_page_says_why_and_what_else_there_is(client, make, noon, given, sentence):
    hub = make.hub()
    if "called_off_why" in given:
        given = given | {"called_off_at": noon}
    given = {name: noon + value if isinstance(value, timedelta) else value for name, value in given.items()}
    event = make.event(hub=hub, **given)
    make.event(hub=hub, title="Year 3: equal parts")

    page = client.get(f"/events/{event.id}/bookings/new")

    assert page.status_code == 200
    assert sentence in words(page)
    assert "Year 3: equal parts" in page.text
    assert "<form" not in page.text.partition("<main")[2]


def test_an_event_that_is_over_is_gone_after_30_days(client, make, the_clock):
    event = make.event()
    the_clock.at = event.ends_at + timedelta(days=1)
    over = client.get(f"/events/{event.id}/bookings/new")
    the_clock.forward(days=30)
    gone = client.get(f"/events/{event.id}/bookings/new")

    assert (over.status_code, gone.status_code) == (200, 410)
    assert "This event is over" in words(over)


def test_a_draft_cannot_be_booked(client, make):
    draft = make.event(published_at=None)

    assert client.get(f"/events/{draft.id}/bookings/new").status_code == 404
    assert post(client, draft).status_code == 404


def test_somebody_who_has_a_place_is_told_and_may_book_for_colleagues(client, make):
    event, priya = make.event(), make.person()
    make.booking(event, priya)
    sign_in(client, priya)

    page = client.get(f"/events/{event.id}/bookings/new")

    assert "You have a place at this event already" in words(page)
    assert "coming" not in fields(page)


def test_reloading_the_address_of_the_form_leads_back_to_it(client, make):
    event = make.event()

    assert client.get(f"/events/{event.id}/bookings").location == f"/events/{event.id}/bookings/new"


# The code


def test_a_wrong_code_is_counted_and_the_fifth_is_the_last(client, make):
    event = make.event()
    sent = post(client, event)
    wrong = "000000" if digits() != "000000" else "111111"

    said = [words(client.post(sent.location, data={"code": wrong})) for _ in range(5)]
    late = client.post(sent.location, data={"code": digits()})

    assert ["That is not the code" in one for one in said] == [True] * 5
    assert "4 tries left" in said[0]
    assert "last try" in said[4]
    assert late.status_code == 422
    assert bookings()[0].state == State.HELD
    assert db.session.scalar(select(Code.tries)) == 5


def test_what_is_no_code_counts_as_no_try(client, make):
    sent = post(client, make.event())

    page = client.post(sent.location, data={"code": "12 34"})

    assert page.status_code == 422
    assert "Enter the 6 digits of the code" in page.text
    assert newest_code().tries == 0


def test_a_new_code_voids_the_old_and_does_not_keep_the_places_longer(client, make, the_clock):
    event = make.event()
    sent = post(client, event)
    old = digits()
    the_clock.forward(minutes=8)

    client.post(f"/bookings/{bookings()[0].link}/code")
    refused = client.post(sent.location, data={"code": old}) if old != digits() else None
    page = client.get(sent.location)

    assert refused is None or refused.status_code == 422
    assert "kept until 12:15pm" in words(page)
    assert "It works until 12:18pm" in words(page)
    assert client.post(sent.location, data={"code": digits()}).status_code == 303


def test_after_the_hold_lapsed_typing_the_code_books_again(client, make, the_clock):
    event = make.event(capacity=2)
    sent = post(client, event, **GRACE)
    the_clock.forward(minutes=16)
    with transaction():
        places.lapse_due(at=the_clock.at)
    client.post(f"/bookings/{bookings()[0].link}/code")

    page = client.get(sent.location)
    confirmed = client.post(sent.location, data={"code": digits()})

    assert "were kept until 12:15pm and have gone back. Enter a code, and we book again if there is room" in words(page)
    assert confirmed.status_code == 303
    assert [one.state for one in bookings()] == [State.LAPSED, State.CONFIRMED]
    assert client.get(sent.location).location == confirmed.location


def test_after_the_hold_lapsed_and_the_places_went_it_says_so_and_keeps_what_was_typed(client, make, the_clock):
    hub = make.hub()
    event, other = make.event(hub=hub, capacity=2), make.event(hub=hub, title="Year 3: equal parts")
    sent = post(client, event, **GRACE, needs="A ramp")
    the_clock.forward(minutes=16)
    with transaction():
        places.lapse_due(at=the_clock.at)
    make.booking(event, size=2)
    client.post(f"/bookings/{bookings()[0].link}/code")

    refused = client.post(sent.location, data={"code": digits()})
    change = client.get(f"/bookings/{bookings()[0].link}/return")

    assert refused.status_code == 409
    assert "The last places have just gone" in words(refused)
    assert other.title in refused.text
    assert (fields(change)["needs"], fields(change)["colleagues-0-name"]) == ("A ramp", "Grace Adeyemi")
    assert newest_code().used_at is None


def test_where_a_network_holds_many_places_they_are_booked_when_the_code_is_typed(client, make):
    event = make.event()
    for number in range(10):
        post(client, event, email=f"t{number}@alderbeck.example")

    sent = post(client, event)
    page = client.get(sent.location)

    assert taken(event) == 10
    assert "We book the place when you type the code" in words(page)
    assert client.post(sent.location, data={"code": digits()}).status_code == 303
    assert (taken(event), bookings()[-1].state) == (11, State.CONFIRMED)


def test_a_colleague_who_is_booked_already_is_dropped_and_named(client, make):
    event, grace = make.event(), make.person(email="g.adeyemi@alderbeck.example")
    make.booking(event, grace)
    sent = post(client, event, **GRACE)

    page = client.post(sent.location, data={"code": digits()}, follow_redirects=True)

    assert "Grace Adeyemi has a place at this event already, so this booking is without that person" in words(page)
    assert taken(event) == 2


def test_changing_what_was_typed_gives_the_places_back_and_shows_the_form(client, make):
    event, school = make.event(), make.school()
    sent = post(client, event, **GRACE, unlisted="", school_urn=str(school.urn), needs="A ramp")
    token = bookings()[0].link

    given_up = client.post(f"/bookings/{token}/return")
    page = client.get(given_up.location)
    again = client.post(f"/events/{event.id}/bookings", data=fields(page) | {"email": "priya@alderbeck.example"})

    assert (given_up.status_code, again.status_code) == (303, 303)
    assert fields(page)["email"] == "p.nair@alderbeck.example"
    assert (fields(page)["school_urn"], fields(page)["needs"]) == (str(school.urn), "A ramp")
    assert [one.state for one in bookings()] == [State.LAPSED, State.HELD]
    assert (taken(event), again.location != sent.location) == (2, True)


@pytest.mark.parametrize("where", ["", "Alderbeck Trust"])
def test_whoever_is_at_no_listed_school_is_so_still_when_the_form_comes_back(client, make, where):
    event = make.event()
    post(client, event, unlisted_school=where)

    back = fields(client.get(f"/bookings/{bookings()[0].form_link}/return"))
    again = client.post(f"/events/{event.id}/bookings", data=back)

    assert (back["unlisted"], back["unlisted_school"]) == ("y", where)
    assert again.status_code == 303


def test_the_school_of_whoever_signed_in_meanwhile_takes_no_answers_place(client, make):
    event, priya = make.event(), make.person(school=make.school())
    post(client, event)
    sign_in(client, priya)

    back = fields(client.get(f"/bookings/{bookings()[0].form_link}/return"))

    assert (back["unlisted"], back["school"], back["school_urn"]) == ("y", "", "")


def test_the_link_of_the_form_leads_no_further_than_the_code(client, app, make):
    sent = post(client, make.event())
    token = bookings()[0].form_link
    confirmed = client.post(sent.location, data={"code": digits()})
    stranger = app.test_client()

    assert stranger.get(f"/bookings/{token}").status_code == 404
    assert stranger.get(sent.location).status_code == 200
    assert "This booking has been confirmed" in words(stranger.get(sent.location))
    assert bookings()[0].link not in stranger.get(sent.location).text
    assert client.get(sent.location).location == confirmed.location


def test_what_nobody_confirmed_within_a_day_has_been_deleted_and_the_page_says_so(client, make, the_clock):
    sent = post(client, make.event())
    the_clock.forward(hours=25)
    with transaction():
        places.lapse_due(at=the_clock.at)
    with transaction():
        places.forget_lapsed(at=the_clock.at)

    page = client.get(sent.location)

    assert page.status_code == 410
    assert "what was typed has been deleted" in words(page)


def test_so_has_the_address_a_day_after_its_code_and_the_link_of_the_mail_still_says_what_to_do(
    client, make, the_clock
):
    post(client, make.event())
    link = newest_code().link
    the_clock.forward(hours=25)
    with transaction():
        codes.forget_ended(at=the_clock.at)

    page = client.get(f"/codes/{link}")

    assert page.status_code == 200
    assert "This link no longer works" in words(page)


def test_a_link_that_was_altered_leads_nowhere(client, make):
    sent = post(client, make.event())

    assert client.get(sent.location.replace("/confirmation", "x/confirmation")).status_code == 404
    assert client.get("/bookings/1-abc/confirmation").status_code == 404
    assert client.get("/codes/1-abc").status_code == 404


# The link in the mail


def test_opening_the_link_does_nothing_and_its_button_confirms(client, make):
    event = make.event()
    post(client, event)
    link = newest_code().link

    opened = client.get(f"/codes/{link}")
    client.head(f"/codes/{link}")
    before = bookings()[0].state
    pressed = client.post(f"/codes/{link}")

    assert (opened.status_code, before, pressed.status_code) == (200, State.HELD, 303)
    assert "email" not in fields(opened)
    assert bookings()[0].state == State.CONFIRMED


def test_in_another_browser_the_link_asks_for_the_address_it_went_to(client, app, make):
    post(client, make.event())
    link, elsewhere = newest_code().link, app.test_client()

    opened = elsewhere.get(f"/codes/{link}")
    wrong = elsewhere.post(f"/codes/{link}", data={"email": "somebody@else.example"})
    none = elsewhere.post(f"/codes/{link}", data={})
    tries = newest_code().tries
    right = elsewhere.post(f"/codes/{link}", data={"email": "P.NAIR@alderbeck.example"})

    assert "email" in fields(opened)
    assert (wrong.status_code, none.status_code, tries, right.status_code) == (422, 422, 1, 303)
    assert "That is not the address the code went to" in wrong.text
    assert bookings()[0].state == State.CONFIRMED


def test_a_link_that_is_too_old_says_so_and_changes_nothing(client, make, the_clock):
    post(client, make.event())
    link = newest_code().link
    the_clock.forward(minutes=10)

    page = client.post(f"/codes/{link}", follow_redirects=True)

    assert "This link no longer works" in words(page)
    assert bookings()[0].state == State.HELD


def test_a_used_link_tells_a_stranger_nothing(client, app, make):
    post(client, make.event())
    link = newest_code().link
    client.post(f"/codes/{link}")
    stranger = app.test_client()

    page = stranger.post(f"/codes/{link}", data={"email": "p.nair@alderbeck.example"}, follow_redirects=True)

    assert "This link has been used" in words(page)
    assert stranger.get("/my/bookings").status_code == 303


def test_pages_with_a_secret_in_their_address_are_kept_private(client, make):
    sent = post(client, make.event())

    for address in (sent.location, f"/codes/{newest_code().link}", f"/bookings/{bookings()[0].link}/return"):
        headers = client.get(address).headers
        kept = (headers["Referrer-Policy"], headers["X-Robots-Tag"], headers["Cache-Control"])
        assert kept == ("no-referrer", "noindex", "no-store")


def test_nobody_is_made_known_by_a_form_that_nobody_confirmed(client, make):
    event = make.event()
    before = db.session.scalar(select(func.count()).select_from(Person))

    post(client, event, **GRACE)

    assert db.session.scalar(select(func.count()).select_from(Person)) == before
    db.session.execute(update(Event).values(title="x"))
    db.session.rollback()
