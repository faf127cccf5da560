"""Workers: who keeps the timetable, and when each of its jobs last ran; an operator sees whether the clock goes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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

    def is_alive(self, at: datetime) -> bool:
        return self.seen_at > at - SEEN_WITHIN


class Job(Model):
    """A line of the timetable: when some worker last kept it, when it last had something to do, and what went wrong."""

    __tablename__ = "job"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    ran_at: Mapped[datetime]
    did_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(120), default="")

    @property
    def is_failing(self) -> bool:
        """Its last run failed."""
        return self.failed_at is not None and self.failed_at >= self.ran_at


@dataclass(frozen=True)
class Run:
    """One run of a job: when, how much it did, and the name of its fault if there was one."""

    job: str
    ran_at: datetime
    done: int = 0
    fault: str = ""


def beat(name: str, *, at: datetime, runs: Iterable[Run] = ()) -> None:
    """Note that the worker lives, and which jobs it has run; workers not seen for a day are forgotten."""
    worker = db.session.get(Worker, name)
    if worker is None:
        worker = Worker(name=name, began_at=at, seen_at=at)
        db.session.add(worker)
    worker.seen_at = at
    db.session.execute(
        delete(Worker).where(Worker.seen_at < at - FORGET_AFTER).execution_options(synchronize_session=False)
    )
    for run in sorted(runs, key=lambda one: one.job):
        _note(run)


def leave(name: str) -> None:
    """Note that the worker has stopped."""
    db.session.execute(delete(Worker).where(Worker.name == name).execution_options(synchronize_session=False))


def is_any_alive(*, at: datetime) -> bool:
    """Say whether some worker was seen in the last minute."""
    return bool(db.session.scalar(select(exists().where(Worker.seen_at > at - SEEN_WITHIN))))


def known() -> Sequence[Worker]:
    """Answer the workers that were seen in the last day, the latest first."""
    return db.session.scalars(select(Worker).order_by(Worker.seen_at.desc(), Worker.name)).all()


def jobs() -> dict[str, Job]:
    """Answer the jobs that have run, by name."""
    return {job.name: job for job in db.session.scalars(select(Job))}


def _note(run: Run) -> None:
    job = db.session.get(Job, run.job, with_for_update=True)
    if job is None:
        job = Job(name=run.job, ran_at=run.ran_at, did_at=None, failed_at=None)
        db.session.add(job)
    job.ran_at = max(job.ran_at, run.ran_at)
    if run.done:
        job.did_at = run.ran_at
    if run.fault:
        job.failed_at, job.fault = run.ran_at, run.fault[:120]
