"""The wall clock: what people say by the clocks of a place, and the nights on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from booking.domain import wall_clock
from booking.domain.wall_clock import NoSuchTime, Which, WhichTime

LONDON = "Europe/London"
FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)


@pytest.mark.parametrize(
    ("day", "zone", "hour"),
    [
        (date(2027, 1, 12), LONDON, 13),
        (date(2027, 6, 15), LONDON, 12),
        (date(2027, 1, 12), "Asia/Shanghai", 5),
    ],
)
def test_one_o_clock_is_an_instant_by_the_clocks_of_the_place(day, zone, hour):
    assert wall_clock.instant(day, time(13), zone) == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_what_the_clocks_skip_in_spring_is_refused_with_a_sentence():
    with pytest.raises(NoSuchTime, match=r"There is no 1:30am on Sunday 28 March 2027: the clocks go forward past it"):
        wall_clock.instant(FORWARD, time(1, 30), LONDON, which=Which.FIRST)


def test_the_hour_around_what_is_skipped_stands():
    assert wall_clock.instant(FORWARD, time(0, 59), LONDON) == datetime(2027, 3, 28, 0, 59, tzinfo=UTC)
    assert wall_clock.instant(FORWARD, time(2), LONDON) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_what_comes_twice_in_autumn_asks_which_one():
    with pytest.raises(WhichTime, match=r"1:30am on Sunday 31 October 2027 comes twice"):
        wall_clock.instant(BACK, time(1, 30), LONDON)

    first, second = (wall_clock.instant(BACK, time(1, 30), LONDON, which=which) for which in Which)
    assert (first, second) == (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC))


def test_shanghai_never_changes_its_clocks():
    assert wall_clock.instant(FORWARD, time(1, 30), "Asia/Shanghai") == datetime(2027, 3, 27, 17, 30, tzinfo=UTC)
