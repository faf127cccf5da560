"""Workers: who has been seen lately, so that an operator can tell whether the clock is running."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import String, delete, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from booking.db import Model, db

SEEN_WITHIN = timedelta(seconds=60)
FORGET_AFTER = timedelta(days=1)


class Worker(Model):
    """A process that keeps the timetable."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


def beat(name: str, *, at: datetime) -> None:
    """Note that the worker lives; those not seen for a day are forgotten."""
    worker = db.session.get(Worker, name)
    if worker is None:
        worker = Worker(name=name, began_at=at, seen_at=at)
        db.session.add(worker)
    worker.seen_at = at
    db.session.execute(
        delete(Worker).where(Worker.seen_at < at - FORGET_AFTER).execution_options(synchronize_session=False)
    )


def leave(name: str) -> None:
    """Note that the worker has stopped."""
    db.session.execute(delete(Worker).where(Worker.name == name).execution_options(synchronize_session=False))


def is_any_alive(*, at: datetime) -> bool:
    """Say whether some worker was seen in the last minute."""
    return bool(db.session.scalar(select(exists().where(Worker.seen_at > at - SEEN_WITHIN))))
