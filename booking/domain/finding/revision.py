"""The revision of what is listed: it rises with every transaction that writes something the list shows.

Each process keeps the list in memory (`catalogue`) and asks for this number to learn whether that is still true. A
reader must never depend on every writer's memory, so the session itself notices what is written, here and nowhere
else (docs/decisions/0020-the-list-is-kept-in-memory.md). A place that is taken raises nothing.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, CheckConstraint, event, inspect, select, update
from sqlalchemy.orm import InstanceState, Mapped, ORMExecuteState, Session, mapped_column

from booking.db import Model, db
from booking.domain.events import Event, EventPhase, EventYear, Programme, Slot, Venue
from booking.domain.people import Hub

LISTED = (Event, EventPhase, EventYear, Slot, Venue, Programme, Hub)
NOT_LISTED = {"taken", "closing_told_at", "list_told_again_at", "reminders_set_at", "offers_end_at", "notice_hours"}
"""What an event has that changes without being seen in the list's memory; places are counted in the database."""


class Listing(Model):
    """One row with the number of times that what is listed has changed."""

    __tablename__ = "listing"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]


FIRST = "insert into listing (id, revision) values (1, 0)"
event.listen(Listing.__table__, "after_create", DDL(FIRST))  # type: ignore[no-untyped-call]


def now() -> int:
    """Answer the revision of what this session reads."""
    return int(db.session.scalar(select(Listing.revision)) or 0)


def _is_listed(thing: Any) -> bool:
    if not isinstance(thing, LISTED):
        return False
    state: InstanceState[Any] = inspect(thing)
    return not state.persistent or bool(state.committed_state.keys() - NOT_LISTED)


@event.listens_for(db.session, "before_flush")
def _note_flush(session: Session, _context: Any, _instances: Any) -> None:
    if any(_is_listed(thing) for things in (session.new, session.dirty) for thing in things):
        session.info["is_listed_anew"] = True
    if any(isinstance(thing, LISTED) for thing in session.deleted):
        session.info["is_listed_anew"] = True


@event.listens_for(db.session, "do_orm_execute")
def _note_statement(state: ORMExecuteState) -> None:
    """Statements that write many rows at once pass no flush."""
    if state.is_select or state.bind_mapper is None:
        return
    if issubclass(state.bind_mapper.class_, LISTED):
        state.session.info["is_listed_anew"] = True


@event.listens_for(db.session, "before_commit")
def _raise(session: Session) -> None:
    """Last in the transaction, so that its row is held for no longer than the commit takes."""
    session.flush()
    if session.info.pop("is_listed_anew", False):
        session.execute(update(Listing).values(revision=Listing.revision + 1))


@event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("is_listed_anew", None)
