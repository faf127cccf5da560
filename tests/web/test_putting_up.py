"""Putting events up: the form, what it says of what is wrong, the preview, and publishing."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import func, select

from booking.db import db, transaction
from booking.domain import reminders
from booking.domain.events import Event, Programme, Venue
from booking.domain.reminders import Before
from tests.make import NOON, START
from tests.web.reading import digits, fields, sign_in, words

LESSON = {
    "title": "Year 4: ten times as many",
    "phases": ["primary"],
    "years": ["3", "4"],
    "sessions-0-title": "Lesson and discussion",
    "sessions-0-day": "16 March 2027",
    "sessions-0-starts": "1:30pm",
    "sessions-0-ends": "3:30pm",
    "capacity": "30",
    "max_per_school": "4",
}


@pytest.fixture
def hub(make):
    return make.hub(name="Wharfedale Maths Hub")


@pytest.fixture
def ruth(make, hub, client):
    person = make.organiser(hub, name="Ruth Calloway")
    sign_in(client, person)
    return person


def form_of(client, hub, kind="showcase", more=""):
    return fields(client.get(f"/desk/hubs/{hub.slug}/events/new?kind={kind}{more}"))


def put_up(client, hub, *, kind="showcase", **given):
    form = form_of(client, hub, kind) | LESSON | given
    form = {name: value for name, value in form.items() if value is not None}
    return client.post(f"/desk/hubs/{hub.slug}/events?kind={kind}", data=form)


def the_event():
    return db.session.scalars(select(Event)).one()


def change(client, event, **given):
    form = fields(client.get(f"/desk/events/{event.id}/edit")) | given
    chosen = {"phases": [one.phase for one in event.phases]}
    return client.post(f"/desk/events/{event.id}/edit", data={**chosen, **form})


class TestTheForm:
    def test_the_desk_leads_to_it(self, client, hub, ruth):
        assert 'href="/desk/events/new"' in client.get("/desk").text
        assert "A Work Group" in words(client.get("/desk/events/new"))

    def test_a_lesson_is_drafted_with_the_usual_closing_and_led_to_its_preview(self, client, hub, ruth):
        answer = put_up(client, hub)

        event = the_event()
        assert (answer.status_code, answer.location) == (303, f"/desk/events/{event.id}/preview")
        assert event.starts_at == datetime(2027, 3, 16, 13, 30, tzinfo=UTC)
        assert event.closes_at == datetime(2027, 3, 12, 17, tzinfo=UTC)
        assert ([one.phase for one in event.phases], [one.year for one in event.years]) == (["primary"], [3, 4])
        assert [(step["minutes"], step["part"]) for step in event.slots[0].agenda] == [
            (0, ""),
            (15, ""),
            (30, "lesson"),
            (75, "talk"),
        ]

    def test_a_work_group_begins_with_six_meetings_whose_dates_may_be_to_be_confirmed(self, client, hub, ruth):
        form = form_of(client, hub, "work_group")
        assert (form["capacity"], form["max_per_school"], form["sessions-5-title"]) == ("24", "2", "Meeting 6")
        days = {f"sessions-{number}-is_open": "y" for number in range(1, 6)}

        put_up(client, hub, kind="work_group", **days)

        assert [slot.starts_at is None for slot in the_event().slots] == [False, True, True, True, True, True]

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"title": " "}, "Enter a title"),
            ({"title": "x" * 201}, "Shorten the title to 200 characters"),
            ({"title": "Year 4 \u202e"}, "there is a character in it that cannot be shown"),
            ({"capacity": "many"}, "Enter how many places there are, in figures"),
            ({"capacity": "99999999999"}, "Enter how many places there are, in figures"),
            ({"capacity": "-3"}, "Enter how many places there are, in figures"),
            ({"capacity": "0"}, "Give a number of places from 1 to 2000"),
            ({"sessions-0-day": ""}, "Enter the day, or tick that it is to be confirmed"),
            ({"sessions-0-day": "Monday 16 March 2027"}, "16 March 2027 is a Tuesday"),
            ({"sessions-0-day": "16 March 2026"}, "That is past: give a day to come"),
            ({"sessions-0-starts": "1:30"}, "Say 1:30am or 1:30pm"),
            ({"sessions-0-ends": "1pm"}, "It ends after it starts"),
            (
                {"sessions-0-day": "28 March 2027", "sessions-0-starts": "01:30"},
                "There is no 1:30am on Sunday 28 March",
            ),
            ({"sessions-0-day": "31 October 2027", "sessions-0-starts": "01:30"}, "comes twice"),
            ({"closes_day": "17 March 2027", "closes_time": "5pm"}, "Booking closes before the first session starts"),
            ({"closes_day": "12 March 2027"}, "Enter the time when booking closes"),
            ({"sessions-0-day": "3 March 2027"}, "Enter when booking closes: four days before is past"),
            ({"venue": "school"}, "Choose the school from the list"),
            ({"venue": "elsewhere"}, "Enter the name of the place"),
            ({"venue": "999"}, "Choose where it is"),
            ({"programme": "new"}, "Give the new programme a title"),
            ({"lead_name": "Dev"}, "Enter their e-mail address"),
            ({"sessions-0-join_url": "javascript:alert(1)"}, "Enter the link in full"),
            ({"sessions-0-agenda": "after lunch: talk"}, "Begin line 1 of the agenda with a time"),
            ({"sessions-0-agenda": "1pm Welcome"}, "Line 1 of the agenda comes before the session starts"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_lost(self, client, hub, ruth, wrong, sentence):
        page = put_up(client, hub, **{"description": "What I typed", **wrong})

        assert page.status_code == 422
        assert sentence in words(page)
        assert fields(page)["description"] == "What I typed"
        assert db.session.scalar(select(func.count(Event.id))) == 0

    def test_of_several_sessions_each_sentence_says_which_and_the_summary_follows_the_page(self, client, hub, ruth):
        wrong = {"title": "", "lead_name": "Dev", "closes_day": "soon", "programme": "new", "sessions-1-title": ""}

        page = put_up(client, hub, kind="work_group", **wrong, **{"sessions-2-day": "soon", "audience": "x" * 201})

        summary = page.text.partition('id="problems"')[2].partition("</ul>")[0]
        said = re.findall(r'<a href="#[^"]*">([^<]*)</a>', summary)
        assert len(said) == len(set(said))
        expected = [
            "Enter a title",
            "Give the new programme a title",
            "Give session 2 a title",
            "Session 2: enter from when",
            "Session 3: enter a day that exists, like 12 January 2027",
            "Booking closes: enter a day that exists, like 12 January 2027",
            "Shorten who it is for to 200 characters",
            "Enter their e-mail address, like name@school.sch.uk",
        ]
        assert [one for one in said if one in expected] == expected

    def test_where_the_clocks_go_back_it_asks_which_hour_and_takes_the_answer(self, client, hub, ruth):
        night = {"sessions-0-day": "31 October 2027", "sessions-0-starts": "01:30", "sessions-0-agenda": ""}
        assert "Which of the two?" in words(put_up(client, hub, **night))

        put_up(client, hub, **night, **{"sessions-0-which": "second"})

        assert the_event().starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    def test_sessions_are_added_and_taken_away_without_losing_anything(self, client, hub, ruth):
        form = form_of(client, hub) | LESSON

        more = fields(client.post(f"/desk/hubs/{hub.slug}/events", data=form | {"add": "1"}))
        fewer = fields(client.post(f"/desk/hubs/{hub.slug}/events", data=more | {"remove": "1"}))

        assert (more["sessions-0-day"], more["sessions-1-title"]) == ("16 March 2027", "")
        assert "sessions-1-title" not in fewer
        assert fewer["title"] == LESSON["title"]

    def test_a_school_of_the_register_becomes_the_venue(self, client, make, hub, ruth):
        school = make.school(name="Alderbeck Primary School")

        put_up(client, hub, venue="school", school=school.label, school_urn=str(school.urn))

        assert the_event().slots[0].venue.school_urn == school.urn

    def test_another_place_may_go_by_shanghais_clocks(self, client, hub, ruth):
        put_up(
            client,
            hub,
            kind="exchange_visit",
            venue="elsewhere",
            place_name="Pudong School",
            place_zone="Asia/Shanghai",
        )

        slot = the_event().slots[0]
        assert (slot.venue.name, slot.zone) == ("Pudong School", "Asia/Shanghai")
        assert slot.starts_at == datetime(2027, 3, 16, 5, 30, tzinfo=UTC)

    def test_a_new_programme_is_made_and_a_lead_is_told(self, client, hub, ruth, outbox):
        put_up(client, hub, programme="new", programme_title="Showcase, spring", lead_email="d.banerjee@hub.example")

        assert db.session.scalars(select(Programme.title)).all() == ["Showcase, spring"]
        assert outbox()[-1] == "invited"

    def test_the_same_form_twice_drafts_once(self, client, hub, ruth):
        form = form_of(client, hub) | LESSON

        answers = [client.post(f"/desk/hubs/{hub.slug}/events", data=form) for _ in range(2)]

        assert {answer.location for answer in answers} == {f"/desk/events/{the_event().id}/preview"}

    def test_only_what_the_form_asks_is_written(self, client, make, hub, ruth):
        other = make.hub()
        tampered = {"published_at": "2027-01-01", "taken": "29", "extra": "500", "hub_id": str(other.id), "id": "77"}

        put_up(client, hub, **tampered)

        event = the_event()
        assert (event.is_published, event.taken, event.extra, event.hub_id) == (False, 0, 0, hub.id)
        assert event.id != 77

    def test_another_hubs_venue_programme_and_slot_are_nothing_here(self, client, make, hub, ruth):
        theirs = make.event()
        before = theirs.slots[0].title

        wrong = put_up(client, hub, venue=str(theirs.slots[0].venue_id))
        put_up(client, hub, **{"sessions-0-slot": str(theirs.slots[0].id), "sessions-0-title": "Mine now"})

        assert wrong.status_code == 422
        assert db.session.get(Event, theirs.id).slots[0].title == before
        missing = put_up(client, hub, programme=str(make.programme(make.hub()).id))
        assert missing.status_code == 404

    def test_another_hub_is_not_found(self, client, make, ruth):
        assert client.get(f"/desk/hubs/{make.hub().slug}/events/new").status_code == 404
        assert client.get("/desk/hubs/nowhere/events/new").status_code == 404


class TestSignedOutMeanwhile:
    def test_the_form_waits_on_the_page_and_is_sent_again_after_the_sign_in(self, app, make, hub, the_clock):
        app.config["WTF_CSRF_ENABLED"] = True
        browser, ruth = app.test_client(), make.organiser(hub)
        self.sign_in(browser, ruth)
        address = f"/desk/hubs/{hub.slug}/events?kind=showcase"
        typed = form_of(browser, hub) | LESSON | {"summary": "Two\n“lines”"}
        the_clock.forward(hours=13)

        asked = browser.post(address, data=typed)
        assert (asked.status_code, f'action="{address}"' in asked.text) == (403, True)
        assert "You have been signed out meanwhile" in words(asked)
        assert "nothing you typed is lost" in words(asked)
        assert 'href="/sign-in" target="_blank"' in asked.text
        assert browser.post(address, data=fields(asked)).status_code == 403
        self.sign_in(browser, ruth)
        shown = browser.post(address, data=typed | fields(asked))
        sent = browser.post(address, data=typed | fields(shown))

        assert (shown.status_code, fields(shown)["summary"]) == (400, "Two\n“lines”")
        assert (sent.status_code, the_event().title) == (303, LESSON["title"])

    def test_the_form_is_kept_also_where_another_tab_signed_out(self, app, make, hub):
        app.config["WTF_CSRF_ENABLED"] = True
        browser = app.test_client()
        self.sign_in(browser, make.organiser(hub))
        typed = form_of(browser, hub) | LESSON
        browser.post("/sign-out", data={"csrf_token": typed["csrf_token"]})

        asked = browser.post(f"/desk/hubs/{hub.slug}/events?kind=showcase", data=typed)

        assert (asked.status_code, fields(asked)["title"]) == (403, LESSON["title"])
        assert db.session.scalar(select(func.count(Event.id))) == 0

    def test_a_file_cannot_be_kept_and_is_not_said_to_be(self, client, hub):
        sent = {"file": (io.BytesIO(b"BEGIN:VCALENDAR"), "terms.ics")}

        asked = client.post(f"/desk/hubs/{hub.slug}/calendars", data=sent)

        assert (asked.status_code, "kept" in words(asked)) == (403, False)
        assert "Sign in, then go back to the page and do it again." in words(asked)

    def sign_in(self, browser, person):
        browser.post("/sign-in", data=fields(browser.get("/sign-in")) | {"email": person.email})
        browser.post("/sign-in/code", data=fields(browser.get("/sign-in/code")) | {"code": digits()})


class TestChecking:
    def test_it_says_what_to_know_keeps_what_was_typed_and_saves_nothing(self, client, hub, ruth):
        page = put_up(client, hub, **{"sessions-0-day": "26 March 2027", "check": "1", "description": "**Bold**"})

        assert page.status_code == 200
        assert "Friday 26 March 2027 is a bank holiday, Good Friday." in words(page)
        assert "<strong>Bold</strong>" in page.text
        assert fields(page)["sessions-0-day"] == "Friday 26 March 2027"
        assert db.session.scalar(select(func.count(Event.id))) == 0

    def test_it_says_that_nothing_stands_against_it(self, client, hub, ruth):
        assert "Nothing stands against these dates" in words(put_up(client, hub, check="1"))


class TestThePreview:
    def test_it_shows_the_page_and_is_published_from_there(self, client, hub, ruth):
        put_up(client, hub, description="Watch a **lesson**. <script>alert(1)</script> [x](javascript:alert(1))")
        event = the_event()

        page = client.get(f"/desk/events/{event.id}/preview")
        answer = client.post(f"/desk/events/{event.id}/publication")

        assert "Only those who run it see this" in words(page)
        assert f"/events/{event.id}/calendar.ics" not in page.text
        assert "<strong>lesson</strong>" in page.text
        assert "<script>alert" not in page.text
        assert 'href="javascript' not in page.text
        assert answer.location == f"/desk/events/{event.id}"
        assert client.get(f"/events/{event.id}").status_code == 200

    def test_it_says_what_is_missing_and_does_not_publish(self, client, hub, ruth):
        put_up(client, hub, phases=None, **{"sessions-0-is_open": "y"})
        event = the_event()

        said = words(client.get(f"/desk/events/{event.id}/preview"))
        answer = client.post(f"/desk/events/{event.id}/publication")

        assert "Say when booking closes." in said
        assert "Say which phases it is for" in said
        assert answer.location == f"/desk/events/{event.id}/preview"
        assert not the_event().is_published

    def test_a_draft_has_no_public_page(self, client, hub, ruth):
        put_up(client, hub)

        assert client.get(f"/events/{the_event().id}").status_code == 404

    def test_it_comes_off_the_list_again_while_nobody_is_booked(self, client, make, hub, ruth):
        event = make.event(hub=hub)
        booked = make.event(hub=hub, taken=1)

        client.post(f"/desk/events/{event.id}/publication/end")
        refused = client.post(f"/desk/events/{booked.id}/publication/end", follow_redirects=True)

        assert client.get(f"/events/{event.id}").status_code == 404
        assert "1 person is booked. Call it off instead" in words(refused)
        assert client.get(f"/events/{booked.id}").status_code == 200


class TestEditing:
    def test_everything_stands_in_the_form_and_is_changed(self, client, hub, ruth):
        put_up(client, hub, summary="A lesson")
        form = fields(client.get(f"/desk/events/{the_event().id}/edit"))
        assert (form["title"], form["sessions-0-day"]) == (LESSON["title"], "Tuesday 16 March 2027")
        assert form["sessions-0-starts"] == "1:30pm"

        answer = change(client, the_event(), title="Another title", **{"sessions-0-starts": "2pm"})

        event = the_event()
        assert answer.status_code == 303
        assert (event.title, event.summary, event.starts_at.hour) == ("Another title", "A lesson", 14)
        assert event.slots[0].sequence == 1

    def test_once_somebody_has_booked_what_they_booked_is_a_fact_and_words_stay_open(self, client, make, hub, ruth):
        event = make.event(hub=hub, taken=2)

        page = client.get(f"/desk/events/{event.id}/edit")
        answer = change(client, event, summary="New words", title="Sneaked in", capacity="99")

        assert "it changes only with notice to them" in words(page)
        assert "title" not in fields(page)
        assert answer.status_code == 303
        event = db.session.get(Event, event.id)
        assert (event.summary, event.capacity) == ("New words", 30)
        assert event.title != "Sneaked in"

    def test_a_form_that_was_open_while_somebody_booked_is_told_and_nothing_is_lost(self, client, make, hub, ruth):
        event = make.event(hub=hub)
        form = fields(client.get(f"/desk/events/{event.id}/edit"))
        make.booking(event)

        answer = client.post(f"/desk/events/{event.id}/edit", data=form | {"summary": "", "closes_day": ""})

        assert answer.status_code == 422
        assert db.session.get(Event, event.id).capacity == 30

    def test_a_published_event_keeps_a_closing(self, client, make, hub, ruth):
        page = change(client, make.event(hub=hub, taken=1), closes_day="", closes_time="")

        assert (page.status_code, "Say when booking closes" in words(page)) == (422, True)


class TestCopying:
    def test_another_on_the_same_day_begins_where_the_first_ends(self, client, hub, ruth):
        answer = put_up(client, hub, another="1")

        form = fields(client.get(answer.location))
        assert (form["title"], form["sessions-0-starts"], form["sessions-0-ends"]) == (
            LESSON["title"],
            "3:30pm",
            "5:30pm",
        )
        assert form["closes_day"] == "Friday 12 March 2027"
        assert form["sessions-0-slot"] == ""

    def test_another_like_it_leaves_the_day_open(self, client, make, hub, ruth):
        form = form_of(client, hub, more=f"&like={make.event(hub=hub).id}")

        assert (form["sessions-0-title"], form["sessions-0-day"]) == ("Lesson and discussion", "")

    def test_another_like_it_keeps_the_times_of_day(self, client, make, hub, ruth):
        like = make.event(hub=hub, kind="work_group", starts=(START, None, START + timedelta(days=70)))
        abroad = make.event(hub=hub, starts=(START,), zone="Asia/Shanghai")

        form = form_of(client, hub, "work_group", more=f"&like={like.id}")
        there = form_of(client, hub, more=f"&like={abroad.id}")

        times = [
            (form[f"sessions-{n}-day"], form[f"sessions-{n}-starts"], form[f"sessions-{n}-ends"]) for n in range(3)
        ]
        assert times == [("", "1:30pm", "3:30pm"), ("", "", ""), ("", "2:30pm", "4:30pm")]
        assert there["sessions-0-starts"] == "9:30pm"

    def test_another_like_it_reminds_at_the_same_times(self, client, make, hub, ruth):
        like = make.event(hub=hub)
        with transaction():
            reminders.add(like.id, Before(hours=3), by=db.session.merge(ruth), at=NOON)
        page = client.get(f"/desk/hubs/{hub.slug}/events/new?kind=showcase&like={like.id}")
        [action] = re.findall(r'<form class="long" action="([^"]+)"', page.text)

        answer = client.post(unescape(action), data=fields(page) | LESSON)

        copy = db.session.scalars(select(Event).order_by(Event.id.desc())).first()
        assert (answer.status_code, copy.id != like.id) == (303, True)
        assert "3h" in [one.before.key for one in reminders.of_event(copy)]

    def test_another_hubs_event_is_no_model(self, client, make, hub, ruth):
        theirs = make.event(title="Theirs")

        assert form_of(client, hub, more=f"&like={theirs.id}")["title"] == ""

    def test_the_first_of_a_place_and_its_copies_share_a_venue(self, client, hub, ruth):
        location = put_up(client, hub, venue="elsewhere", place_name="Otley Town Hall", another="1").location
        form = fields(client.get(location))

        client.post(f"/desk/hubs/{hub.slug}/events", data=form | {"phases": ["primary"], "venue": str(venue_id())})

        assert db.session.scalar(select(func.count(Venue.id))) == 1


def venue_id():
    return db.session.scalars(select(Venue.id)).one()
