"""Reading reminders: what a mail still reminds of when it is sent, and what an organiser sees of those to come."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from booking.db import db
from booking.domain.events import Event, Slot
from booking.domain.places import BOOKED_AT, Booking, Place, State
from booking.domain.reminders.promising import FACTS_LAST, Reminder
from booking.domain.reminders.times import Before, Set, of_event


@dataclass(frozen=True)
class Reminded:
    """A place that a mail reminds of, and its sessions."""

    place: Place
    slots: list[Slot]

    @property
    def event(self) -> Event:
        return self.place.booking.event

    @property
    def is_booker(self) -> bool:
        """Whoever has this place made the booking, and manages all of it."""
        return self.place.person_id == self.place.booking.booker_id


@dataclass(frozen=True)
class Line:
    """One reminder of one session, as the organiser sees it; `people` have got it, or get it as things stand."""

    slot: Slot
    due_at: datetime | None
    is_sent: bool
    is_too_late: bool
    people: int


@dataclass(frozen=True)
class Plan:
    """One time of an event, and what it comes to for each of its sessions."""

    before: Before
    lines: list[Line]


def of_message(message_id: int, *, at: datetime) -> list[Reminded]:
    """Answer what the mail reminds of that is still true: not given up, called off, moved or begun. The next first."""
    still = and_(
        Place.ended_at.is_(None),
        Place.person_id == Reminder.person_id,
        Booking.state == State.CONFIRMED,
        Event.called_off_at.is_(None),
        Event.published_at.is_not(None),
        Slot.removed_at.is_(None),
        Slot.starts_at == Reminder.starts_at,
        Slot.starts_at > at,
    )
    query = (
        select(Place, Slot)
        .join(Reminder, Reminder.place_id == Place.id)
        .join(Slot, Slot.id == Reminder.slot_id)
        .join(Place.booking)
        .join(Booking.event)
        .where(Reminder.message_id == message_id, still)
        .order_by(Slot.starts_at, Slot.id)
        .options(
            joinedload(Place.booking).joinedload(Booking.event).joinedload(Event.hub),
            joinedload(Place.booking).joinedload(Booking.event).selectinload(Event.slots),
            joinedload(Slot.venue),
        )
    )
    found: dict[int, Reminded] = {}
    for place, slot in db.session.execute(query).unique():
        slots = found.setdefault(place.id, Reminded(place, [])).slots
        if slot not in slots:
            slots.append(slot)
    return list(found.values())


def plan(event: Event, *, at: datetime) -> list[Plan]:
    """Answer when people of the event are reminded of what, and how many, in two queries for any number of sessions."""
    sent, booked = _sent(event), _booked(event)
    return [Plan(one.before, [_line(slot, one, sent, booked, at) for slot in event.slots]) for one in of_event(event)]


def _line(
    slot: Slot, one: Set, sent: dict[tuple[int, str, datetime], int], booked: Iterable[datetime], at: datetime
) -> Line:
    if slot.starts_at is None:
        return Line(slot, None, False, False, 0)
    due_at = one.before.due(slot.starts_at, slot.zone)
    if number := sent.get((slot.id, one.before.key, slot.starts_at), 0):
        return Line(slot, due_at, due_at <= at, False, number)
    is_too_late = due_at <= one.set_at or slot.starts_at <= at
    people = 0 if is_too_late else sum(booked_at <= due_at - FACTS_LAST for booked_at in booked)
    return Line(slot, due_at, False, is_too_late or due_at <= at, people)


def _sent(event: Event) -> dict[tuple[int, str, datetime], int]:
    query = (
        select(Reminder.slot_id, Reminder.kind, Reminder.starts_at, func.count())
        .where(Reminder.slot_id.in_([slot.id for slot in event.slots]))
        .group_by(Reminder.slot_id, Reminder.kind, Reminder.starts_at)
    )
    return {(row[0], row[1], row[2]): row[3] for row in db.session.execute(query)}


def _booked(event: Event) -> list[datetime]:
    """Answer when each person who has a place was confirmed, or came instead of a colleague."""
    query = (
        select(BOOKED_AT)
        .select_from(Booking)
        .join(Place, and_(Place.booking_id == Booking.id, Place.ended_at.is_(None)))
        .where(Booking.event_id == event.id, Booking.state == State.CONFIRMED, Booking.confirmed_at.is_not(None))
    )
    return [one for one in db.session.scalars(query) if one is not None]
