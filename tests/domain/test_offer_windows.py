"""Until when an offer is open: its hours, working hours, holidays, and the end of all offers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from booking.domain import places

LONDON = ZoneInfo("Europe/London")


def london(*when):
    return datetime(*when, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("made", "ends"),
    [
        (london(2027, 3, 1, 12), london(2027, 3, 3, 12)),  # 15 days before: 48 hours
        (london(2027, 3, 9, 13, 29), london(2027, 3, 11, 13, 29)),  # a minute over 7 days before: still 48
        (london(2027, 3, 9, 13, 30), london(2027, 3, 10, 13, 30)),  # exactly 7 days before: 24 hours
        (london(2027, 3, 13, 13, 30), london(2027, 3, 15, 12)),  # exactly 3 days before: 12 hours, moved to Monday noon
        (london(2027, 3, 4, 17), london(2027, 3, 8, 12)),  # 48 hours end on Saturday
        (london(2027, 3, 10, 19), london(2027, 3, 12, 12)),  # 24 hours end after six: the next noon
        (london(2027, 3, 12, 7), london(2027, 3, 15, 12)),  # 24 hours end on Saturday morning
        (london(2027, 3, 14, 21), london(2027, 3, 15, 9)),  # 12 hours end in working hours
        (london(2027, 3, 15, 5), london(2027, 3, 15, 13, 30)),  # 12 hours end at five, but offers end before that
        (london(2027, 3, 15, 11, 30), london(2027, 3, 15, 13, 30)),  # exactly two hours are left
        (london(2027, 3, 15, 11, 31), None),  # fewer are not enough for an answer
        (london(2027, 3, 15, 13, 30), None),  # offers have ended
    ],
)
def test_an_offer_ends_when_the_rule_says(make, made, ends):
    event = make.event()  # starts on Tuesday 16 March 2027 at 13:30; offers end 24 hours before

    found = places.offer_ends(event, made.astimezone(UTC))

    assert found == (ends.astimezone(UTC) if ends else None)


def test_an_offer_moves_behind_bank_holidays_and_the_hubs_own(make):
    hub = make.hub()
    event = make.event(hub=hub, starts=(datetime(2027, 5, 4, 9, tzinfo=UTC),))
    make.holiday(hub, "Easter holidays", date(2027, 3, 29), date(2027, 4, 9))

    assert places.offer_ends(event, london(2027, 3, 24, 15).astimezone(UTC)) == london(2027, 4, 12, 12)
    assert places.offer_ends(make.event(starts=(event.starts_at,)), london(2027, 3, 24, 15)) == london(2027, 3, 30, 12)


def test_an_offer_over_the_night_when_the_clocks_go_forward_lasts_its_hours(make):
    event = make.event(starts=(datetime(2027, 4, 30, 9, tzinfo=UTC),))

    made = london(2027, 3, 27, 11)  # Saturday; 48 hours later it is noon by the new clocks, on Easter Monday

    assert places.offer_ends(event, made.astimezone(UTC)) == london(2027, 3, 30, 12)


def test_where_the_organiser_says_nothing_offers_end_a_day_before_the_start(make):
    event = make.event(offers_end_at=None)

    assert places.offer_ends(event, event.starts_at - timedelta(hours=26)) == event.starts_at - timedelta(hours=24)
    assert places.offer_ends(event, event.starts_at - timedelta(hours=24)) is None


def test_nothing_is_offered_for_what_is_not_published_called_off_or_has_begun(make, noon):
    for given, at in (
        ({"published_at": None}, noon),
        ({"called_off_at": noon}, noon),
        ({"offers_end_at": None}, make.event().starts_at),
    ):
        assert places.offer_ends(make.event(**given), at) is None
