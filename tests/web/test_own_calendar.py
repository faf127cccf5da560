"""One person's own calendar at its secret address. The numbers are those of docs/calendars.md."""

from __future__ import annotations

from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import feeds, places
from booking.domain.audit import AuditEntry
from booking.domain.events import Event
from booking.domain.places import Booking, Guest
from booking.domain.places.states import move
from tests.make import NOON, START
from tests.web.reading import sign_in

SECRET = "https://meet.example/a-secret-room"


@pytest.fixture
def priya(make):
    return make.person(name="Priya Nair", email="p.nair@school.example")


@pytest.fixture
def event(make):
    return make.event(bring="Your school ID badge")


def path(person):
    return f"/calendars/{feeds.link(db.session.merge(person))}.ics"


def entries(client, person):
    found = Calendar.from_ical(client.get(path(person)).data).walk("VEVENT")
    return {str(one["UID"]): one for one in found}


def entry(client, person):
    [one] = entries(client, person).values()
    return one


def short(one):
    return str(one["STATUS"]), str(one["TRANSP"]), str(one["SUMMARY"]).partition(":")[0], one["SEQUENCE"]


def moved(booking, *acts, at=NOON, **given):
    """Move a booking as its verbs do, whatever has led there."""
    with transaction() as session, session.no_autoflush:  # the state and its moment are written together
        booking = db.session.get_one(Booking, booking.id)
        for act in acts:
            booking.position = booking.position or 1
            move(booking, act, by=None, at=at)
            booking.offer_ends_at = given.get("offer_ends_at") if act == "offer" else None


@pytest.fixture
def waiting(make, event, priya):
    booking = make.booking(event, priya)
    with transaction():
        booking = db.session.get_one(Booking, booking.id)
        booking.state, booking.position = "waiting", 1
    return booking


def test_09_a_booking_keeps_the_time_and_says_what_the_day_needs(client, make, event, priya):
    make.booking(event, priya)

    one = entry(client, priya)

    assert short(one) == ("CONFIRMED", "OPAQUE", "Year 4", 0)
    assert str(one["UID"]) == event.slots[0].uid
    words = str(one["DESCRIPTION"])
    assert words.startswith("You have a place.\nBring: Your school ID badge\n")
    assert "Cancel, and somebody else can have the place: http://localhost/my/bookings" in words
    assert words.endswith(f"\nhttp://localhost/events/{event.id}")


def test_09_waiting_and_being_offered_keep_no_time_and_say_so_and_each_step_is_numbered(client, waiting, priya):
    assert short(entry(client, priya)) == ("TENTATIVE", "TRANSPARENT", "Waiting list", 0)

    moved(waiting, "offer", offer_ends_at=NOON + timedelta(days=2))
    offered = entry(client, priya)
    moved(waiting, "accept")
    confirmed = entry(client, priya)

    assert short(offered) == ("TENTATIVE", "TRANSPARENT", "Place offered", 1)
    assert str(offered["DESCRIPTION"]).startswith("Offered until Wednesday 3 March 2027, 12 noon (UK time).")
    assert short(confirmed) == ("CONFIRMED", "OPAQUE", "Year 4", 2)
    assert offered["UID"] == confirmed["UID"]


def test_09_an_offer_that_passed_and_a_booking_that_was_cancelled_do_not_vanish(client, waiting, priya):
    moved(waiting, "offer", offer_ends_at=NOON + timedelta(days=2))
    moved(waiting, "pass")
    passed = entry(client, priya)
    moved(waiting, "leave")

    assert short(passed) == ("TENTATIVE", "TRANSPARENT", "Waiting list", 2)
    assert short(entry(client, priya)) == ("CANCELLED", "TRANSPARENT", "Cancelled", 3)


def test_07_the_number_only_rises_whatever_happens_between(client, make, event, priya):
    def cancelled(booking):
        with transaction():
            places.cancel(booking.id, by=booking.booker, at=NOON)

    seen = []
    for _ in range(3):
        booking = make.booking(event, priya)
        seen.append(entry(client, priya)["SEQUENCE"])
        cancelled(booking)
        seen.append(entry(client, priya)["SEQUENCE"])

    assert seen == [0, 1, 2, 3, 4, 5]


def test_07_a_session_that_moves_is_numbered_for_whoever_comes(client, make, event, priya):
    make.booking(event, priya)
    with transaction():
        slot = db.session.get_one(Event, event.id).slots[0]
        slot.starts_at, slot.ends_at = START + timedelta(hours=1), START + timedelta(hours=3)
        slot.sequence, slot.revised_at = slot.sequence + 1, NOON + timedelta(hours=1)

    one = entry(client, priya)

    assert (one["SEQUENCE"], one["DTSTART"].dt) == (1, START + timedelta(hours=1))
    assert one["DTSTAMP"].dt == one["LAST-MODIFIED"].dt == NOON + timedelta(hours=1)


def test_a_place_passed_on_leaves_one_calendar_and_enters_another(client, make, event, priya):
    booking = make.booking(event, priya)
    grace = make.person(name="Grace Adeyemi", email="grace@school.example")
    with transaction():
        places.swap(booking.places[0].id, Guest(grace.name, grace.email), by=booking.booker, at=NOON)

    assert short(entry(client, priya)) == ("CANCELLED", "TRANSPARENT", "Cancelled", 1)
    assert short(entry(client, grace)) == ("CONFIRMED", "OPAQUE", "Year 4", 0)


def test_whoever_only_books_for_others_keeps_their_own_time(client, make, event, priya):
    make.booking(event, priya, guests=(make.guest(),))

    assert entries(client, priya) == {}


def test_11_the_link_to_join_is_for_those_who_come(client, make, event, priya):
    with transaction():
        db.session.get_one(Event, event.id).slots[0].join_url = SECRET
    booking = make.booking(event, priya)
    assert entry(client, priya)["CONFERENCE"] == SECRET

    moved(booking, "cancel")

    assert SECRET not in client.get(path(priya)).text


def test_a_held_booking_is_in_nobodys_calendar(client, make, event, priya):
    make.held(event, make.party(priya))

    assert entries(client, priya) == {}


def test_it_says_nothing_of_what_anybody_needs_nor_of_anybody_else(client, make, event, priya):
    make.booking(event, priya, size=3, needs="A ramp, and no nuts")

    text = client.get(path(priya)).text

    for word in ("ramp", "nuts", "Guest", "@", "ATTENDEE"):
        assert word not in text


def test_17_it_is_kept_private(client, make, event, priya):
    make.booking(event, priya)
    address = path(priya)

    answer = client.get(address)

    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Access-Control-Allow-Origin" not in answer.headers
    secret = address.removeprefix("/calendars/").removesuffix(".ics")
    assert secret not in answer.text
    assert secret.partition("-")[2] not in str(answer.headers)
    assert len(secret.partition("-")[2]) * 5 >= 128


def test_17_every_wrong_address_gets_the_same_answer(client, make, event, priya):
    make.booking(event, priya)
    good = feeds.link(priya)
    ended = make.person(feed_ended_at=NOON)
    wrong = [
        good[:-1],
        good.upper(),
        f"{make.person().id}-{good.partition('-')[2]}",
        "999999999-" + good.partition("-")[2],
        "nonsense",
        f"{ended.id}-aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "0",
    ]

    answers = [client.get(f"/calendars/{token}.ics") for token in wrong]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_17_what_has_not_changed_is_not_sent_again_and_what_has_is(client, make, event, priya):
    booking = make.booking(event, priya)
    known = {"If-None-Match": client.get(path(priya)).headers["ETag"]}
    assert client.get(path(priya), headers=known).status_code == 304

    moved(booking, "cancel")

    assert client.get(path(priya), headers=known).status_code == 200


def test_17_somebody_elses_booking_changes_nothing(client, make, event, priya):
    make.booking(event, priya)
    before = client.get(path(priya)).headers["ETag"]
    make.booking(event, size=2)

    assert client.get(path(priya)).headers["ETag"] == before


def test_18_a_new_address_ends_the_old_one_at_once(client, make, event, priya):
    make.booking(event, priya)
    old = path(priya)
    sign_in(client, priya)

    assert client.post("/my/calendar/addresses").headers["Location"] == "/my/bookings#calendar"

    assert client.get(old).status_code == 404
    assert client.get(path(priya)).status_code == 200
    assert path(priya) != old
    assert path(priya) in client.get("/my/bookings").text


def test_18_whoever_wants_no_address_has_none_until_they_ask(client, make, event, priya):
    make.booking(event, priya)
    old = path(priya)
    sign_in(client, priya)

    client.post("/my/calendar/end")

    assert client.get(old).status_code == 404
    assert feeds.link(db.session.merge(priya)) is None
    assert "/calendars/" not in client.get("/my/bookings").text
    client.post("/my/calendar/addresses")
    assert client.get(path(priya)).status_code == 200
    assert client.get(old).status_code == 404
    acts = [entry.act for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert acts[-2:] == ["feed.ended", "feed.renewed"]


@pytest.mark.parametrize("act", ["addresses", "end"])
def test_18_a_stranger_is_asked_to_sign_in_and_changes_nothing(client, priya, act):
    before = path(priya)

    page = client.post(f"/my/calendar/{act}")

    assert (page.status_code, 'href="/sign-in"' in page.text) == (403, True)

    assert path(priya) == before


def test_18_it_dies_with_whose_it_is(client, make, event, priya):
    make.booking(event, priya)
    address = path(priya)
    with transaction():
        db.session.merge(priya).email = None

    assert client.get(address).status_code == 404


def test_18_nobody_sees_anothers_bookings(client, make, event, priya):
    make.booking(event, priya)
    other = make.event()
    grace = make.person()
    make.booking(other, grace)

    assert list(entries(client, grace)) == [other.slots[0].uid]
    assert list(entries(client, priya)) == [event.slots[0].uid]


def test_24_it_costs_the_same_for_one_booking_and_for_thirty(client, make, event, priya, statements):
    def cost():
        address = path(priya)
        statements.clear()
        client.get(address)
        return len(statements)

    make.booking(event, priya)
    one = cost()
    for _ in range(29):
        make.booking(make.event(hub=event.hub), priya)

    assert (one, cost()) == (2, 2)
