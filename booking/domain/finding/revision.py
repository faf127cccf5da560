"""The revision of what is listed: it rises with every transaction that writes something the list shows.

Each process keeps the list in memory (`catalogue`) and asks for this number to learn whether that is still true. A
reader must never depend on every writer's memory, so the session itself notices what is written, here and nowhere
else (docs/decisions/0020-the-list-is-kept-in-memory.md). A place that is taken raises nothing, unless it is the last:
then the fullness rises, by which a process knows that it must ask again which events are full.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import DDL, CheckConstraint, event, inspect, select, update
from sqlalchemy.orm import InstanceState, Mapped, ORMExecuteState, Session, mapped_column

from booking.db import Model, db
from booking.domain.events import Event, EventPhase, EventYear, Programme, Slot, Venue
from booking.domain.people import Hub

LISTED = (Event, EventPhase, EventYear, Slot, Venue, Programme, Hub)
NOT_LISTED = {
    "taken",
    "offers_end_at",
    "notice_hours",
    "reminders_set_at",
    "closing_told_at",
    "list_told_again_at",
    "last_minute_told_at",
    "line_ended_at",
}
"""What an event has that changes without being seen in the list's memory; places are counted in the database."""

NOTED = {"revision": "is_listed_anew", "fullness": "is_filled_or_freed"}
"""What rises, and how the session notes until its end that it must."""


class Listing(Model):
    """One row with the number of times that what is listed has changed, and that an event became full or had places."""

    __tablename__ = "listing"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    fullness: Mapped[int]


FIRST = "insert into listing (id, revision, fullness) values (1, 0, 0)"
event.listen(Listing.__table__, "after_create", DDL(FIRST))  # type: ignore[no-untyped-call]


def now() -> int:
    """Answer the revision of what this session reads."""
    return int(db.session.scalar(select(Listing.revision)) or 0)


def _is_listed(thing: Any) -> bool:
    if not isinstance(thing, LISTED):
        return False
    state: InstanceState[Any] = inspect(thing)
    return not state.persistent or bool(state.committed_state.keys() - NOT_LISTED)


def _is_filled_or_freed(thing: Any) -> bool:
    """Say whether the last place of an event was taken, or the first one freed."""
    if not isinstance(thing, Event):
        return False
    before = inspect(thing).attrs.taken.history.deleted
    return any((taken >= thing.capacity + thing.extra) != thing.is_full for taken in before)


@event.listens_for(db.session, "before_flush")
def _note_flush(session: Session, _context: Any, _instances: Any) -> None:
    if any(_is_listed(thing) for things in (session.new, session.dirty) for thing in things):
        session.info["is_listed_anew"] = True
    if any(isinstance(thing, LISTED) for thing in session.deleted):
        session.info["is_listed_anew"] = True
    if any(_is_filled_or_freed(thing) for thing in session.dirty):
        session.info["is_filled_or_freed"] = True


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
    risen = {name: getattr(Listing, name) + 1 for name, note in NOTED.items() if session.info.pop(note, False)}
    if risen:
        session.execute(update(Listing).values(risen))


@event.listens_for(db.session, "after_rollback")
def _forget(session: Session) -> None:
    for note in NOTED.values():
        session.info.pop(note, None)
