"""From a time before a session to the moment at which a person gets the mail: when they are awake, once a day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from booking.domain.reminders.times import MORNING, NIGHT, Set

EVENING = time(20)
"""Where the morning is too late, the mail comes the evening before."""
IN_TIME = timedelta(hours=1)
"""A reminder that comes later than this before the start helps nobody."""


@dataclass(frozen=True)
class Session:
    """What is known of a session that is reminded of."""

    event_id: int
    slot_id: int
    starts_at: datetime
    zone: str
    revised_at: datetime


@dataclass(frozen=True)
class Due:
    """A reminder of a session that is due for people of a zone today: `due_at` by its rule, `send_at` when awake."""

    session: Session
    kind: str
    due_at: datetime
    zone: str
    send_at: datetime


def due_today(sessions: Iterable[tuple[Session, list[Set]]], zones: Iterable[str], *, at: datetime) -> Iterator[Due]:
    """Answer what is due by the end of the day that it is now, in each of the zones in which people live.

    What was due before and has not been promised is still due, until the session starts.
    """
    ends = {zone: _end_of_day(at, zone) for zone in zones}
    for session, times in sessions:
        for one in times:
            due_at = one.before.due(session.starts_at, session.zone)
            if due_at <= one.set_at:
                continue
            for zone, end in ends.items():
                moment = awake(due_at, session.starts_at, zone)
                if moment < end:
                    send_at = moment if moment >= at else max(at, awake(at, session.starts_at, zone))
                    yield Due(session, one.before.key, due_at, zone, send_at)


def awake(instant: datetime, starts_at: datetime, zone: str) -> datetime:
    """Answer this instant, or the nearest one before the session at which somebody in the zone is awake.

    At night that is the next morning at seven; where this is less than an hour before the start, the evening before.
    """
    there = instant.astimezone(ZoneInfo(zone))
    if MORNING <= there.time() < NIGHT:
        return instant
    evening_of = there.date() - timedelta(days=1) if there.time() < MORNING else there.date()
    morning = datetime.combine(evening_of + timedelta(days=1), MORNING, there.tzinfo).astimezone(UTC)
    if morning + IN_TIME <= starts_at:
        return morning
    return datetime.combine(evening_of, EVENING, there.tzinfo).astimezone(UTC)


def _end_of_day(at: datetime, zone: str) -> datetime:
    tomorrow = at.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), ZoneInfo(zone)).astimezone(UTC)
