"""A message: a mail promised in the same transaction as its cause."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from booking.db import Model, announce, db
from booking.domain.people import LONGEST_ADDRESS, LONGEST_NAME, Hub, Person

OUTBOX = "outbox"
"""The channel on which waiting workers hear that something was promised."""


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
) -> Message | None:
    """Promise a message; it is sent only if this transaction is kept. Whoever was erased is promised none."""
    if recipient and recipient.erased_at:
        return None
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
    announce(OUTBOX)
    return message
