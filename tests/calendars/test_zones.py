"""The zones that calendars are told of say what the IANA database says, to the second, for twenty years."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from icalendar import Timezone

from booking.calendars.zones import ZONES
from booking.domain import events
from booking.domain.errors import BadInput
from booking.wording import ZONE_NAMES

FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2041, 1, 1, tzinfo=UTC)


def switches(zone: str) -> list[datetime]:
    """Answer every instant at which the zone's clocks change, from the IANA database."""
    there = ZoneInfo(zone)
    hours = (FIRST + timedelta(hours=number) for number in range(int((LAST - FIRST).total_seconds() // 3600)))
    return [
        hour
        for hour in hours
        if (hour - timedelta(seconds=1)).astimezone(there).utcoffset() != hour.astimezone(there).utcoffset()
    ]


def as_told(zone: str) -> object:
    """Answer the zone as somebody else's reader (dateutil) understands what we tell."""
    return tzical(StringIO(ZONES[zone])).get(zone)


@pytest.mark.parametrize("zone", events.ZONES)
def test_every_zone_of_a_venue_is_told_as_the_iana_database_has_it(zone):
    ours, theirs = as_told(zone), ZoneInfo(zone)
    moments = [FIRST + timedelta(hours=5 * number) for number in range(24 * 365 * 21 // 5)]
    edges = [switch + timedelta(seconds=by) for switch in switches(zone) for by in (-3601, -1, 0, 1, 3601)]

    wrong = [
        moment
        for moment in moments + edges
        if moment.astimezone(theirs).replace(tzinfo=ours, fold=moment.astimezone(theirs).fold).utcoffset()
        != moment.astimezone(theirs).utcoffset()
    ]

    assert wrong == []


def test_london_changes_its_clocks_twice_a_year_and_shanghai_never():
    assert [len(switches(zone)) for zone in ("Europe/London", "Asia/Shanghai")] == [42, 0]


@pytest.mark.parametrize("zone", events.ZONES)
def test_a_zone_is_told_by_rules_and_not_by_dates(zone):
    told = Timezone.from_ical(ZONES[zone])

    assert [str(part.get("RDATE")) for part in told.walk()] == ["None"] * len(told.walk())
    assert str(told["TZID"]) == zone


def test_a_venue_has_a_zone_that_can_be_told_and_said_and_no_other():
    assert set(events.ZONES) == set(ZONES) == set(ZONE_NAMES)
    with pytest.raises(BadInput):
        events.must_be_zone("America/New_York")
