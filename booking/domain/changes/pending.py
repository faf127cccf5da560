"""What has been changed and is still settling: the facts as people know them, kept until they are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Model


class Change(Model):
    """One change of an event or of one of its slots, with what people knew before it."""

    __tablename__ = "change"
    __table_args__ = (
        Index(
            "ix_change_due",
            "due_at",
            sqlite_where=text("settled_at is null"),
            postgresql_where=text("settled_at is null"),
        ),
        Index("ix_change_event_id", "event_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("slot.id"))
    """None for what is said of the event itself."""
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The facts as they were; nothing for a session that was not there."""
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """When people are told; the same for all changes of an event that settle together."""
    settled_at: Mapped[datetime | None]
    """When they were told, or when it turned out that nothing is different."""
