"""The outbox: mail promised in the same transaction as its cause, and sent at least once.

A worker claims due messages under a lease, sends outside any transaction and marks them with the
lease's token; one whose lease has passed cannot write a result.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.db import Model, db
from booking.domain.people import LONGEST_ADDRESS, LONGEST_NAME, Hub, Person

LEASE = timedelta(seconds=90)
"""Longer than a batch takes to send to a slow relay."""
TRIES = 10
"""With the waits below, the last try is about 20 hours after the first."""
WAITS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60, 180, 360, 540)]
CODE_WAIT = timedelta(seconds=20)
"""A code is of no use after ten minutes, so it is tried again soon."""


class Urgency(IntEnum):
    """Which messages are claimed first."""

    CODE = 0
    OFFER = 1
    NEWS = 2
    REMINDER = 3


class MessageState(StrEnum):
    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Message(Model):
    """A mail promised to somebody: known, or (while an address is unproven) an address and a name."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("state in ('due','sent','failed','cancelled')", name="state"),
        CheckConstraint("person_id is not null or address is not null or state <> 'due'", name="recipient"),
        Index(
            "ix_message_due",
            "urgency",
            "due_at",
            sqlite_where=text("state = 'due'"),
            postgresql_where=text("state = 'due'"),
        ),
        Index("ix_message_event_id", "event_id"),
        Index("ix_message_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    urgency: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    address: Mapped[str | None] = mapped_column(String(LONGEST_ADDRESS))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), default="")
    hub_id: Mapped[int | None] = mapped_column(ForeignKey("hub.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    promised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    internet_id: Mapped[str] = mapped_column(String(120), unique=True)
    """The left part of its Message-ID (RFC 5322, 3.6.4), fixed now, so that a second copy is known as one."""
    state: Mapped[str] = mapped_column(String(10), default=MessageState.DUE)
    tries: Mapped[int] = mapped_column(default=0)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    trouble: Mapped[str] = mapped_column(String(300), default="")

    person: Mapped[Person | None] = relationship()
    hub: Mapped[Hub | None] = relationship()

    @property
    def to_address(self) -> str | None:
        return self.person.email if self.person else self.address

    @property
    def to_name(self) -> str:
        return self.person.name if self.person else self.name


def tell(
    recipient: Person | None,
    kind: str,
    *,
    at: datetime,
    urgency: Urgency = Urgency.NEWS,
    address: str | None = None,
    name: str = "",
    hub_id: int | None = None,
    event_id: int | None = None,
    expires_at: datetime | None = None,
    **facts: Any,
) -> Message:
    """Promise a message; it is sent only if this transaction is kept."""
    message = Message(
        kind=kind,
        urgency=urgency,
        person_id=recipient.id if recipient else None,
        address=None if recipient else address,
        name=name,
        hub_id=hub_id,
        event_id=event_id,
        facts=facts,
        promised_at=at,
        due_at=at,
        expires_at=expires_at,
        internet_id=secrets.token_hex(16),
    )
    db.session.add(message)
    return message


def claim(most: int, *, at: datetime) -> Sequence[Message]:
    """Lease up to `most` due messages to the caller, the most urgent first. Codes travel in batches of their own."""
    waiting = (
        select(Message.id, Message.urgency)
        .where(
            Message.state == MessageState.DUE,
            Message.due_at <= at,
            or_(Message.lease_ends_at.is_(None), Message.lease_ends_at <= at),
        )
        .order_by(Message.urgency, Message.due_at, Message.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.execute(waiting).all()
    if not rows:
        return []
    ids = [row.id for row in rows if row.urgency == rows[0].urgency]
    token = secrets.token_hex(16)
    db.session.execute(
        update(Message)
        .where(Message.id.in_(ids))
        .values(lease_token=token, lease_ends_at=at + LEASE, tries=Message.tries + 1)
        .execution_options(synchronize_session=False)
    )
    claimed = select(Message).where(Message.id.in_(ids)).order_by(Message.urgency, Message.due_at, Message.id)
    return db.session.scalars(claimed.execution_options(populate_existing=True)).all()


def mark_sent(message_id: int, token: str, *, at: datetime) -> bool:
    """Note that the relay has it; False if the lease was lost meanwhile, and nothing is written."""
    return _end(message_id, token, MessageState.SENT, at=at)


def mark_expired(message_id: int, token: str, *, at: datetime) -> bool:
    """Note that it came too late to be of use, so it was not sent."""
    return _end(message_id, token, MessageState.CANCELLED, at=at, trouble="It was too late to be of use.")


def mark_refused(message_id: int, token: str, trouble: str, *, at: datetime) -> bool:
    """Note that it can never be sent; it stays in sight as failed."""
    return _end(message_id, token, MessageState.FAILED, at=at, trouble=trouble)


def mark_troubled(message_id: int, token: str, trouble: str, *, at: datetime) -> bool:
    """Note a fault that may pass: try again later, or give up in sight after `TRIES`."""
    message = db.session.get(Message, message_id, populate_existing=True)
    if message is None or message.lease_token != token:
        return False
    if message.tries >= TRIES:
        return mark_refused(message_id, token, trouble, at=at)
    values = {"due_at": at + _wait(message), "lease_token": None, "lease_ends_at": None, "trouble": trouble[:300]}
    return _write(message_id, token, values)


def _wait(message: Message) -> timedelta:
    """Answer how long to wait before the next try: longer each time, and not all at the same moment."""
    if message.urgency == Urgency.CODE:
        return CODE_WAIT
    return WAITS[min(message.tries, len(WAITS)) - 1] * (0.9 + secrets.randbelow(200) / 1000)


def _end(message_id: int, token: str, state: MessageState, *, at: datetime, trouble: str = "") -> bool:
    values = {"state": state, "ended_at": at, "lease_token": None, "lease_ends_at": None, "trouble": trouble[:300]}
    written = _write(message_id, token, values)
    message = db.session.get(Message, message_id, populate_existing=True) if written else None
    if message and "code" in message.facts:
        message.facts = {name: value for name, value in message.facts.items() if name != "code"}
    return written


def _write(message_id: int, token: str, values: dict[str, Any]) -> bool:
    statement = update(Message).where(Message.id == message_id, Message.lease_token == token).values(**values)
    return bool(db.session.execute(statement.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
