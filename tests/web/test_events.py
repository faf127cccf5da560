"""The public's pages: the list with its filters, and a page for each event."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from booking.db import db, transaction
from booking.domain import finding
from booking.domain.events import Event
from booking.web.event_rows import event_row
from tests.make import NOON, START
from tests.web.reading import sign_in, words

NASTY = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{ 7*7 }}"""


def links(page):
    """Answer the links of a page: words → address."""
    found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page.text, re.S)
    return {" ".join(re.sub(r"<[^>]+>", " ", inner).split()): href.replace("&amp;", "&") for href, inner in found}


def change(event, **given):
    with transaction():
        live = db.session.get_one(Event, event.id)
        for name, value in given.items():
            setattr(live, name, value)


def change_slot(event, **given):
    with transaction():
        slot = db.session.get_one(Event, event.id).slots[0]
        for name, value in given.items():
            setattr(slot, name, value)


class TestRow:
    """One event of the list, at one glance."""

    def test_it_says_what_when_where_for_whom_and_how_many_places_are_left(self, client, make):
        make.event(taken=18)

        said = words(client.get("/"))

        assert "1 event, soonest first" in said
        assert "March 2027 Tue 16 Mar Shanghai Showcase Year 4: multiplying by 9 when you know your tens" in said
        assert "1:30pm to 3:30pm Teachers of Years 3 to 6 Larkmead Primary School, Otley" in said
        assert "12 of 30 places left Booking closes Friday 12 March, 1:30pm" in said

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"capacity": 1}, "1 place left"),
            ({"capacity": 30}, "All 30 places left"),
            ({"capacity": 20, "taken": 20}, "Full"),
            ({"opens_at": NOON + timedelta(days=1)}, "30 places Booking opens tomorrow, 12 noon"),
            ({"closes_at": NOON}, "Booking closed on Monday 1 March, 12 noon"),
            ({"called_off_at": NOON, "called_off_why": "The school is closed."}, "Called off The school is closed."),
            ({"closes_at": NOON + timedelta(hours=29)}, "Closes tomorrow, 5pm"),
        ],
    )
    def test_it_says_how_booking_stands(self, client, make, given, said):
        make.event(**given)

        assert said in words(client.get("/"))

    @pytest.mark.parametrize(("capacity", "taken", "is_marked"), [(20, 16, False), (20, 17, True), (3, 0, False)])
    def test_the_last_few_places_are_marked(self, client, make, capacity, taken, is_marked):
        make.event(capacity=capacity, taken=taken)

        assert ("places--few" in client.get("/").text) is is_marked

    def test_what_closes_within_two_days_is_marked_and_what_closes_later_is_not(self, client, make, the_clock):
        make.event(closes_at=NOON + timedelta(days=2, seconds=1))
        assert "tag--now" not in client.get("/").text

        the_clock.forward(seconds=1)

        assert "tag--now" in client.get("/").text

    def test_it_is_drawn_also_while_another_reader_throws_the_drawn_ones_away(self, app, make):
        event = make.event()

        class ThrownAway(dict):
            """Forgets everything as soon as it has been asked."""

            def __contains__(self, seen):
                return self.get(seen) is not None

            def get(self, seen):
                return self.pop(seen, None)

        with app.test_request_context():
            [listed] = finding.listed([event.id])
            draw = partial(event_row, replace(listed, drawn=ThrownAway()), listed.slots[0], with_hub=True)
            assert event.title in draw() == draw()

    def test_an_event_elsewhere_names_whose_clocks_it_goes_by(self, client, make):
        make.event(zone="Asia/Shanghai", starts=(datetime(2027, 3, 16, 1, tzinfo=UTC),))

        said = words(client.get("/"))

        assert "9am to 11am, Shanghai time" in said
        assert "Booking closes Friday 12 March, 1am UK time" in said

    def test_a_work_group_says_how_many_sessions_there_are_and_until_when(self, client, make):
        weeks = [START + timedelta(weeks=week) for week in (0, 4, 12)]
        make.event(kind="work_group", starts=tuple(weeks))

        assert "First of 3 sessions, 1:30pm to 3:30pm, until June" in words(client.get("/"))

    def test_a_date_to_be_confirmed_says_about_when(self, client, make):
        change_slot(make.event(starts=(None, None)), expected="Summer 2027")

        said = words(client.get("/"))

        assert "Dates to be confirmed Summer 2027" in said
        assert "Dates to be confirmed, 2 sessions" in said

    def test_online_is_a_place(self, client, make):
        hub = make.hub()
        make.event(hub=hub, venue=make.venue(hub, name="Video call", town="", is_online=True))

        assert "Online" in words(client.get("/"))

    @pytest.mark.parametrize(
        ("forward", "changed", "said"),
        [
            ({}, {"taken": 19}, "11 of 30 places left"),
            ({"hours": 13}, {}, "Closes tomorrow, 11am"),
            ({"hours": 37}, {}, "Closes today, 11am"),
            ({"hours": 47}, {}, "Booking closed on Wednesday 3 March, 11am"),
        ],
    )
    def test_one_that_was_drawn_before_says_what_is_true_now(self, client, make, the_clock, forward, changed, said):
        starts = (NOON + timedelta(days=9), NOON + timedelta(days=20))
        event = make.event(starts=starts, taken=18, closes_at=NOON + timedelta(hours=47))
        assert said not in words(client.get("/"))

        the_clock.forward(**forward)
        if changed:
            change(event, **changed)

        assert said in words(client.get("/"))

    def test_the_session_that_comes_next_is_named_also_while_people_still_book(self, client, make, the_clock):
        make.event(starts=(NOON + timedelta(hours=1), NOON + timedelta(days=2)), closes_at=NOON + timedelta(hours=9))
        assert "First of 2 sessions" in words(client.get("/"))

        the_clock.forward(hours=2)

        assert "Session 2 of 2" in words(client.get("/"))

    def test_booking_opens_in_a_row_at_its_instant(self, client, make, the_clock):
        make.event(opens_at=NOON + timedelta(minutes=1))
        assert "Booking opens today, 12:01pm" in words(client.get("/"))

        the_clock.forward(minutes=1)

        assert "All 30 places left" in words(client.get("/"))

    def test_the_accent_comes_with_the_instant_and_not_with_the_day(self, client, make, the_clock):
        make.event(closes_at=NOON + timedelta(hours=50))
        assert "tag--now" not in client.get("/").text

        the_clock.forward(hours=2)

        assert "tag--now" in client.get("/").text

    def test_one_that_was_drawn_for_somebody_says_how_far_it_is_for_another(self, client, make):
        near, far = (make.school(easting=easting, northing=440000) for easting in (431930, 449310))
        hub = make.hub()
        make.event(hub=hub, venue=make.venue(hub, easting=430000, northing=440000))

        said = [words(client.get("/", query_string={"near": school.urn})) for school in (near, far, near)]

        assert ["12 miles" in page for page in said] == [False, True, False]
        assert ["1.2 miles" in page for page in said] == [True, False, True]
        assert "Otley, 1" not in words(client.get("/"))

    def test_the_hub_is_named_where_there_are_several(self, client, make):
        make.event(hub=make.hub(name="Wharfedale Maths Hub"))
        assert "Wharfedale" not in words(client.get("/"))

        make.event(hub=make.hub(name="Thornmere Maths Hub"))

        assert "Larkmead Primary School, Otley Wharfedale Maths Hub" in words(client.get("/"))


class TestFilters:
    def test_they_are_links_with_the_number_behind_each(self, client, make):
        make.event()
        make.event(kind="work_group", phases=("secondary",))

        shown = links(client.get("/"))

        assert shown["Work Group 1 event"] == "/?kind=work_group"
        assert shown["Secondary 1 event"] == "/?phase=secondary"
        assert shown["With places left 2 events"] == "/?places=left"

    def test_a_half_term_says_which_days_are_meant(self, client, make, the_clock):
        for days in (0, 60, 90):
            make.event(starts=(START + timedelta(days=days),))

        assert "This half-term, 20 Feb to 25 Mar 1" in words(client.get("/"))

        the_clock.at = datetime(2027, 3, 26, 9, tzinfo=UTC)

        assert "This half-term, 12 Apr to 30 May 1" in words(client.get("/"))

    def test_a_menu_with_nothing_to_choose_is_left_out(self, client, make):
        hub = make.hub(name="North")
        make.event(hub=hub)
        assert not {"When", "Maths Hub"} & set(re.findall(r"<h2>(.*?)</h2>", client.get("/").text))

        make.event(hub=make.hub(name="South Maths Hub", slug="south"), starts=(START + timedelta(days=30), None))

        shown = links(client.get("/"))
        assert (shown["April 2027 1 event"], shown["South 1 event"]) == ("/?month=2027-04", "/?hub=south")

    def test_one_is_added_to_the_other_and_taken_away_again(self, client, make):
        make.event()
        make.event(kind="work_group", phases=("secondary",))

        page = client.get("/?kind=showcase&phase=primary")

        assert "1 event of 2, soonest first" in words(page)
        shown = links(page)
        assert shown["Take away the filter Primary ×"] == "/?kind=showcase"
        assert shown["Everyone 1 event"] == "/?kind=showcase"
        assert shown["Show all 2"] == "/"

    def test_finding_nothing_says_which_one_to_drop_and_what_is_behind_it(self, client, make):
        make.event()
        make.event(kind="work_group", phases=("secondary",))

        page = client.get("/?kind=work_group&phase=primary")

        assert "No event fits all of that" in words(page)
        assert "Without “Work Group” 1 event" in words(page)
        assert links(page)["Without “Primary”"] == "/?kind=work_group"

    def test_where_dropping_one_does_not_help_everything_is_offered(self, client, make):
        make.event()

        assert "See the one event" in words(client.get("/?kind=work_group&phase=secondary"))
        assert "See the one event" in words(client.get("/?month=2031-01"))

    def test_nothing_at_all_is_said_kindly(self, client):
        assert "Nothing is planned just now" in words(client.get("/"))

    @pytest.mark.parametrize(
        "query",
        [
            "kind=party",
            "phase=%00",
            "month=2027-99",
            "month=9999999999",
            "hub=" + "x" * 5000,
            "page=-1",
            "page=0",
            "page=" + "9" * 5000,
            "page=%D9%A3",
            "page=1.5",
            "places=%3Cscript%3E",
            "kind=showcase&kind=work_group",
            "%FF=%FE",
        ],
    )
    def test_what_cannot_be_understood_shows_the_list(self, client, make, query):
        make.event()

        page = client.get("/?" + query)

        assert (page.status_code, "1 event" in words(page)) == (200, True)

    def test_another_address_of_the_list_leads_to_the_one(self, client):
        page = client.get("/events?kind=showcase&nonsense=1")

        assert (page.status_code, page.location) == (308, "/?kind=showcase")


class TestSearchForm:
    """Words, and a school to measure from; what the form asks for has an address of its own."""

    @pytest.fixture(autouse=True)
    def some_events(self, make):
        hub = make.hub()
        self.school = make.school(name="Alderbeck Primary School", town="Otley", easting=420000, northing=445000)
        near = make.venue(hub, easting=421930, northing=445000)
        make.event(title="Fractions", hub=hub, venue=near)
        make.event(title="Ratio", hub=hub, starts=(START - timedelta(days=1),))

    def test_it_leads_to_the_one_address_of_what_it_asks(self, client):
        page = client.get("/?words=+fractions++bar&school=&within=15&kind=showcase&page=3")

        assert (page.status_code, page.location) == (303, "/?words=fractions+bar&kind=showcase")

    def test_a_school_that_is_named_in_full_is_found_without_javascript(self, client):
        page = client.get("/?words=&school=alderbeck+primary&within=5")
        assert "Choose the school below" in words(page)
        assert links(page)["Alderbeck Primary School, Otley, LS21 3XQ"] == f"/?within=5&near={self.school.urn}"

        page = client.get("/?words=&school=Alderbeck+Primary+School&within=5")

        assert (page.status_code, page.location) == (303, f"/?within=5&near={self.school.urn}")

    def test_a_suggestion_counts_while_its_text_stands(self, client, make):
        other = make.school(name="Alderbeck Primary School", town="Ilkley")
        query = {"school": other.label, "school_urn": other.urn, "within": ""}
        assert client.get("/", query_string=query).location == f"/?near={other.urn}"

        page = client.get("/", query_string={**query, "school": "Alderbeck"})

        assert "Which school is “Alderbeck”?" in words(page)

    def test_a_school_that_nobody_knows_is_said_at_the_field_and_nothing_is_lost(self, client):
        page = client.get("/?words=fractions&school=hogwarts&within=40")

        assert "We found no school of that name" in words(page)
        assert 'value="hogwarts"' in page.text
        assert 'value="fractions"' in page.text
        assert '<option value="40" selected>' in page.text

    def test_a_school_whose_place_is_not_known_says_so(self, client, make):
        page = client.get(f"/?near={make.school().urn}&within=5")

        assert "The register does not say where that school is" in words(page)
        assert "2 events, soonest first" in words(page)

    def test_miles_are_said_in_each_row_and_the_order_is_a_link(self, client):
        page = client.get(f"/?near={self.school.urn}")

        assert "Larkmead Primary School, Otley, 1.2 miles" in words(page)
        assert re.findall("Fractions|Ratio", words(page)) == ["Ratio", "Fractions"]
        nearest = client.get(links(page)["Nearest first"])
        assert "2 events, nearest first. Soonest first" in words(nearest)
        assert re.findall("Fractions|Ratio", words(nearest)) == ["Fractions", "Ratio"]

    def test_finding_nothing_there_says_what_is_farther_off(self, client):
        page = client.get(f"/?near={self.school.urn}&within=5&words=ratio")

        assert "Without “ratio” 1 event Without “Within 5 miles of Alderbeck Primary School” 1 event" in words(page)

    def test_a_slip_is_forgiven_and_said(self, client):
        page = client.get("/?words=fractoin")

        assert "Nothing says “fractoin”. This is what says “fraction”." in words(page)
        assert "1 event of 2" in words(page)

    def test_whoever_is_signed_in_measures_from_their_own_school_with_one_click(self, client, make):
        assert "Near my school" not in words(client.get("/"))
        sign_in(client, make.person(school_urn=self.school.urn))

        page = client.get("/?words=fractions")

        shown = links(page)["Near my school: Alderbeck Primary School"]
        assert shown == f"/?words=fractions&within=15&near={self.school.urn}"
        assert "1 event" in words(client.get(shown))


class TestPaging:
    @pytest.fixture(autouse=True)
    def some_events(self, make):
        hub = make.hub()
        for number in range(1, 42):
            make.event(hub=hub, title=f"Lesson {number:02}", starts=(START + timedelta(days=number),))

    def test_a_page_shows_twenty_and_leads_on(self, client):
        page = client.get("/?page=2")

        assert re.findall(r"Lesson (\d\d)", words(page)) == [f"{number:02}" for number in range(21, 41)]
        assert "41 events, soonest first. These are 21 to 40." in words(page)
        assert links(page)["Previous page"] == "/"
        assert links(page)["Next page"] == "/?page=3"

    def test_the_last_page_leads_back_only(self, client):
        page = client.get("/?page=3")

        assert "Lesson 41" in words(page)
        assert "Next page" not in links(page)

    def test_a_page_beyond_the_last_is_the_last(self, client):
        assert "Lesson 41" in words(client.get("/?page=99"))

    def test_filters_stay_from_page_to_page_and_start_at_the_first(self, client):
        page = client.get("/?kind=showcase&page=2")

        assert links(page)["Next page"] == "/?kind=showcase&page=3"
        assert links(page)["With places left 41 events"] == "/?kind=showcase&places=left"


class TestPage:
    """All that is needed to decide."""

    def test_it_says_everything(self, client, make):
        hub = make.hub(name="Wharfedale Maths Hub", email="hello@wharfedale.example", phone="01632 960118")
        venue = make.venue(
            hub, directions="From the bus station 9 minutes.", parking="At the cricket club.", access="Step-free."
        )
        event = make.event(
            hub=hub,
            venue=venue,
            taken=18,
            max_per_school=4,
            taught_by="Ms Lin Yawen",
            maths="Multiplication facts",
            bring="Your school ID badge",
            is_filmed=True,
            description="Look for *small steps*.",
            programme_id=make.programme(hub).id,
        )

        page = client.get(f"/events/{event.id}")

        for sentence in [
            "Tuesday 16 March 2027 1:30pm to 3:30pm Larkmead Primary School, Otley 12 of 30 places left",
            "When Tuesday 16 March 2027, 1:30pm to 3:30pm, UK time",
            "Who it is for Teachers of Years 3 to 6",
            "Taught by Ms Lin Yawen",
            "The maths Multiplication facts",
            "Part of Shanghai Showcase, spring",
            "Bring Your school ID badge",
            "This is filmed. If you would rather not be in the picture, tell Wharfedale Maths Hub before you come.",
            "30 places, up to 4 for one school",
            "Closes Friday 12 March, 1:30pm, UK time",
            "Step-free. Tell us what you need when you book.",
            "Larkmead Lane, Otley, LS21 3XQ",
            "From the bus station 9 minutes.",
            "By car: At the cricket club.",
            "Write to hello@wharfedale.example or call 01632 960118",
            "Look for small steps.",
        ]:
            assert sentence in words(page)
        assert links(page)["Book places"] == f"/events/{event.id}/bookings/new"
        assert 'aria-label="Ten-frames: 18 of 30 places are taken"' in page.text
        assert page.text.count("frame__taken") == 18

    def test_a_hall_is_a_bar_and_not_a_hundred_cells(self, client, make):
        event = make.event(capacity=100, taken=20)

        page = client.get(f"/events/{event.id}").text

        assert 'width="20.0%"' in page
        assert "frame__cell" not in page

    def test_the_steps_of_a_session_stand_at_their_times(self, client, make):
        event = make.event()
        change_slot(
            event,
            agenda=[
                {"minutes": 0, "title": "Welcome", "note": "Tea in the hall.", "part": ""},
                {"minutes": 30, "title": "The lesson", "note": "", "part": "lesson"},
                {"minutes": 80, "title": "The discussion", "note": "", "part": "talk"},
            ],
        )

        page = client.get(f"/events/{event.id}")

        assert (
            "The afternoon 1:30pm Welcome Tea in the hall. 2pm The lesson 2:50pm The discussion At a glance"
            in words(page)
        )
        assert 'class="is-main"><time datetime="2027-03-16T14:00+00:00">' in page.text

    def test_the_sessions_of_a_work_group_are_listed_and_open_dates_are_dashed(self, client, make):
        hub = make.hub()
        event = make.event(hub=hub, kind="work_group", starts=(START, START + timedelta(weeks=4), None))

        page = client.get(f"/events/{event.id}")

        assert "3 sessions One booking is for all of them. Where a date is to be confirmed" in words(page)
        assert page.text.count('<time class="date date--group"') == 2
        assert page.text.count("date--tbc") == 1
        assert "First of 3 sessions, 1:30pm to 3:30pm, some dates to be confirmed" in words(page)

    def test_an_event_in_shanghai_is_said_by_both_clocks(self, client, make):
        event = make.event(zone="Asia/Shanghai", starts=(datetime(2027, 3, 16, 0, 30, tzinfo=UTC),), hours=3)

        said = words(client.get(f"/events/{event.id}"))

        assert "Tuesday 16 March 2027, 8:30am to 11:30am, Shanghai time (12:30am to 3:30am, UK time)" in said

    def test_where_it_is_another_day_here_that_is_said(self, client, make):
        event = make.event(zone="Asia/Shanghai", starts=(datetime(2027, 3, 15, 23, tzinfo=UTC),))

        said = words(client.get(f"/events/{event.id}"))

        assert "Tuesday 16 March 2027 7am to 9am, Shanghai time Monday 15 March, 11pm to Tuesday 16 March, 1am" in said

    def test_a_link_to_join_is_not_for_everybody(self, client, make):
        hub = make.hub()
        event = make.event(hub=hub, venue=make.venue(hub, name="Video call", is_online=True))
        change_slot(event, join_url="https://meet.example/secret")

        page = client.get(f"/events/{event.id}")

        assert "Online. The link to join is for those who are booked." in words(page)
        assert "meet.example" not in page.text

    def test_a_draft_and_an_unknown_number_are_not_there(self, client, make):
        draft = make.event(published_at=None)

        assert [client.get(f"/events/{number}").status_code for number in (draft.id, 999, 2**31, 0)] == [404] * 4

    def test_a_page_of_what_nobody_changed_since_it_was_published_costs_one_statement(
        self, client, make, statements, noon
    ):
        yesterday = noon - timedelta(days=1)
        event = make.event(published_at=yesterday, updated_at=yesterday)
        db.session.remove()
        statements.clear()

        client.get(f"/events/{event.id}")

        assert len(statements) == 1

    def test_a_page_costs_the_same_number_of_statements_for_1_session_and_for_6(self, client, make, statements):
        one = make.event()
        six = make.event(kind="work_group", starts=tuple(START + timedelta(weeks=week) for week in range(6)))
        costs = []
        for event in (one, six):
            statements.clear()
            client.get(f"/events/{event.id}")
            costs.append(len(statements))

        assert costs == [costs[0]] * 2
        assert costs[0] <= 5


class TestBookingCard:
    """What can be done now, said by the clock of this request."""

    def card(self, client, event):
        return words(client.get(f"/events/{event.id}")).partition("At a glance")[0]

    def may_book(self, client, event):
        return f'href="/events/{event.id}/bookings/new"' in client.get(f"/events/{event.id}").text

    def test_booking_opens_at_its_instant_and_closes_at_its_instant(self, client, make, the_clock):
        opens, closes = NOON + timedelta(hours=1), NOON + timedelta(hours=2)
        event = make.event(opens_at=opens, closes_at=closes)
        a_moment = timedelta(microseconds=1)

        answers = []
        for at in (opens - a_moment, opens, closes - a_moment, closes):
            the_clock.at = at
            answers.append(self.may_book(client, event))

        assert answers == [False, True, True, False]

    def test_before_opening_it_says_when(self, client, make):
        event = make.event(opens_at=NOON + timedelta(days=1))

        assert "30 places Booking opens tomorrow, 12 noon" in self.card(client, event)

    def test_after_closing_it_says_whom_to_ask(self, client, make):
        event = make.event(hub=make.hub(name="Wharfedale Maths Hub"), closes_at=NOON)

        assert "It closed on Monday 1 March, 12 noon. If you still hope to come, write to Wharfedale" in self.card(
            client, event
        )

    def test_a_full_event_leads_to_its_waiting_list_and_to_what_else_there_is(self, client, make):
        hub = make.hub()
        programme = make.programme(hub)
        full = make.event(hub=hub, capacity=2, taken=2, programme_id=programme.id)
        other = make.event(hub=hub, title="Year 5: a fraction is a division", programme_id=programme.id)

        page = client.get(f"/events/{full.id}")

        assert "Full" in self.card(client, full)
        assert "Places elsewhere Year 5: a fraction is a division Tuesday 16 March" in words(page)
        assert links(page)["Year 5: a fraction is a division"] == f"/events/{other.id}"
        assert links(page)["Join the waiting list"] == f"/events/{full.id}/waiting-list/new"
        assert not self.may_book(client, full)

    def test_a_full_event_with_nothing_like_it_leads_to_the_list(self, client, make):
        event = make.event(capacity=1, taken=1)

        page = client.get(f"/events/{event.id}")

        assert links(page)["See where places are left"] == "/?kind=showcase&places=left"

    def test_one_that_is_called_off_says_why_and_takes_no_booking(self, client, make):
        event = make.event(called_off_at=NOON, called_off_why="The school is closed that day.")

        page = client.get(f"/events/{event.id}")

        assert "Called off Tuesday 16 March 2027" in self.card(client, event)
        assert "The school is closed that day. Everyone who had booked has been told." in words(page)
        assert not self.may_book(client, event)
        assert "<title>Called off: Year 4" in page.text

    def test_who_has_a_place_is_told_so_and_may_book_for_colleagues(self, client, make):
        event, priya = make.event(), make.person()
        make.booking(event, priya)
        assert "You have a place" not in self.card(client, event)

        sign_in(client, priya)

        page = client.get(f"/events/{event.id}")
        assert "You have a place See it in My bookings" in words(page)
        assert links(page)["Book for colleagues"] == f"/events/{event.id}/bookings/new"

    def test_somebody_else_signed_in_has_no_place(self, client, make):
        event = make.event()
        make.booking(event)
        sign_in(client, make.person())

        assert "You have a place" not in self.card(client, event)


class TestAfterwards:
    def test_a_past_event_says_so_and_shows_no_way_to_book(self, client, make, the_clock):
        event = make.event()
        the_clock.at = event.ends_at

        page = client.get(f"/events/{event.id}")

        assert "This event is over This page stays until Thursday 15 April." in words(page)
        assert "bookings/new" not in page.text
        assert "How to get there" not in words(page)

    def test_its_page_stays_for_30_days_and_then_leads_on(self, client, make, the_clock):
        event = make.event()
        gone = event.ends_at + timedelta(days=30)

        the_clock.at = gone - timedelta(microseconds=1)
        before = client.get(f"/events/{event.id}")
        the_clock.at = gone
        after = client.get(f"/events/{event.id}")

        assert (before.status_code, after.status_code) == (200, 410)
        assert "That event is over" in words(after)
        assert links(after)["See all events"] == "/"

    def test_an_event_with_a_date_to_be_confirmed_is_not_past(self, client, make, the_clock):
        event = make.event(kind="work_group", starts=(START, None))
        the_clock.forward(days=400)

        assert client.get(f"/events/{event.id}").status_code == 200


class TestNothingGetsInto:
    """Text of organisers is text, wherever it stands."""

    def test_a_page_or_the_list(self, client, make):
        hub = make.hub(name=f"Hub {NASTY}", email="hello@hub.example")
        make.event(title="another hub's")
        venue = make.venue(hub, name=NASTY, town=NASTY, directions=NASTY, parking=NASTY, access=NASTY)
        event = make.event(
            hub=hub,
            venue=venue,
            title=NASTY,
            summary=NASTY,
            audience=NASTY,
            taught_by=NASTY,
            maths=NASTY,
            bring=NASTY,
            description=NASTY,
            called_off_why=NASTY,
        )
        change_slot(event, room=NASTY, agenda=[{"minutes": 0, "title": NASTY, "note": NASTY, "part": NASTY}])
        pages = [client.get("/"), client.get(f"/events/{event.id}")]
        change(event, called_off_at=NOON)
        pages += [client.get("/"), client.get(f"/events/{event.id}")]

        for page in pages:
            assert page.status_code == 200
            assert not re.search(r"<script>|<img|49", page.text)
            assert "&lt;script&gt;alert(1)" in page.text

    def test_a_description(self, client, make):
        event = make.event(
            description="# Top\n\n[good](https://example.org) [mail](mailto:a@hub.example) [bad](javascript:alert(1)) "
            "![picture](https://tracker.example/x.png)\n\n<b onclick=alert(1)>bold</b>\n\n- **one**\n\n"
            "[data](data:text/html,x) <https://example.org/auto>"
        )

        page = client.get(f"/events/{event.id}").text

        assert "<h3>Top</h3>" in page
        assert '<a href="https://example.org" rel="noopener noreferrer">good</a>' in page
        assert '<a href="mailto:a@hub.example" rel="noopener noreferrer">mail</a>' in page
        assert "<strong>one</strong>" in page
        assert not re.search(r"""<b |href=["']?(javascript|data)|tracker\.example""", page)
