"""Promising reminders: everything that is due today and not promised yet, in a few statements for thousands of people.

A reminder is a row, unique for its place, session, kind and start: two workers write it once, and a session that moves
is reminded of anew. Nothing is scheduled: what is due is found by asking, so downtime delays and never loses.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnClause,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    column,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Model, UtcDateTime, announce, db
from booking.domain.events import Event, Slot
from booking.domain.messages import OUTBOX, Message, MessageState, Urgency
from booking.domain.people import Person
from booking.domain.places import BOOKED_AT, Booking, Place, State
from booking.domain.reminders.moments import Due, Session, due_today
from booking.domain.reminders.times import MOST_DAYS, ReminderTime, Set, usual

KIND = "reminder"
FACTS_LAST = timedelta(hours=1)
"""Who books, or comes instead, later than this before a reminder is due has the facts from that mail, and gets none."""
AT_ONCE = 2000
"""Rows of one statement: SQLite takes at most 32,766 values in one."""


class Reminder(Model):
    """One person's reminder of one session, promised. Its message gathers all of a person's for that day."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("place_id", "slot_id", "kind", "starts_at"),
        Index("ix_reminder_slot_id", "slot_id"),
        Index("ix_reminder_message_id", "message_id"),
        Index(
            "ix_reminder_person_id_new",
            "person_id",
            sqlite_where=text("message_id is null"),
            postgresql_where=text("message_id is null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("slot.id"))
    kind: Mapped[str] = mapped_column(String(12))
    starts_at: Mapped[datetime]
    """The start that it speaks of: if the session moves, this reminder is void."""
    send_at: Mapped[datetime]
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id"))


def promise_due(*, at: datetime) -> int:
    """Promise every reminder that is due today and has not been promised; answer how many.

    One mail gathers all of a person's of a day of theirs; it goes when the first is due.
    """
    for due in _due(at):
        _write(due)
    return _gather(at)


def missing(*, at: datetime, late: timedelta) -> Iterator[tuple[int, str, int]]:
    """Answer (slot id, kind, number of people) for what is late by so much and could still be promised."""
    for due in _due(at):
        query = _unwritten(due).where(due.c.due_at <= at - late).subquery()
        counts = select(query.c.slot_id, query.c.kind, func.count()).group_by(query.c.slot_id, query.c.kind)
        yield from ((row[0], row[1], row[2]) for row in db.session.execute(counts))


def _due(at: datetime) -> Iterator[CTE]:
    """Answer what is due today as tables to join with, of a bounded size each."""
    sessions = list(_sessions(at))
    zones = list(db.session.scalars(select(Person.zone).distinct())) if sessions else []
    rows = [_row(one) for one in due_today(sessions, zones, at=at)]
    for first in range(0, len(rows), AT_ONCE):
        yield _table(rows[first : first + AT_ONCE])


def _sessions(at: datetime) -> Iterator[tuple[Session, list[Set]]]:
    """Answer the sessions to come that could be reminded of, each with its event's times."""
    coming = and_(
        Slot.starts_at > at,
        Slot.starts_at <= at + timedelta(days=MOST_DAYS + 1),
        Slot.removed_at.is_(None),
        Event.published_at.is_not(None),
        Event.called_off_at.is_(None),
    )
    own: dict[int, list[Set]] = {}
    times = select(ReminderTime).where(
        ReminderTime.event_id.in_(select(Slot.event_id).join(Event, Event.id == Slot.event_id).where(coming))
    )
    for one in db.session.scalars(times):
        own.setdefault(one.event_id, []).append(Set(one.before, one.set_at))
    slots = select(
        Slot.event_id, Slot.id, Slot.starts_at, Slot.zone, Slot.revised_at, Event.kind, Event.published_at
    ).add_columns(Event.reminders_set_at)
    for row in db.session.execute(slots.join(Event, Event.id == Slot.event_id).where(coming)):
        *facts, kind, published_at, reminders_set_at = row
        own_times = own.get(row.event_id, [])
        yield Session(*facts), own_times if reminders_set_at else usual(kind, published_at)


def _row(due: Due) -> tuple[Any, ...]:
    session = due.session
    return (
        session.event_id,
        session.slot_id,
        due.kind,
        session.starts_at,
        due.zone,
        due.due_at,
        due.send_at,
        due.due_at - FACTS_LAST,
        session.revised_at,
    )


def _table(rows: list[tuple[Any, ...]]) -> CTE:
    names: list[ColumnClause[Any]] = [column("event_id", Integer), column("slot_id", Integer), column("kind", String)]
    names += [column("starts_at", UtcDateTime), column("zone", String)]
    names += [column(name, UtcDateTime) for name in ("due_at", "send_at", "booked_by", "revised_at")]
    return values(*names, name="given").data(rows).cte("due")


def _unwritten(due: CTE) -> Select[Any]:
    """Answer the query for reminders that are due to somebody and have no row.

    A session that has moved is reminded of anew, but for what was due before it moved: people were told of that then.
    """
    same = and_(Reminder.place_id == Place.id, Reminder.slot_id == due.c.slot_id, Reminder.kind == due.c.kind)
    told = exists().where(same, or_(Reminder.starts_at == due.c.starts_at, due.c.due_at <= due.c.revised_at))
    return (
        select(
            Place.id.label("place_id"),
            Place.person_id,
            due.c.slot_id,
            due.c.kind,
            due.c.starts_at,
            due.c.send_at,
        )
        .select_from(due)
        .join(Booking, and_(Booking.event_id == due.c.event_id, Booking.state == State.CONFIRMED))
        .join(Place, and_(Place.booking_id == Booking.id, Place.ended_at.is_(None)))
        .join(Person, and_(Person.id == Place.person_id, Person.zone == due.c.zone))
        .where(
            Person.email.is_not(None),
            Person.unreachable_at.is_(None),
            due.c.booked_by >= BOOKED_AT,
            ~told,
        )
    )


def _write(due: CTE) -> None:
    into = sqlite_insert if db.engine.dialect.name == "sqlite" else postgres_insert
    names = ["place_id", "person_id", "slot_id", "kind", "starts_at", "send_at"]
    statement = into(Reminder).from_select(names, _unwritten(due)).on_conflict_do_nothing()
    db.session.execute(statement)


def _gather(at: datetime) -> int:
    """Give each person's new reminders to the mail that waits for them already, else to a new one; answer how many."""
    query = (
        select(
            Reminder.person_id,
            func.min(Reminder.send_at),
            func.max(Reminder.starts_at),
            func.min(Event.hub_id),
            func.max(Event.hub_id),
            func.min(Event.id),
            func.max(Event.id),
            func.count(),
        )
        .join(Slot, Slot.id == Reminder.slot_id)
        .join(Event, Event.id == Slot.event_id)
        .where(Reminder.message_id.is_(None))
        .group_by(Reminder.person_id)
    )
    new = {row[0]: row for row in db.session.execute(query).all()}
    if not new:
        return 0
    number = sum(row[-1] for row in new.values())
    waiting = _waiting(list(new))
    for message in waiting:
        row = new.pop(message.person_id or 0)
        message.due_at, message.expires_at = min(message.due_at, row[1]), max(message.expires_at or row[2], row[2])
        message.event_id = message.event_id if message.event_id == row[5] == row[6] else None
    pairs = [(message.person_id or 0, message.id) for message in waiting]
    if new:
        made = insert(Message).returning(Message.person_id, Message.id)
        pairs += [
            (row[0] or 0, row[1]) for row in db.session.execute(made, [_message(row, at) for row in new.values()])
        ]
    _link(pairs)
    announce(OUTBOX)
    return number


def _waiting(person_ids: list[int]) -> list[Message]:
    """Lock and answer the reminders that wait to be sent to these people; what a worker has in its hands is left."""
    query = (
        select(Message)
        .where(
            Message.kind == KIND,
            Message.state == MessageState.DUE,
            Message.lease_token.is_(None),
            Message.tries == 0,
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    asked, found = set(person_ids), {}
    for message in db.session.scalars(query):
        if message.person_id in asked:
            found[message.person_id] = message
    return list(found.values())


def _message(row: Any, at: datetime) -> dict[str, Any]:
    person_id, send_at, starts_at, first_hub, last_hub, first_event, last_event, _ = row
    return {
        "kind": KIND,
        "urgency": Urgency.REMINDER,
        "person_id": person_id,
        "name": "",
        "hub_id": first_hub if first_hub == last_hub else None,
        "event_id": first_event if first_event == last_event else None,
        "facts": {},
        "promised_at": at,
        "due_at": send_at,
        "expires_at": starts_at,
        "internet_id": secrets.token_hex(16),
        "state": MessageState.DUE,
        "tries": 0,
        "trouble": "",
    }


def _link(pairs: list[tuple[int, int]]) -> None:
    if not pairs:
        return
    linking = (
        update(Reminder)
        .where(Reminder.person_id == bindparam("whose"), Reminder.message_id.is_(None))
        .values(message_id=bindparam("message"))
    )
    db.session.connection().execute(linking, [{"whose": person, "message": message} for person, message in pairs])
