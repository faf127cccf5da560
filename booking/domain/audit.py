"""Who did what to which thing, and when. Written with the act, never changed, and without anybody's name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from booking.db import Model, db
from booking.domain.people import Person


class AuditEntry(Model):
    """One act. People are ids; facts hold states, numbers and ids, never a name, an address or a need."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id"),
        Index("ix_audit_entry_event_id", "event_id", "id"),
        Index("ix_audit_entry_hub_id", "hub_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recorded_at: Mapped[datetime]
    act: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int]
    event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    hub_id: Mapped[int | None] = mapped_column(ForeignKey("hub.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    actor: Mapped[Person | None] = relationship()


def record(
    act: str,
    subject: Model,
    *,
    by: Person | None,
    at: datetime,
    event_id: int | None = None,
    hub_id: int | None = None,
    **facts: Any,
) -> None:
    """Note an act in the same transaction as the act itself; `by=None` is the timetable."""
    if subject.id is None:  # type: ignore[attr-defined]
        db.session.flush()
    db.session.add(
        AuditEntry(
            recorded_at=at,
            act=act,
            subject=subject.__tablename__,
            subject_id=subject.id,  # type: ignore[attr-defined]
            event_id=event_id,
            hub_id=hub_id,
            actor_id=by.id if by else None,
            facts=facts,
        )
    )


def of_event(event_id: int) -> Select[AuditEntry]:
    """Answer the query for all that was done to an event and its bookings, the latest first."""
    trail = select(AuditEntry).where(AuditEntry.event_id == event_id).order_by(AuditEntry.id.desc())
    return trail.options(joinedload(AuditEntry.actor))


def of_hub(hub_id: int, *, event_id: int | None, actor_id: int | None, about: str) -> Select[AuditEntry]:
    """Answer the query for what was done in a hub, the latest first; `about` is the beginning of an act: "booking"."""
    trail = select(AuditEntry).where(AuditEntry.hub_id == hub_id).order_by(AuditEntry.id.desc())
    if event_id is not None:
        trail = trail.where(AuditEntry.event_id == event_id)
    if actor_id is not None:
        trail = trail.where(AuditEntry.actor_id == actor_id)
    if about:
        trail = trail.where(AuditEntry.act.startswith(f"{about}.", autoescape=True))
    return trail.options(joinedload(AuditEntry.actor))


def actors(hub_id: int) -> list[Person]:
    """Answer everybody who did something in a hub, by name."""
    acted = select(AuditEntry.actor_id).where(AuditEntry.hub_id == hub_id)
    return list(db.session.scalars(select(Person).where(Person.id.in_(acted)).order_by(Person.name, Person.id)))
