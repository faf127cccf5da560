"""The wall clock: what people say by the clocks of a place, as an instant; and the two nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from booking import wording
from booking.domain.errors import BadInput


class Which(StrEnum):
    """Which of the two, where a clock shows the same time twice in a night."""

    FIRST = "first"
    SECOND = "second"


class NoSuchTime(BadInput):
    """The clocks go forward past it."""

    code = "no_such_time"


class WhichTime(BadInput):
    """The clocks go back over it, so it comes twice; ask which one is meant."""

    code = "which_time"


def instant(day: date, clock: time, zone: str, *, which: Which | None = None, field: str | None = None) -> datetime:
    """Answer the instant (UTC) at which the clocks of a zone (an IANA name) show this on that day.

    Raises `NoSuchTime` for what is skipped in spring, and `WhichTime` for what comes twice in autumn and `which` does
    not say. Where it comes once, `which` means nothing.
    """
    first = datetime.combine(day, clock, ZoneInfo(zone))
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    said = f"{_clock_words(clock)} on {wording.date_words(day)}"
    if _shown(first, zone) != clock:
        raise NoSuchTime(f"There is no {said}: the clocks go forward past it", field)
    if which is None:
        raise WhichTime(f"{said} comes twice, because the clocks go back. Say which one you mean", field)
    return (first if which == Which.FIRST else second).astimezone(UTC)


def _shown(there: datetime, zone: str) -> time:
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).time()


def _clock_words(clock: time) -> str:
    return wording.time(datetime.combine(date(2001, 1, 1), clock, UTC), "UTC")
