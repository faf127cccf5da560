"""When booking closes, after the event's first start has moved: as many days before it as it was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from booking import wording
from booking.domain.errors import BadInput
from booking.domain.events import Event

LONDON = ZoneInfo(wording.LONDON)


def follow(event: Event, start: datetime | None, *, at: datetime) -> None:
    """Move closing and the end of offers by as many days as the first start, which was `start`; never behind it.

    What has passed stays. Where closing would have passed already, booking closes at once; raises `BadInput` where it
    would then close before it opens.
    """
    if event.starts_at is None:
        return
    days = _days(start, event.starts_at)
    if event.closes_at and event.closes_at > at:
        event.closes_at = min(max(_later(event.closes_at, days), at), event.starts_at)
        _must_open_before(event, event.closes_at)
    if event.offers_end_at and event.offers_end_at > at:
        event.offers_end_at = min(max(_later(event.offers_end_at, days), at), event.starts_at)


def _days(start: datetime | None, now: datetime) -> int:
    return (now.astimezone(LONDON).date() - start.astimezone(LONDON).date()).days if start else 0


def _later(instant: datetime, days: int) -> datetime:
    """Answer the same time of day so many days later, by the clocks in the UK."""
    return (instant.astimezone(LONDON) + timedelta(days=days)).astimezone(UTC)


def _must_open_before(event: Event, closes_at: datetime) -> None:
    if event.opens_at and event.opens_at >= closes_at:
        opens = wording.moment(event.opens_at)
        raise BadInput(f"Booking opens only on {opens}. Choose a later day, or let it open earlier first", "day")
