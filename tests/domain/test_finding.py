"""Finding events: what is on the list, in which order, and how many stand behind each filter."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from booking.db import db
from booking.domain import finding
from booking.domain.finding import Filters
from tests.make import NOON, START


@pytest.fixture
def url(either_url):
    return either_url


def titles(at=NOON, **asked):
    found = finding.find(Filters(**asked), at=at)
    return [event.title for event in finding.listed(found.ids)]


class TestWhatIsListed:
    def test_the_soonest_comes_first_and_what_has_no_date_last(self, make):
        make.event(title="April", starts=(START + timedelta(days=30),))
        make.event(title="some day", starts=(None, None))
        make.event(title="March")
        make.event(title="March too")

        assert titles() == ["March", "March too", "April", "some day"]

    def test_a_draft_is_not_listed(self, make):
        make.event(published_at=None)

        assert titles() == []

    def test_an_event_is_listed_until_the_instant_it_begins(self, make):
        make.event(title="lesson")

        assert titles(START - timedelta(microseconds=1)) == ["lesson"]
        assert titles(START) == []

    def test_one_with_more_meetings_to_come_is_listed_under_the_next_while_it_can_be_booked(self, make):
        second = START + timedelta(days=30)
        event = make.event(starts=(START, second), closes_at=second)
        make.event(title="between", starts=(START + timedelta(days=10),))

        assert titles(START + timedelta(days=1)) == ["between", event.title]
        assert finding.next_slot(event, at=START + timedelta(days=1)).starts_at == second
        assert titles(second) == []

    def test_one_that_has_begun_and_closed_is_not_listed_though_meetings_are_to_come(self, make):
        make.event(starts=(START, START + timedelta(days=30)), closes_at=START - timedelta(days=4))

        assert titles(START + timedelta(days=1)) == []

    def test_one_that_is_called_off_stays_until_it_would_have_begun(self, make):
        make.event(title="off", called_off_at=NOON, closes_at=START + timedelta(days=1))

        assert titles(START - timedelta(seconds=1)) == ["off"]
        assert titles(START) == []

    def test_one_called_off_before_it_had_a_date_stays_until_it_would_have_closed(self, make):
        closes = NOON + timedelta(days=5)
        make.event(title="off", starts=(None,), called_off_at=NOON, closes_at=closes)

        assert titles(closes - timedelta(seconds=1)) == ["off"]
        assert titles(closes) == []

    def test_one_without_sessions_is_listed_all_the_same(self, make):
        make.event(title="bare", starts=())

        assert titles() == ["bare"]


class TestFilters:
    @pytest.fixture(autouse=True)
    def some_events(self, make):
        north, south = make.hub(slug="north", name="North"), make.hub(slug="south", name="South")
        may = datetime(2027, 5, 4, 13, 0, tzinfo=UTC)
        make.event(title="A", hub=north, phases=("primary",))
        make.event(title="B", hub=north, phases=("primary", "secondary"), kind="exchange_visit", capacity=2, taken=2)
        make.event(title="C", hub=south, phases=("secondary",), starts=(may,), closes_at=may)
        make.event(title="D", hub=south, phases=(), kind="work_group", starts=(None,), closes_at=may)
        make.event(title="E", hub=south, phases=("primary",), called_off_at=NOON)

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, "ABECD"),
            ({"kind": "showcase"}, "AEC"),
            ({"phase": "secondary"}, "BC"),
            ({"hub": "south"}, "ECD"),
            ({"month": "2027-05"}, "C"),
            ({"month": "tbc"}, "D"),
            ({"places": "left"}, "ACD"),
            ({"kind": "showcase", "hub": "south", "places": "left"}, "C"),
            ({"kind": "work_group", "phase": "primary"}, ""),
        ],
    )
    def test_a_filter_finds_what_fits(self, asked, found):
        assert "".join(titles(**asked)) == found

    def test_each_count_is_what_its_link_would_find(self):
        for asked in [
            {},
            {"kind": "showcase"},
            {"phase": "primary", "places": "left"},
            {"hub": "north", "month": "tbc"},
        ]:
            filters = Filters(**asked)
            counts = finding.find(filters, at=NOON).counts
            for name, counter in counts.items():
                for value, number in counter.items():
                    assert number == len(finding.find(filters.choose(name, value), at=NOON).ids), (asked, name, value)

    def test_what_is_not_found_has_no_count(self):
        counts = finding.find(Filters(kind="exchange_visit"), at=NOON).counts

        assert counts["phase"] == Counter({"": 1, "primary": 1, "secondary": 1})
        assert counts["kind"] == Counter({"": 5, "showcase": 3, "exchange_visit": 1, "work_group": 1})

    def test_menus_hold_what_is_to_come_and_what_was_asked_for(self, make):
        make.hub(slug="west", name="West")

        found = finding.find(Filters(hub="west", month="2030-01"), at=NOON)

        assert found.hubs == {"north": "North", "south": "South", "west": "West"}
        assert found.months == ["2027-03", "2027-05", "2030-01", "tbc"]
        assert (found.ids, found.total) == ([], 5)

    def test_a_hub_that_does_not_exist_is_as_if_it_had_not_been_asked_for(self):
        found = finding.find(Filters(hub="nowhere"), at=NOON)

        assert (found.filters, len(found.ids)) == (Filters(), 5)


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "party"},
        {"phase": "' or 1=1"},
        {"hub": "../etc"},
        {"hub": "x" * 61},
        {"month": "2027-13"},
        {"month": "٢٠٢٧-٠٣"},
        {"month": "2027-3"},
        {"places": "all"},
        {"colour": "jade"},
    ],
)
def test_what_cannot_be_understood_is_as_if_it_had_not_been_asked(asked):
    assert Filters.read(asked) == Filters()


def test_the_month_is_that_of_the_place(make):
    midnight_in_shanghai = datetime(2027, 4, 30, 16, 30, tzinfo=UTC)
    make.event(zone="Asia/Shanghai", starts=(midnight_in_shanghai,))

    assert finding.find(Filters(), at=NOON).months == ["2027-05"]


class TestPlacesLeft:
    """With places left: can be booked now, or will be."""

    def test_the_last_place_counts_and_none_does_not(self, make):
        event = make.event(capacity=2, taken=1)
        assert titles(places="left") == [event.title]

        make.booking(event)

        assert titles(places="left") == []

    def test_at_the_closing_instant_nothing_is_left_to_book(self, make):
        closes = NOON + timedelta(hours=1)
        make.event(title="closing", closes_at=closes)

        assert titles(closes - timedelta(microseconds=1), places="left") == ["closing"]
        assert titles(closes, places="left") == []


def test_a_list_costs_the_same_number_of_statements_for_1_event_and_for_30(make, statements):
    hub = make.hub()

    def cost():
        db.session.rollback()
        db.session.expire_all()
        statements.clear()
        found = finding.find(Filters(), at=NOON)
        for event in finding.listed(found.ids):
            assert event.hub_name
            assert all(str(slot.venue) for slot in event.slots)
        return len(statements)

    make.event(hub=hub)
    one, again = cost(), cost()
    for _ in range(29):
        make.event(hub=hub, starts=(START, START + timedelta(days=7)))

    assert (one, cost()) == (9, 9)
    assert (again, cost()) == (2, 2)


def test_a_list_of_nothing_is_a_list(app):
    found = finding.find(Filters(), at=NOON)

    assert (list(found.ids), finding.listed([]), found.total) == ([], [], 0)
