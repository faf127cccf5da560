"""The organiser's pages for changing what people have booked: what they show, ask, refuse and do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.db import db, transaction
from booking.domain import changes, places
from booking.domain.audit import AuditEntry
from booking.domain.events import Event, Slot
from booking.domain.messages import Message
from booking.domain.people import Person
from tests.make import NOON, START
from tests.web.reading import fields, sign_in, words

WEEK = timedelta(weeks=1)


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub")


@pytest.fixture
def ruth(make, hub, client):
    """The hub's organiser, signed in."""
    person = make.organiser(hub, name="Ruth Calloway")
    sign_in(client, person)
    return person


@pytest.fixture
def event(make, hub, ruth):
    return make.event(hub=hub)


@pytest.fixture
def work_group(make, hub, ruth):
    return make.event(hub=hub, kind="work_group", starts=(START, START + WEEK, None))


@pytest.fixture
def desk(event):
    return f"/desk/events/{event.id}"


@pytest.fixture
def session(desk, event):
    return f"{desk}/changes/sessions/{event.slots[0].id}"


def send(client, address, **given):
    """Send the form of a page as it stands, but for what is given."""
    return client.post(address, data=fields(client.get(address)) | given)


def do(client, address, **given):
    """Send the form, look at what comes of it, and do it."""
    look = send(client, address, **given)
    assert look.status_code == 200, words(look)
    return client.post(address, data=fields(look) | {"sure": "y"})


def slot_of(event):
    return db.session.scalars(select(Slot).where(Slot.event_id == event.id).order_by(Slot.id)).first()


def mails(kind):
    return len(db.session.scalars(select(Message).where(Message.kind == kind)).all())


class TestLooking:
    def test_the_page_lists_what_can_be_changed(self, client, work_group):
        said = words(client.get(f"/desk/events/{work_group.id}/changes"))

        assert "Lesson and discussion Tuesday 16 March 2027 1:30pm to 3:30pm Larkmead Primary School, Otley" in said
        assert said.count("Change date or place") == 3
        assert "Call the event off" in said

    def test_a_change_says_what_was_what_is_and_who_is_told_and_does_nothing_yet(self, client, make, event, session):
        make.booking(event, size=3)

        said = words(send(client, session, day="23 March 2027", room="The hall"))

        assert "Before: Tuesday 16 March 2027, 1:30pm to 3:30pm (UK time)" in said
        assert "Now: Tuesday 23 March 2027, 1:30pm to 3:30pm (UK time)" in said
        assert "Now: Larkmead Primary School, Otley, The hall" in said
        assert "Booking closes Friday 12 March, 1:30pm Friday 19 March, 1:30pm" in said
        assert "3 people get one e-mail each, today, 12:10pm, that says what was and what is" in said
        assert (slot_of(event).starts_at, changes.pending(event), mails("event_changed")) == (START, [], 0)

    def test_a_move_says_what_stands_against_the_new_date(self, client, make, hub, event, session):
        make.holiday(hub, "Easter", date(2027, 3, 20), date(2027, 4, 4))
        taken = make.event(hub=hub, venue=event.slots[0].venue, title="Cohort 2", starts=(START + WEEK,))

        said = words(send(client, session, day="23 March 2027"))

        assert "Tuesday 23 March 2027 is in the hub’s holidays: Easter." in said
        assert f"Larkmead Primary School is taken then by “{taken.title}”" in said
        assert "Worth knowing" not in words(send(client, session, day="17 March 2027"))

    def test_a_session_that_is_added_says_so_of_its_own_date_only(self, client, make, hub, work_group):
        make.holiday(hub, "Training days", date(2027, 3, 16), date(2027, 3, 16))
        new = {"title": "Catch up", "day": "20 March 2027", "starts": "1:30pm", "ends": "3:30pm"}

        said = words(send(client, f"/desk/events/{work_group.id}/changes/sessions/new", **new))

        assert "Saturday 20 March 2027 is at the weekend." in said
        assert "Training days" not in said

    def test_going_back_shows_the_form_as_it_was_typed(self, client, event, session):
        look = send(client, session, day="23 March 2027", room="The hall")

        page = client.post(session, data=fields(look) | {"back": "y"})

        assert (fields(page)["day"], fields(page)["room"]) == ("Tuesday 23 March 2027", "The hall")

    def test_what_is_as_it_is_says_so(self, client, event, session):
        assert "Nothing is different from what it is now." in words(send(client, session))

    def test_an_event_that_is_over_says_so(self, client, event, ruth, desk, the_clock):
        the_clock.forward(days=60)
        sign_in(client, ruth)

        assert "This event is over" in words(client.get(f"{desk}/changes"))
        assert "Change date, place" not in words(client.get(desk))


class TestASession:
    def test_is_moved_once_it_was_looked_at(self, client, make, event, desk, session):
        make.booking(event)

        answer = do(client, session, day="23 March 2027", starts="2pm", ends="4pm")

        assert (answer.status_code, answer.location) == (303, desk)
        slot = slot_of(event)
        assert (slot.starts_at, slot.sequence) == (START + WEEK + timedelta(minutes=30), 1)
        said = words(client.get(desk))
        assert "It is changed." in said
        assert "1 person has not been told yet They get one e-mail about all of this today, 12:10pm." in said
        trail = words(client.get(f"{desk}/audit"))
        assert "Ruth Calloway Changed the session “Lesson and discussion”: start from Tuesday 16 March 2027" in trail

    def test_the_notice_can_be_sent_at_once(self, client, make, event, desk, session):
        make.booking(event)
        do(client, session, day="23 March 2027")

        answer = client.post(f"{desk}/changes/notice")

        assert answer.location == desk
        assert mails("event_changed") == 1
        assert "not been told yet" not in words(client.get(desk))

    def test_pressed_twice_it_moves_once(self, client, event, session):
        look = send(client, session, day="23 March 2027")

        answers = [client.post(session, data=fields(look) | {"sure": "y"}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        assert slot_of(event).sequence == 1

    def test_changed_meanwhile_by_somebody_else_it_is_looked_at_again(self, client, make, hub, event, session, noon):
        look = send(client, session, day="23 March 2027")
        other = make.organiser(hub)
        with transaction():
            changes.rename(event.id, "Year 4: nines", "", by=other, at=noon)

        again = client.post(session, data=fields(look) | {"sure": "y"})

        assert again.status_code == 409
        assert "Somebody else has changed this event meanwhile." in words(again)
        assert slot_of(event).starts_at == START
        assert client.post(session, data=fields(again) | {"sure": "y"}).status_code == 303
        assert slot_of(event).starts_at == START + WEEK

    def test_loses_its_date(self, client, event, session):
        do(client, session, is_open="y", expected="Summer 2027")

        slot = slot_of(event)
        assert (slot.starts_at, slot.expected, slot.withdrawn_start) == (None, "Summer 2027", START)

    def test_goes_by_the_clocks_of_its_new_venue(self, client, make, hub, event, session):
        shanghai = make.venue(hub, name="Minhang Experimental School", zone="Asia/Shanghai")

        do(client, session, where=str(shanghai.id), starts="8am", ends="9:30am")

        assert slot_of(event).starts_at == START.replace(hour=0, minute=0)

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"day": ""}, "Enter the day, or tick that it is to be confirmed"),
            ({"day": "31 June 2027"}, "Enter a day that exists"),
            ({"day": "Monday 23 March 2027"}, "23 March 2027 is a Tuesday"),
            ({"starts": "1:30"}, "Say 1:30am or 1:30pm"),
            ({"ends": "1pm"}, "It must end after it starts"),
            ({"day": "28 February 2027"}, "That is in the past"),
            ({"day": "28 March 2027", "starts": "1:30am", "ends": "3am"}, "There is no 1:30am on Sunday 28 March 2027"),
            ({"title": ""}, "Enter what this session is called"),
            ({"title": "x" * 201}, "Shorten the title to 200 characters"),
            ({"where": "99999"}, "Choose a venue from the list"),
            ({"where": "९"}, "Choose a venue from the list"),
            ({"join_url": "javascript:alert(1)"}, "Enter the link in full, beginning with https://"),
        ],
    )
    def test_what_cannot_be_is_said_at_the_field_and_nothing_typed_is_lost(
        self, client, event, session, wrong, sentence
    ):
        page = send(client, session, **({"room": "The hall"} | wrong))

        assert page.status_code == 422
        assert sentence in words(page)
        assert fields(page)["room"] == "The hall"
        assert slot_of(event).starts_at == START

    def test_an_hour_that_comes_twice_asks_which_one(self, client, make, event, session):
        wrong = {"day": "31 October 2027", "starts": "1:30am", "ends": "3am"}
        page = send(client, session, **wrong)
        assert "Which of the two?" in words(page)

        do(client, session, **wrong, which="second")

        assert slot_of(event).starts_at == START.replace(month=10, day=31, hour=1)

    def test_of_another_event_is_not_found(self, client, make, hub, desk, event):
        other = make.event(hub=hub)

        for path in (f"sessions/{other.slots[0].id}", f"sessions/{other.slots[0].id}/removal"):
            assert client.get(f"{desk}/changes/{path}").status_code == 404
            assert client.post(f"{desk}/changes/{path}", data={"sure": "y"}).status_code == 404
        assert slot_of(other).removed_at is None


class TestSessions:
    def test_one_is_added(self, client, work_group):
        address = f"/desk/events/{work_group.id}/changes/sessions/new"
        venue = str(work_group.slots[0].venue_id)

        do(client, address, title="What stays", day="13 April 2027", starts="1pm", ends="4pm", where=venue)

        db.session.expire_all()
        assert [slot.title for slot in work_group.slots].count("What stays") == 1

    def test_one_is_taken_away(self, client, make, work_group):
        make.booking(work_group)
        gone = work_group.slots[1]

        do(client, f"/desk/events/{work_group.id}/changes/sessions/{gone.id}/removal")

        db.session.expire_all()
        assert gone.id not in [slot.id for slot in work_group.slots]
        said = words(client.get(f"/desk/events/{work_group.id}"))
        assert "Taken away: Lesson and discussion Before: Tuesday 23 March 2027, 1:30pm to 3:30pm (UK time)" in said

    @pytest.mark.parametrize("path", ["sessions/2/removal", "calling-off", "sessions/new", "places"])
    def test_whatever_is_pressed_twice_is_done_once(self, client, make, work_group, path):
        make.booking(work_group)
        address = f"/desk/events/{work_group.id}/changes/{path}"
        given = {"why": "Snow"} if path != "sessions/new" else {"title": "What stays", "is_open": "y"}
        look = send(client, address, **given | ({"capacity": "31"} if path == "places" else {}))

        answers = [client.post(address, data=fields(look) | {"sure": "y"}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [303, 303]
        done = db.session.scalars(select(AuditEntry.act).where(AuditEntry.actor_id.is_not(None)))
        assert len([act for act in done if act.startswith(("slot.", "event."))]) == 1

    def test_the_only_one_stays(self, client, event, session):
        page = client.post(f"{session}/removal", data={})

        assert page.status_code == 422
        assert "Call the event off instead" in words(page)


class TestTheTitle:
    def test_is_changed(self, client, make, event, desk):
        make.booking(event)

        do(client, f"{desk}/changes/title", title="Year 4: nines", taught_by="Mei Lin, from Shanghai")

        db.session.refresh(event)
        assert (event.title, event.taught_by) == ("Year 4: nines", "Mei Lin, from Shanghai")

    def test_is_needed(self, client, desk):
        page = send(client, f"{desk}/changes/title", title=" ")

        assert (page.status_code, "Enter a title" in words(page)) == (422, True)


class TestPlaces:
    def test_more_are_offered_at_once_and_the_look_says_so(self, client, make, hub, ruth):
        event = make.event(hub=hub, capacity=1, taken=1)
        make.waiting(event)
        address = f"/desk/events/{event.id}/changes/places"

        look = send(client, address, capacity="2")
        assert "Places Before: 1 Now: 2" in words(look)
        assert "1 booking that waits is offered places at once" in words(look)
        assert mails("place_offered") == 0
        client.post(address, data=fields(look) | {"sure": "y"})

        assert mails("place_offered") == 1
        db.session.refresh(event)
        assert (event.capacity, event.taken) == (2, 2)
        said = words(client.get(f"/desk/events/{event.id}/audit"))
        assert "Changed the number of places: places from 1 to 2" in said

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"capacity": ""}, "Enter how many places there are, as a number up to"),
            ({"capacity": "٣"}, "Enter how many places there are, as a number up to"),
            ({"capacity": "9" * 5000}, "Enter how many places there are, as a number up to"),
            ({"capacity": "2"}, "3 places are booked"),
            ({"capacity": "0"}, "Enter at least 1 place"),
            ({"extra": "-1"}, "Enter how many more there are, or 0"),
            ({"extra": "2"}, "Say in a few words why there are to be more places than the capacity"),
            ({"max_per_school": "many"}, "Enter the most for one school"),
        ],
    )
    def test_what_cannot_be_is_said_at_the_field(self, client, make, event, desk, wrong, sentence):
        make.booking(event, size=3)

        page = send(client, f"{desk}/changes/places", **wrong)

        assert (page.status_code, sentence in words(page)) == (422, True)


class TestCallingOff:
    def test_says_how_many_are_told_and_then_tells_them(self, client, make, event, desk):
        make.booking(event, size=3)
        address = f"{desk}/changes/calling-off"

        look = send(client, address, why="Our guests travel home a week earlier.")
        assert "3 people get one e-mail each, at once." in words(look)
        assert mails("called_off") == 0
        answer = client.post(address, data=fields(look) | {"sure": "y"})

        assert answer.location == desk
        assert mails("called_off") == 3
        said = words(client.get(desk))
        assert "It is called off." in said
        assert "Called off" in words(client.get(f"/events/{event.id}"))
        assert "Our guests travel home a week earlier." in words(client.get(f"/events/{event.id}"))

    def test_is_what_a_link_in_an_old_mail_says(self, client, make, event, desk):
        booking = make.booking(event, size=2)
        links = [f"/bookings/{booking.link}", f"/places/{booking.places[1].link}"]

        do(client, f"{desk}/changes/calling-off", why="Snow.")

        assert "The event was called off on Monday 1 March 2027. Snow." in words(client.get(links[0]))
        assert "This event was called off Snow. You are not expected." in words(client.get(links[1]))

    def test_asks_why(self, client, event, desk):
        page = send(client, f"{desk}/changes/calling-off")

        assert (page.status_code, "Say in a few words why" in words(page)) == (422, True)
        assert db.session.get_one(Event, event.id).called_off_at is None

    def test_leaves_nothing_to_change(self, client, event, desk, session):
        do(client, f"{desk}/changes/calling-off", why="Snow")

        page = client.post(session, data={"title": "x", "is_open": "y", "where": ""})

        assert page.status_code == 409
        assert "This event has been called off" in words(page)

    def test_leaves_whom_to_ring_and_no_free_places(self, client, make, event, ruth, desk, the_clock):
        booking = make.booking(event, make.person(name="Priya Nair"), size=3, needs="A ramp")
        given_up, last = make.booking(event, make.person(name="Ben Early")).id, booking.places[2].id
        with transaction():
            places.release(last, by=ruth, at=NOON)
            places.cancel(given_up, by=ruth, at=NOON)
        make.held(event, make.party(make.person(name="Held Only")))
        the_clock.forward(minutes=5)

        do(client, f"{desk}/changes/calling-off", why="Snow")
        said, listed = words(client.get(desk)), client.get(f"{desk}/people.csv").get_data(as_text=True)

        assert "Who was booked when it was called off 2 people" in said
        assert ("booked by Priya Nair" in said, listed.count("\r\n")) == (True, 3)
        assert ("Ben Early" in said + listed, "Held Only" in said + listed) == (False, False)
        assert " free" not in said
        assert "A ramp" in words(client.get(f"{desk}/needs"))

    @pytest.mark.parametrize("path", ["line/new", "bookings/new", "edit", "changes/places", "changes/calling-off"])
    def test_is_said_at_once_on_every_form_that_would_refuse(self, client, event, desk, path):
        do(client, f"{desk}/changes/calling-off", why="Snow")

        assert "This event has been called off" in words(client.get(f"{desk}/{path}"))

    def test_leaves_no_session_to_change_and_no_reminders_to_set(self, client, event, desk, session):
        do(client, f"{desk}/changes/calling-off", why="Snow")

        page = client.get(session)
        assert "This event has been called off" in words(page)
        assert "title" not in fields(page)
        assert "/reminders" not in client.get(desk).text


class TestWhoeverComes:
    def test_sees_on_my_bookings_what_is_now_and_what_was(self, client, make, event, session):
        booker = make.person(name="Priya")
        make.booking(event, booker)
        do(client, session, day="23 March 2027")

        sign_in(client, db.session.get_one(Person, booker.id))

        said = words(client.get("/my/bookings"))
        assert "Changed When: Tuesday 23 March 2027, 1:30pm to 3:30pm (UK time) before: Tuesday 16 March 2027" in said

    def test_who_booked_afterwards_sees_no_difference(self, client, make, event, session, the_clock):
        do(client, session, day="23 March 2027")
        booker = make.person()
        make.booking(event, booker, at=the_clock.forward(minutes=1))

        sign_in(client, db.session.get_one(Person, booker.id))

        assert "Changed" not in words(client.get("/my/bookings"))

    def test_sees_it_on_the_page_of_the_event_for_two_weeks_without_the_link(self, client, event, session, the_clock):
        do(client, session, day="23 May 2027", join_url="https://meet.example/secret")

        page = client.get(f"/events/{event.id}")
        assert "Changed lately When Before: Tuesday 16 March 2027" in words(page)
        assert "secret" not in page.text
        the_clock.forward(days=15)
        assert "Changed lately" not in words(client.get(f"/events/{event.id}"))

    @pytest.mark.parametrize("number", [1, 30])
    def test_my_bookings_cost_the_same_for_one_change_and_for_thirty(
        self, client, make, hub, ruth, noon, statements, number
    ):
        booker = make.person()
        for _ in range(number):
            event = make.event(hub=hub)
            make.booking(event, booker)
            with transaction():
                changes.rename(event.id, "Year 4: nines", "", by=db.session.get_one(Person, ruth.id), at=noon)
        sign_in(client, db.session.get_one(Person, booker.id))
        statements.clear()

        client.get("/my/bookings")

        assert len(statements) == 10
