"""Days and times as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as some

from booking.domain.errors import BadInput
from booking.web import when
from booking.web.when import EARLIEST, LATEST

TODAY = date(2027, 3, 1)


@pytest.mark.parametrize(
    "typed",
    [
        "12 January 2028",
        "12 Jan 2028",
        "12th january 28",
        "12/1/2028",
        "12/01/28",
        "12.1.2028",
        "2028-01-12",
        "Wednesday 12 January 2028",
        "Wed, 12 Jan 2028",
        "12 January",
        "12/1",
    ],
)
def test_a_day_is_read_however_it_is_typed(typed):
    assert when.day(typed, TODAY) == date(2028, 1, 12)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Enter a day that exists"),
        ("31 June 2027", "Enter a day that exists"),
        ("soon", "Enter a day that exists"),
        ("12/13/2027", "Enter a day that exists"),
        ("12 January 1899", "Enter a day that exists"),
        ("Tuesday 12 January 2028", "12 January 2028 is a Wednesday"),
    ],
)
def test_a_day_that_cannot_be_is_refused(typed, sentence):
    with pytest.raises(BadInput, match=sentence):
        when.day(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1:30pm", time(13, 30)),
        ("1.30 PM", time(13, 30)),
        ("13:30", time(13, 30)),
        ("1pm", time(13)),
        ("9:05", time(9, 5)),
        ("9", time(9)),
        ("01:30", time(1, 30)),
        ("12am", time(0)),
        ("12pm", time(12)),
        ("12 noon", time(12)),
        ("midnight", time(0)),
    ],
)
def test_a_time_is_read_however_it_is_typed(typed, read):
    assert when.clock(typed) == read


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1:30", "Say 1:30am or 1:30pm"),
        ("2", "Say 2am or 2pm"),
        ("25:00", "Enter a time that exists"),
        ("13pm", "Enter a time that exists"),
        ("0pm", "Enter a time that exists"),
        ("1:75pm", "Enter a time that exists"),
        ("lunch", "Enter a time like 1:30pm"),
        ("", "Enter a time like 1:30pm"),
    ],
)
def test_a_time_that_may_be_two_or_none_is_refused(typed, sentence):
    with pytest.raises(BadInput, match=sentence):
        when.clock(typed)


DAYS = some.dates(date(2000, 1, 1), date(2099, 12, 31))
MINUTES = some.builds(time, some.integers(0, 23), some.integers(0, 59))


@given(DAYS, MINUTES)
def test_what_is_said_is_read_again(day, clock):
    assert when.day(when.day_words(day), TODAY) == day
    assert when.clock(when.clock_words(clock)) == clock


@given(some.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(typed):
    with suppress(BadInput):
        assert EARLIEST <= when.day(typed, TODAY).year <= LATEST
    with suppress(BadInput):
        assert when.clock(typed).second == 0
