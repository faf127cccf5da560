"""When people are reminded: so many days before, by the clocks of the venue, or so many hours before the start."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Model, db
from booking.domain import access, audit, places
from booking.domain.errors import BadInput, NotFound
from booking.domain.events import Event, Kind
from booking.domain.people import Person

MOST_DAYS = 60
MOST_HOURS = 72
MOST_TIMES = 5
"""More is not read."""
MORNING, NIGHT = time(7), time(21)
"""Waking hours: from seven, until nine."""


@dataclass(frozen=True)
class Before:
    """How long before a session: days and a time of day (wall clock at the venue), or hours (a duration)."""

    days: int = 0
    clock: time | None = None
    hours: int = 0

    @property
    def key(self) -> str:
        """What names it in rows and forms: "7d0900", "24h"."""
        return f"{self.hours}h" if self.clock is None else f"{self.days}d{self.clock:%H%M}"

    def due(self, starts_at: datetime, zone: str) -> datetime:
        """Answer the instant for a session that starts then, in a zone (an IANA name)."""
        if self.clock is None:
            return starts_at - timedelta(hours=self.hours)
        day = starts_at.astimezone(ZoneInfo(zone)).date() - timedelta(days=self.days)
        return datetime.combine(day, self.clock, ZoneInfo(zone)).astimezone(UTC)

    def checked(self) -> Before:
        """Answer it. Raises `BadInput` for a time at which nobody reads mail, or which is too far from the session."""
        if self.clock is None and not 1 <= self.hours <= MOST_HOURS:
            raise BadInput(f"Enter hours from 1 to {MOST_HOURS}.", "hours")
        if self.clock is not None and not 1 <= self.days <= MOST_DAYS:
            raise BadInput(f"Enter days from 1 to {MOST_DAYS}.", "days")
        if self.clock is not None and not MORNING <= self.clock < NIGHT:
            raise BadInput("Choose a time from 7am to 9pm, when people are awake.", "clock")
        return self


USUAL: dict[str, tuple[Before, ...]] = {
    Kind.SHOWCASE: (Before(days=7, clock=time(9)), Before(days=1, clock=time(9))),
    Kind.EXCHANGE_VISIT: (Before(days=14, clock=time(9)), Before(days=1, clock=time(9))),
    Kind.WORK_GROUP: (Before(days=7, clock=time(9)), Before(days=1, clock=time(15, 30))),
}
"""A week before, a colleague can still be found to go; cover for an exchange takes two. The day before, people pack.

A Work Group's people come each time: they hear the day before when lessons are over, and are left alone otherwise.
"""


class ReminderTime(Model):
    """One time at which the people of an event are reminded, where an organiser has said other than the usual ones."""

    __tablename__ = "reminder_time"
    __table_args__ = (
        CheckConstraint("(days is null) = (minute is null) and (days is null) <> (hours is null)", name="either"),
        CheckConstraint(f"days is null or days between 1 and {MOST_DAYS}", name="days"),
        CheckConstraint(f"hours is null or hours between 1 and {MOST_HOURS}", name="hours"),
        Index("ix_reminder_time_event_id", "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    days: Mapped[int | None]
    minute: Mapped[int | None]
    """Minutes after midnight, by the clocks of the venue."""
    hours: Mapped[int | None]
    set_at: Mapped[datetime]
    """What was due before this is not sent."""

    @property
    def before(self) -> Before:
        if self.hours is not None:
            return Before(hours=self.hours)
        hour, minute = divmod(self.minute or 0, 60)
        return Before(days=self.days or 0, clock=time(hour, minute))


@dataclass(frozen=True)
class Set:
    """A time, and since when it is set."""

    before: Before
    set_at: datetime


def of_event(event: Event) -> list[Set]:
    """Answer when people of the event are reminded, the earliest first."""
    if event.reminders_set_at is None:
        return usual(event.kind, event.published_at or event.updated_at)
    own = db.session.scalars(select(ReminderTime).where(ReminderTime.event_id == event.id))
    return in_order(Set(one.before, one.set_at) for one in own)


def usual(kind: str, set_at: datetime) -> list[Set]:
    return [Set(before, set_at) for before in USUAL[kind]]


def in_order(times: Iterable[Set]) -> list[Set]:
    """Bring times into the order in which they come for most sessions."""
    return sorted(times, key=lambda one: (-(one.before.days * 24 + one.before.hours), one.before.clock or time()))


def add(event_id: int, before: Before, *, by: Person, at: datetime) -> None:
    """Remind people of the event at this time, too. Raises `NotFound`, `NotAllowed`, `BadInput`."""
    event = _own_event(event_id, by, at)
    times = of_event(event)
    if before.checked() in [one.before for one in times]:
        raise BadInput("People are reminded then already.", "days" if before.clock else "hours")
    if len(times) >= MOST_TIMES:
        raise BadInput(f"{MOST_TIMES} reminders are enough. Take one away first.", "days" if before.clock else "hours")
    _write(event, before, set_at=at)
    _note("event.reminder_added", event, by, at, before=before.key)


def take_over(event: Event, like: Event, *, at: datetime) -> None:
    """Remind people of a new event when those of the one that it is like are: at the same times, or as usual."""
    if like.reminders_set_at is None:
        return
    for one in of_event(like):
        _write(event, one.before, set_at=at)
    event.reminders_set_at = at


def take_away(event_id: int, key: str, *, by: Person, at: datetime) -> None:
    """Remind people at this time no more; what is promised for today still goes. Raises `NotFound`, `NotAllowed`."""
    event = _own_event(event_id, by, at)
    own = db.session.scalars(select(ReminderTime).where(ReminderTime.event_id == event.id)).all()
    found = next((one for one in own if one.before.key == key), None)
    if found is None:
        raise NotFound("There is no such reminder.")
    db.session.delete(found)
    _note("event.reminder_taken_away", event, by, at, before=key)


def as_usual(event_id: int, *, by: Person, at: datetime) -> None:
    """Remind people as is usual for the kind of event; where they are, nothing changes. Raises as `take_away` does."""
    event = _organised(event_id, by)
    if event.reminders_set_at is None:
        return
    for one in db.session.scalars(select(ReminderTime).where(ReminderTime.event_id == event.id)):
        db.session.delete(one)
    event.reminders_set_at = None
    _note("event.reminders_as_usual", event, by, at)


def _own_event(event_id: int, by: Person, at: datetime) -> Event:
    """Lock an event that somebody organises, its usual times written down so that they can be changed."""
    event = _organised(event_id, by)
    if event.reminders_set_at is None:
        for one in of_event(event):
            _write(event, one.before, set_at=one.set_at)
        event.reminders_set_at = at
        db.session.flush()
    return event


def _organised(event_id: int, by: Person) -> Event:
    [event] = places.lock(event_id)
    access.must_organise(by, event.hub_id)
    return event


def _write(event: Event, before: Before, *, set_at: datetime) -> None:
    minute = before.clock.hour * 60 + before.clock.minute if before.clock else None
    days, hours = (before.days, None) if before.clock else (None, before.hours)
    db.session.add(ReminderTime(event_id=event.id, days=days, minute=minute, hours=hours, set_at=set_at))


def _note(act: str, event: Event, by: Person, at: datetime, **facts: str) -> None:
    audit.record(act, event, by=by, at=at, event_id=event.id, hub_id=event.hub_id, **facts)
