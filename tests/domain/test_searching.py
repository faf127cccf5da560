"""Searching by words and by distance: the same on both databases, slips forgiven."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from booking.db import db
from booking.domain import finding
from booking.domain.events import Event
from booking.domain.finding import Filters, half_terms
from booking.domain.finding.telling import typed, words_of
from booking.domain.schools.words import is_one_slip
from tests.domain.test_finding import titles
from tests.make import NOON, START

MILE = 1609.344


@pytest.fixture
def url(either_url):
    return either_url


class TestWords:
    @pytest.fixture(autouse=True)
    def some_events(self, make):
        wharfedale = make.hub(slug="wharfedale", name="Wharfedale Maths Hub", area="Leeds and the dales")
        ilkley = make.venue(wharfedale, name="St Anne’s School", town="Ilkley", postcode="LS29 8DJ")
        season = make.programme(wharfedale, title="Spring season")
        make.event(title="Fractions on a line", summary="", audience="", hub=wharfedale, venue=ilkley)
        make.event(title="Years 3 to 5: area", audience="", programme_id=season.id, taught_by="Ms Lin Yawen")
        make.event(title="Café maths", audience="", years=(4,), description="Drawn as **bar models** in Key Stage 2.")

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ("fraction", ["Fractions on a line"]),
            ("FRACT", ["Fractions on a line"]),
            ("line fractions", ["Fractions on a line"]),
            ("fractions bar", []),
            ("ilkley", ["Fractions on a line"]),
            ("st annes", ["Fractions on a line"]),
            ("LS29", ["Fractions on a line"]),
            ("the dales", ["Fractions on a line"]),
            ("wharfedale hub", ["Fractions on a line"]),
            ("yawen", ["Years 3 to 5: area"]),
            ("spring season", ["Years 3 to 5: area"]),
            ("bar model", ["Café maths"]),
            ("ks2", ["Café maths"]),
            ("cafe", ["Café maths"]),
            ("y4", ["Years 3 to 5: area", "Café maths"]),
            ("Year 4", ["Years 3 to 5: area", "Café maths"]),
            ("year 3", ["Years 3 to 5: area"]),
            ("fr", []),
            ("%", ["Fractions on a line", "Years 3 to 5: area", "Café maths"]),
        ],
    )
    def test_every_word_must_be_there_or_begin_one(self, asked, found):
        assert titles(words=asked) == found

    @pytest.mark.parametrize(
        ("asked", "read"),
        [("fracton", "fraction"), ("ilkely", "ilkley"), ("yawenn", "yawen"), ("whafe", "wharfedale")],
    )
    def test_one_slip_is_forgiven_and_said(self, asked, read):
        found = finding.find(Filters(words=asked), at=NOON)

        assert (len(found.ids), found.readings) == (1, {asked: [read]})

    def test_a_word_that_is_there_is_taken_as_it_stands(self):
        assert finding.find(Filters(words="fractions"), at=NOON).readings == {}

    def test_what_nobody_says_finds_nothing_and_the_others_still_count(self):
        found = finding.find(Filters(words="zebra", phase="primary"), at=NOON)

        assert (found.ids, found.counts["words"][""], found.counts["phase"][""]) == ([], 3, 0)


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("ratio", "ratio", True),
        ("raito", "ratio", True),
        ("rato", "ratio", True),
        ("rattio", "ratio", True),
        ("rahio", "ratio", True),
        ("ratoi", "ratio", True),
        ("rioat", "ratio", False),
        ("ratioon", "ratoion", True),
        ("burlesdon", "bursledon", True),
        ("bursledon", "burlesdon", True),
        ("rtaoi", "ratio", False),
        ("area", "ratio", False),
        ("rat", "ratio", False),
    ],
)
def test_what_one_slip_is(one, other, is_one):
    assert is_one_slip(one, other) is is_one


def test_words_are_told_plainly():
    assert words_of("Year 6: percentages, glass", [5]) == ("6", "glass", "percentage", "year", "year5", "year6")
    assert typed("Percentages for the Y6") == ["percentage", "year6"]
    assert typed("for the") == ["for", "the"]


class TestYears:
    def test_a_year_finds_what_is_for_it(self, make):
        make.event(title="infants", years=(0, 1, 2))
        make.event(title="juniors", years=(3, 4))
        make.event(title="everybody")

        found = finding.find(Filters(year="0"), at=NOON)

        assert [one.title for one in finding.listed(found.ids)] == ["infants"]
        assert found.counts["year"] == {"": 3, "0": 1, "1": 1, "2": 1, "3": 1, "4": 1}


class TestWhere:
    def test_online_in_person_and_both(self, make):
        hub = make.hub()
        online = make.venue(hub, name="Online", town="", is_online=True)
        make.event(title="there")
        make.event(title="here", hub=hub, venue=online)
        make.event(title="somewhere", starts=())

        assert titles(where="online") == ["here"]
        assert titles(where="in-person") == ["there", "somewhere"]


class TestHalfTerm:
    @pytest.mark.parametrize(
        ("day", "first", "last"),
        [
            (date(2027, 3, 1), date(2027, 2, 20), date(2027, 3, 25)),
            (date(2026, 12, 18), date(2026, 10, 31), date(2026, 12, 18)),
            (date(2026, 12, 19), date(2027, 1, 4), date(2027, 2, 14)),
        ],
    )
    def test_it_is_the_one_that_runs_or_after_holidays_the_next(self, day, first, last):
        assert half_terms.on(day) == half_terms.HalfTerm(first, last)

    @pytest.mark.parametrize(
        ("year", "holidays"),
        [
            (2022, "14 Feb-18 Feb, 4 Apr-18 Apr, 30 May-3 Jun, 22 Jul-1 Sep, 24 Oct-28 Oct, 17 Dec-1 Jan"),
            (2024, "12 Feb-16 Feb, 29 Mar-14 Apr, 27 May-31 May, 22 Jul-1 Sep, 28 Oct-1 Nov, 21 Dec-5 Jan"),
            (2025, "17 Feb-21 Feb, 7 Apr-21 Apr, 26 May-30 May, 22 Jul-1 Sep, 27 Oct-31 Oct, 20 Dec-4 Jan"),
            (2026, "16 Feb-20 Feb, 30 Mar-12 Apr, 25 May-29 May, 22 Jul-1 Sep, 26 Oct-30 Oct, 19 Dec-3 Jan"),
            (2027, "15 Feb-19 Feb, 26 Mar-11 Apr, 31 May-4 Jun, 22 Jul-1 Sep, 25 Oct-29 Oct, 18 Dec-2 Jan"),
        ],
    )
    def test_holidays_are_when_most_schools_have_them(self, year, holidays):
        told = [(f"{a.day} {a:%b}", f"{b.day} {b:%b}") for a, b in half_terms.holidays_of(year)]

        assert ", ".join(map("-".join, told)) == holidays

    @given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
    def test_every_day_has_one_that_is_not_over_and_has_weeks(self, day):
        half_term = half_terms.on(day)

        assert day <= half_term.ends_on
        assert 20 < (half_term.ends_on - half_term.begins_on).days < 80

    def test_it_finds_what_is_before_the_holidays(self, make):
        make.event(title="before", starts=(datetime(2027, 3, 25, 13, 0, tzinfo=UTC),))
        make.event(title="after", starts=(datetime(2027, 4, 12, 13, 0, tzinfo=UTC),))
        make.event(title="some day", starts=(None,))

        assert titles(month="this-half-term") == ["before"]
        assert titles(NOON + timedelta(days=30), month="this-half-term") == ["after"]


class TestDistance:
    @pytest.fixture
    def school(self, make):
        return make.school(easting=420000, northing=445000)

    @pytest.fixture(autouse=True)
    def some_events(self, make, school):
        hub = make.hub()

        def at(title, miles, **given):
            venue = make.venue(hub, easting=420000 + round(miles * MILE), northing=445000)
            make.event(title=title, hub=hub, venue=venue, **given)

        at("far", 39.9)
        at("near", 4.9, starts=(START + timedelta(days=1),))
        at("middle", 5.1)
        at("beyond", 40.1)
        make.event(title="its own", venue=make.venue(hub, school_urn=school.urn), hub=hub, capacity=1, taken=1)
        make.event(title="unknown", hub=hub)
        make.event(title="online", hub=hub, venue=make.venue(hub, is_online=True, easting=420000, northing=445000))

    @pytest.mark.parametrize(
        ("within", "found"),
        [
            ("5", ["its own", "near"]),
            ("15", ["middle", "its own", "near"]),
            ("40", ["far", "middle", "its own", "near"]),
        ],
    )
    def test_what_is_within_so_many_miles(self, school, within, found):
        assert titles(near=str(school.urn), within=within) == found

    def test_the_nearest_comes_first_and_what_is_nowhere_last(self, school):
        nearest = titles(near=str(school.urn), order="nearest")

        assert nearest == ["its own", "near", "middle", "far", "beyond", "unknown", "online"]

    def test_a_page_of_the_nearest_is_a_part_of_them(self, school):
        found = finding.find(Filters(near=str(school.urn), order="nearest"), at=NOON)

        assert found.page(slice(2, 5)) == found.ids[2:5]
        assert (len(found.page(slice(20))), found.number) == (7, 7)

    def test_what_is_equally_far_comes_soonest_first(self, make, school):
        hub = make.hub()
        for days, north in ((4, 446000), (3, 444000), (2, 446000)):
            venue = make.venue(hub, easting=420000, northing=north)
            make.event(title=f"in {days}", hub=hub, venue=venue, starts=(START + timedelta(days=days),))

        assert titles(near=str(school.urn), order="nearest")[1:4] == ["in 2", "in 3", "in 4"]

    def test_it_is_measured_in_miles(self, school):
        found = finding.find(Filters(near=str(school.urn), within="5"), at=NOON)

        assert [round(found.miles(one), 2) for one in found.ids] == [0, 4.9]

    def test_each_distance_has_its_count(self, school):
        found = finding.find(Filters(near=str(school.urn), places="left"), at=NOON)

        assert found.counts["within"] == {"": 6, "5": 1, "15": 2, "40": 3}

    def test_a_school_whose_place_nobody_knows_measures_nothing(self, make):
        lost = make.school()

        found = finding.find(Filters(near=str(lost.urn), within="5", order="nearest"), at=NOON)

        assert (found.filters, found.near, len(found.ids)) == (Filters(), None, 7)


class TestMemory:
    """What is kept in memory is true at every instant, whoever wrote last."""

    def test_what_another_process_writes_is_seen_at_once(self, make, app):
        event = make.event(title="before")
        assert titles() == ["before"]

        with db.engine.execution_options(writes=True).begin() as connection:
            connection.exec_driver_sql("update event set title = 'after', description = 'zebra'")
            connection.exec_driver_sql("update listing set revision = revision + 1")
        db.session.rollback()

        assert titles(words="zebra") == ["after"]
        assert event.id

    @pytest.mark.parametrize(("taken", "then", "left"), [(19, 20, []), (20, 19, ["last"])])
    def test_the_last_place_that_another_process_takes_or_frees_is_seen_at_once(self, make, app, taken, then, left):
        make.event(title="last", capacity=20, taken=taken)
        assert titles(places="left") == (["last"] if taken < 20 else [])

        with db.engine.execution_options(writes=True).begin() as connection:
            connection.execute(update(Event).values(taken=then))
            connection.exec_driver_sql("update listing set fullness = fullness + 1")
        db.session.rollback()

        assert titles(places="left") == left

    def test_how_many_places_are_left_is_never_kept(self, make, app):
        make.event(capacity=30, taken=3)
        assert [one.places_left for one in finding.listed(finding.find(Filters(), at=NOON).ids)] == [27]

        with db.engine.execution_options(writes=True).begin() as connection:
            connection.exec_driver_sql("update event set taken = 4")
        db.session.rollback()

        assert [one.places_left for one in finding.listed(finding.find(Filters(), at=NOON).ids)] == [26]

    def test_the_clock_alone_moves_what_is_listed_forth_and_back(self, make):
        make.event(title="first", starts=(START,))
        make.event(title="second", starts=(START + timedelta(days=1),))

        seen = [titles(at) for at in (NOON, START, START + timedelta(days=1), START, NOON)]

        assert seen == [["first", "second"], ["second"], [], ["second"], ["first", "second"]]

    def test_a_calendar_of_a_list_goes_back_thirty_days(self, make):
        event = make.event()
        end = event.ends_at

        assert finding.matching(Filters(), at=end + timedelta(days=30, seconds=-1)) == [event.id]
        assert finding.matching(Filters(), at=end + timedelta(days=30)) == []
        assert finding.find(Filters(), at=end).ids == []
