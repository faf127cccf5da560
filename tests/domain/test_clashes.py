"""What to know while dates are chosen: it is said in words, and stops nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from booking.db import db, transaction
from booking.domain import putting_up
from booking.domain.events.choosing import AtSchool, Known, Online
from booking.domain.putting_up import Lead, Plan, Session, Words
from booking.domain.working_days import Holiday
from tests.make import NOON, START

OTLEY = {"easting": 420000, "northing": 445000}
NINE_MILES = {"easting": 420000 + 14_484, "northing": 445000}
THIRTY_MILES = {"easting": 420000, "northing": 445000 + 48_280}


@pytest.fixture
def hub(make):
    return make.hub()


def plan(where=None, *, starts=START, phases=("primary",), lead=None):
    session = Session("Lesson", starts, starts + timedelta(hours=2), where=where)
    return Plan("A lesson", 30, 4, (session,), Words(phases=frozenset(phases), lead=lead))


def said(hub, given, event=None):
    return putting_up.clashes(given, hub_id=hub.id, event_id=event.id if event else None)


def close(hub, name, day, school=None):
    with transaction():
        db.session.add(
            Holiday(hub_id=hub.id, school_urn=school.urn if school else None, name=name, begins_on=day, ends_on=day)
        )


def test_an_ordinary_day_has_nothing_against_it(hub):
    assert said(hub, plan()) == []


def test_a_date_to_be_confirmed_has_nothing_against_it(hub):
    assert putting_up.clashes(putting_up.ordinary("work_group"), hub_id=hub.id) == []


@pytest.mark.parametrize(
    ("starts", "sentence"),
    [
        (datetime(2027, 3, 13, 10, tzinfo=UTC), "Saturday 13 March 2027 is at the weekend."),
        (datetime(2027, 3, 26, 10, tzinfo=UTC), "Friday 26 March 2027 is a bank holiday, Good Friday."),
    ],
)
def test_a_weekend_and_a_bank_holiday(hub, starts, sentence):
    assert said(hub, plan(starts=starts)) == [sentence]


def test_the_hubs_holidays_and_the_host_schools_but_no_other_schools(make, hub):
    school, other = make.school(name="Alderbeck Primary School"), make.school()
    close(hub, "Half-term", START.date())
    close(hub, "INSET day", START.date(), school)
    close(hub, "Another school’s day", START.date(), other)
    close(make.hub(), "Another hub’s day", START.date())

    assert said(hub, plan(AtSchool(school.urn))) == [
        "Tuesday 16 March 2027 is in the hub’s holidays: Half-term.",
        "Alderbeck Primary School is closed that day: INSET day.",
    ]


def test_a_venue_that_is_taken_then(make, hub):
    venue = make.venue(hub, name="Otley Hall")
    event = make.event(hub=hub, venue=venue, title="Year 1: ten", phases=("secondary",))

    assert said(hub, plan(Known(venue.id))) == ["Otley Hall is taken then by “Year 1: ten”, 1:30pm to 3:30pm."]
    assert said(hub, plan(Known(venue.id), starts=START + timedelta(hours=2))) == []
    assert said(hub, plan(Known(venue.id)), event) == []


def test_online_is_never_taken(make, hub):
    venue = make.venue(hub, name="Online", is_online=True)
    make.event(hub=hub, venue=venue)

    assert said(hub, plan(Online())) == said(hub, plan(Known(venue.id))) == []


def test_a_lead_who_leads_something_else_then(make, hub):
    dev = make.person(name="Dev Banerjee", email="d.banerjee@hub.example")
    other = make.event(hub=hub, title="Year 1: ten", phases=("secondary",))
    make.role(dev, "lead", hub_id=hub.id, event_id=other.id)

    assert said(hub, plan(lead=Lead("D.Banerjee@hub.example"))) == [
        "Dev Banerjee leads “Year 1: ten” then, 1:30pm to 3:30pm."
    ]
    assert said(hub, plan(lead=Lead("D.Banerjee@hub.example"), starts=START + timedelta(days=1))) == []


def test_what_is_near_for_the_same_phase_that_day(make, hub):
    here = make.venue(hub, **OTLEY)
    neighbour = make.hub()
    make.event(hub=neighbour, venue=make.venue(neighbour, **NINE_MILES), title="Near")
    make.event(hub=neighbour, venue=make.venue(neighbour, **THIRTY_MILES), title="Far")
    make.event(hub=neighbour, venue=make.venue(neighbour, **NINE_MILES), title="Other phase", phases=("secondary",))
    make.event(
        hub=neighbour, venue=make.venue(neighbour, **NINE_MILES), title="Other day", starts=(START + timedelta(days=1),)
    )

    assert said(hub, plan(Known(here.id))) == [
        "“Near” is for the same phase that day, 9 miles away, at 1:30pm.",
    ]


def test_another_hubs_draft_is_nobodys_business_and_what_was_called_off_clashes_with_nothing(make, hub):
    here, neighbour = make.venue(hub, **OTLEY), make.hub()
    there = make.venue(neighbour, **NINE_MILES)
    make.event(hub=neighbour, venue=there, published_at=None)
    make.event(hub=neighbour, venue=there, called_off_at=NOON)

    assert said(hub, plan(Known(here.id))) == []


def test_of_several_sessions_it_says_which(hub):
    sessions = tuple(
        Session(
            f"Meeting {day.day}", at := datetime(day.year, day.month, day.day, 13, tzinfo=UTC), at + timedelta(hours=3)
        )
        for day in (date(2027, 3, 12), date(2027, 3, 13))
    )

    assert said(hub, Plan("A Work Group", 24, 2, sessions)) == [
        "Session 2: Saturday 13 March 2027 is at the weekend.",
    ]


@pytest.mark.parametrize("number", [1, 30])
def test_it_costs_the_same_for_one_session_and_for_thirty(make, hub, statements, number):
    venue = make.venue(hub, **OTLEY)
    for _ in range(number):
        make.event(hub=hub, venue=venue)
    session = Session("Lesson", START, START + timedelta(hours=2), where=Known(venue.id))
    words = Words(phases=frozenset({"primary"}))
    hub_id = hub.id
    statements.clear()

    putting_up.clashes(Plan("A lesson", 30, 4, (session,) * number, words), hub_id=hub_id)

    assert len(statements) == 5
