"""Working days: when people in a hub may be expected to read and answer.

Not at weekends, on the bank holidays of England, or in the hub's own holidays. A host school's holidays are kept here
too: nobody's answer waits for them, but whoever chooses a date wants to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from govuk_bank_holidays.bank_holidays import BankHolidays
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Model, db
from booking.domain.people import Hub
from booking.domain.schools import School

LONDON = ZoneInfo("Europe/London")
"""Hubs are in England, and so are their working hours, wherever an event takes place."""
BEGINS, ENDS = time(8), time(18)
NOON = time(12)
SATURDAY = 5
LONGEST_CLOSED = timedelta(days=120)
"""No holidays follow each other for longer; it bounds the search for the next working day."""

BANK_HOLIDAYS: dict[date, str] = {
    day["date"]: day["title"]
    for day in BankHolidays(use_cached_holidays=True).get_holidays(division=BankHolidays.ENGLAND_AND_WALES)
}
"""Date → name, as the package carries them: never fetched. A newer package knows more years."""


class Holiday(Model):
    """Days on which a hub does not work, or (with a URN) on which one of its host schools is closed."""

    __tablename__ = "holiday"
    __table_args__ = (
        CheckConstraint("begins_on <= ends_on", name="begins_before_it_ends"),
        Index("ix_holiday_hub_id_ends_on", "hub_id", "ends_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey(Hub.id))
    """Whose calendar it is: another hub neither sees it nor is bound by it."""
    school_urn: Mapped[int | None] = mapped_column(ForeignKey(School.urn))
    """The host school that is closed; None for the hub's own holidays."""
    name: Mapped[str] = mapped_column(String(120))
    begins_on: Mapped[date]
    ends_on: Mapped[date]
    """Both days are part of it."""

    def __contains__(self, day: date) -> bool:
        return self.begins_on <= day <= self.ends_on


def holidays(hub_id: int, first: date, last: date, *, school_urn: int | None = None) -> Sequence[Holiday]:
    """Answer the hub's own holidays that touch these days (both included), or those of one of its host schools."""
    query = select(Holiday).where(
        Holiday.hub_id == hub_id,
        Holiday.school_urn.is_(None) if school_urn is None else Holiday.school_urn == school_urn,
        Holiday.begins_on <= last,
        Holiday.ends_on >= first,
    )
    return db.session.scalars(query.order_by(Holiday.begins_on, Holiday.id)).all()


def why_not(day: date, closed: Sequence[Holiday]) -> str | None:
    """Answer why nobody works that day ("Saturday", "Good Friday", "Half-term"), or None on a working day."""
    if day.weekday() >= SATURDAY:
        return f"{day:%A}"
    return BANK_HOLIDAYS.get(day) or next((holiday.name for holiday in closed if day in holiday), None)


def in_working_hours(moment: datetime, hub_id: int) -> datetime:
    """Answer the moment itself if people work then (08:00 to 18:00 in London), else the next noon of a working day."""
    local = moment.astimezone(LONDON)
    closed = holidays(hub_id, local.date(), local.date() + LONGEST_CLOSED)
    if BEGINS <= local.time() <= ENDS and why_not(local.date(), closed) is None:
        return moment
    return next(noon for noon in _noons(local, closed) if noon > local).astimezone(moment.tzinfo)


def _noons(local: datetime, closed: Sequence[Holiday]) -> Iterator[datetime]:
    days = (local.date() + timedelta(days=number) for number in range(LONGEST_CLOSED.days))
    yield from (datetime.combine(day, NOON, LONDON) for day in days if why_not(day, closed) is None)
    yield datetime.combine(local.date() + LONGEST_CLOSED, NOON, LONDON)
