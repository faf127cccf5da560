"""The event: what is booked, for whom, when it opens and closes, and its slots."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.db import Model
from booking.domain.events.standing import Standing, Times
from booking.domain.events.venues import Programme, Venue
from booking.domain.people import Hub, Role

RECEPTION, LAST_YEAR = 0, 13
"""The year groups of English schools, as numbers."""


class Event(Standing, Model):
    """What is booked. `taken` counts the places of held, confirmed and offered bookings and is no revision."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("kind in ('showcase','exchange_visit','work_group')", name="kind"),
        CheckConstraint("capacity >= 0 and extra >= 0", name="capacity"),
        CheckConstraint("taken >= 0 and taken <= capacity + extra", name="never_oversold"),
        CheckConstraint("max_per_school is null or max_per_school > 0", name="max_per_school"),
        CheckConstraint("published_at is null or closes_at is not null", name="published_has_closing"),
        CheckConstraint("opens_at is null or closes_at is null or opens_at < closes_at", name="opens_before_closing"),
        Index(
            "ix_event_listed",
            "starts_at",
            "id",
            sqlite_where=text("published_at is not null"),
            postgresql_where=text("published_at is not null"),
        ),
        Index(
            "ix_event_closes_at",
            "closes_at",
            sqlite_where=text("closing_told_at is null"),
            postgresql_where=text("closing_told_at is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"), index=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    """Markdown, shown sanitised."""
    audience: Mapped[str] = mapped_column(String(200), default="")
    taught_by: Mapped[str] = mapped_column(String(300), default="")
    maths: Mapped[str] = mapped_column(String(300), default="")
    bring: Mapped[str] = mapped_column(String(300), default="")
    is_filmed: Mapped[bool] = mapped_column(default=False)
    question: Mapped[str] = mapped_column(String(200), default="")
    """One question that the event may ask those who book."""
    capacity: Mapped[int]
    extra: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    max_per_school: Mapped[int | None]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    offers_end_at: Mapped[datetime | None]
    notice_hours: Mapped[int] = mapped_column(default=48)
    """A cancellation so near the start gives a reason and tells the host."""
    published_at: Mapped[datetime | None]
    called_off_at: Mapped[datetime | None]
    called_off_why: Mapped[str] = mapped_column(String(300), default="")
    closing_told_at: Mapped[datetime | None]
    """When the list went to the organiser and the host after closing."""
    last_minute_told_at: Mapped[datetime | None]
    """When those who wait were told that offers have ended, and that a free place may be claimed."""
    line_ended_at: Mapped[datetime | None]
    """When those who still waited were told that it has begun."""
    list_told_again_at: Mapped[datetime | None]
    """When changes of the list went out again, as offers ended."""
    reminders_set_at: Mapped[datetime | None]
    """When an organiser said when people are reminded; None: as usual for the kind of event."""
    starts_at: Mapped[datetime | None]
    """The first start that is known; None while every date is to be confirmed."""
    ends_at: Mapped[datetime | None]
    """The last end, once every date is known: an event with a date to be confirmed is not past."""
    updated_at: Mapped[datetime]
    form_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The one-time key of the form that drafted it, so that a form sent twice drafts once."""

    hub: Mapped[Hub] = relationship()
    programme: Mapped[Programme | None] = relationship()
    slots: Mapped[list[Slot]] = relationship(
        primaryjoin="and_(Event.id == Slot.event_id, Slot.removed_at.is_(None))",
        back_populates="event",
        order_by="Slot.number",
    )
    """What takes place, or would have: a session that was taken away stands in `removed_slots` only."""
    removed_slots: Mapped[list[Slot]] = relationship(
        primaryjoin="and_(Event.id == Slot.event_id, Slot.removed_at.is_not(None))",
        order_by="Slot.number",
        viewonly=True,
    )
    phases: Mapped[list[EventPhase]] = relationship(order_by="EventPhase.phase", cascade="all, delete-orphan")
    years: Mapped[list[EventYear]] = relationship(order_by="EventYear.year", cascade="all, delete-orphan")
    leads: Mapped[list[Role]] = relationship(
        primaryjoin="and_(foreign(Role.event_id) == Event.id, Role.name == 'lead', Role.ended_at.is_(None))",
        viewonly=True,
    )

    def __str__(self) -> str:
        return self.title

    @property
    def has_lead(self) -> bool:
        return bool(self.leads)

    @property
    def host_urns(self) -> list[int]:
        """The schools in which it happens."""
        return sorted({slot.venue.school_urn for slot in self.slots if slot.venue and slot.venue.school_urn})

    def is_short_notice(self, at: datetime) -> bool:
        return self.starts_at is not None and at >= self.starts_at - timedelta(hours=self.notice_hours)


class EventPhase(Model):
    """A phase of education that an event is for."""

    __tablename__ = "event_phase"
    __table_args__ = (
        CheckConstraint("phase in ('early_years','primary','secondary','post_16','special')", name="phase"),
        Index("ix_event_phase_phase", "phase", "event_id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    phase: Mapped[str] = mapped_column(String(20), primary_key=True)


class EventYear(Model):
    """A year group that an event is for: 0 is Reception, 1 to 13 the years after it."""

    __tablename__ = "event_year"
    __table_args__ = (
        CheckConstraint(f"year between {RECEPTION} and {LAST_YEAR}", name="year"),
        Index("ix_event_year_year", "year", "event_id"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Slot(Times, Model):
    """When and where a part of an event happens; on screen, a session. It has no capacity of its own."""

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("(starts_at is null) = (ends_at is null)", name="both_or_neither"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
        CheckConstraint("sequence >= 0", name="sequence"),
        Index("ix_slot_event_id", "event_id", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    expected: Mapped[str] = mapped_column(String(60), default="")
    """While the date is to be confirmed: about when, like "Spring 2027"."""
    zone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    venue_id: Mapped[int | None] = mapped_column(ForeignKey("venue.id"), index=True)
    room: Mapped[str] = mapped_column(String(100), default="")
    join_url: Mapped[str] = mapped_column(String(500), default="")
    """For those who are booked only."""
    agenda: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """Steps of the session: minutes after the start, title, note, and part (lesson, talk or nothing)."""
    uid: Mapped[str] = mapped_column(String(80), unique=True, default=lambda: str(uuid.uuid4()))
    """RFC 7986, 5.3: the same in feed, download and mail, for ever."""
    sequence: Mapped[int] = mapped_column(default=0)
    """RFC 5545, 3.8.7.4: rises with every change of time or place and when it is called off, never falls."""
    revised_at: Mapped[datetime]
    """When anything that people see of it changed last."""
    removed_at: Mapped[datetime | None]
    """Taken away, while the event goes on without it: calendars show it as cancelled until 30 days after its end."""
    withdrawn_start: Mapped[datetime | None]
    withdrawn_end: Mapped[datetime | None]
    """The times it had before its date was taken back: calendars show it as cancelled then. None once it has a date."""

    event: Mapped[Event] = relationship(back_populates="slots")
    venue: Mapped[Venue | None] = relationship()

    def set_times(self, starts_at: datetime | None, ends_at: datetime | None) -> None:
        """Give the session its times, or take them back: calendars go on showing those it had, as cancelled."""
        if self.starts_at and not starts_at:
            self.withdrawn_start, self.withdrawn_end = self.starts_at, self.ends_at
        elif starts_at:
            self.withdrawn_start = self.withdrawn_end = None
        self.starts_at, self.ends_at = starts_at, ends_at


def span(event: Event) -> None:
    """Bring the event's own first start and last end in line with its slots."""
    starts = [slot.starts_at for slot in event.slots if slot.starts_at]
    ends = [slot.ends_at for slot in event.slots if slot.ends_at]
    event.starts_at = min(starts, default=None)
    event.ends_at = max(ends) if ends and len(ends) == len(event.slots) else None
