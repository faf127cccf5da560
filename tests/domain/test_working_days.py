"""Working days: weekends, bank holidays, a hub's own holidays, and the next noon at which somebody works."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from booking.domain import working_days

LONDON = ZoneInfo("Europe/London")


def london(*when):
    return datetime(*when, tzinfo=LONDON)


def is_worked(day, hub):
    return working_days.why_not(day, working_days.holidays(hub.id, day, day)) is None


def test_weekends_bank_holidays_and_the_hubs_holidays_are_no_working_days(make):
    hub, other = make.hub(), make.hub()
    make.holiday(hub, "Half-term", date(2027, 2, 15), date(2027, 2, 19))

    days = [date(2027, 2, day) for day in (12, 13, 14, 15, 19, 22)]

    assert [is_worked(day, hub) for day in days] == [True, False, False, False, False, True]
    assert is_worked(date(2027, 2, 15), other)
    assert not is_worked(date(2027, 3, 26), other)  # Good Friday


def test_a_host_schools_holidays_do_not_close_the_hub_and_are_known(make):
    hub, school = make.hub(), make.school()
    inset = make.holiday(hub, "INSET day", date(2027, 2, 22), date(2027, 2, 22), school_urn=school.urn)
    day = date(2027, 2, 22)

    assert is_worked(day, hub)
    assert list(working_days.holidays(hub.id, day, day, school_urn=school.urn)) == [inset]
    assert list(working_days.holidays(make.hub().id, day, day, school_urn=school.urn)) == []


def test_a_day_says_why_nobody_works(make):
    half_term = make.holiday(make.hub(), "Half-term", date(2027, 2, 15), date(2027, 2, 19))

    days = (date(2027, 2, 13), date(2027, 2, 16), date(2027, 3, 29), date(2027, 3, 30))

    assert [working_days.why_not(day, [half_term]) for day in days] == ["Saturday", "Half-term", "Easter Monday", None]


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        (london(2027, 3, 1, 8), london(2027, 3, 1, 8)),
        (london(2027, 3, 1, 18), london(2027, 3, 1, 18)),
        (london(2027, 3, 1, 18, 1), london(2027, 3, 2, 12)),
        (london(2027, 3, 2, 7, 59), london(2027, 3, 2, 12)),
        (london(2027, 3, 5, 20), london(2027, 3, 8, 12)),
        (london(2027, 3, 25, 19), london(2027, 3, 30, 12)),  # Maundy Thursday: Easter, and the clocks go forward
        (london(2027, 10, 30, 9), london(2027, 11, 1, 12)),  # the clocks go back
        (london(2027, 12, 31, 23), london(2028, 1, 4, 12)),  # New Year, observed on the Monday
        (london(2028, 2, 29, 9), london(2028, 2, 29, 9)),  # a leap day is a day like any other
    ],
)
def test_a_moment_outside_working_hours_moves_to_the_next_noon_of_a_working_day(make, moment, moved):
    hub = make.hub()

    assert working_days.in_working_hours(moment.astimezone(UTC), hub.id) == moved


def test_a_moment_in_the_hubs_holidays_moves_behind_them(make):
    hub = make.hub()
    make.holiday(hub, "Half-term", date(2027, 2, 15), date(2027, 2, 19))

    assert working_days.in_working_hours(london(2027, 2, 16, 10), hub.id) == london(2027, 2, 22, 12)


def test_holidays_without_end_do_not_keep_an_offer_open_for_ever(make):
    hub = make.hub()
    make.holiday(hub, "Closed", date(2027, 1, 1), date(2099, 1, 1))

    assert working_days.in_working_hours(london(2027, 2, 16, 10), hub.id) == london(2027, 6, 16, 12)


def test_the_bank_holidays_reach_far_enough():
    assert max(working_days.BANK_HOLIDAYS) >= date(2028, 12, 25)


def test_holidays_end_after_they_begin(make):
    with pytest.raises(IntegrityError, match="begins_before_it_ends"):
        make.holiday(make.hub(), "Backwards", date(2027, 2, 19), date(2027, 2, 15))
