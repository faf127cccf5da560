"""What the public's calendars show: the sessions of a search, a programme or an event, and what makes one change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from booking.db import db
from booking.domain import finding
from booking.domain.events import SHOWN_AFTER_END, ZONES, Event, Programme, Slot, Venue
from booking.domain.finding import HALF_TERM, OPEN_DATE, Filters
from booking.domain.people import Hub
from booking.domain.schools import School

EVERYTHING = Filters()
STARTS_AT = func.coalesce(Slot.starts_at, Slot.withdrawn_start)
ENDS_AT = func.coalesce(Slot.ends_at, Slot.withdrawn_end)


class Session(NamedTuple):
    """What a calendar shows of one slot. A slot that never had a date is in no calendar."""

    event_id: int
    kind: str
    title: str
    summary: str
    called_off_at: datetime | None
    called_off_why: str
    updated_at: datetime
    slot_id: int
    uid: str
    sequence: int
    revised_at: datetime
    starts_at: datetime
    ends_at: datetime
    zone: str
    name: str
    """Its own title, worth saying where the event has several sessions."""
    is_one_of_several: bool
    removed_at: datetime | None
    is_undated: bool
    """Its date was taken back: what is shown are the times it had."""
    room: str
    venue: str | None
    street: str
    town: str
    postcode: str
    is_online: bool
    easting: int | None
    northing: int | None
    venue_revised_at: datetime | None

    @property
    def is_off(self) -> bool:
        """It does not take place; what had begun before the event was called off did."""
        is_called_off = self.called_off_at is not None and self.starts_at > self.called_off_at
        return is_called_off or self.removed_at is not None or self.is_undated

    @property
    def modified_at(self) -> datetime:
        """When anything that calendars show of it changed last; bookings change nothing."""
        stamps = (self.updated_at, self.revised_at, self.called_off_at, self.removed_at, self.venue_revised_at)
        return max(stamp for stamp in stamps if stamp)


def public(filters: Filters = EVERYTHING, *, at: datetime, programme_id: int | None = None) -> list[Session]:
    """Answer the sessions of a search or a programme: those of the last 30 days and all to come, soonest first."""
    query = sessions().where(is_kept(at), *_asked(filters, at))
    if programme_id is not None:
        query = query.where(Event.programme_id == programme_id)
    return _read(query)


def of_event(event_id: int, *, at: datetime) -> list[Session]:
    """Answer the sessions of one event that calendars still show; none of a draft."""
    return _read(sessions().where(Event.id == event_id, is_kept(at)))


def programme(programme_id: int) -> Programme | None:
    """Answer a programme of which anything is published; of any other nobody has heard yet."""
    is_known = exists().where(Event.programme_id == Programme.id, Event.published_at.is_not(None))
    query = select(Programme).where(Programme.id == programme_id, is_known)
    return db.session.scalar(query.options(joinedload(Programme.hub)))


def last_start() -> datetime | None:
    """Answer when the last session that is planned begins."""
    query = select(func.max(Slot.starts_at)).join(Event, Event.id == Slot.event_id)
    return db.session.scalar(query.where(Event.published_at.is_not(None)))


def followed(*, at: datetime) -> tuple[list[Hub], list[Programme]]:
    """Answer the hubs and programmes of whose events calendars show some, by name."""
    shown = select(Event.hub_id, Event.programme_id).join(Slot, Slot.event_id == Event.id)
    shown = shown.where(Event.published_at.is_not(None), is_kept(at))
    hubs = select(Hub).where(Hub.id.in_(shown.with_only_columns(Event.hub_id))).order_by(Hub.name)
    ids = shown.with_only_columns(Event.programme_id).where(Event.programme_id.is_not(None))
    programmes = select(Programme).where(Programme.id.in_(ids)).options(joinedload(Programme.hub))
    ordered = programmes.order_by(Programme.title, Programme.id)
    return list(db.session.scalars(hubs)), list(db.session.scalars(ordered))


def _read(query: Select[Any]) -> list[Session]:
    return [Session(*row) for row in db.session.execute(query)]


def sessions(*more: Any) -> Select[Any]:
    """Answer the query for the dated sessions of published events, with `more` columns than `Session` has."""
    query = (
        select(*_SHOWN, *more)
        .join(Event, Event.id == Slot.event_id)
        .outerjoin(Venue, Venue.id == Slot.venue_id)
        .outerjoin(School, School.urn == Venue.school_urn)
        .where(Event.published_at.is_not(None), STARTS_AT.is_not(None))
    )
    return query.order_by(STARTS_AT, Slot.id)


def is_kept(at: datetime) -> ColumnElement[bool]:
    """Whether calendars still show it; by the day, so that a calendar is the same all day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0) - SHOWN_AFTER_END < ENDS_AT


def _asked(filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    """Answer the conditions of a search; here a month is that of the session and not of the event's next one."""
    asked: list[ColumnElement[bool]] = []
    if filters.hub:
        asked.append(Event.hub_id.in_(select(Hub.id).where(Hub.slug == filters.hub)))
    if filters.places:
        asked.append(_has_places(at))
    if filters.month:
        asked.append(_is_between(*_days(filters.month, at)))
    others = replace(filters, hub="", places="", month="")
    if others.narrowing:
        asked.append(Event.id.in_(finding.matching(others, at=at)))
    return asked


def _has_places(at: datetime) -> ColumnElement[bool]:
    """Places can be booked; what was called off still says so."""
    is_left = and_(Event.closes_at > at, Event.taken < Event.capacity + Event.extra)
    return or_(Event.called_off_at.is_not(None), is_left)


def _days(month: str, at: datetime) -> tuple[date, date]:
    """Answer the first day of what is asked for, and the first after it; none where no date is known."""
    if month == OPEN_DATE:
        return date.max, date.max
    if month == HALF_TERM:
        half_term = finding.half_term(at)
        return half_term.begins_on, half_term.ends_on + timedelta(days=1)
    first = date(int(month[:4]), int(month[5:]), 1)
    return first, (first + timedelta(days=31)).replace(day=1)


def _is_between(first: date, after: date) -> ColumnElement[bool]:
    """Whether it begins from the first day until before the other, by its own clocks."""
    if first == after:
        return false()
    return or_(
        *(
            and_(Slot.zone == zone, _midnight(first, zone) <= STARTS_AT, _midnight(after, zone) > STARTS_AT)
            for zone in ZONES
        )
    )


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone))


_OTHER = aliased(Slot)
_SHOWN: tuple[Any, ...] = (
    Event.id,
    Event.kind,
    Event.title,
    Event.summary,
    Event.called_off_at,
    Event.called_off_why,
    Event.updated_at,
    Slot.id,
    Slot.uid,
    Slot.sequence,
    Slot.revised_at,
    STARTS_AT,
    ENDS_AT,
    Slot.zone,
    Slot.title,
    exists().where(_OTHER.event_id == Event.id, _OTHER.id != Slot.id, _OTHER.removed_at.is_(None)),
    Slot.removed_at,
    Slot.starts_at.is_(None),
    Slot.room,
    Venue.name,
    Venue.street,
    Venue.town,
    Venue.postcode,
    Venue.is_online,
    func.coalesce(Venue.easting, School.easting),
    func.coalesce(Venue.northing, School.northing),
    Venue.revised_at,
)
"""The columns of `Session`, in its order."""
