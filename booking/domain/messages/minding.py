"""Minding the outbox: what is due, late or failed, and what an administrator does about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload

from booking.db import announce, db
from booking.domain import access, audit, people
from booking.domain.errors import NotFound, Over
from booking.domain.messages.message import OUTBOX, Message, MessageState
from booking.domain.people import Person

LATE_AFTER = timedelta(minutes=2)
"""What is due goes within a second; later than this, something is wrong."""
HOURS = 24
CAME_BACK = "It came back with a backup, and may have been sent since."


@dataclass(frozen=True)
class Numbers:
    """How many messages stand how: `due` now, of them `late`; `later` are due in the future."""

    due: int
    late: int
    later: int
    troubled: int
    failed: int


def numbers(*, at: datetime) -> Numbers:
    """Count what waits and what has failed, in one query."""
    due = and_(Message.state == MessageState.DUE, Message.due_at <= at)
    query = select(
        func.count().filter(due),
        func.count().filter(due, Message.due_at <= at - LATE_AFTER),
        func.count().filter(Message.state == MessageState.DUE, Message.due_at > at),
        func.count().filter(Message.state == MessageState.DUE, Message.trouble != ""),
        func.count().filter(Message.state == MessageState.FAILED),
    ).select_from(Message)
    return Numbers(*db.session.execute(query.where(Message.state.in_([MessageState.DUE, MessageState.FAILED]))).one())


def sent_by_hour(*, at: datetime) -> list[tuple[datetime, int]]:
    """Answer how many were sent in each of the last 24 hours, the oldest first, each by its beginning."""
    last = at.replace(minute=0, second=0, microsecond=0)
    hours = [last - timedelta(hours=back) for back in reversed(range(HOURS))]
    within = [
        func.count().filter(Message.ended_at >= hour, Message.ended_at < hour + timedelta(hours=1)) for hour in hours
    ]
    query = select(*within).where(Message.state == MessageState.SENT, Message.ended_at >= hours[0])
    return list(zip(hours, db.session.execute(query).one(), strict=True))


def listed(standing: str, *, at: datetime, kind: str = "") -> Select[Message]:
    """Answer the query for messages that stand so: failed, late, due, later, sent or cancelled; the newest first."""
    query = select(Message).where(_stands(standing, at)).order_by(Message.due_at.desc(), Message.id.desc())
    query = query.where(Message.kind == kind) if kind else query
    return query.options(joinedload(Message.person), joinedload(Message.hub))


def with_number(message_id: int) -> Message:
    """Answer a message. Raises `NotFound`."""
    found = db.session.get(Message, message_id)
    if found is None:
        raise NotFound("That message does not exist.")
    return found


def retry(message_id: int, *, by: Person | None, at: datetime) -> Message:
    """Make a message due again that failed, was cancelled, or waits for its next try; with all its tries before it.

    Its address counts as reachable again, because somebody has looked. `by=None` is the operator of the machine.
    Raises `NotFound`, `NotAllowed`, and `Over` for what was sent, and for a code, which is made anew.
    """
    message = _locked(message_id, by)
    if message.state == MessageState.SENT:
        raise Over("It was sent already.")
    if message.kind == "code":
        raise Over("A code is made anew when somebody asks for it; an old one is of no use.")
    _must_not_be_on_its_way(message, at)
    message.state, message.ended_at, message.due_at, message.tries = MessageState.DUE, None, at, 0
    message.lease_token, message.lease_ends_at = None, None
    if message.person and message.person.email:
        people.mark_reached(message.person.email)
    audit.record("message.retried", message, by=by, at=at, event_id=message.event_id, hub_id=message.hub_id)
    announce(OUTBOX)
    return message


def cancel(message_id: int, *, by: Person | None, at: datetime) -> Message:
    """End a message that has not been sent: it is not tried again.

    Raises `NotFound`, `NotAllowed`, and `Over` for what was sent or cancelled, or is being sent at this moment.
    """
    message = _locked(message_id, by)
    if message.state in (MessageState.SENT, MessageState.CANCELLED):
        raise Over(f"It was {message.state} already.")
    _must_not_be_on_its_way(message, at)
    message.state, message.ended_at = MessageState.CANCELLED, at
    message.lease_token, message.lease_ends_at = None, None
    message.facts = {name: value for name, value in message.facts.items() if name != "code"}
    audit.record("message.cancelled", message, by=by, at=at, event_id=message.event_id, hub_id=message.hub_id)
    return message


def hold_back(*, at: datetime) -> None:
    """Let nothing that is due go by itself: it came back with a backup, and nobody knows what was sent since.

    It stands with what failed until somebody says `retry` or `cancel`; codes, which are too old by then, end.
    """
    due = select(Message).where(Message.state == MessageState.DUE).order_by(Message.id).with_for_update(of=Message)
    for message in db.session.scalars(due.execution_options(populate_existing=True)):
        message.state = MessageState.CANCELLED if message.kind == "code" else MessageState.FAILED
        message.ended_at, message.trouble, message.lease_token, message.lease_ends_at = at, CAME_BACK, None, None
        message.facts = {name: value for name, value in message.facts.items() if name != "code"}
        audit.record("message.held_back", message, by=None, at=at, event_id=message.event_id, hub_id=message.hub_id)


def held_back() -> list[int]:
    """Answer the numbers of what came back with a backup and waits for somebody's word."""
    query = select(Message.id).where(Message.state == MessageState.FAILED, Message.trouble == CAME_BACK)
    return list(db.session.scalars(query.order_by(Message.id)))


def _stands(standing: str, at: datetime) -> ColumnElement[bool]:
    due = Message.state == MessageState.DUE
    return {
        "due": and_(due, Message.due_at <= at),
        "late": and_(due, Message.due_at <= at - LATE_AFTER),
        "later": and_(due, Message.due_at > at),
    }.get(standing, Message.state == standing)


def _locked(message_id: int, by: Person | None) -> Message:
    """Lock a message for somebody who may mind the outbox; only the operator and national administrators may."""
    if by is not None:
        access.must_look_after_all(by)
    query = select(Message).where(Message.id == message_id).with_for_update(of=Message)
    message = db.session.scalar(query.execution_options(populate_existing=True))
    if message is None:
        raise NotFound("That message does not exist.")
    return message


def _must_not_be_on_its_way(message: Message, at: datetime) -> None:
    if message.lease_ends_at is not None and message.lease_ends_at > at:
        raise Over("It is being sent at this moment. Look again in a minute.")
