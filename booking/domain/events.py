"""Programmes, events, their slots and venues: what is booked, when and where."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Select, String, Text, and_, func, or_, select, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from booking.db import Model, db
from booking.domain import access
from booking.domain.people import Hub, Person, Role
from booking.domain.schools import School

SHOWN_AFTER_END = timedelta(days=30)
"""A past event's page stays so long; then it is gone."""


class Kind(StrEnum):
    SHOWCASE = "showcase"
    EXCHANGE_VISIT = "exchange_visit"
    WORK_GROUP = "work_group"


class Phase(StrEnum):
    EARLY_YEARS = "early_years"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    POST_16 = "post_16"
    SPECIAL = "special"


class Venue(Model):
    """A place: a school, a hall, or online. Its zone is an IANA name."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    street: Mapped[str] = mapped_column(String(200), default="")
    town: Mapped[str] = mapped_column(String(100), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="")
    is_online: Mapped[bool] = mapped_column(default=False)
    school_urn: Mapped[int | None] = mapped_column(ForeignKey("school.urn"))
    easting: Mapped[int | None]
    northing: Mapped[int | None]
    zone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    directions: Mapped[str] = mapped_column(Text, default="")
    parking: Mapped[str] = mapped_column(Text, default="")
    access: Mapped[str] = mapped_column(Text, default="")

    school: Mapped[School | None] = relationship()

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.town) if part)

    @property
    def address(self) -> str:
        return ", ".join(part for part in (self.street, self.town, self.postcode) if part)


class Programme(Model):
    """A titled set of events: a showcase season, an exchange, a Work Group year."""

    __tablename__ = "programme"
    __table_args__ = (CheckConstraint("kind in ('showcase','exchange_visit','work_group')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(ForeignKey("hub.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")

    hub: Mapped[Hub] = relationship()


class Event(Model):
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
    starts_at: Mapped[datetime | None]
    """The first start that is known; None while every date is to be confirmed."""
    ends_at: Mapped[datetime | None]
    """The last end, once every date is known: an event with a date to be confirmed is not past."""
    updated_at: Mapped[datetime]

    hub: Mapped[Hub] = relationship()
    programme: Mapped[Programme | None] = relationship()
    slots: Mapped[list[Slot]] = relationship(back_populates="event", order_by="Slot.number")
    phases: Mapped[list[EventPhase]] = relationship(order_by="EventPhase.phase", cascade="all, delete-orphan")
    leads: Mapped[list[Role]] = relationship(
        primaryjoin="and_(foreign(Role.event_id) == Event.id, Role.name == 'lead', Role.ended_at.is_(None))",
        viewonly=True,
    )

    def __str__(self) -> str:
        return self.title

    @property
    def places_left(self) -> int:
        return max(0, self.capacity + self.extra - self.taken)

    @property
    def is_full(self) -> bool:
        return self.places_left == 0

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_called_off(self) -> bool:
        return self.called_off_at is not None

    @property
    def has_lead(self) -> bool:
        return bool(self.leads)

    @property
    def host_urns(self) -> list[int]:
        """The schools in which it happens."""
        return sorted({slot.venue.school_urn for slot in self.slots if slot.venue and slot.venue.school_urn})

    @property
    def has_open_dates(self) -> bool:
        """Some date is still to be confirmed."""
        return any(slot.starts_at is None for slot in self.slots)

    def is_opening_later(self, at: datetime) -> bool:
        return self.opens_at is not None and at < self.opens_at

    def is_closed(self, at: datetime) -> bool:
        """Half-open: at the closing instant itself it is closed."""
        return self.closes_at is None or at >= self.closes_at

    def is_bookable(self, at: datetime) -> bool:
        """Say whether the clock and the organiser allow booking; places are another question."""
        return self.is_published and not self.is_called_off and not self.is_opening_later(at) and not self.is_closed(at)

    def has_begun(self, at: datetime) -> bool:
        return self.starts_at is not None and at >= self.starts_at

    def is_past(self, at: datetime) -> bool:
        return self.ends_at is not None and at >= self.ends_at

    def is_gone(self, at: datetime) -> bool:
        return self.ends_at is not None and at >= self.ends_at + SHOWN_AFTER_END

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


class Slot(Model):
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
    """RFC 5545, 3.8.7.4: rises with every change of time or place, never falls."""
    revised_at: Mapped[datetime]

    event: Mapped[Event] = relationship(back_populates="slots")
    venue: Mapped[Venue | None] = relationship()

    @property
    def local_start(self) -> datetime | None:
        return self.starts_at.astimezone(ZoneInfo(self.zone)) if self.starts_at else None

    @property
    def local_end(self) -> datetime | None:
        return self.ends_at.astimezone(ZoneInfo(self.zone)) if self.ends_at else None


def span(event: Event) -> None:
    """Bring the event's own first start and last end in line with its slots."""
    starts = [slot.starts_at for slot in event.slots if slot.starts_at]
    ends = [slot.ends_at for slot in event.slots if slot.ends_at]
    event.starts_at = min(starts, default=None)
    event.ends_at = max(ends) if ends and len(ends) == len(event.slots) else None


def public(event_id: int) -> Event | None:
    """Answer a published event with all that its page shows, or None."""
    return db.session.scalar(_whole().where(Event.id == event_id, Event.published_at.is_not(None)))


def organised_by(person: Person, event_id: int) -> Event | None:
    """Answer an event of a hub that the person organises; another hub's is not found."""
    return db.session.scalar(_reach(person, _whole()).where(Event.id == event_id))


def desk(person: Person, *, at: datetime, past: bool) -> Select[Event]:
    """Answer the query for the events of a person's hubs, coming ones first to come, past ones latest first."""
    query = _reach(
        person, select(Event).options(joinedload(Event.hub), selectinload(Event.slots).joinedload(Slot.venue))
    )
    if past:
        return query.where(Event.ends_at <= at).order_by(Event.ends_at.desc(), Event.id)
    return query.where(or_(Event.ends_at.is_(None), Event.ends_at > at)).order_by(
        Event.starts_at.is_(None), Event.starts_at, Event.id
    )


def alternatives(event: Event, *, at: datetime, places: int = 1, most: int = 3) -> list[Event]:
    """Answer the next best: bookable events of the programme (else of kind and hub), for a phase of this one."""
    phases = [one.phase for one in event.phases]
    same = (
        Event.programme_id == event.programme_id
        if event.programme_id
        else and_(Event.kind == event.kind, Event.hub_id == event.hub_id)
    )
    query = (
        select(Event)
        .where(
            same,
            Event.id != event.id,
            Event.published_at.is_not(None),
            Event.called_off_at.is_(None),
            or_(Event.opens_at.is_(None), Event.opens_at <= at),
            Event.closes_at > at,
            Event.capacity + Event.extra - Event.taken >= places,
            Event.id.in_(select(EventPhase.event_id).where(EventPhase.phase.in_(phases))) if phases else text("1=1"),
        )
        .order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)
        .limit(most)
        .options(selectinload(Event.slots).joinedload(Slot.venue), joinedload(Event.hub))
    )
    return list(db.session.scalars(query))


def _whole() -> Select[Event]:
    return select(Event).options(
        joinedload(Event.hub),
        joinedload(Event.programme),
        selectinload(Event.slots).joinedload(Slot.venue),
        selectinload(Event.phases),
        selectinload(Event.leads),
    )


def _reach(person: Person, query: Select[Event]) -> Select[Event]:
    return query if access.is_national(person) else query.where(Event.hub_id.in_(access.hubs_organised(person)))


def count(query: Select[Event]) -> int:
    """Answer how many rows a query has without its order and paging."""
    return int(db.session.scalar(select(func.count()).select_from(query.order_by(None).options().subquery())) or 0)
